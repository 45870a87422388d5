"""While Redis is away nothing is asked; when it answers again all of it is, and a long absence is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from alertd.base.clock import rfc3339
from alertd.errors import StoreFull, StoreUnavailable
from alertd.model import SourceState
from alertd.store.memory import MemoryStore
from alertd.store.types import Memory
from alertd.workers.notices import Notices
from alertd.workers.poll import Polled
from alertd.workers.pressure import Pressure
from alertd.workers.progress import Progress
from alertd.workers.schedule import Schedule
from alertd.workers.timers import AWAY_MS, Timers
from tests.workers.make import HandClock, source, until


class Leaving(MemoryStore):
    """A store that is away when the test says so, and that something else takes events from."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__(clock)
        self.hands = clock
        self.away = False
        self.missing = 0

    async def memory(self) -> Memory:
        if self.away:
            raise StoreUnavailable("Redis does not answer")
        return await super().memory()

    async def ping(self) -> float:
        if self.away:
            raise StoreUnavailable("Redis does not answer")
        return 1.0

    async def count_missing(self, now: int) -> int:
        missing, self.missing = self.missing, 0
        return missing

    async def told(self, kind: str) -> list[str]:
        due, _ = await self.due("ops", self.hands(), 100)
        return [one.message.notice.text for one in due if one.message.notice and one.message.reason == kind]


@asynccontextmanager
async def measured(store: Leaving) -> AsyncIterator[Timers]:
    """Timers over a store; at the end of the block the turn under way is ended."""
    timers = Timers(store, Notices(store, {"ops": "every"}, store.hands), store.hands, Progress(), 86_400)
    task = asyncio.create_task(timers.run())
    try:
        yield timers
    finally:
        timers.stop()
        await task


class Asked:
    """Notes which sources are asked."""

    def __init__(self) -> None:
        self.names: list[str] = []

    async def poll(self, source: Any, state: SourceState) -> Polled:
        self.names.append(source.id)
        return Polled(state, "unchanged")


@pytest.fixture(autouse=True)
def pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alertd.workers.timers.MEASURE_S", 0.005)


@pytest.fixture
def store() -> Leaving:
    return Leaving(HandClock())


async def test_no_source_is_asked_while_redis_is_away_and_all_are_when_it_is_back(store: Leaving) -> None:
    asked = Asked()
    pressure = Pressure(store, Notices(store, {}, store.hands), store.hands, Progress())
    schedule = Schedule(asked, store, HandClock(), Progress(), "me", pressure)
    pressure.when_there_is_room(schedule.go_on)
    store.away = True
    with capture_logs() as logs:
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                await pressure.look()
        await schedule.start([source("a"), source("b")])
        await until(lambda: len(schedule.put_off) == 2, "both had their turn")
        with pytest.raises(StoreUnavailable) as refusal:
            pressure.check()
        store.away = False
        words = pressure.paused()
        await pressure.look()
        await until(lambda: {"a", "b"} <= set(asked.names), "both are asked")
    assert not isinstance(refusal.value, StoreFull), "it is away, not full"
    assert words == "paused: Redis does not answer"
    assert pressure.paused() == ""
    assert [line["event"] for line in logs if "intake" in line["event"]] == ["intake_paused", "intake_goes_on"]
    await schedule.stop(1)


@pytest.mark.parametrize(("away_ms", "told"), [(AWAY_MS - 1, 0), (AWAY_MS, 1)])
async def test_an_absence_of_a_minute_is_told_when_it_is_over(store: Leaving, away_ms: int, told: int) -> None:
    async with measured(store) as timers:
        await until(lambda: timers.redis_up, "it is up")
        store.away = True
        await until(lambda: not timers.redis_up, "it is away")
        since = store.hands()
        store.hands.pass_by(away_ms / 1000)
        store.away = False
        await until(lambda: timers.redis_up, "it is back")
    found = await store.told("redis_was_away")
    assert len(found) == told
    assert all(f"from {rfc3339(since)} to {rfc3339(since + away_ms)}, for 60 s" in text for text in found)


async def test_events_that_something_else_took_out_are_told_and_logged_with_their_number(store: Leaving) -> None:
    store.missing = 3
    with capture_logs() as logs:
        async with measured(store):
            await until(lambda: not store.missing, "it is counted")
            await until(lambda: bool([line for line in logs if line["event"] == "operator_notice"]), "it is told")
    (text,) = await store.told("events_missing")
    assert text.startswith("3 events were taken out of the stream")
    assert [line["count"] for line in logs if line["event"] == "events_missing"] == [3]
