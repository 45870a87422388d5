"""A store with so many events in it, taken in as polls would: for measurements that begin with a backlog."""

from __future__ import annotations

import msgspec

from alertd.base.clock import rfc3339, system_clock
from alertd.model import Candidate, Event, IngestItem, event_to_json
from alertd.store.redis import RedisStore, open_store
from tests.support.redis import RedisServer


async def prepared(redis: RedisServer) -> RedisStore:
    """Give a store that a daemon could work with."""
    store = await open_store(redis.url, "alertd", name="bench")
    await store.prepare()
    return store


async def fill(store: RedisStore, count: int, size: int, *, loud_each: int) -> None:
    """Take in events, as a poll would: five hundred at once."""
    now = system_clock()
    for start in range(0, count, 500):
        items = [_item(number, size, number % loud_each == 0) for number in range(start, min(start + 500, count))]
        await store.ingest("bench", items, now)


def _item(number: int, size: int, loud: bool) -> IngestItem:
    now = rfc3339(system_clock())
    text = f"quarter {number} of works {number * 7919 % 9973} and mines {number * 104729 % 99991} "
    title = f"{'blackout' if loud else 'report'} {text}"
    event = Event(
        id=f"ev_{number}", source="bench", title=title, body=(text * (size // len(text) + 1))[:size], language="en",
        published_at=now, seen_at=now, event_at=now,
    )  # fmt: skip
    made = Candidate(
        position=0, event_id=event.id, identity=f"id-{number}", strong=f"s-{number}", weak=f"w-{number}",
        content_hash=f"h-{number}", withdrawn=False, title=title, published_ms=None,
        event=msgspec.Raw(event_to_json(event)),
    )  # fmt: skip
    return IngestItem(candidate=made, verdict="new")
