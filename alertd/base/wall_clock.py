"""Hours on a wall clock: when they are, and when they are over, also in the nights in which clocks change.

A moment belongs to hours if the clock on the wall shows one of them then. So of hours that come twice both belong,
hours that are skipped are not there, and what ends in a skipped hour ends with the jump. (PEP 495)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alertd.base.clock import to_datetime

DAY_MINUTES = 1440
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})")
_MINUTE = 60_000


def minute_of(text: str) -> int:
    """Read `HH:MM` as minutes since midnight; `24:00` is the end of the day. Raises ValueError."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError('a time of day is written with two digits each, "06:30"')
    minute = int(found[1]) * 60 + int(found[2])
    if int(found[2]) > 59 or minute > DAY_MINUTES:
        raise ValueError('a time of day lies between "00:00" and "24:00"')
    return minute


class Hours:
    """Hours of each day, across midnight if they end before they begin."""

    __slots__ = ("end", "start")

    def __init__(self, text: str) -> None:
        """Read `22:00-06:30`. Raises ValueError."""
        start, dash, end = text.partition("-")
        if not dash:
            raise ValueError('hours are written "22:00-06:30"')
        self.start, self.end = minute_of(start.strip()), minute_of(end.strip())
        if self.start == DAY_MINUTES:
            raise ValueError('hours that begin at the end of the day begin at "00:00"')
        if self.start % DAY_MINUTES == self.end % DAY_MINUTES:
            raise ValueError("hours that begin and end at the same time would be all of the day, or none of it")

    def __contains__(self, at: datetime) -> bool:
        now = minutes(at)
        if self.start < self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end


def local(ms: int, zone: ZoneInfo) -> datetime:
    """Give what clock and calendar on the wall show at a moment."""
    return to_datetime(ms).astimezone(zone)


def minutes(at: datetime) -> int:
    """Give the minutes that a clock shows since midnight."""
    return at.hour * 60 + at.minute


def moment(day: date, minute: int, zone: ZoneInfo, *, fold: int = 0) -> int:
    """Give the moment (ms) at which a clock shows a time on a day.

    Of a time that comes twice the first, or with `fold=1` the second; one that is skipped is as much later as the
    change of clocks, or earlier.
    """
    day, minute = (day + timedelta(days=1), 0) if minute == DAY_MINUTES else (day, minute)
    at = datetime.combine(day, time(*divmod(minute, 60), fold=fold), zone)
    return round(at.timestamp()) * 1000


def first_outside(
    now: int, zone: ZoneInfo, inside: Callable[[int], bool], ends: Callable[[date], Iterable[int]], most_days: int
) -> int:
    """Give the first moment from now on that is not inside; after so many days the end of the last one.

    `ends` gives the minutes of a day at which it may end on the clock. Midnights and changes of clocks are looked at
    besides: with them the wall shows another day, or jumps out of the hours.
    """
    if not inside(now):
        return now
    day = local(now, zone).date()
    for _ in range(most_days + 1):
        for at in _looked_at(day, zone, ends(day)):
            if at > now and not inside(at):
                return at
        day += timedelta(days=1)
    return moment(day, 0, zone)


def _looked_at(day: date, zone: ZoneInfo, ends: Iterable[int]) -> list[int]:
    found = {moment(day, minute, zone, fold=fold) for minute in (*ends, DAY_MINUTES) for fold in (0, 1)}
    change = _change(day, zone)
    return sorted(found if change is None else {*found, change})


def _change(day: date, zone: ZoneInfo) -> int | None:
    """Give the moment at which clocks are changed on a day; None if they are not."""
    early, late = moment(day, 0, zone), moment(day, DAY_MINUTES, zone, fold=1)
    before, after = _offset(early - _MINUTE, zone), _offset(late, zone)
    if before == after:
        return None
    early -= _MINUTE
    while late - early > _MINUTE:
        middle = early + (late - early) // (2 * _MINUTE) * _MINUTE
        early, late = (middle, late) if _offset(middle, zone) == before else (early, middle)
    return late


def _offset(ms: int, zone: ZoneInfo) -> timedelta | None:
    return local(ms, zone).utcoffset()
