"""The plain text part of a mail: as complete as the HTML, and at most 78 columns where words allow it. Pure.

Source: RFC 5322, 2.1.1 (lines should be no more than 78 characters). A word that is longer, above all an address, is
never cut.
"""

from __future__ import annotations

from collections.abc import Sequence

from alertd.notify.email_html import Button, Offers
from alertd.notify.lines import Item, Lines, Row, parts_of

WIDTH = 78
_LABEL = 10
"""Columns of the labels."""


def text_part(lines: Lines, notes: Sequence[str], offers: Offers) -> str:
    """Write the text. `notes` stand in front of everything else."""
    out = [*(line for note in notes for line in wrapped(note)), *wrapped(lines.headline), ""]
    out += [*wrapped(lines.status), *wrapped(lines.title), ""]
    for row in lines.rows:
        first, *more = _said(row)
        out += [*_labelled(row.label, first), *(line for text in more for line in wrapped(text, _LABEL))]
    for item in lines.items:
        out += ["", *_item(item, offers.items.get(item.alert, ""))]
    if lines.foot:
        out += ["", *wrapped(lines.foot)]
    if lines.expired:
        out += ["", "Expired while they waited:"]
    for item in lines.expired:
        out += ["", *_item(item)]
    links = [*([Button("Read source", lines.link)] if lines.link else []), *offers.buttons]
    if links:
        out += ["", *(f"{one.label}: {one.url}" for one in links)]
    if offers.small:
        out += ["", *(line for text in offers.small for line in wrapped(text))]
    return "\n".join(out) + "\n"


def wrapped(text: str, indent: int = 0, width: int = WIDTH) -> list[str]:
    """Break a line between words, each part behind `indent` spaces; the time it takes is linear in the text."""
    out: list[str] = []
    line: list[str] = []
    used = indent
    for word in text.split(" "):
        if line and used + len(word) + 1 > width:
            out.append(" " * indent + " ".join(line))
            line, used = [], indent
        used += len(word) + bool(line)
        line.append(word)
    return [*out, " " * indent + " ".join(line)]


def _labelled(label: str, text: str) -> list[str]:
    first, *rest = wrapped(text, _LABEL)
    return [f"{label:<{_LABEL - 1}} {first[_LABEL:]}".rstrip(), *rest]


def _item(item: Item, link: str = "") -> list[str]:
    out = _labelled(item.severity.upper(), f"{item.mark} {item.title}".strip())
    for said in (item.holdings, item.news and f"New: {item.news}", item.text):
        out += wrapped(said, _LABEL) if said else []
    links = (item.url, link and f"Acknowledge: {link}")
    return [*out, *(" " * _LABEL + one for one in links if one)]


def _said(row: Row) -> list[str]:
    """Give what a row says: its parts below one another, the quotation behind the last."""
    *parts, last = parts_of(row) or [""]
    return [*parts, f"{last} “{row.quote}”".strip() if row.quote else last]
