"""A store that answers what it is asked and refuses what it is told, as a full Redis does."""

from __future__ import annotations

import pytest

from alertd.base.clock import rfc3339
from alertd.errors import StoreUnavailable
from alertd.model import Party, ReportedType
from alertd.workers.match import MAX_DELIVERIES
from tests.store.make import new
from tests.support.daemon import eventually
from tests.workers.matching import World, matching


@pytest.mark.parametrize("call", ["observe", "commit", "finish_event"])
async def test_an_event_is_not_put_aside_for_what_the_store_refused(
    monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    world = World()
    does = getattr(world.store, call)
    refused: list[object] = []

    async def full(*args: object, **more: object) -> object:
        if len(refused) <= MAX_DELIVERIES:
            refused.append(args)
            raise StoreUnavailable("out of memory")
        return await does(*args, **more)

    monkeypatch.setattr(world.store, call, full)
    monkeypatch.setattr("alertd.workers.match.AWAY_S", 0.001)
    async with matching(world):
        lease = ReportedType(type="compute_lease", parties=[Party(company="vega")])
        await world.store.ingest("wire", [new("a", event_types=[lease], seen_at=rfc3339(world.clock.now))], 0)
        await eventually(world.idle, "it is finished")
    assert len(refused) > MAX_DELIVERIES
    assert [record.ids[0] for record in await world.journal()] == ["ev_a"]
    assert await world.told() == ["a says one"]
    assert await world.store.dead_events(10) == []
