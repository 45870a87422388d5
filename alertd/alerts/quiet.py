"""When a receiver is not to be disturbed, and until when. Pure.

A moment is quiet if the clock on the receiver's wall shows one of its quiet hours, or if it lies on a day on which
none of the exchanges that it follows trades; and if all that trade on a day close early, from the last close on.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from alertd.alerts.policy import Quiet
from alertd.base.exchanges import early_close, trades
from alertd.base.wall_clock import Hours, first_outside, local

MINUTE_MS = 60_000
MOST_DAYS = 40
"""No exchange stays closed for longer."""


def quiet_until(quiet: Quiet, now: int) -> int:
    """Give the first moment (ms) from now on that is not quiet: `now` itself if it is not."""
    # All that begins or ends does so with a minute, and receivers with the same hours get the same answer.
    until = _until(quiet.hours, quiet.timezone, quiet.calendars, now // MINUTE_MS)
    return max(until * MINUTE_MS, now)


@lru_cache(maxsize=4096)
def _until(written: str, timezone: str, exchanges: tuple[str, ...], minute: int) -> int:
    zone, hours = ZoneInfo(timezone), Hours(written) if written else None
    ends = (hours.end,) if hours is not None else ()

    def inside(at: int) -> bool:
        shown = local(at, zone)
        return (hours is not None and shown in hours) or _is_closed(exchanges, shown.date(), at)

    return first_outside(minute * MINUTE_MS, zone, inside, lambda _: ends, MOST_DAYS) // MINUTE_MS


def _is_closed(exchanges: tuple[str, ...], day: date, at: int) -> bool:
    if not exchanges:
        return False
    close = _last_close(exchanges, day)
    return close is not None and at >= close


@lru_cache(maxsize=4096)
def _last_close(exchanges: tuple[str, ...], day: date) -> int | None:
    """Give the moment from which all is closed on a day: 0 if none trades, None if one trades to its end."""
    closes = [early_close(exchange, day) for exchange in exchanges if trades(exchange, day)]
    if None in closes:
        return None
    return max((close for close in closes if close is not None), default=0)
