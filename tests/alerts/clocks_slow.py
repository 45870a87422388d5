"""Quiet hours and weekly times asked minute by minute: slow, and plainly right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from alertd.alerts.policy import Quiet
from alertd.base.exchanges import early_close, trades

MINUTE_MS = 60_000


def is_quiet(quiet: Quiet, at: int) -> bool:
    """Whether a moment is quiet, read off the wall."""
    shown = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(quiet.timezone))
    if quiet.hours:
        start, end = quiet.hours.split("-")
        clock = f"{shown.hour:02}:{shown.minute:02}"
        inside = start <= clock < end if start < end else clock >= start or clock < end
        if inside:
            return True
    if not quiet.calendars:
        return False
    open_ = [exchange for exchange in quiet.calendars if trades(exchange, shown.date())]
    closes = [early_close(exchange, shown.date()) for exchange in open_]
    return all(close is not None and at >= close for close in closes)


def first_not(inside: Callable[[int], bool], now: int, most: timedelta = timedelta(days=12)) -> int:
    """Give the first moment from now on, minute by minute, that is not inside."""
    at = now
    while inside(at):
        at = (at // MINUTE_MS + 1) * MINUTE_MS
        assert at - now < most.total_seconds() * 1000
    return at
