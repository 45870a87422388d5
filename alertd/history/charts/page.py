"""A page that stands alone: one file, nothing fetched, no script, for screens from 320 pixels and for paper. Pure.

Light and dark as the reader's system is (`prefers-color-scheme`). Colours: text has a contrast of at least 4.5, what
is drawn of at least 3 (WCAG 2.2, 1.4.3 and 1.4.11); those of series differ in lightness too, and lines in their
strokes, so that they are told apart without seeing colours. A policy in the head keeps a browser from fetching
anything, whatever a text holds (CSP Level 3, 3.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from alertd.base.html import Html, document, element, joined, style_sheet
from alertd.history.charts.sheet import SHEET

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is read first."""

    label: str
    value: str
    note: str = ""


def page(title: str, *sections: Html, lead: str = "", small: Sequence[str] = ()) -> str:
    """Write a page. `lead` is the sentence below the title (Html or text), `small` the small print at the end."""
    head = joined(
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        style_sheet(SHEET),
    )
    top = element("header", element("h1", title), *([element("p", lead, class_="lead")] if lead else []))
    foot = [element("footer", *(element("p", text) for text in small))] if small else []
    return document(head, element("body", element("main", top, *sections, *foot)))


def section(title: str, *parts: str, note: str = "") -> Html:
    """Write a part of a page under a heading. A part that is text becomes a paragraph."""
    inside = [one if isinstance(one, Html) else element("p", one) for one in parts]
    said = [element("p", note, class_="note")] if note else []
    return element("section", element("h2", title), *said, *inside)


def folded(summary: str, *parts: str, is_open: bool = False) -> Html:
    """Write what is unfolded by a click, without a script."""
    inside = [one if isinstance(one, Html) else element("p", one) for one in parts]
    return element("details", element("summary", summary), *inside, open="open" if is_open else "")


def figures(*them: Figure) -> Html:
    """Write numbers in large letters beside each other."""
    made = [
        element(
            "div",
            element("dt", one.label),
            element("dd", one.value, class_="big"),
            *([element("dd", one.note, class_="note")] if one.note else []),
        )
        for one in them
    ]
    return element("dl", *made, class_="figures")


def badge(text: str, severity: str = "") -> Html:
    """Write a word in a box, in a severity's colour."""
    return element("span", text, class_=f"badge {severity}".strip())


def link(text: str, url: str) -> Html:
    """Write a link to the outside; only the text if the address is none of the web's."""
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        scheme = ""
    if scheme not in {"http", "https"}:
        return joined(text)
    return element("a", text, href=url, rel="noreferrer noopener")
