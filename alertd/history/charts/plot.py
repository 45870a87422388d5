"""What charts over time share: the drawing area with its axes, the legend, the figure around it. Pure.

Letters keep their size on every screen: the area is as wide as the page, what stands in it is placed by percent, and
only curves, which know no percent, lie in an inner picture that is stretched (`preserveAspectRatio="none"`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alertd.base.html import Html, element, joined
from alertd.history.charts.values import Series, number, spaced, ticks, written

HEIGHT = 200
"""Of the drawing area, in CSS pixels."""
_TOP, _FOOT = 10, 26
_MOST_LABELS = 5
"""Under the axis: more do not fit side by side on a phone."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The axis of values."""

    marks: Sequence[float]

    @classmethod
    def over(cls, values: Sequence[float]) -> Scale:
        """Give the axis for values, and for zero, from which every length is measured."""
        return cls(ticks(min([0.0, *values]), max([0.0, *values])))

    def share(self, value: float) -> float:
        """Give how far from the top a value stands, 0 to 1."""
        low, high = self.marks[0], self.marks[-1]
        return (high - value) / (high - low)

    def y(self, value: float) -> str:
        """Give where a value stands, in pixels."""
        return f"{_TOP + self.share(value) * HEIGHT:.1f}"


def area(title: str, scale: Scale, labels: Sequence[str], *inside: Html) -> Html:
    """Draw the area: lines at round values, their numbers, what is `inside`, some labels of the axis below."""
    back = [
        joined(
            element("line", x1="0", x2="100%", y1=scale.y(mark), y2=scale.y(mark), class_="grid" if mark else "axis"),
            element("text", written(mark, scale.marks), x="-8", y=f"{float(scale.y(mark)) + 4:.1f}", class_="end"),
        )
        for mark in scale.marks
    ]
    step = 100 / max(1, len(labels))
    below = str(_TOP + HEIGHT + 18)
    named = [
        element("text", labels[at], x=f"{(at + 0.5) * step:.2f}%", y=below, class_="middle")
        for at in spaced(len(labels), _MOST_LABELS)
    ]
    return element(
        "svg",
        element("title", title),
        *back,
        *inside,
        *named,
        class_="plot",
        role="img",
        height=str(_TOP + HEIGHT + _FOOT),
    )


def stretched(*inside: Html) -> Html:
    """Draw what is measured 0 to 1000 across and 0 to 1000 down the whole area."""
    return element(
        "svg",
        *inside,
        x="0",
        y=str(_TOP),
        width="100%",
        height=str(HEIGHT),
        viewbox="0 0 1000 1000",
        preserveaspectratio="none",
        overflow="visible",
    )


def look_of(one: Series, index: int) -> str:
    """Give the class by which a series is coloured."""
    return one.look or f"s{min(index, 5)}"


def legend(entries: Sequence[tuple[str, Html]]) -> Html:
    """Name what is drawn: each name behind a sample of it."""
    made = [
        element("li", element("svg", sample, viewbox="0 0 22 12", aria_hidden="true"), name)
        for name, sample in entries
    ]
    return element("ul", *made, class_="legend")


def figure(title: str, unit: str, *inside: Html, note: str = "") -> Html:
    """Put a chart under its title, with what its axis counts."""
    said = " · ".join(part for part in (unit, note) if part)
    small = [element("p", said, class_="note")] if said else []
    return element("figure", element("figcaption", title), *small, *inside)


def told(title: str, unit: str, labels: Sequence[str], values: Sequence[float | None]) -> str:
    """Say in a sentence what a chart shows, for whoever does not see it."""
    known = [value for value in values if value is not None]
    if not known:
        return f"{title}: nothing is known"
    span = f"{labels[0]} to {labels[-1]}, " if len(labels) > 1 else ""
    low, high = number(min(known), unit), number(max(known), unit)
    return f"{title}: {span}from {low} to {high}" if low != high else f"{title}: {span}{low}"
