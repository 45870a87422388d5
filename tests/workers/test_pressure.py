"""How full Redis is decides what is begun: levels, and a real server that fills up, refuses, and has room again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from alertd.errors import StoreFull
from alertd.model import SourceState
from alertd.store.memory import MemoryStore
from alertd.store.redis import RedisStore, open_store
from alertd.store.types import Backlog, Memory
from alertd.workers.notices import Notices
from alertd.workers.poll import Polled
from alertd.workers.pressure import BACKLOG, HOUR_MS, Level, NoRoom, Pressure, Reading, has_room, level_of
from alertd.workers.progress import Progress
from alertd.workers.schedule import Schedule
from tests.store.make import new
from tests.support.redis import RedisServer, bundled_binary
from tests.workers.make import HandClock, source, until

MB = 1 << 20


def reading(percent: int, *, refused: bool = False) -> Reading:
    return Reading(Memory(used=percent, limit=100), refused)


@pytest.mark.parametrize(
    ("percent", "before", "level"),
    [
        (79, "fine", "fine"),
        (80, "fine", "filling"),
        (76, "filling", "filling"),
        (74, "filling", "fine"),
        (94, "filling", "filling"),
        (95, "fine", "full"),
        (91, "full", "full"),
        (89, "full", "filling"),
        (76, "full", "filling"),
        (74, "full", "fine"),
        (120, "fine", "full"),
    ],
)
def test_a_level_is_entered_at_its_threshold_and_left_five_points_below(
    percent: int, before: Level, level: Level
) -> None:
    assert level_of(reading(percent), before) == level


def test_a_write_that_was_refused_is_full_however_little_is_used() -> None:
    assert level_of(reading(1, refused=True), "fine") == "full"
    assert level_of(reading(1), "full") == "fine"


def test_without_a_limit_there_is_always_room() -> None:
    assert level_of(Reading(Memory(used=1 << 40, limit=0)), "fine") == "fine"


@pytest.mark.parametrize(
    ("level", "events", "before", "room"),
    [
        ("fine", 1 << 20, True, True),
        ("filling", BACKLOG, True, True),
        ("filling", BACKLOG + 1, True, False),
        ("filling", BACKLOG // 2, False, False),
        ("filling", BACKLOG // 4, False, True),
        ("full", 0, True, False),
    ],
)
def test_while_redis_is_filling_nothing_new_is_taken_on_top_of_a_backlog(
    level: Level, events: int, before: bool, room: bool
) -> None:
    assert has_room(level, events, before) is room


class Filled(MemoryStore):
    """A store that is as full as the test says, and refuses what grows when it says so."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__(clock)
        self.percent, self.waiting, self.refuses = 10, 0, False

    async def memory(self) -> Memory:
        return Memory(used=self.percent * MB, limit=100 * MB)

    async def backlog(self) -> Backlog:
        return Backlog(events=self.waiting, pending=0, oldest_ms=None)

    async def probe(self, now: int) -> None:
        if self.refuses:
            raise StoreFull("Redis is not writing")

    async def enqueue(self, deliveries: Any, now: int) -> list[str]:
        if self.refuses:
            raise StoreFull("Redis is not writing")
        return await super().enqueue(deliveries, now)

    async def told(self) -> list[str]:
        due, _ = await self.due("ops", self.clock(), 100)
        return [one.message.reason for one in due]


class Watched:
    """A pressure over such a store."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.store = Filled(self.clock)
        notices = Notices(self.store, {"ops": "every"}, self.clock)
        self.pressure = Pressure(self.store, notices, self.clock, Progress())

    async def at(self, percent: int, waiting: int = 0) -> bool:
        self.store.percent, self.store.waiting = percent, waiting
        self.clock.pass_by(1)
        await self.pressure.look()
        return self.pressure.room


async def test_the_operator_is_told_when_it_fills_when_it_is_full_and_when_it_is_over() -> None:
    watched = Watched()
    assert await watched.at(50)
    assert await watched.at(82), "filling, and nothing waits"
    assert not await watched.at(82, waiting=300)
    assert watched.pressure.paused() == "paused: Redis is nearly full (82% of 100 MB)"
    assert not await watched.at(96)
    assert not await watched.at(92), "still full"
    assert await watched.at(85), "filling again, which is no news"
    assert await watched.at(60)
    assert watched.pressure.paused() == ""
    assert await watched.store.told() == ["redis_filling", "redis_full", "redis_has_room"]
    texts = [
        one.message.notice.text
        for one in (await watched.store.due("ops", watched.clock(), 9))[0]
        if one.message.notice
    ]
    assert "It was full from" in texts[2]


async def test_what_comes_and_goes_is_told_once_an_hour() -> None:
    watched = Watched()
    watched.clock.now -= watched.clock.now % HOUR_MS
    for _ in range(20):
        await watched.at(96)
        await watched.at(20)
    assert await watched.store.told() == ["redis_full", "redis_has_room"]


async def test_a_refused_write_pauses_at_once_and_one_that_is_taken_ends_it() -> None:
    watched = Watched()
    await watched.at(10)
    watched.store.refuses = True
    watched.pressure.refused(StoreFull("Redis is not writing, because it cannot persist (disk full?)"))
    with pytest.raises(NoRoom, match="Redis is full: Redis is not writing"):
        watched.pressure.check()
    assert not await watched.at(10), "it still refuses"
    assert await watched.store.told() == [], "nothing can be queued"
    watched.store.refuses = False
    assert await watched.at(10)
    assert await watched.store.told() == ["redis_has_room"], "afterwards it is told all the same, in one notice"


async def test_our_own_no_is_not_taken_for_a_refusal() -> None:
    watched = Watched()
    watched.pressure.refused(NoRoom("Redis is nearly full"))
    assert watched.pressure.room


async def test_each_change_is_one_line_in_the_log() -> None:
    watched = Watched()
    with capture_logs() as lines:
        for percent in (50, 96, 97, 96, 50, 50):
            await watched.at(percent)
    said = [line["event"] for line in lines if line["event"] != "operator_notice"]
    assert said == ["redis_pressure", "intake_paused", "redis_pressure", "intake_goes_on"]


# --- a poll that waits ----------------------------------------------------------------------------------


class Asked:
    """Notes which sources are asked; Redis is full for the first so many polls."""

    def __init__(self, refuse: int) -> None:
        self.names: list[str] = []
        self.refuse = refuse

    async def poll(self, source: Any, state: SourceState) -> Polled:
        self.names.append(source.id)
        if len(self.names) <= self.refuse:
            raise StoreFull("Redis is out of memory (maxmemory reached)")
        return Polled(state, "unchanged")


@pytest.mark.parametrize("refuse", [0, 1])
async def test_sources_whose_turn_comes_meanwhile_are_asked_when_there_is_room_and_not_blamed(refuse: int) -> None:
    watched, asked = Watched(), Asked(refuse)
    if refuse:
        watched.store.refuses = True
    else:
        await watched.at(96)
    schedule = Schedule(asked, watched.store, HandClock(), Progress(), "me", watched.pressure)
    watched.pressure.when_there_is_room(schedule.go_on)
    await schedule.start([source("a"), source("b")])
    await until(lambda: len(schedule.put_off) == 2, "both had their turn")
    assert len(asked.names) == refuse, "the first refusal is the last poll"
    assert not await watched.at(96 if not refuse else 10)
    watched.store.refuses = False
    assert await watched.at(10)
    await until(lambda: {"a", "b"} <= set(asked.names[refuse:]), "both are asked")
    assert {state.failures for state in schedule.states().values()} == {0}
    await schedule.stop(1)


# --- a real server ----------------------------------------------------------------------------------------


@pytest.fixture
async def small() -> AsyncIterator[tuple[RedisServer, RedisStore]]:
    with RedisServer(bundled_binary(), {"maxmemory": "512mb"}) as server:
        store = await open_store(server.url, "small", name="test")
        await store.prepare()
        yield server, store
        await store.aclose()


async def test_a_redis_out_of_memory_refuses_as_full_and_has_room_again(
    small: tuple[RedisServer, RedisStore],
) -> None:
    server, store = small
    clock = HandClock()
    pressure = Pressure(store, Notices(store, {"ops": "every"}, clock), clock, Progress())
    await pressure.look()
    pressure.check()
    server.command("CONFIG", "SET", "maxmemory", "100kb")
    with pytest.raises(StoreFull) as refused:
        await store.ingest("wire", [new("a")], clock())
    pressure.refused(refused.value)
    for _ in range(2):
        with pytest.raises(NoRoom):
            pressure.check()
        await pressure.look()
    assert pressure.level == "full"
    server.command("CONFIG", "SET", "maxmemory", "512mb")
    await pressure.look()
    pressure.check()
    due, _ = await store.due("ops", clock(), 10)
    assert [one.message.reason for one in due] == ["redis_has_room"]
