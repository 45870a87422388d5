"""Charts as SVG within a page. Pure: values in, markup out, escaped by construction; the colours are the sheet's.

Every chart has its title, its unit, a legend where there is more than one thing, a sentence for screen readers and
the numbers as a table. With nothing to draw it says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from alertd.base.html import Html, element
from alertd.history.charts.plot import Scale, area, figure, legend, look_of, stretched, told
from alertd.history.charts.tables import numbers_of
from alertd.history.charts.values import Band, Bar, Series, clean, number

MOST_BARS = 120
"""Side by side: of more days so many are put together that no more bars are needed."""


def day_bars(title: str, unit: str, labels: Sequence[str], series: Sequence[Series], *, note: str = "") -> Html:
    """Draw bars by day, the series on top of each other; their values must not be negative.

    `labels` are the days as they are to be read (`Nov 29`), one for each value. What is not known is
    drawn as nothing.
    """
    size = -(-len(labels) // MOST_BARS) or 1
    days, layers = _grouped(labels, series, size)
    note = " · ".join(part for part in (f"each bar is {size} days" if size > 1 else "", note) if part)
    if not any(value for one in layers for value in one.values):
        return figure(title, unit, _nothing("none in this time"), note=note)
    totals = [sum(max(0.0, one.values[at] or 0.0) for one in layers) for at in range(len(days))]
    scale = Scale.over(totals)
    drawn = [bar for at, day in enumerate(days) for bar in _stack(day, at, len(days), layers, scale)]
    names = [
        (one.name, element("rect", width="22", height="12", class_=f"fill {look_of(one, index)}"))
        for index, one in enumerate(layers)
    ]
    shown = area(told(title, unit, days, totals), scale, days, *drawn)
    named = [legend(names)] if len(names) > 1 else []
    return figure(title, unit, shown, *named, numbers_of(days, layers, unit), note=note)


def lines(
    title: str,
    unit: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    band: Band | None = None,
    least: float = 0.0,
    note: str = "",
) -> Html:
    """Draw lines over time, before a band of what is usual if there is one. A value that is not known is a gap.

    The axis reaches at least from -least to least, so that what is next to nothing does not look like much.
    """
    count = len(labels)
    curves = [(one, clean(one.values, count)) for one in series]
    ends = [] if band is None else list(zip(clean(band.low, count), clean(band.high, count), strict=True))
    known = [value for _, values in curves for value in values if value is not None]
    if not known:
        return figure(title, unit, _nothing("nothing is known of this time"), note=note)
    around = (-least, least) if least else ()
    scale = Scale.over([*known, *around, *(end for pair in ends for end in pair if end is not None)])
    drawn = [element("path", d=_ribbon(run, count, scale), class_="band") for run in _runs(ends)]
    for index, (one, values) in enumerate(curves):
        look = look_of(one, index)
        curve = _curve(values, scale)
        drawn += [element("path", d=curve, class_=f"stroke {look} k{min(index, 5)}")] if curve else []
    points = [
        element("circle", cx=f"{(at + 0.5) * 100 / count:.2f}%", cy=scale.y(value), r="2.5",
                class_=f"dot {look_of(one, index)}")
        for index, (one, values) in enumerate(curves) for at, value in _alone(values)
    ]  # fmt: skip
    names = [
        (one.name, element("path", d="M0 6H22", class_=f"stroke {look_of(one, index)} k{min(index, 5)}"))
        for index, (one, _) in enumerate(curves)
    ]
    if band is not None:
        names.append((band.name, element("rect", width="22", height="12", class_="band")))
    shown = area(told(title, unit, labels, known), scale, labels, stretched(*drawn), *points)
    named = [legend(names)] if len(names) > 1 else []
    return figure(title, unit, shown, *named, numbers_of(labels, series, unit, band), note=note)


def level_bars(
    title: str, unit: str, bars: Sequence[Bar], *, signed: bool = False, least: float = 0.0, note: str = ""
) -> Html:
    """Draw bars that lie below each other, each with its label and value; negative ones go to the left.

    It is a table whose middle column is drawn, so that it reads without its picture. `signed` writes `+` too. A bar
    of the whole width stands for `least` or more.
    """
    values = clean([bar.value for bar in bars], len(bars))
    known = [value for value in values if value is not None]
    if not known:
        return figure(title, unit, _nothing("nothing to compare"), note=note)
    low, high = min(0.0, *known), max(0.0, *known)
    wide = max(high - low, least) or 1.0
    rows = [
        element(
            "tr",
            element("th", bar.label, scope="row", class_="l"),
            element("td", _level(value, low, wide), class_="g"),
            element("td", number(value, signed=signed) + (f" · {bar.note}" if bar.note else ""), class_="v"),
        )
        for bar, value in zip(bars, values, strict=True)
    ]
    return figure(title, unit, element("table", element("tbody", *rows), class_="bars"), note=note)


def sparkline(title: str, values: Sequence[float | None]) -> Html:
    """Draw the way of a value within a line of text, with its last point; the title says what it is."""
    known = clean(values, len(values))
    real = [value for value in known if value is not None]
    if not real:
        return element("span", "–", title=title)
    low, high = min(real), max(real)
    scale = Scale((low, high) if high > low else (low - 1, low + 1))
    curve = element("path", d=_curve(known, scale), class_="stroke s0")
    last = max(at for at, value in enumerate(known) if value is not None)
    inner = element("svg", curve, width="100%", height="100%", viewbox="0 0 1000 1000", preserveaspectratio="none",
                    overflow="visible")  # fmt: skip
    dot = element("circle", cx=f"{(last + 0.5) * 100 / len(known):.1f}%", cy=f"{scale.share(real[-1]) * 100:.1f}%",
                  r="2.5", class_="dot s0")  # fmt: skip
    said = f"{title}: from {number(real[0])} to {number(real[-1])}, lowest {number(low)}, highest {number(high)}"
    return element("svg", element("title", said), inner, dot, class_="spark", role="img")


def _grouped(labels: Sequence[str], series: Sequence[Series], size: int) -> tuple[list[str], list[Series]]:
    starts = range(0, len(labels), size)

    def summed(values: Sequence[float | None]) -> list[float | None]:
        parts = [[one for one in values[at : at + size] if one is not None] for at in starts]
        return [sum(part) if part else None for part in parts]

    layers = [Series(one.name, summed(clean(one.values, len(labels))), one.look) for one in series]
    return [labels[at] for at in starts], layers


def _stack(day: str, at: int, count: int, layers: Sequence[Series], scale: Scale) -> list[Html]:
    step, foot, out = 100 / count, 0.0, []
    for index, one in enumerate(layers):
        value = max(0.0, one.values[at] or 0.0)
        if not value:
            continue
        top, bottom = float(scale.y(foot + value)), float(scale.y(foot))
        out.append(
            element(
                "rect",
                element("title", f"{day}: {number(value)} {one.name}"),
                x=f"{(at + 0.1) * step:.3f}%",
                y=f"{top:.1f}",
                width=f"{step * 0.8:.3f}%",
                height=f"{max(0.5, bottom - top):.1f}",
                class_=f"fill {look_of(one, index)}",
            )
        )
        foot += value
    return out


def _level(value: float | None, low: float, wide: float) -> Html:
    zero = -low / wide * 100
    axis = element("line", x1=f"{zero:.2f}%", x2=f"{zero:.2f}%", y1="-2", y2="16", class_="axis")
    if not value:
        return element("svg", axis, aria_hidden="true")
    long = abs(value) / wide * 100
    bar = element(
        "rect",
        x=f"{zero if value > 0 else zero - long:.2f}%",
        width=f"{long:.2f}%",
        height="14",
        class_="fill plus" if value > 0 else "fill minus",
    )
    return element("svg", bar, axis, aria_hidden="true")


def _curve(values: Sequence[float | None], scale: Scale) -> str:
    """Write the path of a curve: a new stroke behind each gap."""
    parts, pen, step = [], "M", 1000 / max(1, len(values))
    for at, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        parts.append(f"{pen}{(at + 0.5) * step:.1f} {scale.share(value) * 1000:.1f}")
        pen = "L"
    return "".join(parts)


def _alone(values: Sequence[float | None]) -> list[tuple[int, float]]:
    """Give the values between two gaps: a curve of one point shows nothing."""
    around = [None, *values, None]
    return [
        (at, value)
        for at, value in enumerate(values)
        if value is not None and around[at] is None and around[at + 2] is None
    ]


def _runs(ends: Sequence[tuple[float | None, float | None]]) -> list[list[tuple[int, float, float]]]:
    """Give the stretches over which both ends of a band are known."""
    known = [(at, low, high) for at, (low, high) in enumerate(ends) if low is not None and high is not None]
    runs: list[list[tuple[int, float, float]]] = [known[:1]] if known else []
    for before, one in pairwise(known):
        if one[0] == before[0] + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _ribbon(run: Sequence[tuple[int, float, float]], count: int, scale: Scale) -> str:
    step = 1000 / count
    upper = [f"{(at + 0.5) * step:.1f} {scale.share(high) * 1000:.1f}" for at, _, high in run]
    lower = [f"{(at + 0.5) * step:.1f} {scale.share(low) * 1000:.1f}" for at, low, _ in reversed(run)]
    return f"M{'L'.join([*upper, *lower])}Z"


def _nothing(text: str) -> Html:
    return element("p", text)
