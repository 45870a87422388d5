"""The day that a receiver's coverage line is about. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alertd.base.clock import to_datetime
from alertd.base.ids import make_id

LATEST_MS = 12 * 3_600_000
"""A line that could not be written in time is written so much later at most."""


def window(at: time, zone: ZoneInfo, now: int) -> tuple[int, int]:
    """Give the last whole day from this time of day to the next that is over now, in ms.

    It is as long as the wall clock makes it. A time that a change of clocks skips is as much later as the change; of
    a time that comes twice the first counts (PEP 495, `fold=0`).
    """
    today = to_datetime(now).astimezone(zone).date()
    moments = [_moment(today + timedelta(days=days), at, zone) for days in (-2, -1, 0, 1)]
    over = [moment for moment in moments if moment <= now]
    return over[-2], over[-1]


def _moment(day: date, at: time, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, at, zone).timestamp() * 1000)


def line_id(receiver: str, until_at: str) -> str:
    """Give the delivery id of a receiver's line about the day that ends then, whoever writes it and however often."""
    return make_id("dl", receiver, "coverage", "", until_at)
