"""What models are asked on a day: counted before, once, for all processes together."""

from __future__ import annotations

import asyncio

import pytest

from alertd.store.protocol import Store
from alertd.store.redis import RedisStore
from alertd.store.spending import SPENT_MS, spent_name
from alertd.store.types import SpendLimits, Spent

DAY = 20_787
ROOMY: SpendLimits = (100, 100_000, 100)


async def ask(store: Store, token: str, tokens: int = 100, limits: SpendLimits = ROOMY, whose: str = "ai") -> Spent:
    return await store.reserve_spend("m", DAY, token, whose, tokens, limits)


async def test_many_at_once_never_overdraw(store: Store) -> None:
    found = await asyncio.gather(*(ask(store, f"t{n}", limits=(7, 100_000, 100)) for n in range(20)))
    assert sorted(one.refused for one in found) == [""] * 7 + ["budget"] * 13
    assert await store.spent("m", DAY) == Spent(calls=7, tokens=700)


async def test_tokens_and_the_share_of_a_portfolio_are_limits_too(store: Store) -> None:
    assert (await ask(store, "a", 60, (9, 100, 1))).refused == ""
    assert (await ask(store, "b", 41, (9, 100, 1), "power")).refused == "budget"
    assert (await ask(store, "c", 40, (9, 100, 1))).refused == "portfolio"
    assert await ask(store, "d", 40, (9, 100, 1), "power") == Spent(calls=2, tokens=100)


async def test_a_question_counts_once_however_often_it_is_said(store: Store) -> None:
    assert await ask(store, "a") == await ask(store, "a", limits=(0, 0, 0)) == Spent(calls=1, tokens=100)
    for _ in range(2):
        assert await store.settle_spend("m", DAY, "a", 30, "USD", 0.125) == Spent(calls=1, tokens=30)
    assert await store.spent("m", DAY, "USD") == Spent(calls=1, tokens=30, cost=0.125)


async def test_costs_add_up_for_each_currency(store: Store) -> None:
    for token, currency, cost in (("a", "USD", 0.0000015), ("b", "USD", 0.5), ("c", "EUR", 2.0), ("d", "", 0.0)):
        await ask(store, token)
        await store.settle_spend("m", DAY, token, 10, currency, cost)
    assert abs((await store.spent("m", DAY, "USD")).cost - 0.5000015) < 1e-12
    assert (await store.spent("m", DAY, "EUR")).cost == 2.0
    assert await store.spent("m", DAY) == Spent(calls=4, tokens=40)


async def test_what_is_settled_without_having_been_asked_counts_for_nothing(store: Store) -> None:
    assert await store.settle_spend("m", DAY, "never", 500, "USD", 9.0) == Spent()
    assert await store.spent("m", DAY, "USD") == Spent()


async def test_days_and_models_are_apart(store: Store) -> None:
    await ask(store, "a")
    assert await store.spent("m", DAY + 1) == Spent()
    assert await store.spent("other", DAY) == Spent()


async def test_a_day_is_forgotten_after_a_while(store: Store) -> None:
    if not isinstance(store, RedisStore):
        pytest.skip("in memory nothing outlives the process")
    await ask(store, "a")
    left = int(await store.link.call("PTTL", store.keys(spent_name("m", DAY))))
    assert SPENT_MS - 60_000 < left <= SPENT_MS
