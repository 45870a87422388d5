"""Rows of days as colours: how much of what came when. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from alertd.base.html import Html, element
from alertd.history.charts.plot import figure
from alertd.history.charts.tables import numbers_of
from alertd.history.charts.values import Series, clean, number

_FAINTEST = 0.18
"""Of what is not zero: it is seen beside what is."""


def heat(title: str, unit: str, labels: Sequence[str], rows: Sequence[Series], *, note: str = "") -> Html:
    """Draw a row of squares for each series: the more, the stronger; negative values in the other colour.

    The last column is the sum of a row, or its mean if any value is negative. Not known is left blank.
    """
    count = len(labels)
    cleaned = [(row.name, clean(row.values, count)) for row in rows]
    known = [value for _, values in cleaned for value in values if value is not None]
    if not known:
        return figure(title, unit, element("p", "nothing is known of this time"), note=note)
    most, signed = max(map(abs, known)) or 1.0, min(known) < 0
    head = element(
        "thead",
        element(
            "tr",
            element("td", class_="l"),
            element("td", f"{labels[0]} – {labels[-1]}" if count > 1 else labels[0], class_="g note"),
            element("td", "mean" if signed else "all", class_="v note"),
        ),
    )
    made = [
        element(
            "tr",
            element("th", name, scope="row", class_="l"),
            element("td", _row(labels, values, most), class_="g"),
            element("td", _total(values, signed=signed), class_="v"),
        )
        for name, values in cleaned
    ]
    shown = element("table", head, element("tbody", *made), class_="bars heat")
    return figure(title, unit, shown, numbers_of(labels, rows, unit), note=note)


def _row(labels: Sequence[str], values: Sequence[float | None], most: float) -> Html:
    step = 100 / len(values)
    squares = [
        element(
            "rect",
            element("title", f"{label}: {number(value)}"),
            x=f"{at * step:.3f}%",
            width=f"{step * 0.94:.3f}%",
            height="20",
            class_=f"dot {'plus' if value >= 0 else 'minus'}" if value else "band",
            fill_opacity=f"{_FAINTEST + (1 - _FAINTEST) * abs(value) / most:.2f}" if value else "0.35",
        )
        for at, (label, value) in enumerate(zip(labels, values, strict=True))
        if value is not None
    ]
    return element("svg", *squares, aria_hidden="true")


def _total(values: Sequence[float | None], *, signed: bool) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "–"
    return number(sum(known) / len(known), signed=True) if signed else number(sum(known))
