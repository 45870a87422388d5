"""A receiver is taken out of the settings while messages wait for it."""

from __future__ import annotations

import asyncio

import pytest

from alertd.store.memory import MemoryStore
from alertd.workers import timers
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from alertd.workers.status import collect_status
from alertd.workers.timers import Timers
from tests.store.make import NOW, delivery
from tests.support.daemon import eventually
from tests.workers.make import HandClock


async def test_the_operator_is_told_once_a_day_what_waits_for_a_receiver_that_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timers, "MEASURE_S", 0.005)
    monkeypatch.setattr(timers, "SWEEP_S", 0.01)
    clock = HandClock(NOW)
    store = MemoryStore(clock)
    await store.enqueue([delivery("a", "desk", chain="a"), delivery("b", "old", chain="b")], clock.now)
    running = Timers(store, Notices(store, {"desk": "every"}, clock), clock, Progress(), 86_400)
    running.serve(["desk"])
    task = asyncio.create_task(running.run())

    async def told() -> list[str]:
        return [r.data["subject"] for _, r in await store.read_journal("", 100, 0) if r.kind == "notice"]

    await eventually(told, "it is told")
    clock.pass_by(86_400)

    async def twice() -> bool:
        return len(await told()) > 1

    await eventually(twice, "and the next day again")
    running.stop()
    await task
    assert await told() == ["old", "old"]


async def test_the_status_shows_what_waits_for_a_receiver_that_is_gone() -> None:
    clock = HandClock(NOW)
    store = MemoryStore(clock)
    await store.enqueue([delivery("b", "old")], clock.now)
    rows = (await collect_status(store, [], [], clock.now))["receivers"]
    assert [(row["id"], row["type"], row["queued"]) for row in rows] == [("old", "removed", 1)]
