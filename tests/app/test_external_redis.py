"""A Redis of the house instead of our own: how it is reached, what it must be, and what happens when it goes away."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from alertd.errors import StoreUnavailable
from alertd.store.redis import open_store
from tests.support.daemon import Daemon, command, eventually
from tests.support.desk import Desk, item, logged, rss, says
from tests.support.http import Authority, Connection, FaultServer, Request, answer, refused_port
from tests.support.redis import RedisServer, bundled_binary, system_binary

PASSWORD = "correct-horse-battery"
SAFE = {"appendfsync": "always"}


@pytest.fixture(scope="module")
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, world: FaultServer) -> Desk:
    """A desk with one feed."""
    desk = Desk(tmp_path, world)
    desk.feed("wire", answer(rss(item(f"For {tmp_path.name}"))))
    return desk


# --- how it is reached --------------------------------------------------------------------------------


async def test_it_is_reached_over_tcp_with_a_password(desk: Desk) -> None:
    port = refused_port()
    with RedisServer(bundled_binary(), SAFE | {"port": str(port), "requirepass": PASSWORD}):
        desk.settings["redis"] = f"redis://:{PASSWORD}@127.0.0.1:{port}/2"
        async with desk.daemon() as daemon:
            await eventually(desk.fired(f"For {desk.folder.name}"), "an entry is delivered")
            code, out, _ = await command("status", folder=desk.folder)
            assert code == 0, out
        assert logged(daemon, "redis_contract", level="error") == []
        assert not (desk.folder / "var/redis").exists(), "no Redis of our own beside it"


def tls_flags(folder: Path, authority: Authority) -> dict[str, str]:
    key, chain = authority.files(folder)
    return {
        "tls-port": str(refused_port()), "tls-cert-file": str(chain), "tls-key-file": str(key),
        "tls-ca-cert-file": str(authority.ca_file(folder)), "tls-auth-clients": "no",
    }  # fmt: skip


async def test_it_is_reached_over_tls_with_an_authority_of_the_house(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    binary = system_binary()
    if binary is None:
        pytest.skip("the bundled Redis speaks no TLS, and no other is installed")
    flags = tls_flags(desk.folder, Authority())
    ca = flags["tls-ca-cert-file"]
    with RedisServer(binary, SAFE | flags | {"requirepass": PASSWORD}):
        url = f"rediss://:{PASSWORD}@localhost:{flags['tls-port']}/0"
        desk.settings["redis"] = f"{url}?ssl_ca_certs={ca}"
        async with desk.daemon():
            await eventually(desk.fired(f"For {desk.folder.name}"), "an entry is delivered")
        with pytest.raises(StoreUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            await open_store(url, "alertd", name="test")
        monkeypatch.setenv("SSL_CERT_FILE", ca)
        store = await open_store(url, "alertd", name="test")
        assert await store.ping() > 0
        await store.aclose()


# --- what it must be ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"maxmemory-policy": "allkeys-lru"}, "maxmemory-policy is allkeys-lru: a full Redis would silently drop"),
        (
            {"maxmemory-policy": "volatile-lru"},
            "maxmemory-policy is volatile-lru: a full Redis would drop open alerts",
        ),
        ({"appendonly": "no"}, "appendonly is off: everything since the last snapshot is lost when Redis dies"),
        ({"replicaof": "127.0.0.1 1"}, "this Redis is a replica and takes no writes: point `redis:` at its primary"),
        ({"requirepass": PASSWORD}, "Redis refuses us"),
    ],
)
async def test_a_redis_that_could_lose_alerts_is_refused(desk: Desk, flags: dict[str, str], words: str) -> None:
    with RedisServer(bundled_binary(), SAFE | flags) as redis:
        desk.settings["redis"] = redis.url
        desk.write()
        code, _, err = await command("run", folder=desk.folder)
    assert code == 1
    assert words in err.splitlines()[-1]
    assert "Traceback" not in err
    assert not (desk.folder / "var/run.json").exists()


async def test_a_redis_that_is_away_at_the_start_is_awaited_and_its_weaknesses_named(desk: Desk) -> None:
    redis = RedisServer(bundled_binary(), {"appendonly": "no", "maxmemory": "0"})
    desk.settings |= {"redis": redis.url, "redis_durability": "relaxed"}
    daemon = desk.daemon()
    try:
        await daemon.start(wait=False)
        await eventually(says(daemon, "redis_unavailable"), "it waits")
        redis.start()
        await eventually(desk.fired(f"For {desk.folder.name}"), "it works")
        assert len(logged(daemon, "redis_unavailable")) == 1, "one line, however long it waits"
        found = {line["code"]: line["text"] for line in logged(daemon, "redis_contract", level="warning")}
        assert found.keys() >= {"append_only", "memory"}
        assert "Set appendonly yes" in found["append_only"]
        await eventually(desk.told("redis_contract", "append_only"), "the operator is told")
    finally:
        await daemon.__aexit__()
        redis.stop()
    assert daemon.returncode == 0


async def test_a_start_that_waits_for_redis_ends_at_once_when_told(desk: Desk) -> None:
    desk.settings["redis"] = f"unix://{desk.folder}/nobody"
    daemon = desk.daemon()
    await daemon.start(wait=False)
    await eventually(says(daemon, "redis_unavailable"), "it waits")
    await daemon.__aexit__()
    assert daemon.returncode == 0


# --- when it goes away --------------------------------------------------------------------------------

ITEMS = 150


@dataclass
class Outages:
    """One daemon that lost its Redis twice under load."""

    desk: Desk
    daemon: Daemon
    healthz: list[int] = field(default_factory=list)
    """What /healthz answered while Redis was frozen."""
    starts: dict[str, int] = field(default_factory=dict)
    delivered: dict[str, int] = field(default_factory=dict)
    """How many of a page's items were delivered when Redis went."""

    def publish(self, name: str) -> list[str]:
        """Put a large page up and give its titles."""
        titles = [f"{name} {n}" for n in range(ITEMS)]
        self.desk.world.script("/load", answer(rss(*map(item, titles))))
        return titles

    def count(self, name: str) -> int:
        """Count the items of a page that are delivered."""
        return len({title for title in self.desk.titles() if title.startswith(name)})

    async def page(self, path: str) -> int:
        """Give the status of a page of the daemon's own web server."""
        url = f"http://{self.daemon.state()['web']}{path}"
        async with aiohttp.ClientSession() as http, http.get(url) as response:
            return response.status


class Unhurried:
    """Takes a message in almost half a second until it is told to hurry.

    So Redis goes while a page is being delivered, also where the test comes late to it.
    """

    hurried = False

    async def __call__(self, request: Request, connection: Connection) -> None:
        if not self.hurried:
            await asyncio.sleep(0.4)
        await answer(status=204)(request, connection)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outages(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Outages]:
    folder = tmp_path_factory.mktemp("outages")
    with FaultServer() as world, RedisServer(bundled_binary(), SAFE) as redis:
        desk = Desk(folder, world)
        desk.settings["redis"] = redis.url
        desk.receivers[0]["timeout"] = "4s"
        hook = Unhurried()
        world.script("/hook", hook)
        desk.feed("load", answer(rss(item("Quiet"))))
        async with desk.daemon() as daemon:
            run = Outages(desk, daemon)
            await eventually(desk.fired("Quiet"), "it works")

            killed = run.publish("killed")
            await eventually(desk.fired(killed[0]), "the first of them are delivered")
            redis.kill()
            run.delivered["killed"] = run.count("killed")
            hook.hurried = True
            await eventually(lambda: unready(run), "it notices")
            redis.start()
            await eventually(desk.fired(*killed), "all are delivered")
            await eventually(daemon.ready, "it notices that Redis is back")

            hook.hurried = False
            frozen = run.publish("frozen")
            await eventually(desk.fired(frozen[0]), "the first of them are delivered")
            redis.freeze()
            run.delivered["frozen"] = run.count("frozen")
            hook.hurried = True
            try:
                await eventually(lambda: unready(run), "it notices")
                run.healthz.append(await run.page("/healthz"))
            finally:
                redis.thaw()
            await eventually(desk.fired(*frozen), "all are delivered")
            await eventually(daemon.quiet, "all is quiet")
            run.starts = daemon.starts()
        yield run


async def unready(run: Outages) -> bool:
    return await run.page("/readyz") == 503


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", ["killed", "frozen"])
async def test_nothing_is_lost_when_redis_goes_away_under_load(outages: Outages, name: str) -> None:
    assert 0 < outages.delivered[name] < ITEMS, "it went in the middle"
    assert outages.count(name) == ITEMS


@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_sent_twice_has_the_same_id(outages: Outages) -> None:
    by_title: dict[str, set[str]] = {}
    for message in outages.desk.messages("alert.fired"):
        by_title.setdefault(message["data"]["alert"]["title"], set()).add(message["data"]["delivery"]["id"])
    assert {len(ids) for ids in by_title.values()} == {1}
    assert len(outages.desk.titles()) - len(by_title) <= 8, "at most what was under way at each of the two moments"


@pytest.mark.asyncio(loop_scope="module")
async def test_no_process_dies_of_it(outages: Outages) -> None:
    assert logged(outages.daemon, "process_died") == []
    assert set(outages.starts.values()) == {1}
    assert logged(outages.daemon, "loop_died") == []


@pytest.mark.asyncio(loop_scope="module")
async def test_it_stays_alive_while_redis_is_frozen(outages: Outages) -> None:
    assert outages.healthz == [200]


@pytest.mark.asyncio(loop_scope="module")
async def test_an_outage_has_a_few_lines_in_the_log_and_its_end_too(outages: Outages) -> None:
    away = Counter((line["process"], line.get("loop")) for line in logged(outages.daemon, "redis_unavailable"))
    assert away, "it is said"
    assert max(away.values()) <= 2, f"one for each loop and outage, not one for each turn: {away}"
    assert len(logged(outages.daemon, "redis_available")) >= 2
    assert not [line for line in logged(outages.daemon) if "Traceback" in line.get("exception", "")]


@pytest.mark.asyncio(loop_scope="module")
async def test_no_source_is_blamed_for_it(outages: Outages) -> None:
    assert logged(outages.daemon, "source_failed") == []
    assert outages.desk.notices("source_failing") == []
