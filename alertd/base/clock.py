"""Time comes in from outside: workers hold a Clock, pure functions take `now`.

Milliseconds since the epoch inside, RFC 3339 UTC with milliseconds and `Z` outside.

A process may follow another clock than the machine's: all processes of a replay that of the past (`follow`), and for
tests alone all those of a daemon and the commands beside it a file that the test writes (`follow_clock`): so a day
passes in seconds, and what was sent when is exact.
"""

from __future__ import annotations

import mmap
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], int]
"""Gives the wall-clock time in milliseconds since the epoch."""

CLOCK_VARIABLE = "ALERTD_CLOCK_FILE"
"""Names the file in the environment of a test."""
CLOCK_BYTES = 8
"""The time in ms, little-endian, at its beginning."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_followed: list[Clock] = []


class ClockRefused(ValueError):
    """The clock of a test that this process must not, or cannot, follow."""


def system_clock() -> int:
    """Give the wall-clock time in milliseconds since the epoch."""
    if _followed:
        return _followed[0]()
    return time.time_ns() // 1_000_000


def follow(clock: Clock) -> None:
    """Take the time from this clock from now on, for as long as the process lives."""
    _followed[:] = [clock]


def machine_ms(at_ms: int) -> int:
    """Give the moment on the machine's own clock that is as far ahead as `at_ms` on ours: the same, unless we follow
    another one.

    For libraries that look at the machine's clock themselves.
    """
    return at_ms + time.time_ns() // 1_000_000 - system_clock() if _followed else at_ms


def follow_clock(env: Mapping[str, str]) -> str:
    """Take the time from the file that ALERTD_CLOCK_FILE names from now on; gives its name, empty if there is none.

    Raises ClockRefused unless ALERTD_ENV says `test`, or if the file holds no time.
    """
    name = env.get(CLOCK_VARIABLE, "")
    if not name:
        return ""
    if env.get("ALERTD_ENV") != "test":
        raise ClockRefused(f"{CLOCK_VARIABLE} is for tests: it needs ALERTD_ENV=test")
    try:
        with Path(name).open("rb") as file:
            mapped = mmap.mmap(file.fileno(), CLOCK_BYTES, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise ClockRefused(f"{CLOCK_VARIABLE}: {name} holds no time: {error}") from error
    follow(lambda: int.from_bytes(mapped[:CLOCK_BYTES], "little"))
    return name


def rfc3339(ms: int) -> str:
    """Write milliseconds since the epoch as `2026-01-12T07:41:56.000Z`."""
    return (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def utc_day(ms: int) -> str:
    """Write the day of milliseconds since the epoch, UTC: `2026-01-12`."""
    return rfc3339(ms)[:10]


def day_start(day: str) -> int:
    """Give the beginning of such a day, in milliseconds since the epoch. Raises ValueError."""
    return parse_rfc3339(f"{day}T00:00:00Z")


def parse_rfc3339(text: str) -> int:
    """Read an RFC 3339 time with a zone as milliseconds since the epoch. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"time without a zone: {text!r}")
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def to_datetime(ms: int) -> datetime:
    """Give milliseconds since the epoch as an aware datetime in UTC."""
    return _EPOCH + timedelta(milliseconds=ms)
