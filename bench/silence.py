"""How soon a silence is noticed, how often one is called where there is none, and what looking costs.

    .venv/bin/python -m bench.silence

Sources are made up: each brings something in an hour with a chance that depends on the hour of the week, for twelve
weeks, and then nothing more. What is learned is `alertd/sources/rhythm.py`'s; nothing is timed but the last line.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any

from alertd.base.clock import parse_rfc3339
from alertd.model import Rhythm, SourceState
from alertd.sources.feed import FeedConfig
from alertd.sources.rhythm import HOUR_MS, heard, is_silent, watched
from alertd.store.memory import MemoryStore
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from alertd.workers.standings import Looked, SourceWatch, Standings

MONDAY = parse_rfc3339("2026-01-05T00:00:00Z")
WEEK_MS = 7 * 24 * HOUR_MS
SOURCES = 10_000

Chance = Callable[[int], float]


def _weekday(hour: int) -> bool:
    return (hour // 24 + 3) % 7 < 5


def _at_work(hour: int) -> bool:
    return _weekday(hour) and 13 <= hour % 24 < 22


KINDS: dict[str, Chance] = {
    "an item every few minutes": lambda _: 0.99,
    "each hour of the day at work": lambda hour: 0.95 * _at_work(hour),
    "each second hour, round the clock": lambda _: 0.5,
    "one a day, on weekdays": lambda hour: _weekday(hour) / 24,
    "three a week": lambda _: 3 / 168,
}


def life(chance: Chance, weeks: int, seed: int) -> tuple[Rhythm, int]:
    """Give what was learned of a source, and how often it was called silent meanwhile."""
    dice, rhythm, alarms, was = random.Random(seed), watched(None, MONDAY), 0, False
    for at in range(MONDAY, MONDAY + weeks * WEEK_MS, HOUR_MS):
        rhythm = watched(rhythm, at)
        silent = is_silent(rhythm, at)
        alarms += silent and not was
        was = silent
        if dice.random() < chance(at // HOUR_MS):
            rhythm = heard(rhythm, at, 1)
    return rhythm, alarms


def noticed_h(rhythm: Rhythm, start: int) -> int | None:
    """Give after how many hours a silence that begins then is noticed; None if not within 200 days."""
    rhythm = heard(watched(rhythm, start, all_along=False), start, 1)
    for hours in range(200 * 24):
        rhythm = watched(rhythm, start + hours * HOUR_MS)
        if is_silent(rhythm, start + hours * HOUR_MS):
            return hours
    return None


async def _look_s() -> float:
    """Give the seconds that one look at very many sources takes, none of which has changed."""
    store = MemoryStore()
    now = store.clock()
    looked: list[Looked] = []
    for number in range(SOURCES):
        config = FeedConfig.model_validate(
            {"id": f"f{number}", "type": "feed", "url": "https://news.example.com/rss"}
        )
        rhythm = Rhythm(
            begun_ms=now - 9 * WEEK_MS, hour=now // HOUR_MS, seen=bytes([20]) * 120, busy=bytes([9]) * 120
        )
        known = {"last_poll_ms": now, "last_success_ms": now, "last_new_ms": now, "wait_ms": 60_000}
        looked.append((config, SourceState(source=config.id, state="fine", rhythm=rhythm, **known)))  # type: ignore[arg-type]

    async def sources() -> list[Looked]:
        return looked

    watch = SourceWatch(
        Standings(store, Notices(store, {}, store.clock), store.clock), sources, store.clock, Progress()
    )
    await watch.look()
    began = time.process_time()
    await watch.look()
    return time.process_time() - began


def measure() -> dict[str, Any]:
    """Measure everything."""
    tuesday = MONDAY + 12 * WEEK_MS + (24 + 14) * HOUR_MS
    noticed = {kind: [noticed_h(life(c, 12, s)[0], tuesday) for s in range(3)] for kind, c in KINDS.items()}
    alarms = sum(life(chance, 26, seed)[1] for chance in KINDS.values() for seed in range(12))
    return {
        "noticed_h": noticed,
        "false_alarms": alarms,
        "half_years": 12 * len(KINDS),
        "look_s": asyncio.run(_look_s()),
    }


def show(found: dict[str, Any]) -> None:
    """Print what was measured."""
    for kind, hours in found["noticed_h"].items():
        print(f"{kind:36} noticed after {', '.join(map(str, hours))} h")
    print(f"{found['half_years']} sources for half a year: {found['false_alarms']} false alarms")
    print(f"one look at {SOURCES:,} sources: {found['look_s'] * 1000:.0f} ms of CPU")


if __name__ == "__main__":
    show(measure())
