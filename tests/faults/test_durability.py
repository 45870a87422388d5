"""What Redis said it had, and had not on the disk: killed behind a slow disk, and powered off: F13, F14."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from alertd.base.clock import system_clock
from alertd.history.verify.model import Limits
from alertd.history.verify.run import verify
from alertd.store.records import owner_from, pairs
from alertd.store.redis import RedisStore, open_store
from tests.faults.case import Case, fault
from tests.faults.kept import compared
from tests.faults.line import ALWAYS, resumed
from tests.faults.load import publishing
from tests.faults.several import Writer, judged, sent_since, settled
from tests.faults.slow_disk import SlowDisk, append_only_file
from tests.faults.world import CONCURRENCY, world
from tests.support.daemon import eventually
from tests.support.redis import RedisServer, bundled_binary

RATE = 40
STEP = 7
TAIL = 4_096
"""Bytes at the end of the append-only file that are cut away step by step."""
LATE_S = 5.0
"""How old what a kill takes may be: Redis puts a write off for two seconds while a sync of three is under way."""
YEAR_MS = 365 * 86_400_000


# --- everysec, and a disk that does not keep up -----------------------------------------------------------


@fault("F13", "redis-kill9-everysec-slow-fsync", slow=True)
async def test_what_a_slow_disk_lost_is_taken_from_the_pages_again_and_told(case: Case) -> None:
    disk = SlowDisk(case.folder, ms=3_000)
    with RedisServer(disk.binary, {"appendfsync": "everysec"}) as redis:
        async with world(case, redis=redis) as w:
            async with Writer(redis.url).at_work() as writer:
                async with publishing(w, RATE):
                    await w.some_delivered(100)
                    late = behind(redis, case.chance.uniform(1.2, 1.7))
                    await eventually(late, "Redis has not written for a second")
                    killed = time.monotonic()
                    await asyncio.to_thread(redis.kill)
                    await asyncio.to_thread(redis.start)
                    await resumed(w, time.time())
                bound = sent_since(w, killed - LATE_S)
                await settled(w)
            counts = await judged(w, "everysec on a slow disk, kill -9", writer, bound)
        assert counts["again"] > 0, "something was lost, and taken in again"
        assert len(w.notices.notices("store_rolled_back")) == 1, "and that is told"


def behind(redis: RedisServer, seconds: float) -> Callable[[], Awaitable[bool]]:
    """Make a check: for so long it has taken writes and written none of them to its file."""
    last, since = 0, time.monotonic()

    async def check() -> bool:
        nonlocal last, since
        said = (await asyncio.to_thread(redis.command, "INFO", "persistence")).decode()
        held = int(said.partition("aof_buffer_length:")[2].split()[0])
        if held < last or not held:
            since = time.monotonic()
        last = held
        return time.monotonic() - since >= seconds

    return check


# --- power ------------------------------------------------------------------------------------------------


@fault("F14", "redis-powerloss-always", slow=True)
async def test_a_loss_of_power_takes_nothing_that_was_on_the_disk(case: Case) -> None:
    disk = SlowDisk(case.folder)
    with RedisServer(disk.binary, ALWAYS) as redis:
        async with world(case, redis=redis, pushed=True) as w:
            async with publishing(w, RATE):
                for _ in range(3):
                    await w.some_delivered(len(w.sink.tokens) + 40)
                    await asyncio.to_thread(redis.kill)
                    file = append_only_file(redis.folder)
                    size, kept = file.stat().st_size, disk.durable(file)
                    assert 0 < kept <= size
                    os.truncate(file, kept)
                    await asyncio.to_thread(redis.start)
                await resumed(w, time.time())
            await w.settled(bound=3 * CONCURRENCY, note="3 times, cut to what the last fsync had put on the disk")


@fault("F14", "redis-powerloss-that-takes-what-was-synced", slow=True)
async def test_a_disk_that_gives_up_what_it_had_synced_is_seen_though_nothing_is_missing(case: Case) -> None:
    disk = SlowDisk(case.folder)
    with RedisServer(disk.binary, ALWAYS) as redis:
        async with world(case, redis=redis) as w:
            await w.delivered(await w.publish(10))
            file = append_only_file(redis.folder)
            earlier = disk.durable(file)
            await w.delivered(await w.publish(10))
            for _ in range(2):
                await compared(w.store)
            await asyncio.to_thread(redis.kill)
            cut = disk.durable(file) - earlier
            os.truncate(file, earlier)
            await asyncio.to_thread(redis.start)
            await resumed(w, time.time())
            await eventually(w.quiet, "all is taken from the pages again", 120)
            verdict = await w.judge(bound=2 * CONCURRENCY)
            assert verdict.lost == 0, "by what came alone nobody would know"
            assert "store_went_back" in verdict.went_back
            assert verdict.faults
            case.row(verdict="caught", note=f"{cut:,} bytes that were synced were cut away: {verdict.went_back}")


@fault("F14", "redis-powerloss-cut-aof", slow=True)
async def test_wherever_the_file_was_torn_what_is_left_agrees_with_itself(case: Case) -> None:
    file = await real_run(case)
    cuts = [case.chance.randrange(STEP, TAIL) for _ in range(12)]
    await check_cuts(case, file, cuts)


@fault("F14", "redis-powerloss-cut-aof-each-7-bytes", slow=True)
async def test_torn_at_each_seventh_byte_too(case: Case) -> None:
    await check_cuts(case, await real_run(case), range(STEP, TAIL, STEP))


async def real_run(case: Case) -> Path:
    """Let a daemon work, and kill its Redis in the midst of it; gives a copy of the folder of that Redis."""
    copy = case.folder / "killed"
    with RedisServer(bundled_binary(), ALWAYS) as redis:
        async with world(case, redis=redis, sources=2) as w, publishing(w, RATE):
            await w.some_delivered(30)
            await asyncio.to_thread(redis.kill)
            await asyncio.to_thread(shutil.copytree, redis.folder, copy, ignore=shutil.ignore_patterns("s"))
            await asyncio.to_thread(redis.start)
    return copy


async def check_cuts(case: Case, folder: Path, cuts: Sequence[int]) -> None:
    """Cut so many bytes off, start a server on what is left, and audit it."""
    known = []
    for number, cut in enumerate(cuts):
        torn = case.folder / f"torn-{number}"
        await asyncio.to_thread(shutil.copytree, folder, torn)
        file = append_only_file(torn)
        os.truncate(file, file.stat().st_size - cut)
        server = RedisServer(bundled_binary(), ALWAYS, folder=torn)
        await asyncio.to_thread(server.start)
        try:
            known.append(await agrees(server.url, cut))
        finally:
            await asyncio.to_thread(server.kill)
        await asyncio.to_thread(shutil.rmtree, torn)
    note = (
        f"{len(cuts)} cuts within the last {TAIL} bytes, {min(known)} to {max(known)} events left: no contradiction"
    )
    case.row(note=note)


async def agrees(url: str, cut: int) -> int:
    """Audit a store: marks, stream, journal, alerts, deliveries, queues. Gives how many events it knows."""
    store = await open_store(url, "alertd", name="test")
    try:
        report = await verify(store, limits, pause)
        assert not report.faults, f"cut by {cut} bytes: {report.faults[:3]}"
        marked, there = await marks(store), await events(store)
        assert marked == there, f"cut by {cut} bytes: {marked ^ there}"
        return len(there)
    finally:
        await store.aclose()


def limits() -> Limits:
    """Nobody works on what was cut, so that nothing is late."""
    now = system_clock()
    return Limits(now=now, machine=now, patience_ms=YEAR_MS)


async def pause() -> None:
    """Wait for nothing: nobody works on it."""


async def marks(store: RedisStore) -> set[str]:
    """Give the events that the marks of all sources know."""
    found = set()
    for key in await store.link.call("KEYS", store.keys("seen:*")):
        flat = await store.link.call("HGETALL", key)
        for name, raw in zip(flat[::2], flat[1::2], strict=True):
            if (known := owner_from(name.decode(), raw)) is not None:
                found.add(known.event_id)
    return found


async def events(store: RedisStore) -> set[str]:
    """Give those that are in the stream or in the journal."""
    found = {pairs(flat)["i"].decode() for _, flat in await store.link.call("XRANGE", store.keys("events"), "-", "+")}
    lines = await store.read_journal("", 100_000, 0)
    return found | {record.data["event"]["id"] for _, record in lines if record.kind == "event"}
