"""Times and ages as a person reads them, in the portfolio's time zone. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alertd.base.clock import parse_rfc3339, to_datetime

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
OLD_AFTER_MS = 5 * 60 * 1000
"""An item older than this says its age first."""


def zone(name: str) -> tzinfo:
    """Give a time zone by its IANA name; UTC for a name that does not exist (the rules' loader has refused it)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def moment(text: str | None) -> int | None:
    """Read an RFC 3339 time as milliseconds; None for nothing or for what is no time."""
    try:
        return parse_rfc3339(text) if text else None
    except (ValueError, OverflowError):
        return None


def clock_time(ms: int, tz: tzinfo, now: int, precision: str | None = "second") -> str:
    """Write a time of day with as much as is known, and its day when that is not today's: `12 Jan 07:41`."""
    local, today = _local(ms, tz), _local(now, tz)
    if precision == "day":
        local = to_datetime(ms)  # a bare day is the day as written; in another zone it would be the one before
        return day(local, today)
    form = "%H:%M" if precision == "minute" else "%H:%M:%S"
    time = local.strftime(form)
    return time if local.date() == today.date() else f"{day(local, today)} {time}"


def moment_text(ms: int, tz: tzinfo, now: int) -> str:
    """Write a moment to the minute with its zone and its day: `06:30 EST today`, `18:05 EST, 9 Jan`."""
    local, today = _local(ms, tz), _local(now, tz)
    time = f"{local:%H:%M} {zone_label(ms, tz)}"
    return f"{time} today" if local.date() == today.date() else f"{time}, {day(local, today)}"


def day_text(ms: int, tz: tzinfo, now: int) -> str:
    """Write a bare day, given as its midnight in UTC: `today`, `9 Jan`."""
    written, today = to_datetime(ms), _local(now, tz)
    return "today" if written.date() == today.date() else day(written, today)


def day(local: datetime, today: datetime) -> str:
    """Write a day as `12 Jan`, with the year if it is another one. English whatever the locale."""
    month = _MONTHS[local.month - 1]
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {month}{year}"


def zone_label(ms: int, tz: tzinfo) -> str:
    """Name the zone as it is at that time: `EST`, `BST`, `UTC+03`."""
    name = _local(ms, tz).tzname() or "UTC"
    return f"UTC{name}" if name[0] in "+-" else name


def _local(ms: int, tz: tzinfo) -> datetime:
    return to_datetime(ms).astimezone(tz)


def age(ms: int) -> str:
    """Write a length of time in the two largest units that matter: `6 min`, `2 h 5 min`, `3 d`."""
    minutes = ms // 60_000
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes and hours < 10 else f"{hours} h"
    return f"{hours // 24} d"
