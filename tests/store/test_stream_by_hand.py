"""What somebody else does to the stream of events by hand: it is mended where it can be, and counted where not."""

from __future__ import annotations

import pytest

from alertd.store.redis import RedisStore
from tests.store.make import NOW, new, record


async def test_what_was_pending_with_a_consumer_that_was_removed_is_taken_over(redis_store: RedisStore) -> None:
    await redis_store.ingest("wire", [new(n) for n in "abcd"], NOW)
    held, _, _ = [(await redis_store.read_events(consumer, 1, 0))[0] for consumer in ("first", "second", "second")]
    await redis_store.link.call("XGROUP", "DELCONSUMER", redis_store.keys("events"), "match", "second")
    assert await redis_store.adopt_events("first") == 2
    assert await redis_store.adopt_events("first") == 0
    pending = await redis_store.pending("first", 0, 10)
    assert [entry.deliveries for entry in pending] == [1, 0, 0], "those were never tried by their new owner"
    assert pending[0].stream_id == held.stream_id
    assert [e.event.id for e in await redis_store.read_events("first", 10, 0)] == ["ev_d"], "the rest is not touched"


async def test_what_something_else_takes_out_of_the_stream_is_counted_once(redis_store: RedisStore) -> None:
    await redis_store.ingest("wire", [new(n) for n in "abcdef"], NOW)
    assert await redis_store.count_missing(NOW) == 0
    first, second = await redis_store.read_events("c", 2, 0)
    await redis_store.finish_event(first.stream_id, record("ev_a"))
    await redis_store.bury_event(second.stream_id, "why", NOW)
    assert await redis_store.count_missing(NOW) == 0
    await redis_store.link.call("XTRIM", redis_store.keys("events"), "MAXLEN", 1)
    assert await redis_store.count_missing(NOW + 60_000) == 3
    assert await redis_store.count_missing(NOW + 60_000) == 0
    (last,) = await redis_store.read_events("c", 10, 0)
    await redis_store.finish_event(last.stream_id, record("ev_f"))
    assert await redis_store.count_missing(NOW + 120_000) == 0


@pytest.mark.parametrize("later_ms", [60_000, 3_600_000])
async def test_what_a_version_that_does_not_count_has_done_is_no_loss(redis_store: RedisStore, later_ms: int) -> None:
    await redis_store.ingest("wire", [new("a"), new("b")], NOW)
    await redis_store.count_missing(NOW)
    flow, stream = redis_store.keys("flow"), redis_store.keys("events")
    if later_ms == 60_000:  # it put events in
        await redis_store.link.call("XADD", stream, "*", "i", "ev_c")
    else:  # it took events out, and this version was away meanwhile
        await redis_store.link.call("XTRIM", stream, "MAXLEN", 1)
    assert await redis_store.count_missing(NOW + later_ms) == 0
    counts = await redis_store.link.call("HMGET", flow, "in", "out")
    assert int(counts[0]) - int(counts[1]) == await redis_store.link.call("XLEN", stream)


async def test_what_a_version_that_does_not_count_puts_in_and_takes_out_is_no_loss(redis_store: RedisStore) -> None:
    await redis_store.count_missing(NOW)
    stream = redis_store.keys("events")
    await redis_store.link.call("XADD", stream, "*", "i", "ev_a")
    assert await redis_store.count_missing(NOW + 60_000) == 0
    await redis_store.link.call("XTRIM", stream, "MAXLEN", 0)
    assert await redis_store.count_missing(NOW + 120_000) == 0
    await redis_store.ingest("wire", [new("b")], NOW)
    await redis_store.link.call("XTRIM", stream, "MAXLEN", 0)
    assert await redis_store.count_missing(NOW + 720_000) == 1, "by now no such version works here any more"
