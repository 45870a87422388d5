"""The SEC's day: when EDGAR takes filings and shows them, and how often to ask it then. Pure.

EDGAR works from 06:00 to 22:00 in New York on weekdays but federal holidays (17 CFR 232.12(c)). What it accepts after
17:30 gets the next such day as its filing date (232.13(a); Forms 3, 4, 5, 144 and Schedules 13D, 13G do not), is held
back until 06:00 of that day, and is then shown at the place where it was accepted: *below* what came later in the
evening and was shown at once (seen on real pages, docs/edgar.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from alertd.base.clock import to_datetime
from alertd.sources.timetable import EVERY_SCHEMA, Hours, Timetable, parse_every, write_every

NEW_YORK = ZoneInfo("America/New_York")
OPENS, HOLDS_BACK, CLOSES = time(6), time(17, 30), time(22)
SLOW_S = 300.0
"""How often to ask while EDGAR is closed: nothing new is shown then, but for what it does not announce."""
LOOK_BELOW = ((180, 0), (900, 60), (3_600, 600), (10_800, 1_800))
"""Up to so many seconds after the opening, the seconds from one look at what was held back to the next."""
_DAY = timedelta(days=1)
_FIXED = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))
"""Month and day of the holidays that have one (5 U.S.C. 6103): New Year, Juneteenth, Independence, Veterans,
Christmas."""
_MOVING = ((1, 3), (2, 3), (9, 1), (10, 2))
"""Month, and the how manieth Monday: King, Washington, Labor, Columbus."""


@lru_cache(maxsize=64)
def federal_holidays(year: int) -> frozenset[date]:
    """Give the days of a year on which federal offices are closed: 5 U.S.C. 6103(a), and (b) for those on weekends.

    A Saturday's is observed on the Friday before (1 January perhaps on 31 December), a Sunday's on the Monday after
    (Executive Order 11582). Days that a president adds are not known: on them EDGAR is merely asked too often.
    """
    days = [date(year, month, day) for month, day in _FIXED]
    days += [_weekday(date(year, month, 1), 0) + 7 * (nth - 1) * _DAY for month, nth in _MOVING]
    days.append(_weekday(date(year, 5, 25), 0))  # Memorial Day: the last Monday of May
    days.append(_weekday(date(year, 11, 22), 3))  # Thanksgiving: the fourth Thursday of November
    observed = {_observed(day) for day in days} | {_observed(date(year + 1, 1, 1))}
    return frozenset(day for day in observed if day.year == year)


def _weekday(first: date, weekday: int) -> date:
    """Give the first such weekday (Monday is 0) on or after a day."""
    return first + (weekday - first.weekday()) % 7 * _DAY


def _observed(day: date) -> date:
    return day - _DAY if day.weekday() == 5 else day + _DAY if day.weekday() == 6 else day


def is_business_day(day: date) -> bool:
    """Say whether EDGAR works on a day of New York's calendar."""
    return day.weekday() < 5 and day not in federal_holidays(day.year)


def business_day_before(day: date) -> date:
    """Give the last business day before a day."""
    day -= _DAY
    while not is_business_day(day):
        day -= _DAY
    return day


def new_york(day: date, clock: time) -> int:
    """Give the moment of a day and hour in New York, in ms. What a change of clocks skips is as much later."""
    return int(datetime.combine(day, clock, NEW_YORK).timestamp() * 1000)


def day_of(ms: int) -> date:
    """Give New York's date at a moment."""
    return to_datetime(ms).astimezone(NEW_YORK).date()


def opening_before(now: int) -> int:
    """Give the last opening, in ms: 06:00 of a business day, not after now."""
    day = day_of(now)
    if not is_business_day(day) or new_york(day, OPENS) > now:
        day = business_day_before(day)
    return new_york(day, OPENS)


def opening_after(now: int) -> int:
    """Give the next opening, in ms, after now."""
    day = day_of(now)
    while not is_business_day(day) or new_york(day, OPENS) <= now:
        day += _DAY
    return new_york(day, OPENS)


def held_back_since(looked_ms: int, now: int) -> int | None:
    """Say down to which acceptance time a page may show what was not there when we `looked` so far down last, in ms.

    None where we need not look below what we know. Filings that were held back come to light at an opening, not all
    in the same second: so we look again for three hours, less and less often.
    """
    opening = opening_before(now)
    if looked_ms < opening:
        opening = opening_after(looked_ms)
    else:
        pauses = (pause for up_to, pause in LOOK_BELOW if now - opening < up_to * 1000)
        pause = next(pauses, None)
        if pause is None or now - looked_ms < pause * 1000:
            return None
    return new_york(business_day_before(day_of(opening)), HOLDS_BACK)


@lru_cache(maxsize=256)
def _offset_of(hour: int) -> timedelta:
    offset = to_datetime(hour * 3_600_000).astimezone(NEW_YORK).utcoffset()
    assert offset is not None
    return offset


def fits_new_york(ms: int, offset: timedelta) -> bool:
    """Say whether New York's clock has this offset from UTC at a moment; it changes on full hours of UTC alone."""
    return _offset_of(ms // 3_600_000) == offset


# --- how often to ask -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SecDay(Hours):
    """Hours of a timetable: 06:00 to 22:00 in New York on business days."""

    start: time = OPENS
    end: time = CLOSES
    zone: ZoneInfo = NEW_YORK

    def hold(self, now: int) -> bool:
        """Say whether EDGAR is at work: start included, end not."""
        local = to_datetime(now).astimezone(self.zone)
        return self.start <= local.time() < self.end and is_business_day(local.date())

    def next_start(self, now: int) -> int:
        """Give the next opening, in ms."""
        return opening_after(now)

    def __str__(self) -> str:
        return "06:00-22:00 America/New_York on EDGAR's business days"


def sec_timetable(seconds: float) -> Timetable:
    """Ask so often in the SEC's day; outside of it every five minutes, or as often where that is less."""
    return Timetable(max(seconds, SLOW_S), ((SecDay(), seconds),))


def _parse(value: Any) -> Timetable:
    timetable = parse_every(value)
    return timetable if isinstance(value, Timetable | Mapping) else sec_timetable(timetable.default_s)


def _write(timetable: Timetable) -> str | dict[str, str]:
    hours = [seconds for hours, seconds in timetable.bursts if isinstance(hours, SecDay)]
    return write_every(Timetable(hours[0]) if hours else timetable)


SecEvery = Annotated[Timetable, PlainValidator(_parse), PlainSerializer(_write), WithJsonSchema(EVERY_SCHEMA)]
"""`every` of an `edgar` source: a duration holds in the SEC's day; hours that the user writes hold as written."""
