"""Whether a day is like the days before: counts of the same hours and the same part of the week, compared. Pure."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_THURSDAY = 3
"""The weekday of 1970-01-01, from Monday = 0."""


def next_hour(at_ms: int) -> int:
    """Give the full hour that follows."""
    return (at_ms // HOUR_MS + 1) * HOUR_MS


def counts_before(begun: Sequence[int], end_ms: int, days: int) -> list[int]:
    """Count what began in the same 24 hours of each of the days before, of the same part of the week.

    `begun` is sorted. Where most of the 24 hours are of a weekend (UTC), weekends are what counts, else working days.
    """
    return [count_of(begun, end - DAY_MS, end) for end in _alike(end_ms, days)]


@lru_cache(maxsize=16)
def _alike(end_ms: int, days: int) -> tuple[int, ...]:
    """Give the ends of the days before that are alike; the same for all companies of an hour."""
    ends = (end_ms - back * DAY_MS for back in range(1, days + 1))
    return tuple(end for end in ends if is_weekend(end) == is_weekend(end_ms))


def is_weekend(end_ms: int) -> bool:
    """Whether the middle of the 24 hours up to a time lies on a Saturday or Sunday, UTC."""
    return ((end_ms - DAY_MS // 2) // DAY_MS + _THURSDAY) % 7 >= 5


def z_score(count: int, before: Sequence[int]) -> float | None:
    """Compare a count with those before, in standard deviations; None where there are not two of them.

    The deviation is at least that of a Poisson process with their mean, and at least 1.
    """
    if len(before) < 2:
        return None
    mean = sum(before) / len(before)
    deviation = math.sqrt(math.fsum((one - mean) ** 2 for one in before) / (len(before) - 1))
    return rounded((count - mean) / max(deviation, math.sqrt(mean), 1.0))


def count_of(begun: Sequence[int], since_ms: int, until_ms: int) -> int:
    """Count the times, sorted, from one on and before another."""
    return bisect_left(begun, until_ms) - bisect_left(begun, since_ms)


def rounded(value: float) -> float:
    """Give a value to four places: what is beyond them is noise, and may differ between machines."""
    return round(value, 4) + 0.0  # no -0.0
