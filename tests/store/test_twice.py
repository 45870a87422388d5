"""Whatever state the store is in: a script that runs twice leaves it as if it had run once."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.store.redis import RedisStore
from tests.store.dump import dump
from tests.store.make import NOW, new, record, source_state
from tests.store.operations import NAMES, Operation, Run, operations, prepared


@settings(max_examples=60, deadline=None)
@given(before=st.lists(operations(), max_size=8), last=operations())
def test_every_script_twice_is_every_script_once(redis_url: str, before: list[Operation], last: Operation) -> None:
    async def check() -> None:
        async with prepared(redis_url) as (store,):
            run = Run(store)
            for operation in before:
                await run.apply(operation)
            first = await run.repeat(last)
            once = await dump(store)
            second = await run.repeat(last)
            assert await dump(store) == once
            assert agree(last.name, first, second), (first, second)

    asyncio.run(check())


def agree(name: str, first: Any, second: Any) -> bool:
    """Tell whether a repeat says what the first call said, in the words for repeats."""
    if name == "ingest":
        same = [r.event_id for r in first] == [r.event_id for r in second]
        return bool(same) and all(r.outcome in ("known", "alias") for r in second)
    if name == "commit":
        return bool(second) and (first is None or bool(first == second))
    if name in ("enqueue", "retry_dead"):
        return bool(second == [])
    if name in ("drop_fetch", "release_fetch"):
        return not second
    return bool(first == second)


async def test_the_scripts_of_the_stream_twice_are_once(redis_store: RedisStore) -> None:
    await redis_store.ingest("wire", [new(name) for name in NAMES], NOW)
    a, b, c = await redis_store.read_events("c", 10, 0)
    for _ in range(2):
        await redis_store.finish_event(a.stream_id, record("ev_a"))
        await redis_store.bury_event(b.stream_id, "poison", NOW)
        await redis_store.end_poll("wire", source_state(), ["id-a"], NOW)
        await redis_store.journal(record("ev_a"), once="x")
        await redis_store.prepare()
        await redis_store.trim_journal(0)
    once = await dump(redis_store)
    assert not await redis_store.finish_event(a.stream_id, record("ev_a"))
    assert not await redis_store.bury_event(b.stream_id, "poison", NOW)
    assert not await redis_store.journal(record("ev_a"), once="x")
    assert await redis_store.claim_event("other", c.stream_id, 600_000) is None
    assert await dump(redis_store) == once
    assert len(once["journal"]) == 3
