"""The disk is full: Redis ends or refuses, nothing is begun again and again, and all heals with the room. F21."""

from __future__ import annotations

import asyncio
import time

from tests.faults.case import Case, fault
from tests.faults.disk import SmallDisk, small_disk
from tests.faults.world import CONCURRENCY, World, world
from tests.support.daemon import command, eventually
from tests.support.redis import RedisServer, bundled_binary


async def gone(w: World) -> bool:
    return not w.nemesis.pids("redis")


async def heals(w: World, disk: SmallDisk, tokens: list[str]) -> float:
    """Make room; gives the seconds until something that was published meanwhile is delivered."""
    disk.empty()
    began = time.monotonic()

    async def first() -> bool:
        return bool(w.sink.tokens & set(tokens))

    await eventually(first, "it goes on when there is room")
    return time.monotonic() - began


@fault("F21", "redis-disk-full-always", slow=True)
async def test_a_disk_that_is_full_is_a_pause_and_no_crash_loop(case: Case) -> None:
    with small_disk(case.folder, 48) as disk:  # the log and the archive lie on it too
        async with world(case, settings={"redis_maxmemory": "64mb"}, pushed=True) as w:
            before = await w.publish(60)
            await w.delivered(before)
            disk.fill()
            meanwhile = await w.publish(60)
            w.push(20)
            await eventually(lambda: gone(w), "Redis ends at the write that it cannot make")
            supervisor, children = w.daemon.pid, [w.nemesis.pids(kind) for kind in ("io", "match")]
            began = time.monotonic()
            while time.monotonic() - began < 5:  # the fault itself: so long the disk stays full
                assert await gone(w), "nothing is started while the disk is full"
                await asyncio.sleep(0.05)
            _, said, _ = await command("status", folder=w.daemon.folder)
            assert f"alertd runs (pid {w.daemon.pid}); its Redis is down: only 0 MiB are free" in said
            seconds = await heals(w, disk, meanwhile)
            await w.settled(bound=CONCURRENCY, note=f"first delivery {seconds:.1f} s after there was room")
            assert (w.daemon.pid, [w.nemesis.pids(kind) for kind in ("io", "match")]) == (supervisor, children)
            # A line that the disk took half of has no end, so they are not read one by one.
            assert w.daemon.log.read_text(errors="replace").count('"embedded_redis_ready"') == 2, "started once more"
            await eventually(lambda: told(w, "redis_disk_full"), "the operator is told afterwards")
            assert seconds < 30


async def told(w: World, kind: str) -> bool:
    return len(w.notices.notices(kind)) == 1


@fault("F21", "redis-disk-full-everysec", slow=True)
async def test_a_redis_that_cannot_persist_pauses_what_is_new(case: Case) -> None:
    with small_disk(case.folder / "redis", 24) as disk:
        flags = {"appendfsync": "everysec"}
        with RedisServer(bundled_binary(), flags, folder=case.folder / "redis") as redis:
            async with world(case, redis=redis, pushed=True) as w:
                await w.delivered(await w.publish(60))
                disk.fill()
                meanwhile = await w.publish(60)
                w.push(20)

                async def paused() -> bool:
                    return bool((await w.daemon.status())["redis"]["paused"])

                await eventually(paused, "nothing new is taken")
                status = await w.daemon.status()
                assert {row["why"].partition(":")[0] for row in status["sources"]} == {"paused"}, "the inbox too"
                assert {row["failures"] for row in status["sources"]} == {0}, "no source is blamed"
                seconds = await heals(w, disk, meanwhile)
                await w.settled(bound=CONCURRENCY, note=f"first delivery {seconds:.1f} s after there was room")
                await eventually(lambda: told(w, "redis_has_room"), "the operator is told afterwards")
                assert seconds < 30
