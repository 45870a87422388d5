"""Redis is full, or no longer what it has to be: F19, F20, F22."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from alertd.base.clock import parse_rfc3339
from alertd.errors import StoreUnavailable
from tests.faults.case import Case, fault
from tests.faults.forgotten import judged
from tests.faults.world import World, logged, world
from tests.support.daemon import command, eventually
from tests.support.http import answer
from tests.support.redis import RedisServer, bundled_binary

SAFE = {"appendfsync": "always"}
LIMIT = 64 << 20
OTHERS = "somebody-elses"
"""The key by which somebody else fills the server."""
GONE = ("store_lost", "store_rolled_back")
"""What the operator may be told of an emptied Redis, one of them once."""


def used(redis: RedisServer) -> int:
    """Give the memory that a server uses, in bytes."""
    info = redis.command("INFO", "memory").decode()
    return int(info.partition("used_memory:")[2].split()[0])


def fill(redis: RedisServer, share: float) -> None:
    """Let somebody else use so much of the server that this share of its limit is taken, whatever is given back."""
    theirs = int(redis.command("STRLEN", OTHERS)[1:])
    redis.command("SETRANGE", OTHERS, str(theirs + max(int(LIMIT * share) - used(redis), 0)), "x")


async def paused(w: World) -> str:
    """Say what the daemon says of its sources while it takes nothing new."""
    return str((await w.daemon.status())["redis"]["paused"] or "")


def polled_after(w: World, ms: int) -> Callable[[], Any]:
    """Wait for a poll of each source that began after a time."""

    async def polled() -> bool:
        sources = (await w.daemon.status())["sources"]
        return all(source["last_success_at"] and parse_rfc3339(source["last_success_at"]) > ms for source in sources)

    return polled


def filled(w: World, redis: RedisServer, share: float, words: str) -> Callable[[], Any]:
    """Fill the server until the daemon says so: the journal gives way meanwhile."""

    async def said() -> bool:
        fill(redis, share)
        return words in await paused(w)

    return said


@asynccontextmanager
async def reading(w: World) -> AsyncIterator[None]:
    """Read the ledger as it is written: above 70 % of the memory its oldest part gives way."""

    over = asyncio.Event()

    async def follow() -> None:
        while not over.is_set():
            with contextlib.suppress(StoreUnavailable):
                await w.ledger.read_on(await w.store())
            await asyncio.sleep(0.2)

    following = asyncio.create_task(follow())
    try:
        yield
    finally:
        over.set()
        await following


async def waiting(w: World, count: int) -> bool:
    return bool(sum(r["queued"] + r["waiting"] for r in (await w.daemon.status())["receivers"]) >= count)


def told(w: World, *kinds: str) -> Callable[[], Any]:
    async def came() -> bool:
        return any(w.notices.notices(kind) for kind in kinds)

    return came


@fault("F19", "redis-maxmemory-noeviction", slow=True)
async def test_near_the_limit_polls_pause_and_sends_go_on_and_all_heals(case: Case) -> None:
    with RedisServer(bundled_binary(), SAFE | {"maxmemory": str(LIMIT)}) as redis:
        async with world(case, redis=redis, pushed=True) as w:
            await w.delivered(await w.publish(30))
            w.sink.always(answer(status=503))
            queued = await w.publish(60)
            await eventually(lambda: waiting(w, 60), "they wait for their receiver")

            async with reading(w):
                await eventually(filled(w, redis, 0.97, "Redis is full (9"), "at 95 % nothing new is taken")
                later = await w.publish(60)
                w.push(20)
                w.sink.always(None)
                await w.delivered(queued)
                assert "Redis is full" in await paused(w), "sends have gone on all the same"
                assert not w.sink.tokens & set(later), "and nothing was asked for"
                await eventually(partial(refused, w), "what is pushed is refused", 60)
                assert w.pushes.open == 20, "all of it"

                redis.command("CONFIG", "SET", "maxmemory", str(used(redis) - (1 << 20)))
                code, out, _ = await command("sources", folder=w.daemon.folder)
                assert "paused: Redis is full" in " ".join(out.split()), out
                assert code == 0, "no source is blamed"
                redis.command("DEL", OTHERS)
                redis.command("CONFIG", "SET", "maxmemory", str(LIMIT))
            began = time.monotonic()
            await w.delivered(later)
            seconds = time.monotonic() - began
            await eventually(told(w, "redis_has_room"), "the operator is told")
            await w.settled(bound=0, note=f"all delivered {seconds:.1f} s after there was room")
            assert len(logged(case.folder, "push_refused")) == 1, "said once, however often it was pushed"
            told_of = Counter(notice["kind"] for notice in w.notices.notices())
            assert (told_of["redis_full"], told_of["redis_has_room"]) == (1, 1)
            assert told_of["journal_gap"] <= 2, "in an hour one, however often the journal gives way"
            assert not [kind for kind in told_of if kind.startswith("source_")], "no source is blamed"


async def refused(w: World) -> bool:
    return w.pushes.answers["503"] > 1


@fault("F19", "redis-filling-with-a-backlog", slow=True)
async def test_while_redis_is_filling_a_backlog_is_worked_off_before_more_is_asked_for(case: Case) -> None:
    with RedisServer(bundled_binary(), SAFE | {"maxmemory": str(LIMIT)}) as redis:
        async with world(case, redis=redis) as w:
            await w.delivered(await w.publish(30))
            await w.nemesis.stop("match")
            await w.publish(400)
            await eventually(lambda: waiting_to_be_matched(w, 400), "a backlog")
            async with reading(w):
                await eventually(filled(w, redis, 0.83, "Redis is nearly full (8"), "polls pause")
                later = await w.publish(30)
                w.nemesis.go_on("match")
                await w.delivered(later)
                await eventually(w.quiet, "nothing is under way")
            await w.settled(bound=0, note="83 % of the memory is somebody else's to the end")


async def waiting_to_be_matched(w: World, count: int) -> bool:
    return bool((await w.daemon.status())["events"]["backlog"] >= count)


@fault("F20", "redis-wrong-policy-at-start")
@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"maxmemory-policy": "allkeys-lru"}, "maxmemory-policy is allkeys-lru"),
        ({"appendonly": "no"}, "appendonly is off"),
    ],
)
async def test_a_redis_that_would_lose_alerts_is_refused(case: Case, flags: dict[str, str], words: str) -> None:
    with RedisServer(bundled_binary(), SAFE | flags) as redis:
        async with world(case, redis=redis, start=False) as w:
            await w.daemon.start(wait=False)
            assert await w.daemon.wait() == 1
            assert words in w.daemon.log_tail()
            case.row(note=f"refused: {words}")


@fault("F20", "redis-wrong-policy-live", slow=True)
async def test_what_is_changed_live_is_told_within_a_minute(case: Case) -> None:
    with RedisServer(bundled_binary(), SAFE) as redis:
        async with world(case, redis=redis) as w:
            await w.delivered(await w.publish(9))
            began = time.monotonic()
            redis.command("CONFIG", "SET", "appendonly", "no")
            redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
            redis.command("ACL", "SETUSER", "default", "-config")  # and from now on INFO has to say it
            for code in ("append_only", "policy"):

                async def came(code: str = code) -> bool:
                    return bool(w.notices.notices("redis_contract", code))

                await eventually(came, f"the operator is told of {code}")
            seconds = time.monotonic() - began
            await w.delivered(await w.publish(9))
            await w.settled(bound=0, note=f"told after {seconds:.0f} s")
            assert seconds < 60


@fault("F22", "redis-flushall", slow=True)
async def test_a_redis_that_was_emptied_is_one_notice_and_no_storm(case: Case) -> None:
    with RedisServer(bundled_binary(), SAFE) as redis:
        async with world(case, redis=redis) as w:
            await w.delivered(await w.publish(90))
            await eventually(w.quiet, "all is quiet")
            await w.judge()  # the ledger is read before it is gone
            # What was published in the second of the last poll may have come after it, and would rightly come again.
            await eventually(polled_after(w, int(time.time() * 1000) + 1000), "a poll in a later second")
            redis.command("FLUSHALL")
            await w.delivered(await w.publish(30))
            await eventually(told(w, *GONE), "the operator is told")
            await judged(w, 0)
            assert sum(len(w.notices.notices(kind)) for kind in GONE) == 1
            assert not logged(case.folder, "loop_died"), "a missing group ends no loop"
