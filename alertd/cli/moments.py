"""Times to come as a person writes them on a command line: `2h`, `07:30`, `fri 16:00`, `2026-01-15 07:30`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from alertd.base.clock import parse_rfc3339
from alertd.base.config import parse_duration
from alertd.base.wall_clock import local, minute_of, moment
from alertd.model import Weekly

DAYS: Sequence[str] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HINT = "write 2h, 07:30, fri 16:00, 2026-01-15 07:30, or a time with a zone: 2026-01-15T07:30:00Z"
WEEKLY_HINT = 'write days and hours: "fri 16:00-18:00", "mon-fri 22:00-06:30", "sat,sun 00:00-24:00"'

_CLOCK = re.compile(r"(?:([a-z]+) )?(\d\d:\d\d)")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d))?")
_WEEKLY = re.compile(r"([a-z]+(?:[-,][a-z]+)*) (\d\d:\d\d) ?- ?(\d\d:\d\d)")


def to_come(text: str, now: int, zone: ZoneInfo) -> int:
    """Read a time as milliseconds: so long from now, the next time a clock in the zone shows it, or a day there.

    Raises ValueError, saying what to write.
    """
    text = " ".join(text.lower().split())
    try:
        return now + round(parse_duration(text) * 1000)
    except ValueError:
        pass
    try:
        if found := _CLOCK.fullmatch(text):
            return _next(found[1] or "", minute_of(found[2]), now, zone)
        if found := _DATE.fullmatch(text):
            return moment(date.fromisoformat(found[1]), minute_of(found[2] or "00:00"), zone)
        return parse_rfc3339(text.upper())
    except (ValueError, OverflowError) as error:
        raise ValueError(f"`{text[:60]}` is no time: {HINT}") from error


def weekly(text: str, timezone: str) -> Weekly:
    """Read `fri 16:00-18:00` as a time that comes again each week. Raises ValueError, saying what to write."""
    found = _WEEKLY.fullmatch(" ".join(text.lower().split()))
    try:
        if not found:
            raise ValueError(text)
        start, end = found[2], found[3]
        if minute_of(start) == minute_of(end) or minute_of(start) == minute_of("24:00"):
            raise ValueError(text)
        return Weekly(days=_days(found[1]), start=start, end=end, timezone=timezone)
    except ValueError as error:
        raise ValueError(f"`{text[:60]}` is no time of a week: {WEEKLY_HINT}") from error


def show_weekly(one: Weekly) -> str:
    """Write a time of a week as it is read, with its zone."""
    days = ",".join(DAYS[day] for day in one.days)
    return f"{days} {one.start}-{one.end} {one.timezone}"


def _next(day: str, minute: int, now: int, zone: ZoneInfo) -> int:
    wanted = _days(day) if day else list(range(7))
    today = local(now, zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(9))
    return next(at for one in days if one.weekday() in wanted and (at := moment(one, minute, zone)) > now)


def _days(text: str) -> list[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        begin, end = _day(first), _day(last or first)
        found.update((begin + ahead) % 7 for ahead in range((end - begin) % 7 + 1))
    return sorted(found)


def _day(text: str) -> int:
    found = next((i for i, day in enumerate(DAYS) if len(text) >= 3 and text.startswith(day)), None)
    if found is None:
        raise ValueError(text)
    return found
