"""Whatever comes, in whatever order and how often: the sets are those of the events, and memory and Redis agree."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.model import Observation
from alertd.store.memory import MemoryStore
from alertd.store.protocol import Store
from tests.store.dump import dump
from tests.store.make import NOW
from tests.store.operations import prepared

MINUTE = 60_000
Call = tuple[list[Observation], dict[str, int]]


def _observation(key: str, event: str, revision: int, minute: int, text: str, *, small: bool) -> Observation:
    keep, most = (5 * MINUTE, 3) if small else (10_000 * MINUTE, 100)
    return Observation(
        key=key, event=event, revision=revision, at_ms=NOW + minute * MINUTE, distinct=text, data=text * 2,
        value=len(text) / 10, keep_ms=keep, most=most,
    )  # fmt: skip


_ONE = st.builds(
    _observation,
    key=st.sampled_from("st"),
    event=st.sampled_from("abcd"),
    revision=st.integers(1, 4),
    minute=st.integers(-9, 9),
    text=st.sampled_from(["", "x", "|é"]),
    small=st.just(False),
).map(lambda one: one if one.key == "s" else msgspec.structs.replace(one, keep_ms=5 * MINUTE, most=3))


_CALL = st.tuples(st.lists(_ONE, max_size=4), st.dictionaries(st.sampled_from("abcd"), st.integers(1, 4), max_size=2))


@settings(max_examples=40, deadline=None)
@given(st.lists(_CALL, max_size=8))
def test_memory_and_redis_remember_the_same_and_twice_is_once(redis_url: str, calls: list[Call]) -> None:
    async def check() -> None:
        memory = MemoryStore()
        async with prepared(redis_url) as (store,):
            for observations, revised in calls:
                ours = await store.observe(observations, NOW, revised=revised)
                assert ours == await memory.observe(observations, NOW, revised=revised)
                once = await dump(store)
                await store.observe(observations, NOW, revised=revised)
                await memory.observe(observations, NOW, revised=revised)
                assert await dump(store) == once
            assert (await store.key_counts())["states"] == (await memory.key_counts())["states"]

    asyncio.run(check())


async def test_what_was_trimmed_stays_out_though_the_newest_is_moved_back(redis_url: str) -> None:
    def small(event: str, revision: int, minute: int) -> Observation:
        return _observation("t", event, revision, minute, "", small=True)

    async with prepared(redis_url) as (store,):
        await store.observe([small("b", 1, 5)], NOW, revised={})
        moved = [small("a", 1, -1), small("c", 1, -1), small("b", 2, 0)]
        await store.observe(moved, NOW, revised={})
        once = await dump(store)
        await store.observe(moved, NOW, revised={})
        assert await dump(store) == once


def _history(events: dict[str, tuple[int, list[tuple[str, str]]]], *, small: bool) -> list[Call]:
    """Make the calls of events, each with a time and, for each revision, a text and the sets that it is put into."""
    calls: list[Call] = []
    for event, (minute, revisions) in events.items():
        for revision, (text, keys) in enumerate(revisions, 1):
            found = [_observation(key, event, revision, minute, text, small=small) for key in keys]
            calls.append((found, {event: revision} if revision > 1 else {}))
    return calls


def _events(keys: Sequence[str]) -> st.SearchStrategy[dict[str, tuple[int, list[tuple[str, str]]]]]:
    revision = st.tuples(st.sampled_from(["x", "y", "z"]), st.sampled_from(keys))
    event = st.tuples(st.integers(-9, 9), st.lists(revision, min_size=1, max_size=3))
    return st.dictionaries(st.sampled_from("abcdef"), event, max_size=6)


async def _remembered(store: Store, calls: Sequence[Call]) -> dict[str, list[tuple[str, int, int, str, float, str]]]:
    """Give what the sets hold in the end, without the orders: those are the order of arrival."""
    for observations, revised in calls:
        await store.observe(observations, NOW, revised=revised)
    ask = [_observation(key, "asks", 1, 9, "", small=False) for key in "st"]
    found = await store.observe(ask, NOW)
    return {
        one.key: sorted((r.event, r.revision, r.at_ms, r.distinct, r.value, r.data) for r in rows)
        for one, rows in zip(ask, found, strict=True)
    }


def _assert_same_in_any_order(redis_url: str, calls: list[Call], data: st.DataObject) -> None:
    """Compare what a real store holds after the calls came in any order, some of them twice, with what they say."""
    arrival = data.draw(st.permutations(calls)) + data.draw(
        st.lists(st.sampled_from(calls or [([], {})]), max_size=4)
    )

    async def check() -> None:
        async with prepared(redis_url) as (store,):
            assert await _remembered(store, arrival) == await _remembered(MemoryStore(), calls)

    asyncio.run(check())


@settings(max_examples=40, deadline=None)
@given(_events(["s", "t", "st", ""]), st.data())
def test_what_is_remembered_is_a_function_of_the_events_alone(
    redis_url: str, events: dict[str, tuple[int, list[tuple[str, str]]]], data: st.DataObject
) -> None:
    _assert_same_in_any_order(redis_url, _history(events, small=False), data)


@settings(max_examples=40, deadline=None)
@given(_events(["s"]), st.data())
def test_bounds_drop_the_same_events_in_whatever_order_they_come(
    redis_url: str, events: dict[str, tuple[int, list[tuple[str, str]]]], data: st.DataObject
) -> None:
    _assert_same_in_any_order(redis_url, _history(events, small=True), data)
