"""The stream of events: handed out, claimed, finished, buried."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from alertd.errors import Corrupt
from alertd.model import IngestItem, JournalRecord, StreamEvent
from alertd.store.protocol import Store
from alertd.store.redis import RedisStore
from tests.store.make import NOW, candidate, new, record


async def one(store: Store) -> StreamEvent:
    await store.ingest("wire", [new("a")], NOW)
    (event,) = await store.read_events("first", 10, 0)
    return event


async def test_an_event_is_handed_out_once(store: Store) -> None:
    await one(store)
    assert await store.read_events("first", 10, 0) == []
    assert await store.read_events("second", 10, 0) == []


async def test_at_most_so_many_are_handed_out(store: Store) -> None:
    await store.ingest("wire", [new(n) for n in "abc"], NOW)
    assert [e.event.id for e in await store.read_events("c", 2, 0)] == ["ev_a", "ev_b"]
    assert [e.event.id for e in await store.read_events("c", 2, 0)] == ["ev_c"]


async def test_a_reader_waits_for_the_next_event(store: Store) -> None:
    waiting = asyncio.create_task(store.read_events("c", 10, 2_000))
    await asyncio.sleep(0)
    await store.ingest("wire", [new("a")], NOW)
    assert [e.event.id for e in await waiting] == ["ev_a"]


async def test_a_reader_that_waits_in_vain_gets_nothing(store: Store) -> None:
    assert await store.read_events("c", 10, 20) == []


async def test_what_was_handed_out_is_pending_until_it_is_finished(store: Store) -> None:
    event = await one(store)
    (row,) = await store.pending(None, 0, 10)
    assert (row.stream_id, row.consumer, row.deliveries) == (event.stream_id, "first", 1)
    assert await store.pending("second", 0, 10) == []
    assert await store.pending(None, 60_000, 10) == []
    assert await store.finish_event(event.stream_id, record("ev_a"))
    assert await store.pending(None, 0, 10) == []


async def test_another_consumer_takes_over_and_the_count_rises(store: Store) -> None:
    event = await one(store)
    taken = await store.claim_event("second", event.stream_id, 0)
    assert taken is not None
    assert (taken.event, taken.deliveries) == (event.event, 2)
    assert [p.consumer for p in await store.pending(None, 0, 10)] == ["second"]


async def test_an_event_that_is_being_worked_on_is_not_taken(store: Store) -> None:
    event = await one(store)
    assert await store.claim_event("second", event.stream_id, 60_000) is None
    assert [p.deliveries for p in await store.pending("first", 0, 10)] == [1]


async def test_what_is_not_pending_cannot_be_claimed(store: Store) -> None:
    event = await one(store)
    await store.finish_event(event.stream_id, record("ev_a"))
    assert await store.claim_event("second", event.stream_id, 0) is None


async def three(store: Store) -> list[tuple[str, JournalRecord, dict[str, int]]]:
    """Give three events that were handed out, each with what it is finished with."""
    await store.ingest("wire", [new(n) for n in "abc"], NOW)
    return [(e.stream_id, record(e.event.id), {}) for e in await store.read_events("first", 10, 0)]


async def test_several_are_finished_in_one_go_and_each_for_itself(store: Store) -> None:
    ended = await three(store)
    assert await store.finish_events([]) == []
    assert await store.finish_events([*ended[:2], ended[0]]) == [True, True, False]
    assert await store.finish_events(ended) == [False, False, True]
    assert [r.ids for _, r in await store.trace("ev_b")] == [["ev_b"]]
    assert (await store.backlog()).events == 0


@pytest.mark.parametrize("long", [1, 1 << 20])
async def test_one_that_cannot_be_finished_holds_up_no_other(
    redis_store: RedisStore, long: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alertd.store.events.LONG", long)
    await redis_store.link.call("SET", redis_store.keys("trace:ev_b"), "somebody else's")
    await redis_store.link.call("SCRIPT", "FLUSH")
    ended = await three(redis_store)
    first, second, third = await redis_store.finish_events(ended)
    assert (first, third) == (True, True)
    assert isinstance(second, Corrupt)
    assert [row.stream_id for row in await redis_store.pending(None, 0, 10)] == [ended[1][0]]
    with pytest.raises(Corrupt, match="WRONGTYPE"):
        await redis_store.finish_event(*ended[1])


async def test_finishing_twice_writes_one_journal_record(store: Store) -> None:
    event = await one(store)
    line = record("ev_a", "wire", "", "ev_a", reason="no match")
    assert await store.finish_event(event.stream_id, line)
    assert not await store.finish_event(event.stream_id, line)
    assert [r for _, r in await store.trace("ev_a")] == [line]
    assert [r for _, r in await store.trace("wire")] == [line]
    assert (await store.backlog()).events == 0


async def test_a_buried_event_is_kept_with_its_reason(store: Store) -> None:
    event = await one(store)
    assert await store.bury_event(event.stream_id, "delivered five times \ud800", NOW)
    assert not await store.bury_event(event.stream_id, "again", NOW)
    (dead,) = await store.dead_events(10)
    assert (dead.event_id, dead.reason, dead.at_ms) == ("ev_a", "delivered five times ?", NOW)
    assert dead.event == event.event
    assert await store.pending(None, 0, 10) == []
    ((_, line),) = await store.trace("ev_a")
    assert (line.kind, line.ids) == ("dead_event", ["ev_a", "wire"])


async def test_an_event_that_does_not_decode_harms_only_itself(store: Store) -> None:
    broken = msgspec.structs.replace(candidate("a"), event=msgspec.Raw(b'{"title": 7}'))
    await store.ingest("wire", [IngestItem(candidate=broken, verdict="new"), new("b")], NOW)
    assert [e.event.id for e in await store.read_events("c", 10, 0)] == ["ev_b"]
    (dead,) = await store.dead_events(10)
    assert dead.event is None
    assert dead.reason.startswith("corrupt: ")


async def test_the_backlog_says_what_is_there(store: Store) -> None:
    empty = await store.backlog()
    assert (empty.events, empty.pending, empty.oldest_ms) == (0, 0, None)
    await store.ingest("wire", [new("a"), new("b")], NOW)
    await store.read_events("c", 1, 0)
    backlog = await store.backlog()
    assert (backlog.events, backlog.pending) == (2, 1)
    assert backlog.oldest_ms is not None
    assert backlog.oldest_ms > NOW - 10**12
