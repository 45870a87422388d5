"""Tables of pages, and the table that says what a chart shows. Pure; escaped by construction."""

from __future__ import annotations

from collections.abc import Sequence

from alertd.base.html import Html, element
from alertd.history.charts.values import Band, Series, clean, number


def table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[int] = (), caption: str = ""
) -> Html:
    """Write a table. Cells are text or Html; `numbers` are the columns (from 0) that stand on the right."""
    at = frozenset(numbers)

    def cell(tag: str, index: int, text: str) -> Html:
        return element(tag, text, class_="n" if index in at else "", scope="col" if tag == "th" else "")

    head = element("thead", element("tr", *(cell("th", i, text) for i, text in enumerate(columns))))
    body = element("tbody", *(element("tr", *(cell("td", i, text) for i, text in enumerate(row))) for row in rows))
    named = [element("caption", caption)] if caption else []
    # What is wider than a phone scrolls within itself, and the page stays where it is.
    return element("div", element("table", *named, head, body), class_="wide", tabindex="0", role="region",
                   aria_label=caption or "table")  # fmt: skip


def numbers_of(
    labels: Sequence[str], series: Sequence[Series], unit: str, band: Band | None = None, *, first: str = "Day"
) -> Html:
    """Write the numbers of a chart, folded away: they say the same to whoever cannot see it."""
    count = len(labels)
    columns = [(one.name, clean(one.values, count)) for one in series]
    if band is not None:
        columns += [(f"{band.name}, from", clean(band.low, count)), (f"{band.name}, to", clean(band.high, count))]
    rows = [[label, *(number(values[at]) for _, values in columns)] for at, label in enumerate(labels)]
    head = [first, *(f"{name} ({unit})" if unit else name for name, _ in columns)]
    shown = table(head, rows, numbers=range(1, len(head)))
    return element("details", element("summary", "The numbers"), shown)
