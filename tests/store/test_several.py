"""A store over Sentinel, over a cluster, and beside another deployment in one Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from redis.asyncio.connection import Connection

from alertd.errors import StoreRefused, StoreUnavailable
from alertd.store.address import SENTINEL
from alertd.store.finders import SentinelFinder, newest
from alertd.store.redis import RedisStore, open_store
from alertd.store.server import ServerFacts, judge
from tests.store.make import NOW, delivery, new, record
from tests.support.daemon import eventually
from tests.support.http import Authority
from tests.support.redis import bundled_binary, system_binary
from tests.support.redis_topology import SERVICE, Clustered, Replicated

T = TypeVar("T")
PASSWORD, OWN = "servers-password", "sentinels-password"


@pytest.fixture(scope="module")
def newest_binary() -> str:
    return system_binary() or bundled_binary()


@asynccontextmanager
async def opened(url: str, namespace: str = "alertd") -> AsyncIterator[RedisStore]:
    store = await open_store(url, namespace, name="test")
    await store.prepare()
    yield store
    await store.aclose()


async def at_last(call: Callable[[], Awaitable[T]]) -> T:
    """Give what a call gives once the store is there again."""
    found: list[T] = []

    async def done() -> bool:
        try:
            found.append(await call())
        except StoreUnavailable:
            return False
        return True

    await eventually(done, "the store is there again")
    return found[0]


# --- Sentinel -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def replicated(newest_binary: str) -> Iterator[Replicated]:
    with Replicated(newest_binary, password=PASSWORD, own=OWN) as redis:
        yield redis


async def test_sentinels_with_a_password_of_their_own_lead_to_the_primary_and_to_the_next_one(
    replicated: Replicated,
) -> None:
    async with opened(replicated.url) as store:
        assert (await store.ingest("wire", [new("a")], NOW))[0].outcome == "new"
        found = {finding.code: finding for finding in await store.check_server()}
        assert found["replicas"].level == "warn"
        assert "min-replicas-to-write 1" in found["replicas"].text
        reading = asyncio.create_task(store.wait_wake(2_000))
        await replicated.fail_over()
        await at_last(lambda: store.ingest("wire", [new("b")], NOW))
        await replicated.promoted()
        await asyncio.gather(reading, return_exceptions=True)
        again = await at_last(lambda: store.ingest("wire", [new("b")], NOW))
        assert again[0].outcome in ("known", "new")


async def test_who_is_not_let_in_by_the_sentinels_or_the_servers_is_told_without_the_password(
    replicated: Replicated,
) -> None:
    for wrong in (replicated.url.replace(OWN, "nope-1"), replicated.url.replace(PASSWORD, "nope-2")):
        with pytest.raises((StoreRefused, StoreUnavailable)) as caught:
            await open_store(wrong, "alertd", name="test")
        assert "nope" not in str(caught.value)


async def test_sentinels_that_do_not_know_the_service_and_none_that_answers_are_an_outage(
    replicated: Replicated,
) -> None:
    for url in (replicated.url.replace(f"/{SERVICE}", "/other"), f"{SENTINEL}://127.0.0.1:1/{SERVICE}"):
        with pytest.raises(StoreUnavailable, match="no sentinel names a primary"):
            await open_store(url, "alertd", name="test")


async def test_sentinels_that_all_fail_are_asked_no_more_often_while_the_primary_serves() -> None:
    asked = 0

    def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    node = server.sockets[0].getsockname()[:2]
    finder = SentinelFinder([node], SERVICE, lambda node: Connection(host=node[0], port=node[1]))
    finder.known = ("127.0.0.1", 6379)
    for _ in range(300):  # as often as commands are sent
        finder.look()
        await asyncio.sleep(0.001)
    await finder.aclose()
    server.close()
    assert 1 <= asked <= 2


def test_the_newest_word_counts_and_not_that_of_most() -> None:
    """Two sentinels are cut off with the old primary, and know nothing of the new one."""
    old, fresh = ("old", 1), ("new", 1)
    assert newest([(3, old), (3, old), (4, fresh)]) == fresh
    assert newest([(3, old), (3, old), (3, fresh)]) == old


@pytest.mark.parametrize(
    ("info", "config", "several", "told"),
    [
        ({}, {}, False, False),
        ({}, {"min-replicas-to-write": "0"}, True, True),
        ({}, {"min-replicas-to-write": "1"}, True, False),
        ({"connected_slaves": "1"}, {"min-replicas-to-write": "0"}, False, True),
        ({"connected_slaves": "1", "min_slaves_good_slaves": "1"}, {}, False, False),
        ({"connected_slaves": "1"}, {}, False, True),
    ],
)
def test_replicas_that_need_not_follow_are_warned_of(
    info: dict[str, str], config: dict[str, str], several: bool, told: bool
) -> None:
    fine = {"redis_version": "7.2.4", "role": "master", "aof_enabled": "1", "maxmemory": "100", "used_memory": "1"}
    facts = ServerFacts(info=fine | info, config=config, skew_ms=0, over_socket=False, several=several)
    assert ("replicas" in {finding.code for finding in judge(facts)}) is told


# --- a cluster ----------------------------------------------------------------------------------------


async def test_a_cluster_is_followed_where_our_slot_goes_and_when_its_master_dies(newest_binary: str) -> None:
    cluster = Clustered(newest_binary, "alertd")
    try:
        await asyncio.to_thread(cluster.__enter__)
        async with opened(cluster.url) as store, opened(cluster.url) as other:
            await store.ingest("wire", [new(f"n{number}") for number in range(60)], NOW)
            await store.enqueue([delivery("a", chain="a")], NOW)
            written = asyncio.create_task(keep_writing(store, 100))
            moved = await cluster.move(cluster.ours, cluster.other)
            assert moved > 5
            assert await written == 100
            assert (await at_last(lambda: other.ingest("wire", [new("n1")], NOW)))[0].outcome == "known"
            assert len(await other.read_events("c", 100, 0)) == 60
            assert await other.counted(["x"]) == {"x": 0}
            await asyncio.to_thread(cluster.follow, cluster.other)
            cluster.other.kill()
            assert (await at_last(lambda: store.ingest("wire", [new("n2")], NOW)))[0].outcome == "known"
    finally:
        await asyncio.to_thread(cluster.__exit__)


async def keep_writing(store: RedisStore, count: int) -> int:
    """Write journal records, each until it is taken; gives how many there are."""
    for number in range(count):
        await at_last(partial(store.journal, record(f"j{number}"), once=f"once-{number}"))
    rows = await at_last(lambda: store.read_journal("", 1_000, 0))
    return len([row for _, row in rows if row.ids[0].startswith("j")])


async def test_a_node_of_a_cluster_that_is_taken_for_the_only_server_is_refused(newest_binary: str) -> None:
    cluster = Clustered(newest_binary, "alertd")
    try:
        await asyncio.to_thread(cluster.__enter__)
        store = await open_store(f"redis://127.0.0.1:{cluster.other.port}", "alertd", name="test")
        with pytest.raises(StoreRefused, match=r"write redis\+cluster"):
            await store.prepare()
        await store.aclose()
    finally:
        await asyncio.to_thread(cluster.__exit__)


# --- TLS ----------------------------------------------------------------------------------------------


async def test_servers_and_sentinels_are_reached_over_tls(newest_binary: str, tmp_path: Path) -> None:
    if system_binary() is None:
        pytest.skip("the bundled Redis speaks no TLS, and no other is installed")
    authority = Authority()
    key, chain = authority.files(tmp_path)
    ca = str(authority.ca_file(tmp_path))
    flags = {"tls-cert-file": str(chain), "tls-key-file": str(key), "tls-ca-cert-file": ca, "tls-auth-clients": "no",
             "tls-replication": "yes"}  # fmt: skip
    with Replicated(newest_binary, flags) as redis:
        url = f"{redis.url}?tls=yes&ssl_ca_certs={ca}&ssl_check_hostname=no"
        async with opened(url) as store:
            assert await store.ping() > 0
        for other in (f"{redis.url}?tls=yes", redis.url, f"{url}&sentinel_tls=no"):
            with pytest.raises(StoreUnavailable):
                await open_store(other, "alertd", name="test")
