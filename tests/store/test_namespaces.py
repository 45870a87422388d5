"""Two deployments in one Redis: each key carries the tag of its own, and neither touches the other's."""

from __future__ import annotations

import itertools

import pytest

from alertd.store.redis import RedisStore, open_store
from tests.store.make import NOW, delivery, new, record, silence, source_state

PAIRS = [("desk", "desk2"), ("desk", "desk-a"), ("a", "aa")]
_numbers = itertools.count(1)


async def opened(url: str, name: str) -> RedisStore:
    store = await open_store(url, name, name="test")
    await store.prepare()
    return store


async def all_of_it(store: RedisStore) -> dict[bytes, object]:
    """Give every key that carries this store's tag, with its content."""
    found: dict[bytes, object] = {}
    cursor: bytes | int = 0
    while True:
        cursor, names = await store.link.call("SCAN", cursor, "COUNT", 1_000)
        for name in names:
            if name.startswith(store.keys("").encode()):
                found[name] = await store.link.call("DUMP", name)
        if int(cursor) == 0:
            return found


async def use(store: RedisStore) -> None:
    """Write something of each kind."""
    await store.ingest("wire", [new("a"), new("b", fetch="https://example.com/b")], NOW)
    await store.end_poll("wire", source_state(), ["id-a"], NOW)
    await store.read_events("c", 1, 0)
    await store.enqueue([delivery("a", chain="a")], NOW)
    await store.claim("desk", "dl_a", "t", NOW, 1_000, 0, b"p")
    await store.journal(record("ev_a"), once="once")
    await store.put_silence(silence(), record("si_a"), NOW)
    await store.note_archived("archive", "1-0", NOW)
    await store.heartbeat("me", "poll", NOW)
    await store.beat("io", 0, NOW)
    await store.doubt(["dl_a"])


@pytest.mark.parametrize(("one", "other"), PAIRS)
async def test_deployments_whose_names_begin_alike_do_not_touch_one_another(
    redis_url: str, one: str, other: str
) -> None:
    number = next(_numbers)
    first, second = await opened(redis_url, f"n{number}-{one}"), await opened(redis_url, f"n{number}-{other}")
    await use(first)
    before = await all_of_it(first)
    assert len(before) > 15
    assert await all_of_it(second) == await all_of_it(second)
    await use(second)
    assert await all_of_it(first) == before
    assert (await first.ingest("wire", [new("a")], NOW))[0].outcome == "known"
    for name in await all_of_it(first):
        await first.link.call("DEL", name)
    assert len(await all_of_it(second)) >= len(before)
    assert (await second.ingest("wire", [new("a")], NOW))[0].outcome == "known"
    assert [d.delivery.id for d in (await second.due("desk", NOW + 2_000, 10))[0]] == ["dl_a"]
    for store in (first, second):
        await store.aclose()


async def test_no_key_of_a_deployment_is_without_its_tag(redis_url: str, namespace: str) -> None:
    store = await opened(redis_url, namespace)
    before = {name for name in await _names(store) if not name.startswith(b"{")}
    await use(store)
    assert {name for name in await _names(store) if not name.startswith(b"{")} == before
    await store.aclose()


async def _names(store: RedisStore) -> list[bytes]:
    names: list[bytes] = await store.link.call("KEYS", "*")
    return names
