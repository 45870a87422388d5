"""The days of a time on the wall clock of a zone: 23, 24 or 25 hours long, the first and the last cut off. Pure."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from alertd.base.wall_clock import local, moment


@dataclass(frozen=True, slots=True)
class Days:
    """Days in their order; a moment of the time belongs to exactly one."""

    dates: tuple[date, ...]
    starts: tuple[int, ...]
    """When each begins, in ms; the first with the time."""
    until_ms: int

    def of(self, at_ms: int) -> int:
        """Give the place of the day of a moment, from 0; -1 for one before the time."""
        return bisect_right(self.starts, at_ms) - 1

    @property
    def ends(self) -> tuple[int, ...]:
        """When each ends, in ms: the last with the time."""
        return (*self.starts[1:], self.until_ms)

    @property
    def names(self) -> list[str]:
        """The dates as they are written in JSON."""
        return [one.isoformat() for one in self.dates]


def days_of(since_ms: int, until_ms: int, zone: ZoneInfo) -> Days:
    """Give the days of a time. Raises ValueError if it is empty."""
    if until_ms <= since_ms:
        raise ValueError("a time ends after it begins")
    day = local(since_ms, zone).date()
    dates, starts = [day], [since_ms]
    while (start := moment(day := day + timedelta(days=1), 0, zone)) < until_ms:
        if start > starts[-1]:
            dates.append(day)
            starts.append(start)
    return Days(tuple(dates), tuple(starts), until_ms)
