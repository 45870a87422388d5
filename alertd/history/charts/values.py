"""What charts are made of, and how their numbers are cleaned and written. Pure.

What is not known is None: a gap, never a zero. Numbers that are none (NaN, infinite) count as not known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Look = Literal["", "critical", "high", "medium", "low", "info", "rest"]
"""How a series is drawn: "" is the next colour of the palette, the others are those of severities."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or one layer of bars: a value for each label of the axis."""

    name: str
    values: Sequence[float | None]
    look: Look = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A range behind lines, the usual one, say: a low and a high value for each label of the axis."""

    name: str
    low: Sequence[float | None]
    high: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Bar:
    """One of several things that are compared with each other."""

    label: str
    value: float | None
    note: str = ""
    """Said behind the value."""


def clean(values: Iterable[float | None], length: int) -> list[float | None]:
    """Give as many values as there are labels: what is missing or no number is None."""
    known = [float(one) if one is not None and math.isfinite(one) else None for one in values][:length]
    return known + [None] * (length - len(known))


def number(value: float | None, unit: str = "", *, signed: bool = False) -> str:
    """Write a number as a person reads it: `1,204`, `0.35`, `+2.0 %`; `–` if it is not known."""
    if value is None or not math.isfinite(value):
        return "–"
    digits = 0 if value == round(value) or abs(value) >= 1000 else 1 if abs(value) >= 10 else 2
    text = f"{value:{'+' if signed else ''},.{digits}f}"
    if not text.strip("+-0.,"):
        text = "0"
    return f"{text} {unit}" if unit else text


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Give round numbers from at or below `low` to at or above `high`, about as many as wanted, at least two."""
    low, high = min(low, high), max(low, high)
    tiny = max(abs(low), abs(high), 1.0) * 1e-9
    if high - low < tiny:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < tiny:
        low, high = math.floor(low), math.floor(low) + 1.0
    rough = (high - low) / max(1, most - 1)
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * at, 10) for at in range(first, last + 1)]


def written(mark: float, marks: Sequence[float]) -> str:
    """Write a number of an axis with as many digits as the finest of them needs."""
    digits = next((digits for digits in range(4) if all(round(one, digits) == one for one in marks)), 4)
    return f"{mark:,.{digits}f}"


def spaced(count: int, most: int) -> list[int]:
    """Give the places of at most `most` labels, evenly apart, the first one among them."""
    step = max(1, math.ceil(count / max(1, most)))
    return list(range(0, count, step))
