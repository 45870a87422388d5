"""A store that goes away while events are matched."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.errors import StoreUnavailable
from alertd.model import StreamEvent
from alertd.store.memory import MemoryStore
from alertd.workers.match import SWEEP_MS
from tests.support.daemon import eventually
from tests.workers.make import HandClock
from tests.workers.matching import World, brisk, matching


@pytest.fixture
def world() -> World:
    return World()


class Flaky(MemoryStore):
    """A store that is away when a call begins, or whose answer is lost on its way back, as often as told."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__(clock)
        self.before: list[str] = []
        self.after: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name in ("before", "after") or name not in self.before + self.after:
            return found

        async def call(*args: Any, **options: Any) -> Any:
            if name in self.before:
                self.before.remove(name)
                raise StoreUnavailable("away")
            answer = await found(*args, **options)
            if name in self.after and answer:
                self.after.remove(name)
                raise StoreUnavailable("the answer was lost")
            return answer

        return call


@pytest.mark.parametrize("call", ["load_alerts", "commit", "finish_event", "pending"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_store_that_goes_away_at_any_step_loses_nothing_and_repeats_nothing(
    world: World, call: str, when: str
) -> None:
    store = Flaky(world.clock)
    world.store = brisk(store)
    getattr(store, when).append(call)
    async with matching(world):
        await world.offer("a", "b")
        await eventually(world.idle, "both are finished")
    assert sorted(record.ids[0] for record in await world.journal()) == ["ev_a", "ev_b"]
    assert sorted(await world.told()) == ["a says one", "b says one"]
    assert {record.reason for record in await world.journal()} == {"first"}


async def test_events_whose_reply_was_lost_are_found_among_its_own(world: World) -> None:
    read = world.store.read_events
    lost: list[StreamEvent] = []

    async def lossy(consumer: str, count: int, block_ms: int) -> list[StreamEvent]:
        found = await read(consumer, count, block_ms)
        if found and not lost:
            lost.extend(found)
            raise StoreUnavailable("the answer was lost")
        return found

    world.store.read_events = lossy  # type: ignore[method-assign]
    async with matching(world):
        await world.offer("a", "b")
        await eventually(world.idle, "both are finished")
    assert world.pipeline.batches == [["ev_a"], ["ev_b"]]


async def test_a_read_that_was_carried_out_after_it_was_given_up_is_found_at_the_next_look(world: World) -> None:
    read = world.store.read_events
    unseen: list[StreamEvent] = []

    async def late(consumer: str, count: int, block_ms: int) -> list[StreamEvent]:
        found = await read(consumer, count, block_ms)
        if found and not unseen:  # a frozen server woke up, and answers on a line that nobody reads any more
            unseen.extend(found)
            return []
        return found

    async def carried_out() -> bool:
        return bool(unseen)

    world.store.read_events = late  # type: ignore[method-assign]
    async with matching(world):
        await world.offer("a")
        await eventually(carried_out, "the read is carried out")
        world.clock.pass_by(SWEEP_MS / 1000)
        await eventually(world.idle, "it is finished")
    assert world.pipeline.batches == [["ev_a"]]
