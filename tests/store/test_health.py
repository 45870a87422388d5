"""Who is living, how large things are, and the housekeeping."""

from __future__ import annotations

import pytest

from alertd.base.clock import system_clock
from alertd.errors import StoreRefused
from alertd.store.engine import probe
from alertd.store.protocol import Store
from alertd.store.redis import RedisStore, open_store
from tests.store.make import FAR, NOW, delivery, new, source_state, state
from tests.support.redis import system_binary, valkey_binary

DAY = 86_400_000


def test_the_server_on_path_is_tested_too() -> None:
    if system_binary() is None:
        pytest.skip("no redis-server or valkey-server on PATH: only the bundled Redis is tested")


def test_a_valkey_is_tested_too() -> None:
    if valkey_binary() is None:
        pytest.skip("no valkey-server on PATH, nor from `make valkey`: Valkey is not tested")


def test_each_kind_of_server_is_what_it_is_taken_for(binary: str) -> None:
    engine = probe(binary)
    assert engine is not None
    assert engine.version[:2] >= (6, 2)
    assert engine.name == ("valkey" if binary == valkey_binary() else "redis")
    print(f"tested on {engine}")


async def test_a_store_answers(store: Store) -> None:
    assert await store.ping() >= 0


async def test_a_process_is_living_for_ten_seconds(store: Store) -> None:
    await store.heartbeat("host:2", "poll", NOW)
    await store.heartbeat("host:1", "poll", NOW + 5_000)
    await store.heartbeat("host:3", "match", NOW)
    assert await store.members("poll", NOW + 9_999) == ["host:1", "host:2"]
    assert await store.members("poll", NOW + 10_000) == ["host:1"]
    assert await store.members("deliver", NOW) == []


async def test_every_kind_of_key_is_counted(store: Store) -> None:
    await store.ingest("wire", [new("a")], NOW)
    await store.end_poll("wire", source_state(), ["id-a"], NOW)
    await store.commit("al_1", 0, state(), [delivery("a"), delivery("b")], NOW)
    counts = await store.key_counts()
    expected = {"events": 1, "seen": 3, "sources": 1, "alerts": 1, "deliveries": 2, "bodies": 2, "queued": 1}
    assert {name: counts[name] for name in expected} == expected
    assert counts["keys"] > 0


async def test_ended_deliveries_are_forgotten_after_7_days_and_dead_letters_after_30(store: Store) -> None:
    for name, end in (("a", store.finish), ("b", store.bury)):
        await store.enqueue([delivery(name, chain=name)], NOW)
        await store.claim("desk", f"dl_{name}", "t", NOW, 1_000, 0, b"")
        await end(f"dl_{name}", "t", NOW, "")
    assert (await store.sweep(NOW + 7 * DAY - 1))["ended"] == 0
    assert (await store.sweep(NOW + 7 * DAY))["ended"] == 1
    assert await store.delivery("dl_a") is None
    assert len(await store.dead_deliveries(10)) == 1
    assert (await store.sweep(NOW + 30 * DAY))["ended"] == 1
    counts = await store.key_counts()
    assert [counts[k] for k in ("deliveries", "bodies", "payloads", "dead", "done")] == [0] * 5
    assert (await store.receiver_health())["desk"].dead == 0


async def test_dead_events_are_forgotten_after_30_days(store: Store) -> None:
    await store.ingest("wire", [new("a")], NOW)
    (event,) = await store.read_events("c", 1, 0)
    before = system_clock()
    await store.bury_event(event.stream_id, "poison", NOW)
    assert (await store.sweep(before + 30 * DAY))["dead_events"] == 0
    assert len(await store.dead_events(10)) == 1
    assert (await store.sweep(system_clock() + 30 * DAY + 2_000))["dead_events"] == 1
    assert await store.dead_events(10) == []


async def test_what_no_receiver_serves_expires_with_its_whole_chain(store: Store) -> None:
    await store.enqueue([delivery("a", lane="critical"), delivery("b"), delivery("c", lane="critical")], NOW)
    await store.enqueue([delivery("d", chain="x", expires=FAR * 2)], NOW)
    assert (await store.sweep(FAR))["expired"] == 3
    counts = await store.key_counts()
    assert (counts["chains"], counts["queued"]) == (1, 1)
    kinds = ["alerts", "counters", "dead_events", "ended", "expired", "feedback", "marks", "orphans", "parts"]
    kinds += ["silences", "states", "stories", "timers"]
    assert await store.sweep(FAR) == dict.fromkeys(kinds, 0)


async def test_a_delivery_being_sent_does_not_expire_under_its_sender(store: Store) -> None:
    await store.enqueue([delivery("a", expires=NOW + 1)], NOW)
    await store.claim("desk", "dl_a", "t", NOW, 60_000, 0, b"")
    assert (await store.sweep(NOW + 10))["expired"] == 0
    assert await store.finish("dl_a", "t", NOW + 10, "ok")


async def test_orphans_are_dropped(redis_store: RedisStore) -> None:
    keys = redis_store.keys
    await redis_store.enqueue([delivery("a")], NOW)
    for kind in ("bodies", "payloads"):
        await redis_store.link.call("HSET", keys(kind), "dl_lost", "x")
    await redis_store.link.call("ZADD", keys("q:desk:normal"), NOW, "dl_lost")
    await redis_store.link.call("ZADD", keys("done"), 1, "dl_lost")
    await redis_store.link.call("ZADD", keys("alerts"), 1, "al_lost")
    swept = await redis_store.sweep(NOW)
    assert (swept["orphans"], swept["alerts"]) == (2, 1)
    assert [d.delivery.id for d in (await redis_store.due("desk", NOW, 10))[0]] == ["dl_a"]
    assert (await redis_store.key_counts())["done"] == 0


async def test_preparing_again_changes_nothing(store: Store) -> None:
    before = await store.epoch()
    await store.prepare()
    assert before
    assert await store.epoch() == before


async def test_a_store_written_by_a_newer_alertd_is_refused(redis_store: RedisStore) -> None:
    await redis_store.link.call("HSET", redis_store.keys("meta"), "schema", 2)
    with pytest.raises(StoreRefused, match="newer alertd"):
        await redis_store.prepare()


async def test_a_group_made_late_sees_what_was_there_before(redis_url: str, namespace: str) -> None:
    store = await open_store(redis_url, namespace, name="late")
    await store.ingest("wire", [new("a")], NOW)
    await store.prepare()
    assert len(await store.read_events("c", 10, 0)) == 1
    await store.aclose()


async def test_namespaces_do_not_see_one_another(redis_store: RedisStore, redis_url: str) -> None:
    await redis_store.ingest("wire", [new("a")], NOW)
    other = await open_store(redis_url, "other", name="other")
    assert await other.known_marks("wire", ["id-a"]) == {}
    await other.aclose()
    with pytest.raises(ValueError, match="namespace"):
        await open_store(redis_url, "not a namespace", name="x")


async def test_a_server_says_how_much_memory_it_uses(store: Store) -> None:
    memory = await store.memory()
    assert memory.used > 100_000 if isinstance(store, RedisStore) else memory.used == 0
