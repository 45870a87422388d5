"""Deliveries that cannot be read harm only themselves: they are dead letters, and their chains go on."""

from __future__ import annotations

import pytest

from alertd.store.redis import RedisStore
from tests.store.dump import dump
from tests.store.make import NOW, delivery, state
from tests.store.test_orders import check_invariants


async def test_a_message_that_cannot_be_read_is_set_aside_alone(redis_store: RedisStore) -> None:
    await redis_store.enqueue([delivery(n, chain=n) for n in "abcd"], NOW)
    await redis_store.link.call("HSET", redis_store.keys("bodies"), "dl_a", "{")
    await redis_store.link.call("HDEL", redis_store.keys("bodies"), "dl_b")
    await redis_store.link.call("HSET", redis_store.keys("deliveries"), "dl_c", "{")
    for _ in range(2):
        found, _ = await redis_store.due("desk", NOW, 10)
        assert [d.delivery.id for d in found] == ["dl_d"]
    assert {d.id for d in await redis_store.dead_deliveries(10)} == {"dl_a", "dl_b", "dl_c"}


BROKEN = {"cut off": b"{", "another's": b'{"id":"dl_x"}', "no object": b"7", "missing": None}


async def spoil(store: RedisStore, delivery_id: str, raw: bytes | None) -> None:
    records = store.keys("deliveries")
    await (
        store.link.call("HDEL", records, delivery_id)
        if raw is None
        else store.link.call("HSET", records, delivery_id, raw)
    )


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("finder", ["due", "sweep"])
async def test_a_chain_goes_on_behind_a_record_that_cannot_be_read(
    redis_store: RedisStore, how: str, finder: str
) -> None:
    await redis_store.enqueue([delivery(n) for n in "abc"], NOW)
    await spoil(redis_store, "dl_a", BROKEN[how])
    if finder == "due":
        await redis_store.due("desk", NOW, 10)
    else:
        await redis_store.sweep(NOW)
    assert [d.delivery.id for d in (await redis_store.due("desk", NOW, 10))[0]] == ["dl_b"]
    (dead,) = await redis_store.dead_deliveries(10)
    assert (dead.id, dead.chain, dead.receiver, dead.error[:9]) == ("dl_a", "al_1", "desk", "corrupt: ")
    assert [record.reason for _, record in await redis_store.trace("dl_a")] == ["dead"]
    check_invariants(await dump(redis_store))
    assert await redis_store.retry_dead(["dl_a"], NOW) == ["dl_a"], "its message is still there"
    check_invariants(await dump(redis_store))


@pytest.mark.parametrize("how", BROKEN)
async def test_a_record_that_cannot_be_read_keeps_no_new_message_out(redis_store: RedisStore, how: str) -> None:
    await redis_store.enqueue([delivery("a", mode="latest")], NOW)
    await spoil(redis_store, "dl_a", BROKEN[how])
    assert await redis_store.commit("al_1", 0, state(), [delivery("b", mode="latest")], NOW) is None
    await redis_store.due("desk", NOW, 10)
    assert [d.delivery.id for d in (await redis_store.due("desk", NOW, 10))[0]] == ["dl_b"]


@pytest.mark.parametrize(
    "body", [b"{", b"7", b'{"alert":{},"news":[1,{},null,"x"],"loud":7}', b'{"alert":{},"news":8}']
)
async def test_a_message_that_cannot_be_read_keeps_no_newer_one_out(redis_store: RedisStore, body: bytes) -> None:
    await redis_store.enqueue([delivery("a", mode="latest")], NOW)
    await redis_store.link.call("HSET", redis_store.keys("bodies"), "dl_a", body)
    await redis_store.enqueue([delivery("b", mode="latest")], NOW)
    assert [d.delivery.id for d in (await redis_store.due("desk", NOW, 10))[0]] == ["dl_b"]
    check_invariants(await dump(redis_store))


@pytest.mark.parametrize("how", BROKEN)
async def test_one_that_waits_and_cannot_be_read_is_set_aside_in_its_turn(redis_store: RedisStore, how: str) -> None:
    await redis_store.enqueue([delivery(n) for n in "abc"], NOW)
    await spoil(redis_store, "dl_b", BROKEN[how])
    await redis_store.expire("dl_a", "", NOW)
    await redis_store.due("desk", NOW, 10)
    assert [d.delivery.id for d in (await redis_store.due("desk", NOW, 10))[0]] == ["dl_c"]
    assert [d.id for d in await redis_store.dead_deliveries(10)] == ["dl_b"]
    check_invariants(await dump(redis_store))
