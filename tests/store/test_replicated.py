"""What somebody is told is taken stands with the replicas that the server asks for, or nobody is told so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from alertd.errors import StoreUnavailable
from alertd.store import replicated
from alertd.store.redis import RedisStore, open_store
from alertd.telemetry import REGISTRY
from tests.store.make import NOW, new
from tests.support.redis import bundled_binary, system_binary
from tests.support.redis_topology import Clustered, Replicated, TcpServer, id_of, wait_for

ASKED = {"min-replicas-to-write": "1", "min-replicas-max-lag": "600"}


def followed(flags: dict[str, str]) -> Iterator[Replicated]:
    pair = Replicated(system_binary() or bundled_binary(), flags)
    with pair.primary:
        pair.follow()
        try:
            wait_for(lambda: pair.replica.info("master_link_status") == "up", "the replica follows")
            if flags:
                counted(pair.primary)
            yield pair
        finally:
            pair.replica.kill()  # also one that is frozen
            pair.replica.stop()


def counted(primary: TcpServer) -> None:
    """Wait until a server counts its replica, which it does after its first word."""
    wait_for(lambda: primary.info("min_slaves_good_slaves") == "1", "the replica is counted")


@pytest.fixture
def asked() -> Iterator[Replicated]:
    yield from followed(ASKED)


@pytest.fixture
def unasked() -> Iterator[Replicated]:
    yield from followed({})


async def opened(pair: Replicated) -> RedisStore:
    store = await open_store(f"redis://127.0.0.1:{pair.primary.port}", "test", name="test")
    await store.prepare()
    return store


async def test_what_is_confirmed_is_with_the_replica(asked: Replicated) -> None:
    store = await opened(asked)
    async with store.replicated():
        await store.ingest("wire", [new("a")], NOW)
    asked.primary.kill()
    assert b"ev_a" in asked.replica.command("XRANGE", store.keys("events"), "-", "+")
    await store.aclose()


async def test_while_the_replica_says_nothing_nobody_is_told_and_the_repeat_is_confirmed_later(
    asked: Replicated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replicated, "WAIT_MS", 100)
    store = await opened(asked)
    asked.replica.freeze()
    for outcome in ("new", "known"):  # nothing is written the second time, and it is not confirmed all the same
        with pytest.raises(StoreUnavailable, match="0 of 1 replicas"):
            async with store.replicated():
                (result,) = await store.ingest("wire", [new("a")], NOW)
        assert result.outcome == outcome
    asked.replica.thaw()
    monkeypatch.setattr(replicated, "WAIT_MS", 4_000)
    async with store.replicated():
        (result,) = await store.ingest("wire", [new("a")], NOW)
    assert result.outcome == "known"
    await store.aclose()


async def test_a_server_that_asks_for_no_replica_waits_for_none(unasked: Replicated) -> None:
    store = await opened(unasked)
    unasked.replica.freeze()
    async with store.replicated():
        await store.ingest("wire", [new("a")], NOW)
    unasked.replica.thaw()
    await store.aclose()


async def test_what_another_server_confirms_is_not_confirmed(
    asked: Replicated, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await opened(asked)
    places = iter([("10.0.0.1", 1), ("10.0.0.2", 1)])
    monkeypatch.setattr(type(store.link), "server", property(lambda _: next(places)))
    with pytest.raises(StoreUnavailable, match="1 of 1 replicas"):
        async with store.replicated():
            await store.ingest("wire", [new("a")], NOW)
    await store.aclose()


def unconfirmed() -> float:
    return REGISTRY.get_sample_value("alertd_store_unconfirmed_total") or 0.0


def begin_move(cluster: Clustered) -> None:
    """Say that our slot goes elsewhere, and leave what is there: what is not there goes to the other node."""
    slot = str(cluster.slot)
    cluster.other.command("CLUSTER", "SETSLOT", slot, "IMPORTING", id_of(cluster.ours))
    cluster.ours.command("CLUSTER", "SETSLOT", slot, "MIGRATING", id_of(cluster.other))


async def test_while_a_slot_is_moved_nobody_confirms_what_the_other_node_took() -> None:
    cluster = Clustered(system_binary() or bundled_binary(), "test")
    try:
        await asyncio.to_thread(cluster.__enter__)
        store = await open_store(cluster.url, "test", name="test")
        await store.prepare()
        begin_move(cluster)
        cluster.ours.command("CONFIG", "SET", "min-replicas-to-write", "1")
        counted(cluster.ours)
        async with store.replicated():
            await store.link.call("HSET", store.keys("meta"), "a", "1")
        before = unconfirmed()
        with pytest.raises(StoreUnavailable, match="1 of 1 replicas"):
            async with store.replicated():
                await store.link.call("HSET", store.keys("else"), "a", "1")
        assert unconfirmed() == before + 1
        assert cluster.ours.command("HGETALL", store.keys("else")).startswith(b"-ASK ")
        await store.aclose()
    finally:
        await asyncio.to_thread(cluster.__exit__)
