"""`--only`: the roles of one daemon in several, over a Redis that they share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.daemon import Daemon, command, eventually
from tests.support.desk import Desk, item, logged, rss, says
from tests.support.http import FaultServer, answer, refused_port
from tests.support.processes import descendants
from tests.support.redis import RedisServer, bundled_binary

APART = (("poll", "web"), ("match",), ("deliver", "timers"))


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with RedisServer(bundled_binary(), {"appendfsync": "always"}) as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, world: FaultServer) -> Desk:
    desk = Desk(tmp_path, world)
    desk.feed("wire", answer(rss(item("Vega leases Orion"))))
    return desk


def only(desk: Desk, *roles: str) -> Daemon:
    """Give a daemon of these roles, with a log of its own."""
    daemon = Daemon(desk.folder, words=tuple(word for role in roles for word in ("--only", role)))
    daemon.log = desk.folder / f"{'-'.join(roles)}.log"
    return daemon


@asynccontextmanager
async def together(*daemons: Daemon) -> AsyncIterator[None]:
    """Start all at once, and stop all at once in the end."""
    try:
        await asyncio.gather(*(daemon.start() for daemon in daemons))
        yield
    finally:
        await asyncio.gather(*(daemon.__aexit__() for daemon in daemons))


async def test_three_daemons_over_one_redis_do_the_work_of_one(desk: Desk, redis: RedisServer) -> None:
    desk.settings["redis"] = redis.url
    desk.write()
    daemons = [only(desk, *roles) for roles in APART]
    async with together(*daemons):
        await eventually(desk.fired("Vega leases Orion"), "the alert arrives")
        for roles, daemon in zip(APART, daemons, strict=True):
            children = " ".join(descendants(daemon.pid).values())
            assert ("parse_worker" in children) == ("poll" in roles)
            assert "redis-server" not in children
        code, out, _ = await command("status", folder=desk.folder)
        assert code == 0, out
        for daemon in daemons:
            assert f"pid {daemon.pid}" in out

        await daemons[1].__aexit__()  # nobody matches
        desk.world.script("/wire", answer(rss(item("Lyra buys Atlas"), item("Vega leases Orion"))))
        await eventually(lambda: _waiting(daemons[0], 1), "the event waits")
        await daemons[1].start()
        await eventually(desk.fired("Lyra buys Atlas"), "it is matched and delivered after all")
    assert [daemon.returncode for daemon in daemons] == [0, 0, 0]
    assert desk.titles() == ["Vega leases Orion", "Lyra buys Atlas"]
    for daemon in daemons:
        assert logged(daemon, "process_died") == []


async def _waiting(daemon: Daemon, count: int) -> bool:
    return bool((await daemon.status())["events"]["backlog"] == count)


async def test_two_pollers_divide_the_sources(
    desk: Desk, redis: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    feeds = [f"feed-{n}" for n in range(12)]
    for name in feeds:
        desk.feed(name, answer(rss(item(f"{name} before"))))
    desk.settings["redis"] = redis.url
    desk.write()
    twin = Desk(tmp_path_factory.mktemp("twin"), desk.world)
    twin.sources, twin.settings = desk.sources, desk.settings
    first, second = only(desk, "poll", "web"), twin.daemon("--only", "poll", "--only", "web")
    async with together(first, second, only(desk, "match", "deliver", "timers")):
        for poller in (first, second):
            await eventually(says(poller, "pollers_changed", living=2), "each knows of the other")
        for name in feeds:
            desk.world.script(f"/{name}", answer(rss(item(f"{name} after"), item(f"{name} before"))))
        await eventually(desk.fired(*(f"{name} after" for name in feeds)), "all are polled")
        halves = [{line["source"] for line in logged(poller, "entries_taken")} for poller in (first, second)]
        assert halves[1], "the second has its share"
        assert halves[0] | halves[1] >= set(feeds)
    assert len(desk.titles()) == len(set(desk.titles())), "nothing is told twice"


async def test_an_unknown_role_is_refused_with_the_known_ones(desk: Desk) -> None:
    desk.write()
    code, _, err = await command("run", "--only", "polling", folder=desk.folder)
    assert code == 2
    assert "poll" in err
    assert "timers" in err
    assert "polling" in err


async def test_roles_apart_need_a_redis_that_is_shared(desk: Desk) -> None:
    desk.write()
    code, _, err = await command("run", "--only", "poll", folder=desk.folder)
    assert code == 1
    assert "--only needs a Redis that several processes share" in err
    assert "set redis: to its URL" in err


async def test_the_same_roles_twice_in_one_state_directory_are_refused(desk: Desk, redis: RedisServer) -> None:
    desk.settings["redis"] = redis.url
    desk.write()
    async with only(desk, "match") as daemon:
        code, _, err = await command("run", "--only", "match", folder=desk.folder)
        assert code == 1
        assert f"another alertd (pid {daemon.pid}) does the work of `match` here" in err


async def test_a_daemon_that_only_matches_ends_at_once_while_redis_is_away(desk: Desk) -> None:
    desk.settings["redis"] = f"redis://127.0.0.1:{refused_port()}"
    desk.write()
    daemon = only(desk, "match")
    await daemon.start(wait=False)
    await eventually(says(daemon, "redis_unavailable"), "it waits")
    await daemon.__aexit__()
    assert daemon.returncode == 0
