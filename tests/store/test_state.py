"""Sets of events for rules over time: put in and read in one step, counted once, bounded."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from alertd.model import Observation, Row, Version
from alertd.store.memory import MemoryStore
from alertd.store.protocol import Store
from alertd.store.redis import RedisStore
from alertd.store.state import CHUNK
from tests.store.dump import dump
from tests.store.make import NOW
from tests.support.daemon import eventually

MINUTE = 60_000
KEEP = 3_600_000


def put(event: str = "a", minute: int = 0, *, revision: int = 1, **more: Any) -> Observation:
    """Put an event of a minute into the set `s`."""
    fields: dict[str, Any] = {"key": "s", "keep_ms": KEEP, "most": 100} | more
    return Observation(event=f"ev_{event}", revision=revision, at_ms=NOW + minute * MINUTE, **fields)


async def names(store: Store, *observations: Observation) -> list[str]:
    """Give what the set of the last observation holds, in its order."""
    rows = await store.observe(observations, NOW)
    return [row.event.removeprefix("ev_") for row in rows[-1]]


async def test_what_is_put_in_is_remembered_with_its_place_in_the_order(store: Store) -> None:
    (rows,) = await store.observe([put("a", 3, distinct="st_1", value=-0.25, data="a title")], NOW)
    row = Row(
        event="ev_a",
        revision=1,
        at_ms=NOW + 3 * MINUTE,
        order=1,
        changed=1,
        distinct="st_1",
        value=-0.25,
        data="a title",
    )
    assert rows == [row]


async def test_a_set_is_read_without_anything_being_put_in(store: Store) -> None:
    (rows,) = await store.observe([put("a", 3, distinct="st_1", data="a title")], NOW)
    before = await store.key_counts()
    assert await store.remembered(["s", "none", "s"]) == [rows, [], rows]
    assert await store.remembered([]) == []
    assert await store.key_counts() == before


async def test_put_in_again_it_is_there_once_and_the_answer_is_the_same(store: Store) -> None:
    once = await store.observe([put("a"), put("b", 1)], NOW)
    for _ in range(3):
        assert (await store.observe([put("b", 1)], NOW + 5))[0] == once[1]
    assert [row.event for row in once[1]] == ["ev_a", "ev_b"]


async def test_each_of_a_batch_sees_the_set_as_it_is_when_it_was_put_in_itself(store: Store) -> None:
    rows = await store.observe([put("a"), put("b"), put("c")], NOW)
    assert [len(found) for found in rows] == [1, 2, 3]


async def test_what_is_not_to_be_read_is_put_in_all_the_same(store: Store) -> None:
    assert await store.observe([put("a", read=False), put("b", 1, key="other")], NOW) != []
    assert await names(store, put("b")) == ["a", "b"]


async def test_the_order_is_that_of_arrival_and_the_time_the_events_own(store: Store) -> None:
    (*_, rows) = await store.observe([put("late", -2), put("early", -9)], NOW)
    assert [(row.event, row.order, row.at_ms) for row in rows] == [
        ("ev_late", 1, NOW - 2 * MINUTE),
        ("ev_early", 2, NOW - 9 * MINUTE),
    ]


async def test_a_time_in_the_future_counts_as_now(store: Store) -> None:
    ((row,),) = await store.observe([put("a", 600)], NOW)
    assert row.at_ms == NOW + 5 * MINUTE


async def test_of_what_is_older_than_its_time_only_the_newest_stays(store: Store) -> None:
    old = [put("old1", -300), put("old2", -200), put("old3", -100)]
    assert await names(store, *old, put("now")) == ["old3", "now"]


async def test_an_event_that_is_too_late_for_the_set_is_not_put_in(store: Store) -> None:
    await store.observe([put("kept", -100), put("now")], NOW)
    assert await names(store, put("older", -150)) == ["kept", "now"]


async def test_beyond_its_bound_a_set_keeps_the_newest(store: Store) -> None:
    many = [put(f"n{n}", n, most=3, keep_ms=KEEP * 10) for n in (4, 1, 5, 2, 3)]
    assert await names(store, *many) == ["n4", "n5", "n3"]


async def test_a_newer_revision_replaces_what_is_remembered_and_keeps_its_place(store: Store) -> None:
    await store.observe([put("a", data="one"), put("b")], NOW)
    (rows,) = await store.observe([put("a", revision=2, data="two")], NOW)
    first = Version(order=1, at_ms=NOW, data="one")
    assert rows[0] == Row(event="ev_a", revision=2, at_ms=NOW, order=1, changed=3, data="two", earlier=[first])
    assert rows[1].order == 2


async def test_a_revision_that_says_the_same_changes_nothing_but_its_number(store: Store) -> None:
    await store.observe([put("a", data="one"), put("b")], NOW)
    (rows,) = await store.observe([put("a", revision=2, data="one")], NOW)
    assert (rows[0].revision, rows[0].changed, rows[0].earlier) == (2, 1, [])


async def test_of_many_versions_the_first_and_the_newest_are_kept(store: Store) -> None:
    for revision in range(1, 8):
        (rows,) = await store.observe([put("a", revision=revision, data=f"v{revision}")], NOW)
    assert [(version.order, version.data) for version in rows[0].earlier] == [(1, "v1"), (5, "v5"), (6, "v6")]
    assert (rows[0].order, rows[0].changed, rows[0].data) == (1, 7, "v7")


async def test_a_revision_takes_its_event_out_of_sets_that_it_is_not_in_any_more(store: Store) -> None:
    await store.observe([put("a"), put("a", key="t"), put("b")], NOW)
    assert await store.observe([put("a", key="t", revision=2)], NOW, revised={"ev_a": 2}) != []
    assert await names(store, put("c")) == ["b", "c"]
    assert await names(store, put("c", key="t")) == ["a", "c"]


async def test_an_event_that_is_taken_back_is_taken_out_of_all_sets(store: Store) -> None:
    await store.observe([put("a", data="1"), put("a", key="t"), put("a", revision=2, data="2")], NOW)
    for _ in range(2):
        assert await store.observe([], NOW, revised={"ev_a": 3}) == []
    assert await names(store, put("b")) == ["b"]
    assert await names(store, put("b", key="t")) == ["b"]


async def test_what_was_replaced_or_taken_back_does_not_come_again(store: Store) -> None:
    await store.observe([put("a", revision=2, data="two")], NOW)
    (rows,) = await store.observe([put("a", data="one")], NOW)
    assert [(row.revision, row.data) for row in rows] == [(2, "two")]
    await store.observe([], NOW, revised={"ev_a": 3})
    assert await names(store, put("a", revision=2)) == []
    assert await names(store, put("a", revision=4)) == ["a"]


async def test_a_revision_and_the_one_before_it_may_come_together(store: Store) -> None:
    both = [put("a"), put("a", revision=2, key="t")]
    assert [len(rows) for rows in await store.observe(both, NOW, revised={"ev_a": 2})] == [0, 1]


async def test_more_than_one_call_takes_are_answered_in_their_order(store: Store) -> None:
    many = [put(f"n{n}", key=f"k{n % 7}") for n in range(2 * CHUNK + 3)]
    rows = await store.observe(many, NOW, revised={"ev_n0": 1})
    assert [found[-1].event for found in rows] == [one.event for one in many]


async def test_whatever_stands_in_a_text_comes_back(store: Store) -> None:
    hard = 'a|b "c"\\ \n\x00 ~ é 漢 #|1|2|'
    one = put("a", distinct=hard, data=hard, value=0.1)
    (rows,) = await store.observe([one], NOW)
    assert (rows[0].distinct, rows[0].data, rows[0].value) == (hard, hard, 0.1)
    (rows,) = await store.observe([put("a", revision=2, distinct="x", data="y\ud800")], NOW)
    assert (rows[0].distinct, rows[0].data) == ("x", "y?")
    assert (rows[0].earlier[0].distinct, rows[0].earlier[0].data) == (hard, hard)


@pytest.mark.parametrize("name", ["", "#", "~a", "a\nb", "a" * 400])
async def test_a_name_that_no_key_can_be_made_of_is_refused(store: Store, name: str) -> None:
    with pytest.raises(ValueError, match="not usable"):
        await store.observe([put(key=name)], NOW)
    assert (await store.key_counts())["states"] == 0


async def test_a_set_is_counted_until_it_is_over(store: Store) -> None:
    await store.observe([put("a"), put("b"), put("a", key="t", keep_ms=2 * KEEP)], NOW)
    assert (await store.key_counts())["states"] == 2
    assert (await store.sweep(NOW + KEEP))["states"] == 1
    assert (await store.key_counts())["states"] == 1


async def test_a_set_that_nothing_comes_into_is_forgotten(redis_store: RedisStore) -> None:
    await redis_store.observe([put("a", keep_ms=50)], NOW)

    async def gone() -> bool:
        return not {"rows:s", "times:s"} & set(await dump(redis_store))

    await eventually(gone, "the set expires")
    assert await names(redis_store, put("b")) == ["b"]


async def test_a_set_in_memory_is_forgotten_too() -> None:
    now = NOW
    memory = MemoryStore(lambda: now)
    await memory.observe([put("a")], now)
    now += KEEP
    assert await names(memory, put("b")) == ["b"]


async def test_a_row_that_cannot_be_read_does_not_keep_the_others_from_being_of_use(redis_store: RedisStore) -> None:
    await redis_store.observe([put("a"), put("b")], NOW)
    await redis_store.link.call("HSET", redis_store.keys("rows:s"), "ev_a", "torn")
    with capture_logs() as logs:
        assert await names(redis_store, put("c")) == ["b", "c"]
        assert await names(redis_store, put("a", revision=2)) == ["b", "c", "a"]
    assert [(line["event"], line["event_id"]) for line in logs] == [("state_row_unreadable", "ev_a")]
