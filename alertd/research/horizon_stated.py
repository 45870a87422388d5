"""Whether a horizon that a model gives is one that the event's text states: the length or the end of something."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from alertd.base.months import DAYS_IN, MONTHS_IN
from alertd.model import Duration, Event

_OFF = 1.0
"""Months that the way to a date may be off: one that is stated by its month or year has an early and a late end."""
_ROUNDED = 0.1
"""Months that a length may be off: 90 days are 2.96 months, and said to be 3."""


def stated_horizon(low: float | None, high: float | None, event: Event) -> bool:
    """Whether each end given (months from the event) is stated; ends that are not given are none."""
    if low is not None and high is not None and low > high:
        return False
    ranges = [span for one in event.durations for span in _spans(one, event)]
    return all(any(first <= end <= last for first, last in ranges) for end in (low, high) if end is not None)


def _spans(one: Duration, event: Event) -> Iterator[tuple[float, float]]:
    """Give what may be said of a duration, in months, as ranges."""
    for length in (one.low, one.high):
        if length is not None:
            months = length * MONTHS_IN[one.unit]
            yield months - _ROUNDED, months + _ROUNDED
    began = _day(event.event_at or event.published_at or event.seen_at)
    if one.until and began is not None:
        first, last = _ends(one.until)
        if first is not None and last is not None:
            yield _between(began, first) - _OFF, _between(began, last) + _OFF


def _between(began: date, end: date) -> float:
    return (end - began) / timedelta(days=DAYS_IN["month"])


def _ends(until: str) -> tuple[date | None, date | None]:
    """Give the first and the last day that a date of ISO 8601 (`2031`, `2031-06`, `2031-06-30`) can mean."""
    first = _day(f"{until}-01-01"[:10] if len(until) == 4 else f"{until}-01"[:10])
    if first is None or len(until) >= 10:
        return first, first
    return first, first + timedelta(days=30 if len(until) == 7 else 364)


def _day(moment: str) -> date | None:
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return None
