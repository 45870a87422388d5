"""When a report is due, and what time it is about. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from zoneinfo import ZoneInfo

from alertd.base.ids import make_id
from alertd.base.wall_clock import local, minute_of, moment

_BACK = 15
"""Days in which a report was due twice, whatever its days."""


def last_due(days: Collection[int], at: str, zone: ZoneInfo, now: int) -> tuple[int, int]:
    """Give the two last moments (ms) at which a report was due, the newer one last; it is at most `now`.

    `days` are days of the week, 0 for Monday, and `at` is the time on the wall clock, `HH:MM`. One that a change of
    clocks skips is as much later as the change; of one that comes twice the first counts (PEP 495).
    """
    today = local(now, zone).date()
    ahead = (today + timedelta(days=1 - back) for back in range(_BACK + 1))
    due = [moment(day, minute_of(at), zone) for day in ahead if day.weekday() in days]
    newest, before, *_ = [one for one in due if one <= now]
    return before, newest


def mail_id(receiver: str, report: str, until_at: str) -> str:
    """Give the delivery id of a report to a receiver about the time that ends then, however often it is made."""
    return make_id("dl", receiver, "report", report, until_at)
