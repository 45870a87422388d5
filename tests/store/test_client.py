"""The connection: nothing is sent twice, nothing hangs, every error is ours and says what to do."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from redis import exceptions

from alertd.errors import Corrupt, StoreRefused, StoreUnavailable
from alertd.store import servers
from alertd.store.client import MAX_BLOCK_MS
from alertd.store.keys import TYPE_OF
from alertd.store.redis import RedisStore, open_store
from alertd.store.translate import translated
from tests.faults.proxy import ANY, Proxy
from tests.store.make import NOW, delivery, new, record, source_state, state
from tests.support.redis import RedisServer, fresh_namespace


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[RedisStore]:
    store = await open_store(url, fresh_namespace(), name="test")
    await store.prepare()
    try:
        yield store
    finally:
        await store.aclose()


async def test_a_lost_reply_is_an_error_and_nothing_is_sent_again(redis_url: str, tmp_path: Path) -> None:
    proxy = Proxy(redis_url, tmp_path / "p")
    async with proxy, opened(proxy.url) as store:
        await store.ingest("wire", [], NOW)
        proxy.drop_reply(ANY)
        with pytest.raises(StoreUnavailable):
            await store.link.call("XADD", store.keys("events"), "*", "f", "v")
        assert proxy.dropped == ["XADD"]
        assert (await store.backlog()).events == 1


async def test_after_a_lost_reply_a_repeat_finds_it_done(redis_url: str, tmp_path: Path) -> None:
    proxy = Proxy(redis_url, tmp_path / "p")

    async def lose(call: object) -> None:
        proxy.drop_reply(ANY)
        with pytest.raises(StoreUnavailable):
            await call  # type: ignore[misc]

    async with proxy, opened(proxy.url) as store:
        await store.load_alerts(["al_1"])
        await lose(store.ingest("wire", [new("a")], NOW))
        assert [found.outcome for found in await store.ingest("wire", [new("a")], NOW)] == ["known"]
        assert (await store.backlog()).events == 1
        await store.commit("al_2", 0, state(), [], NOW)
        await lose(store.commit("al_1", 0, state(), [delivery("a")], NOW))
        conflict = await store.commit("al_1", 0, state(), [delivery("a")], NOW)
        assert conflict is not None
        assert conflict.version == 1
        await store.claim("desk", "dl_x", "t1", NOW, 1_000, 0, b"")
        await lose(store.claim("desk", "dl_a", "t1", NOW, 1_000, 0, b"p"))
        claimed = await store.claim("desk", "dl_a", "t1", NOW, 1_000, 0, b"p")
        assert getattr(claimed, "delivery").attempts == 1  # noqa: B009
        await store.finish("dl_x", "t1", NOW, "")
        await lose(store.finish("dl_a", "t1", NOW, "ok"))
        assert await store.finish("dl_a", "t1", NOW, "ok")
        assert len(await store.trace("dl_a")) == 1


async def test_a_frozen_server_is_an_error_after_the_time_out(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "TIMEOUT_S", 0.3)
    async with opened(server.url) as store:
        os.kill(server.pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            with pytest.raises(StoreUnavailable, match="does not answer"):
                await store.ping()
            assert time.monotonic() - began < 2
        finally:
            os.kill(server.pid, signal.SIGCONT)
        assert await store.ping() > 0


async def test_a_server_that_is_away_is_an_error_and_found_again(server: RedisServer) -> None:
    async with opened(server.url) as store:
        await store.ingest("wire", [new("a")], NOW)
        server.kill()
        with pytest.raises(StoreUnavailable):
            await store.ping()
        server.start()
        assert (await store.ingest("wire", [new("a")], NOW))[0].outcome == "known", "the script is loaded again"


async def test_nobody_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="does not answer"):
        await open_store(f"unix://{tmp_path}/none", "test", name="test")


async def test_forgotten_scripts_are_loaded_again(redis_store: RedisStore) -> None:
    await redis_store.ingest("wire", [new("a")], NOW)
    await redis_store.link.call("SCRIPT", "FLUSH")
    assert (await redis_store.ingest("wire", [new("a")], NOW))[0].outcome == "known"


async def test_a_read_that_would_wait_longer_than_the_line_holds_is_refused(redis_store: RedisStore) -> None:
    for wait in (MAX_BLOCK_MS + 1, -1):
        with pytest.raises(ValueError, match="waits at most"):
            await redis_store.read_events("c", 1, wait)
        with pytest.raises(ValueError, match="waits at most"):
            await redis_store.wait_wake(wait)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://localhost", "begins with"),
        ("redis://localhost?socket_timeout=900", "may not set socket_timeout"),
        ("unix:///tmp/x?retry_on_timeout=yes&db=1", "may not set retry_on_timeout"),
        ("redis://localhost:notaport", "cannot be read"),
    ],
)
async def test_a_url_that_would_change_the_rules_is_refused(url: str, says: str) -> None:
    with pytest.raises(StoreRefused, match=says):
        await open_store(url, "test", name="test")


async def test_a_wrong_password_is_refused_and_not_repeated_in_the_error(binary: str) -> None:
    with RedisServer(binary, {"requirepass": "right"}) as server:
        with pytest.raises(StoreRefused) as caught:
            await open_store(server.url.replace("unix://", "unix://:wrong-one@"), "test", name="test")
        assert "wrong-one" not in str(caught.value)
        with pytest.raises(StoreRefused):
            await open_store(server.url, "test", name="test")
        store = await open_store(server.url.replace("unix://", "unix://:right@"), "test", name="test")
        await store.aclose()


async def test_a_replica_is_unavailable_for_writing(binary: str) -> None:
    with RedisServer(binary, {"replicaof": "127.0.0.1 1"}) as server:
        store = await open_store(server.url, "test", name="test")
        with pytest.raises(StoreUnavailable, match="replica"):
            await store.prepare()
        with pytest.raises(StoreUnavailable, match="replica"):
            await store.save_source_state(source_state())
        await store.aclose()


Call = Callable[[RedisStore], Awaitable[object]]


def ingest(store: RedisStore) -> Awaitable[object]:
    return store.ingest("wire", [new("a")], NOW)


def commit(store: RedisStore) -> Awaitable[object]:
    return store.commit("al_1", 0, state(), [delivery("a")], NOW)


def journal(store: RedisStore) -> Awaitable[object]:
    return store.journal(record("ev_1"))


@pytest.mark.parametrize(
    ("key", "call"),
    [
        ("events", ingest),
        ("seen:wire", ingest),
        ("sight:wire", ingest),
        ("alert:al_1", commit),
        ("alerts", commit),
        ("q:desk:normal", commit),
        ("chains", commit),
        ("journal", journal),
        ("trace:ev_1", journal),
    ],
)
async def test_a_key_of_another_type_stops_a_script_before_its_first_write(
    redis_store: RedisStore, key: str, call: Call
) -> None:
    await redis_store.link.call("SET", redis_store.keys(key), "not ours")
    before = await everything(redis_store)
    error = StoreUnavailable if key in TYPE_OF else Corrupt  # all depends on it, or one thing
    with pytest.raises(error, match=f"{key} holds a string"):
        await call(redis_store)
    assert await everything(redis_store) == before


async def test_a_shared_key_of_another_type_is_named_by_every_command_and_by_the_check(
    redis_store: RedisStore,
) -> None:
    await redis_store.link.call("DEL", redis_store.keys("events"))
    await redis_store.link.call("SET", redis_store.keys("events"), "not ours")
    for ask in (redis_store.read_events("c", 1, 0), redis_store.backlog()):
        with pytest.raises(StoreUnavailable, match=r":events.*rename or delete that key"):
            await ask
    found = [finding for finding in await redis_store.check_server() if finding.code == "wrong_type"]
    assert [(finding.level, finding.text.partition(".")[0]) for finding in found] == [
        ("refuse", "the key events holds a string, not a stream")
    ]


async def test_a_password_that_changes_is_waited_for_and_a_wrong_one_refused(server: RedisServer) -> None:
    async with opened(server.url) as store:
        await store.link.call("CONFIG", "SET", "requirepass", "another")
        for command in (("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no"), ("PING",)):
            with suppress(StoreUnavailable):
                await store.link.call(*command)
        with pytest.raises(StoreUnavailable, match="Redis refuses us: Authentication required"):
            await store.ping()
        with pytest.raises(StoreRefused, match="Redis refuses us"):
            await open_store(server.url, "t", name="test")


async def everything(store: RedisStore) -> dict[bytes, object]:
    keys = sorted(await store.link.call("KEYS", store.keys("*")))
    return {key: await store.link.call("DUMP", key) for key in keys}


async def test_a_lost_group_is_made_again_from_the_start(redis_store: RedisStore) -> None:
    await redis_store.ingest("wire", [new("a"), new("b")], NOW)
    await redis_store.read_events("c", 10, 0)
    stream = redis_store.keys("events")
    await redis_store.link.call("XGROUP", "DESTROY", stream, "match")
    assert await redis_store.pending(None, 0, 10) == []
    assert [e.event.id for e in await redis_store.read_events("c", 10, 0)] == ["ev_a", "ev_b"]
    await redis_store.link.call("XGROUP", "DESTROY", stream, "match")
    assert await redis_store.read_events("c", 10, 0) == []
    assert len(await redis_store.read_events("c", 10, 0)) == 2
    await redis_store.link.call("XGROUP", "DESTROY", stream, "match")
    assert await redis_store.claim_event("c", "1-1", 0) is None
    await redis_store.link.call("DEL", stream)
    assert (await redis_store.backlog()).events == 0
    assert await redis_store.read_events("c", 10, 0) == []


async def test_an_event_deleted_behind_our_back_is_acknowledged_and_told(redis_store: RedisStore) -> None:
    await redis_store.ingest("wire", [new("a")], NOW)
    (event,) = await redis_store.read_events("c", 10, 0)
    await redis_store.link.call("XDEL", redis_store.keys("events"), event.stream_id)
    assert len(await redis_store.pending(None, 0, 10)) == 1
    assert await redis_store.claim_event("other", event.stream_id, 0) is None
    assert await redis_store.pending(None, 0, 10) == []


async def test_an_event_handed_out_again_after_the_group_was_lost_is_finished_once(redis_store: RedisStore) -> None:
    await redis_store.ingest("wire", [new("a")], NOW)
    (event,) = await redis_store.read_events("c", 10, 0)
    await redis_store.link.call("XGROUP", "DESTROY", redis_store.keys("events"), "match")
    await redis_store.pending(None, 0, 1)
    assert await redis_store.finish_event(event.stream_id, record("ev_a"))
    assert not await redis_store.finish_event(event.stream_id, record("ev_a"))


async def test_with_memory_full_nothing_new_is_taken_and_all_that_began_completes(server: RedisServer) -> None:
    async with opened(server.url) as store:
        await store.ingest("wire", [new("a"), new("b")], NOW)
        a, b = await store.read_events("c", 10, 0)
        await store.enqueue([delivery(n, chain=n) for n in "abcd"], NOW)
        await store.enqueue([delivery("e", chain="a")], NOW)
        server.command("CONFIG", "SET", "maxmemory", "100kb")
        with pytest.raises(StoreUnavailable, match="out of memory"):
            await store.ingest("wire", [new("c")], NOW)
        with pytest.raises(StoreUnavailable, match="out of memory"):
            await store.commit("al_1", 0, state(), [delivery("x")], NOW)
        with pytest.raises(StoreUnavailable, match="out of memory"):
            await store.enqueue([delivery("f", mode="latest", chain="a")], NOW)
        for name in "abcd":
            claimed = await store.claim("desk", f"dl_{name}", "t1", NOW, 1_000, 0, b"payload")
            assert not hasattr(claimed, "reason"), claimed
        assert await store.finish("dl_a", "t1", NOW, "ok")
        assert await store.retry("dl_b", "t1", NOW, NOW, "500", counts=True)
        assert await store.bury("dl_c", "t1", NOW, "404")
        assert await store.expire("dl_d", "t1", NOW)
        assert await store.retry_dead(["dl_c"], NOW) == ["dl_c"]
        assert await store.finish_event(a.stream_id, record("ev_a"))
        assert await store.bury_event(b.stream_id, "poison", NOW)
        assert len(await store.trace("dl_a")) == 1
        assert [d.delivery.id for d in (await store.due("desk", NOW, 10))[0]] == ["dl_b", "dl_c", "dl_e"]
        server.command("CONFIG", "SET", "maxmemory", "0")
        assert (await store.ingest("wire", [new("c")], NOW))[0].outcome == "new"


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (exceptions.BusyLoadingError("Redis is loading the dataset in memory"), StoreUnavailable, "still loading"),
        (exceptions.ReadOnlyError("You can't write against a read only replica."), StoreUnavailable, "replica"),
        (exceptions.OutOfMemoryError("command not allowed"), StoreUnavailable, "out of memory"),
        (exceptions.ResponseError("MISCONF Redis is configured to save RDB"), StoreUnavailable, "disk full"),
        (
            exceptions.ResponseError(
                "Error running script (call to f_1): @user_script:9: @user_script: 9: -OOM command"
            ),
            StoreUnavailable,
            "out of memory",
        ),
        (exceptions.ResponseError("NOREPLICAS Not enough good replicas"), StoreUnavailable, "too few replicas"),
        (exceptions.TimeoutError("Timeout reading from socket"), StoreUnavailable, "does not answer"),
        (ConnectionResetError("reset"), StoreUnavailable, "does not answer"),
        (exceptions.NoPermissionError("this user has no permissions"), StoreRefused, "refuses us"),
        (exceptions.ResponseError("NOAUTH Authentication required."), StoreRefused, "refuses us"),
        (exceptions.ResponseError("unknown command 'XADD'"), StoreRefused, "answers"),
        (exceptions.ResponseError("WRONGTYPE Operation against a key"), Corrupt, "WRONGTYPE"),
    ],
)
def test_each_error_of_redis_becomes_ours(error: Exception, kind: type[Exception], says: str) -> None:
    with pytest.raises(kind, match=says) as caught, translated():
        raise error
    assert caught.value.__cause__ is error
