"""A store that answers what it is asked and refuses what it is told, as a full Redis does."""

from __future__ import annotations

import pytest

from alertd.errors import StoreUnavailable
from alertd.workers.match import MAX_DELIVERIES
from tests.support.daemon import eventually
from tests.workers.matching import World, matching


@pytest.mark.parametrize("call", ["commit", "finish_event"])
async def test_an_event_is_not_put_aside_for_what_the_store_refused(
    monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    world = World()
    does = getattr(world.store, call)
    refused: list[object] = []

    async def full(*args: object) -> object:
        if len(refused) <= MAX_DELIVERIES:
            refused.append(args)
            raise StoreUnavailable("out of memory")
        return await does(*args)

    monkeypatch.setattr(world.store, call, full)
    monkeypatch.setattr("alertd.workers.match.AWAY_S", 0.001)
    async with matching(world):
        await world.offer("a")
        await eventually(world.idle, "it is finished")
    assert len(refused) > MAX_DELIVERIES
    assert [record.ids[0] for record in await world.journal()] == ["ev_a"]
    assert await world.told() == ["a says one"]
    assert await world.store.dead_events(10) == []
