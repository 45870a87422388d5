"""Charts for mail: tables with coloured cells, which Outlook, Gmail and Apple Mail show alike. No pictures. Pure.

Outlook for Windows lays mail out as Word does: no SVG, no CSS for heights but on cells, and a cell is never lower
than a line of its text, so empty cells say their letters are of no size. What is drawn is also written in numbers; a
screen reader skips the drawing. Colours show on light and on dark. Source: caniemail.com (`html-svg`, `css-height`).
"""

from __future__ import annotations

from collections.abc import Sequence

from alertd.base.html import Html, element
from alertd.history.charts.values import Bar, clean, number

PLUS, MINUS, FAINT = "#3d7cc9", "#d1600a", "#c5cad1"
"""Contrast of at least 3 on white and on #1f2428, but FAINT, which stands for nothing."""
MOST_COLUMNS = 60
_EMPTY = "font-size:0;line-height:0;mso-line-height-rule:exactly;"
_TABLE = {"role": "presentation", "cellspacing": "0", "cellpadding": "0", "border": "0"}
_CELL = "padding:3px 8px 3px 0;vertical-align:middle;font-size:14px;line-height:20px;overflow-wrap:anywhere"


def mail_bars(bars: Sequence[Bar], unit: str = "", *, signed: bool = False, least: float = 0.0) -> Html:
    """Draw bars that lie below each other, each between its label and its value. Negative ones have the other colour.

    All bars begin on the left: the sign stands in the value. One of the whole width stands for `least` or more.
    """
    values = clean([bar.value for bar in bars], len(bars))
    most = max((abs(value) for value in values if value is not None), default=0.0)
    most = max(most, least) or 1.0
    rows = []
    for bar, value in zip(bars, values, strict=True):
        said = number(value, unit, signed=signed) + (f" · {bar.note}" if bar.note else "")
        rows.append(
            element(
                "tr",
                element("td", bar.label, width="34%", style=_CELL),
                element("td", _level(value, most), width="40%", style=_CELL, aria_hidden="true"),
                element("td", said, width="26%", style=_CELL),
            )
        )
    return element("table", *rows, width="100%", style="table-layout:fixed;border-collapse:collapse", **_TABLE)


def mail_columns(values: Sequence[float | None], *, height: int = 32, title: str = "", least: float = 0.0) -> Html:
    """Draw columns beside each other, as a sparkline: one for each value, all of them upwards from zero.

    Negative ones have the other colour. `height` in pixels, of `least` or more. Of more than MOST_COLUMNS values the
    last ones are drawn.
    """
    shown = clean(values, len(values))[-MOST_COLUMNS:]
    most = max((abs(value) for value in shown if value is not None), default=0.0)
    most = max(most, least) or 1.0
    cells = [_column(value, most, height) for value in shown]
    return element(
        "table",
        element("tr", *cells),
        aria_hidden="true",
        title=title,
        style="border-collapse:collapse",
        **_TABLE,
    )


def _level(value: float | None, most: float) -> Html:
    share = round(abs(value or 0) / most * 100)
    if not share:
        return _filled(FAINT, width="1", height="12")
    cells = [element("td", width=f"{share}%", height="12", bgcolor=_colour(value), style=_EMPTY)]
    if share < 100:
        cells.append(element("td", width=f"{100 - share}%", height="12", style=_EMPTY))
    return element("table", element("tr", *cells), width="100%", style="table-layout:fixed", **_TABLE)


def _column(value: float | None, most: float, height: int) -> Html:
    tall = max(1, round(abs(value or 0) / most * height))
    bar = _filled(_colour(value) if value else FAINT, width="5", height=str(tall))
    # A nested table: a cell itself would grow to the height of its row.
    return element(
        "td", bar, valign="bottom", height=str(height), style=f"padding:0 1px 0 0;vertical-align:bottom;{_EMPTY}"
    )


def _filled(colour: str, *, width: str, height: str) -> Html:
    style = f"{_EMPTY}width:{width}px;height:{height}px"
    return element("table", element("tr", element("td", width=width, height=height, bgcolor=colour, style=style)),
                   **_TABLE)  # fmt: skip


def _colour(value: float | None) -> str:
    return MINUS if value is not None and value < 0 else PLUS
