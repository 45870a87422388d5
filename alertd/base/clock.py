"""Time comes in from outside: workers hold a Clock, pure functions take `now`.

Milliseconds since the epoch inside, RFC 3339 UTC with milliseconds and `Z` outside.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], int]
"""Gives the wall-clock time in milliseconds since the epoch."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def system_clock() -> int:
    """Give the wall-clock time in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def rfc3339(ms: int) -> str:
    """Write milliseconds since the epoch as `2026-01-12T07:41:56.000Z`."""
    return (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_rfc3339(text: str) -> int:
    """Read an RFC 3339 time with a zone as milliseconds since the epoch. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"time without a zone: {text!r}")
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def to_datetime(ms: int) -> datetime:
    """Give milliseconds since the epoch as an aware datetime in UTC."""
    return _EPOCH + timedelta(milliseconds=ms)
