"""The HTML part of a mail: one column, inline styles, nothing fetched from anywhere. Pure; escaped by construction.

Mail clients know little of CSS: what has to hold stands in `style` attributes and tables; the style sheet only adds
what a phone (labels above their values) and a dark screen (lighter colours) make better. Sources: caniemail.com;
WCAG 2.1, 1.4.3 (contrast) and 2.5.5 (44 px to touch).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from alertd.base.html import Html, element
from alertd.model import Struct
from alertd.notify.lines import SEPARATOR, Item, Lines, Row, parts_of
from alertd.notify.mail_frame import framed

COLOURS = {"critical": "#a4001d", "high": "#b93815", "medium": "#7a5200", "low": "#1f5fa8", "info": "#4a5563"}
"""Behind white words: contrast of at least 6."""
_PLAIN = "#4a5563"
_DARK = "#1d2125"
_WRAP = "overflow-wrap:anywhere;word-break:break-word;"
_SHEET = """
@media (max-width:520px){
.in{padding:16px!important}.l,.v{display:block!important;width:auto!important}.l{padding:10px 0 0!important}
.v{padding:1px 0 0!important}.b{display:block!important;margin:0 0 8px!important;text-align:center!important}
.t{display:inline-block!important;width:29%!important;padding:10px 0!important;margin:0 1% 8px 0!important}
}
@media (prefers-color-scheme:dark){
.bg{background:#14171a!important}.card{background:#1f2428!important;color:#e8eaed!important}
.s,.l,.q{color:#aab2bd!important}.rule{border-color:#3a4047!important}.note{background:#4a3b00!important;color:#fff!important}
.a{color:#8ab4f8!important}.b2{background:#2c333a!important;color:#e8eaed!important;border-color:#4a525b!important}
}
"""

_ROW = 3


class Button(Struct, frozen=True):
    """A link that looks like a button."""

    label: str
    url: str


class Offers(Struct, frozen=True, kw_only=True):
    """What a mail offers beside what it says."""

    buttons: Sequence[Button] = ()
    items: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Of a digest: alert -> the link by which it is acknowledged."""
    small: Sequence[str] = ()
    """Small print at the end."""


def html_part(subject: str, lines: Lines, notes: Sequence[str], offers: Offers) -> str:
    """Write the page. `notes` stand in front of everything else."""
    colour = COLOURS.get(lines.severity or "", _PLAIN)
    inside = element(
        "td",
        *(_note(note) for note in notes),
        _status(lines),
        *_title(lines),
        *([_table([_row(row) for row in lines.rows])] if lines.rows else []),
        *_items(lines, offers),
        _buttons(lines.link, offers.buttons),
        *(_small(text) for text in offers.small),
        class_="in",
        style="padding:20px 24px 22px",
    )
    # The first words of a mail are what a phone shows beside its subject.
    first = element("div", lines.headline, style="display:none;max-height:0;overflow:hidden;font-size:1px;opacity:0")
    card = f"max-width:640px;background:#ffffff;color:#1d2125;border-top:5px solid {colour};text-align:left;"
    return framed(subject, inside, sheet=_SHEET, card=card, before=[first])


def _note(text: str) -> Html:
    return element("div", text, class_="note", style="background:#fff3c4;padding:8px 12px;margin:0 0 12px")


def _status(lines: Lines) -> Html:
    """Give the marks and the severity as badges, and the rest of the status in words behind them."""
    parts = lines.status.split(SEPARATOR)
    loud = lines.severity.upper() if lines.severity else ""
    badges = parts.index(loud) + 1 if loud in parts else 1 if parts[0].isupper() else 0
    shown = [_badge(part, COLOURS[lines.severity] if lines.severity and part == loud else _DARK)
             for part in parts[:badges]]  # fmt: skip
    rest = element("span", SEPARATOR.join(parts[badges:]), class_="s", style="color:#4a5563;font-size:14px")
    return element("div", *shown, rest, style=_WRAP)


def _title(lines: Lines) -> list[Html]:
    """Give the title; struck through if it was taken back, and a coverage line as a heading with its parts below."""
    status = lines.status.split(SEPARATOR)
    heading, *parts = lines.title.split(SEPARATOR) if status[-1] == "coverage" else [lines.title]
    taken_back = "text-decoration:line-through;" if "WITHDRAWN" in status else ""
    style = f"margin:8px 0 14px;font-size:20px;line-height:27px;font-weight:700;{taken_back}{_WRAP}"
    return [element("h1", heading, style=style), *(element("div", part, style=_WRAP) for part in parts)]


def _badge(text: str, colour: str) -> Html:
    style = f"display:inline-block;background:{colour};color:#ffffff;font-size:12px;line-height:18px;font-weight:700;"
    return element("span", text, style=f"{style}padding:1px 8px;margin:0 6px 2px 0;border-radius:3px;{_WRAP}")


def _table(rows: Sequence[Html]) -> Html:
    return element(
        "table",
        *rows,
        role="presentation",
        width="100%",
        cellspacing="0",
        cellpadding="0",
        style="table-layout:fixed",
    )


def _row(row: Row) -> Html:
    small = "color:#4a5563;font-size:13px;" if row.label == "Source" else ""
    said = [element("div", part, class_="s" if small else "", style=small) for part in parts_of(row)]
    if row.quote:
        quoted = "border-left:3px solid #c5cad1;padding:0 0 0 9px;margin:2px 0;font-style:italic;color:#4a5563"
        said.append(element("div", f"“{row.quote}”", class_="q rule", style=quoted))
    label = "width:88px;padding:4px 10px 4px 0;vertical-align:top;color:#5c6670;font-size:13px"
    return element(
        "tr",
        element("td", row.label, class_="l", width="88", style=label),
        element("td", *said, class_="v", style=f"padding:4px 0;vertical-align:top;{_WRAP}"),
    )


def _items(lines: Lines, offers: Offers) -> list[Html]:
    out = [_table([_item(item, offers.items.get(item.alert, "")) for item in lines.items])] if lines.items else []
    if lines.foot:
        out.append(element("p", lines.foot, style="margin:10px 0 0;font-weight:700"))
    if lines.expired:
        out.append(element("p", "Expired while they waited", class_="s", style="margin:18px 0 2px;color:#4a5563"))
        out.append(_table([_item(item) for item in lines.expired]))
    return out


def _item(item: Item, link: str = "") -> Html:
    named = _link(item.title, item.url) if item.url else item.title
    marks = [
        _badge(item.severity.upper(), COLOURS[item.severity]),
        *([_badge(item.mark, _DARK)] if item.mark else []),
    ]
    small = "color:#4a5563;font-size:13px;line-height:19px"
    inside = element(
        "td",
        element("div", *marks),
        element("div", named, style="font-weight:600"),
        *([element("div", item.holdings)] if item.holdings else []),
        *([element("div", f"New: {item.news}")] if item.news else []),
        *([element("div", item.text, class_="s", style=small)] if item.text else []),
        *([element("div", _link("Acknowledge", link), style="padding:6px 0 2px")] if link else []),
        class_="rule",
        style=f"padding:10px 0;border-top:1px solid #dde1e6;vertical-align:top;{_WRAP}",
    )
    return element("tr", inside)


def _link(text: str, url: str) -> Html:
    return element("a", text, href=url, rel="noreferrer", class_="a", style="color:#0b57a4")


def _buttons(link: str, buttons: Sequence[Button]) -> Html:
    base = "display:inline-block;padding:10px 16px;margin:0 8px 8px 0;line-height:22px;border-radius:5px;"
    base += "text-decoration:none;font-weight:600;"
    strong = f"{base}background:#0b57a4;color:#ffffff;border:1px solid #0b57a4"
    light = f"{base}background:#f3f5f7;color:#1d2125;border:1px solid #c5cad1"
    made = [element("a", "Read source", href=link, rel="noreferrer", class_="b", style=strong)] if link else []
    # On a phone the last three share a line, when all five are there.
    for number, one in enumerate(buttons):
        shape = "b b2 t" if len(buttons) > _ROW and number >= len(buttons) - _ROW else "b b2"
        made.append(element("a", one.label, href=one.url, rel="noreferrer", class_=shape, style=light))
    return element("div", *made, style="margin:18px 0 0" if made else "")


def _small(text: str) -> Html:
    return element(
        "p", text, class_="s", style=f"margin:8px 0 0;color:#5c6670;font-size:12px;line-height:17px;{_WRAP}"
    )
