"""When the digest goes out that an alert waits for. Pure."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from alertd.alerts.policy import DigestTimes
from alertd.base.wall_clock import local, minute_of, moment


def next_digest(times: DigestTimes, now: int) -> int:
    """Give the next moment (ms) after now at which a digest is due.

    A time that a change of clocks skips is as much later as the change; of one that comes twice the first counts.
    """
    zone = ZoneInfo(times.timezone)
    today = local(now, zone).date()
    for ahead in range(9):  # the same day of the next week may be needed, and a time on it that is over by now
        day = today + timedelta(days=ahead)
        if day.weekday() not in times.days:
            continue
        due = [at for text in times.at if (at := moment(day, minute_of(text), zone)) > now]
        if due:
            return min(due)
    raise ValueError("a digest needs a day of the week and a time")
