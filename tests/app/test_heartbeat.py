"""The heartbeat: it goes out while everything is at work, stays away when something is not, and comes back."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.nemesis import Nemesis
from tests.support.daemon import Daemon, command, eventually
from tests.support.desk import Desk, item, logged, rss, says
from tests.support.http import FaultServer, answer
from tests.support.redis import RedisServer, bundled_binary

BEAT = "/beat/canary-heartbeat-77aa"


def beats(desk: Desk) -> int:
    """Count the heartbeats that came."""
    return len(desk.world.to(BEAT))


def watched(folder: Path, world: FaultServer) -> Desk:
    """A desk whose heartbeat goes to the world."""
    desk = Desk(folder, world)
    desk.feed("wire", answer(rss(item("Vega leases Orion"))))
    desk.settings["heartbeat"] = {"url": world.script(BEAT, answer(status=204)), "every": "5s", "allow_private": True}
    return desk


async def more(desk: Desk, than: int) -> bool:
    return beats(desk) > than


async def taken(daemon: Daemon, times: int) -> bool:
    return len(logged(daemon, "entries_taken")) >= times


async def test_it_beats_while_a_desk_without_news_and_with_a_dead_receiver_is_at_work(tmp_path: Path) -> None:
    with FaultServer() as world:
        desk = watched(tmp_path, world)
        world.script("/hook", answer(status=503))
        async with desk.daemon() as daemon:
            await eventually(lambda: more(desk, 1), "two heartbeats come")
            request = world.to(BEAT)[0]
            assert (request.method, request.body) == ("POST", b"")
            metrics = await daemon.metrics()
            assert "alertd_heartbeat_ok 1.0" in metrics
            assert (await daemon.status())["heartbeat"]["silent"] is None
            _, out, err = await command("status", folder=tmp_path)
            assert "heartbeat sent " in out, err
            assert "canary-heartbeat" not in out + metrics + daemon.log.read_text()


@pytest.mark.parametrize("kind", ["match"])
async def test_it_stays_away_while_a_process_stands_still_and_comes_back(tmp_path: Path, kind: str) -> None:
    with FaultServer() as world:
        desk = watched(tmp_path, world)
        async with desk.daemon() as daemon:
            nemesis = Nemesis([daemon], None, random.Random(1))
            await eventually(lambda: more(desk, 0), "a heartbeat comes")
            await nemesis.stop(kind)
            await eventually(says(daemon, "heartbeat_silent"), "it falls silent")
            came = beats(desk)
            reason = logged(daemon, "heartbeat_silent")[0]["reason"]
            assert reason == "no process matches events: none has said of late that its loops come round"
            assert (await daemon.status())["heartbeat"]["silent"] == reason
            assert "alertd_heartbeat_ok 0.0" in await daemon.metrics()
            code, out, _ = await command("status", folder=tmp_path)
            assert (code, "silent: no process matches events" in out) == (1, True)
            assert beats(desk) == came
            nemesis.go_on(kind)
            await eventually(lambda: more(desk, came), "it comes back")
            await eventually(says(daemon, "heartbeat_back"), "that is said")
            assert len(logged(daemon, "heartbeat_silent")) == 1


async def test_it_stays_away_while_redis_is_away(tmp_path: Path) -> None:
    with FaultServer() as world, RedisServer(bundled_binary(), {"appendfsync": "always"}) as redis:
        desk = watched(tmp_path, world)
        desk.settings["redis"] = redis.url
        async with desk.daemon() as daemon:
            await eventually(lambda: more(desk, 0), "a heartbeat comes")
            redis.kill()
            await eventually(says(daemon, "heartbeat_silent", reason="Redis is away"), "it falls silent")
            came = beats(desk)
            redis.start()
            await eventually(lambda: more(desk, came), "it comes back")


async def test_it_watches_over_roles_in_other_daemons(tmp_path: Path) -> None:
    with FaultServer() as world, RedisServer(bundled_binary(), {"appendfsync": "always"}) as redis:
        desk = watched(tmp_path, world)
        desk.settings["redis"] = redis.url
        words = ("--only", "timers", "--only", "match", "--only", "deliver")
        async with desk.daemon(*words) as here:
            said = says(here, "heartbeat_silent")
            await eventually(said, "it is silent while nobody polls")
            assert logged(here, "heartbeat_silent")[0]["reason"].startswith("no process polls sources")
            assert beats(desk) == 0
            async with Daemon(tmp_path, None, ("--only", "poll", "--only", "web")):
                await eventually(lambda: more(desk, 0), "somebody polls now")
                _, out, err = await command("status", folder=tmp_path)
                assert "only poll, web" in out, err
                assert "heartbeat" not in out, "who does not send it says nothing of it"


async def test_it_stays_away_while_sending_stands_still_and_all_else_goes_on(tmp_path: Path) -> None:
    with FaultServer() as world, RedisServer(bundled_binary(), {"appendfsync": "always"}) as redis:
        desk = watched(tmp_path, world)
        desk.settings["redis"] = redis.url
        async with (
            desk.daemon("--only", "timers", "--only", "match", "--only", "poll") as here,
            Daemon(tmp_path, None, ("--only", "deliver", "--only", "web")) as sender,
        ):
            nemesis = Nemesis([here, sender], None, random.Random(1))
            await eventually(lambda: more(desk, 0), "a heartbeat comes")
            await nemesis.stop("io", daemon=1)
            await eventually(says(here, "heartbeat_silent"), "it falls silent")
            came, sent = beats(desk), len(world.to("/hook"))
            reason = logged(here, "heartbeat_silent")[0]["reason"]
            assert reason == "no process sends messages: none has said of late that its loops come round"
            world.script("/wire", answer(rss(item("Vega ends its lease of Orion"), item("Vega leases Orion"))))
            await eventually(lambda: taken(here, 2), "what is published is taken in")
            assert (beats(desk), len(world.to("/hook"))) == (came, sent)
            nemesis.go_on("io")
            await eventually(lambda: more(desk, came), "it comes back")


async def test_an_answer_that_is_none_is_said_and_tried_again(tmp_path: Path) -> None:
    with FaultServer() as world:
        desk = watched(tmp_path, world)
        world.script(BEAT, answer(status=500), answer(status=204))
        async with desk.daemon() as daemon:
            await eventually(says(daemon, "heartbeat_failed", reason="HTTP 500"), "the refusal is said")
            await eventually(says(daemon, "heartbeat_back"), "the next is taken")
            assert 'alertd_heartbeats_total{outcome="failed"} 1.0' in await daemon.metrics()
