"""Two versions on one Redis, by turns with a full queue and side by side under kills; a layout that is too new."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from alertd.store.keys import SCHEMA
from tests.faults.case import Case, fault
from tests.faults.newer import make_newer, marked
from tests.faults.scenarios import taken_in
from tests.faults.world import CONCURRENCY, World, world
from tests.support.daemon import Daemon, command, eventually
from tests.support.desk import logged
from tests.support.redis import RedisServer, bundled_binary

QUIETLY = tuple(word for role in ("poll", "match", "timers") for word in ("--only", role))
"""Nobody sends: the queue grows."""


@asynccontextmanager
async def two_versions(case: Case) -> AsyncIterator[tuple[World, dict[str, str]]]:
    """Give a world without daemons, and the environment of a newer version."""
    with RedisServer(bundled_binary(), {"appendfsync": "always"}) as redis:
        async with world(case, sources=2, redis=redis, daemons=0) as w:
            yield w, make_newer(case.folder)


@asynccontextmanager
async def runs(w: World, env: dict[str, str], words: Sequence[str] = ()) -> AsyncIterator[Daemon]:
    """Let a daemon of a version run, and end it as an upgrade does."""
    daemon = w.add_daemon(env, words)
    await daemon.start()
    yield daemon
    await daemon.__aexit__()


async def queue(w: World, count: int) -> None:
    """Publish, and wait until all of it is understood and in the queue."""
    await w.publish(count)
    await taken_in(w)
    store = await w.store()

    async def matched() -> bool:
        return (await store.backlog()).events == 0

    await eventually(matched, "all of it is matched")


async def records(w: World) -> dict[str, int]:
    """Give every record that is written back, with the number of places in which the newer version's field stands."""
    store = await w.store()
    found: dict[str, Any] = {}
    for name in ("deliveries", "sources", "standings"):
        flat = await store.link.call("HGETALL", store.keys(name))
        found |= {f"{name} {flat[n].decode()}": flat[n + 1] for n in range(0, len(flat), 2)}
    for index, prefix, field in (("alerts", "alert", "s"), ("stories", "story", "s")):
        for one in await store.link.call("ZRANGE", store.keys(index), 0, -1):
            found[f"{prefix} {one.decode()}"] = await store.link.call(
                "HGET", store.keys(f"{prefix}:{one.decode()}"), field
            )
    return {name: marked(msgspec.json.decode(raw)) for name, raw in found.items()}


@fault("F42", "upgrade-downgrade-full-queue", slow=True)
async def test_a_queue_that_one_version_filled_is_sent_by_the_other_and_loses_no_field(case: Case) -> None:
    async with two_versions(case) as (w, newer):
        async with runs(w, newer, QUIETLY):
            await queue(w, 24)
        written = {name: places for name, places in (await records(w)).items() if places}
        kinds = {name.partition(" ")[0] for name in written}
        assert kinds == {"deliveries", "sources", "standings", "alert", "story"}, (
            "the newer version has written them all"
        )

        async with runs(w, {}) as older:  # a downgrade, with a full queue
            await w.delivered(w.feeds.published)
            answered = sorted(name.partition(" ")[2] for name in written if name.startswith("alert "))[:3]
            code, _, said = await command("ack", *answered, "--by", "jd", folder=older.folder)
            assert code == 0, said
            await queue(w, 12)
            await w.settled(note="queued by the newer version, sent by this one")
            assert not logged(older, "process_died")
        kept = await records(w)
        changed = {name: (places, kept.get(name, 0)) for name, places in written.items() if kept.get(name) != places}
        assert changed == {}, "what this version has written back lacks nothing"

        async with runs(w, {}, QUIETLY):
            await queue(w, 24)
        async with runs(w, newer) as upgraded:
            await w.delivered(w.feeds.published)
            await w.settled(note="queued by this version, sent by the newer one")
            assert not logged(upgraded, "process_died")


@fault("F42", "two-versions-side-by-side", slow=True)
async def test_two_versions_work_side_by_side_under_kills(case: Case) -> None:
    async with two_versions(case) as (w, newer):
        daemons = [w.add_daemon({}), w.add_daemon(newer)]
        await asyncio.gather(*(daemon.start() for daemon in daemons))
        for _ in range(4):
            await w.publish(40)
            await asyncio.sleep(case.chance.uniform(0.2, 1))
            await w.nemesis.kill_one(("supervisor", "io", "match"))
        for daemon in daemons:
            assert not logged(daemon, "loop_died")
        kills = w.nemesis.kills
        await w.settled(
            bound=CONCURRENCY * (kills["supervisor"] + kills["io"]),
            note="a rolling upgrade that is killed on its way",
        )
        versions = {line["version"] for daemon in daemons for line in logged(daemon, "started")}
        assert len(versions) == 2


@fault("F42", "newer-layout")
async def test_a_layout_that_is_too_new_ends_a_daemon_and_refuses_the_next(case: Case) -> None:
    with RedisServer(bundled_binary(), {"appendfsync": "always"}) as redis:
        async with world(case, sources=1, redis=redis) as w:
            await w.delivered(await w.publish(5))
            store = await w.store()
            await store.link.call("HSET", store.keys("meta"), "schema", SCHEMA + 1)
            assert await w.daemon.wait() == 1, "it leaves by itself"
            (left, *_) = logged(w.daemon, "cannot_go_on")
            assert f"this store has layout {SCHEMA + 1}, written by a newer alertd" in left["error"]
            code, _, said = await command("status", folder=w.daemon.folder)
            assert code == 1
            assert "Update alertd" in said
            await w.daemon.start(wait=False)
            assert await w.daemon.wait() == 1, "and is not started again"
            assert "Update alertd" in logged(w.daemon, "cannot_start")[-1]["error"]
            await w.publish(5)
            await store.link.call("HSET", store.keys("meta"), "schema", SCHEMA)
            await w.daemon.start()
            await w.settled(bound=CONCURRENCY)
