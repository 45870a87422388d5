"""Turns at a host that counts what all processes send, and its silence."""

from __future__ import annotations

import asyncio

from alertd.store.protocol import Store
from alertd.store.types import Turn
from tests.store.make import NOW

EVERY = 125


async def turn(store: Store, token: str, now: int = NOW, longest: int = 10_000) -> Turn:
    return await store.take_turn("sec", token, now, EVERY, longest)


async def test_turns_are_an_interval_apart_however_many_ask_at_once(store: Store) -> None:
    turns = await asyncio.gather(*(turn(store, f"t{number}") for number in range(20)))
    assert sorted(t.at_ms for t in turns) == [NOW + EVERY * number for number in range(20)]
    assert {t.kind for t in turns} == {"turn"}


async def test_a_host_that_was_left_alone_gets_a_request_at_once(store: Store) -> None:
    await turn(store, "a")
    assert (await turn(store, "b", NOW + 60)).at_ms == NOW + EVERY
    assert (await turn(store, "c", NOW + 5_000)).at_ms == NOW + 5_000


async def test_the_same_token_gets_the_same_moment(store: Store) -> None:
    first = await turn(store, "a")
    assert await turn(store, "a", NOW + 100) == first
    assert (await turn(store, "b")).at_ms == first.at_ms + EVERY


async def test_nothing_is_taken_where_it_were_too_long_to_wait(store: Store) -> None:
    for number in range(3):
        await turn(store, f"t{number}")
    assert await turn(store, "late", longest=300) == Turn(kind="full", at_ms=NOW + 3 * EVERY)
    assert (await turn(store, "patient")).at_ms == NOW + 3 * EVERY


async def test_turns_of_a_clock_that_was_set_back_hold_nobody_up(store: Store) -> None:
    await turn(store, "a", NOW + 3_600_000)
    assert (await turn(store, "b")).at_ms == NOW
    assert (await turn(store, "c")).at_ms == NOW + EVERY


async def test_a_silence_holds_for_all_also_for_those_who_have_their_turn(store: Store) -> None:
    taken = await turn(store, "a")
    await store.keep_quiet("sec", NOW + 600_000, NOW)
    await store.keep_quiet("sec", NOW + 1_000, NOW)
    assert await turn(store, "a", taken.at_ms) == Turn(kind="quiet", at_ms=NOW + 600_000)
    assert await turn(store, "b", NOW + 599_999) == Turn(kind="quiet", at_ms=NOW + 600_000)
    assert (await turn(store, "b", NOW + 600_000)).kind == "turn"


async def test_limits_do_not_touch_one_another(store: Store) -> None:
    await store.keep_quiet("sec", NOW + 600_000, NOW)
    assert (await store.take_turn("other", "a", NOW, EVERY, 0)).kind == "turn"


async def test_a_silence_of_the_past_is_none(store: Store) -> None:
    await store.keep_quiet("sec", NOW - 1, NOW)
    assert (await turn(store, "a")).kind == "turn"
