"""When to ask a source again. Pure: `now` and chance come in from outside.

    all is well      the interval of the hour, never less; up to ten times as long (and up to an hour) if the feed's
                     <ttl> or the server's Cache-Control ask for it; never past the beginning of burst hours
    a poll failed    the interval, doubled with each failure up to 30 minutes, and so for ever
    Retry-After      at least that long, up to 24 hours

A little chance is added everywhere, so that a hundred feeds do not ask in step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from alertd.base.clock import to_datetime
from alertd.base.config import format_duration, parse_duration

SHORTEST_S = 1.0
LONGEST_S = 86_400.0
SLOWEST_FACTOR = 10.0
SLOWEST_S = 3_600.0
"""How far a server may slow polling down: to ten intervals, and no further than this."""
BACKOFF_S = 1_800.0
RETRY_AFTER_S = 86_400.0
JITTER = 0.05
BACKOFF_JITTER = 0.25

_WINDOW = re.compile(r"(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)\s+(\S+)")


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the wall clock of a zone, every day; `end` before `start` runs over midnight."""

    start: time
    end: time
    zone: ZoneInfo

    def hold(self, now: int) -> bool:
        """Say whether the clock of the zone is within the hours: start included, end not."""
        clock = to_datetime(now).astimezone(self.zone).time()
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def next_start(self, now: int) -> int:
        """Give the next beginning, in ms. A beginning that a change of clocks skips is as much later as the gap."""
        today = to_datetime(now).astimezone(self.zone).date()
        for days in range(3):
            begin = datetime.combine(today + timedelta(days=days), self.start, self.zone)
            begin_ms = int(begin.timestamp() * 1000)
            if begin_ms > now:
                return begin_ms
        raise AssertionError("every day has a beginning")  # pragma: no cover

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M} {self.zone.key}"


@dataclass(frozen=True, slots=True)
class Timetable:
    """How often to poll: by default, and in hours of their own."""

    default_s: float
    bursts: tuple[tuple[Hours, float], ...] = ()

    def every(self, now: int) -> float:
        """Give the interval that holds now, in seconds: the shortest of all hours that hold, else the default."""
        held = [interval for hours, interval in self.bursts if hours.hold(now)]
        return min(held) if held else self.default_s

    def shortest(self) -> float:
        """Give the shortest interval of all."""
        return min([self.default_s, *(interval for _, interval in self.bursts)])

    def next_faster(self, now: int) -> int | None:
        """Say when hours with a shorter interval than the present one begin next, in ms."""
        present = self.every(now)
        return min((hours.next_start(now) for hours, interval in self.bursts if interval < present), default=None)


def parse_hours(text: str) -> Hours:
    """Read `06:55-09:35 America/New_York`. Raises ValueError in words for the user."""
    found = _WINDOW.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not of the form 06:55-09:35 America/New_York")
    try:
        start, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    except ValueError:
        raise ValueError(f"{text!r} holds a time that no clock shows; hours run from 00:00 to 23:59") from None
    if start == end:
        raise ValueError(f"{text!r} begins and ends at the same time")
    try:
        zone = ZoneInfo(found[5])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{found[5]!r} is no time zone; write it as America/New_York or Europe/London") from None
    return Hours(start, end, zone)


def parse_every(value: Any) -> Timetable:
    """Read the setting `every`: a duration, or a mapping of `default` and hours to durations. Raises ValueError."""
    if isinstance(value, Timetable):
        return value
    if not isinstance(value, Mapping):
        return Timetable(_interval("every", value))
    if "default" not in value:
        raise ValueError("default is missing: how often to ask outside of the hours named")
    faults: list[str] = []
    bursts: list[tuple[Hours, float]] = []
    default_s = 60.0
    for key, text in value.items():
        try:
            if key == "default":
                default_s = _interval("default", text)
            else:
                bursts.append((parse_hours(str(key)), _interval(str(key), text)))
        except ValueError as fault:
            faults.append(str(fault))
    if faults:
        raise ValueError("; ".join(faults))
    return Timetable(default_s, tuple(bursts))


def _interval(name: str, text: Any) -> float:
    try:
        seconds = parse_duration(text)
    except ValueError as fault:
        raise ValueError(f"{name}: {fault}") from None
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise ValueError(f"{name}: an interval is between {SHORTEST_S:g}s and 24h, not {text}")
    return seconds


def write_every(timetable: Timetable) -> str | dict[str, str]:
    """Write a timetable as the setting that it was read from."""
    if not timetable.bursts:
        return format_duration(timetable.default_s)
    bursts = {str(hours): format_duration(interval) for hours, interval in timetable.bursts}
    return {"default": format_duration(timetable.default_s)} | bursts


_DURATION_SCHEMA = {"type": "string", "pattern": r"^(\d+(?:\.\d+)?)(ms|s|m|h|d)$"}
EVERY_SCHEMA: dict[str, Any] = {
    "anyOf": [
        _DURATION_SCHEMA,
        {
            "type": "object",
            "properties": {"default": _DURATION_SCHEMA},
            "required": ["default"],
            "patternProperties": {r"^\d\d:\d\d\s*-\s*\d\d:\d\d\s+\S+$": _DURATION_SCHEMA},
            "additionalProperties": False,
        },
    ]
}
Every = Annotated[Timetable, PlainValidator(parse_every), PlainSerializer(write_every), WithJsonSchema(EVERY_SCHEMA)]
"""How often to poll, as a user writes it."""


def next_poll_ms(
    timetable: Timetable,
    now: int,
    *,
    failures: int = 0,
    retry_after_s: float | None = None,
    max_age_s: float | None = None,
    ttl_s: float | None = None,
    random: Callable[[], float],
) -> int:
    """Say when to poll next, in ms, after a poll that ended now.

    `failures` are consecutive, this one included; `random` gives numbers from 0 to 1. A 410 is not asked here: a
    source that is gone is not polled again.
    """
    every = timetable.every(now)
    if failures:
        delay = _backoff(every, failures, random())
    else:
        slow = max(ttl_s or 0.0, max_age_s or 0.0)
        delay = max(every, min(slow, every * SLOWEST_FACTOR, max(SLOWEST_S, every)))
        delay += min(delay * JITTER, 5.0) * random()
    at = now + round(delay * 1000)
    faster = timetable.next_faster(now)
    if faster is not None and not failures:
        at = min(at, faster + round(1000 * random()))
    if retry_after_s is not None:
        at = max(at, now + round(min(max(retry_after_s, 0.0), RETRY_AFTER_S) * 1000))
    return at


def _backoff(every: float, failures: int, chance: float) -> float:
    """Double from the interval up to 30 minutes, or the interval where that is longer; a part of it is chance."""
    ceiling = max(BACKOFF_S, every)
    base = min(every * 2.0 ** min(failures - 1, 32), ceiling)
    return max(every, base * (1.0 - BACKOFF_JITTER * chance))
