"""How sources stand, and what was counted in quarters of an hour."""

from __future__ import annotations

from alertd.base.clock import rfc3339
from alertd.model import JournalRecord, Standing
from alertd.store.protocol import Store
from alertd.store.standings import QUARTER_MS
from tests.store.make import NOW, new

HOUR = 4 * QUARTER_MS


def line(at: int) -> JournalRecord:
    return JournalRecord(kind="event", at=rfc3339(at), ids=["ev_a"], reason="no_match")


async def finish(store: Store, name: str, at: int, counts: dict[str, int]) -> str:
    """Put an event on the stream and finish it; gives its place."""
    await store.ingest("wire", [new(name)], NOW)
    (event,) = await store.read_events("me", 1, 0)
    assert await store.finish_event(event.stream_id, line(at), counts)
    return event.stream_id


async def test_a_standing_comes_back_as_it_was_written(store: Store) -> None:
    assert await store.standing("wire") is None
    silent = Standing(source="wire", state="silent", since_ms=NOW, why="nothing — new", told="silent", told_ms=[NOW])
    await store.save_standing(silent)
    await store.save_standing(Standing(source="other"))
    assert await store.standing("wire") == silent
    assert await store.standings() == {"wire": silent, "other": Standing(source="other")}


async def test_what_is_counted_adds_up_within_the_window_and_not_beyond(store: Store) -> None:
    await store.prepare()
    await finish(store, "a", NOW, {"items:": 1, "names:desk": 1})
    await finish(store, "b", NOW + HOUR - 1, {"items:": 1})
    await finish(store, "c", NOW + HOUR, {"items:": 1})
    await finish(store, "d", NOW - 1, {"items:": 1})
    assert await store.tallied(NOW, NOW + HOUR, ["items:", "names:desk", "alerts:desk"]) == {
        "items:": 2,
        "names:desk": 1,
        "alerts:desk": 0,
    }
    assert await store.tallied(NOW, NOW, ["items:"]) == {"items:": 0}
    assert await store.tallied(NOW, NOW + HOUR, []) == {}


async def test_an_event_that_is_finished_twice_counts_once(store: Store) -> None:
    await store.prepare()
    place = await finish(store, "a", NOW, {"items:": 1})
    assert not await store.finish_event(place, line(NOW), {"items:": 1})
    assert await store.tallied(NOW, NOW + HOUR, ["items:"]) == {"items:": 1}


async def test_counting_nothing_leaves_no_key_behind(store: Store) -> None:
    await store.prepare()
    await finish(store, "a", NOW, {})
    before = (await store.key_counts())["keys"]
    await store.ingest("wire", [new("b")], NOW)
    (event,) = await store.read_events("me", 1, 0)
    await store.finish_event(event.stream_id, line(NOW))
    assert (await store.key_counts())["keys"] == before
