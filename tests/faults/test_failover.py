"""A primary is replaced under load: F24. What the replica had not heard of is derived again, and counted."""

from __future__ import annotations

import asyncio
import time

from tests.faults.case import Case, fault
from tests.faults.several import Writer, judged, missing_lines, replicated, sent_since, settled, under_load
from tests.faults.world import World, logged, world
from tests.support.redis_topology import Replicated

CUT_S = 3.0
STRICT = {"min-replicas-to-write": "1", "min-replicas-max-lag": "1"}


async def kill_the_primary(redis: Replicated) -> None:
    await asyncio.to_thread(redis.primary.kill)
    await redis.promoted()


@fault("F24", "redis-failover-asked", slow=True)
async def test_a_primary_that_hands_over_loses_nothing(case: Case) -> None:
    async with replicated() as (redis, _), world(case, redis=redis.url) as w:
        async with Writer(redis.url).at_work() as writer:

            async def hand_over() -> None:
                await redis.fail_over()
                await redis.promoted()

            began = time.monotonic()
            await under_load(w, hand_over, after=5)
            bound = sent_since(w, began)
            await settled(w)
        await judged(w, "SENTINEL FAILOVER", writer, bound)


@fault("F24", "redis-failover-kill", slow=True)
async def test_a_primary_that_is_killed_beside_its_replica_loses_nothing(case: Case) -> None:
    async with replicated() as (redis, _), world(case, redis=redis.url) as w:
        async with Writer(redis.url).at_work() as writer:
            began = time.monotonic()
            await under_load(w, lambda: kill_the_primary(redis))
            bound = sent_since(w, began)
            await settled(w)
        await judged(w, "primary killed, replica in step", writer, bound)


async def cut_and_killed(
    case: Case, setting: str, flags: dict[str, str], *, pushed: int = 0
) -> tuple[World, dict[str, int], int]:
    """Cut the replica off, kill the primary some seconds later, see what became of it."""
    async with replicated(flags, proxied=True) as (redis, line), world(case, redis=redis.url, pushed=pushed > 0) as w:
        assert line is not None
        async with Writer(redis.url).at_work() as writer:
            cut_at = 0.0

            async def cut_and_kill() -> None:
                nonlocal cut_at
                cut_at = time.monotonic()
                line.blackhole()
                await asyncio.sleep(CUT_S)
                await kill_the_primary(redis)
                # it comes back as the replica of the other: with min-replicas nothing is written before
                await asyncio.to_thread(redis.primary.start)

            await under_load(w, cut_and_kill, pushed=pushed)
            bound = sent_since(w, cut_at)
            await settled(w)
        counts = await judged(w, setting, writer, bound)
        return w, counts, await missing_lines(w)


@fault("F24", "redis-failover-async", slow=True)
async def test_what_a_replica_that_lagged_had_not_heard_of_is_derived_again_and_counted(case: Case) -> None:
    w, counts, missing = await cut_and_killed(case, f"primary killed, replica cut off for {CUT_S:.0f} s", {})
    assert counts["again"] > 0, "events were lost, and taken in again from what the sources show"
    assert counts["lines"] == missing, "the count is that of the lines that the archive has and the journal has not"
    (told,) = w.notices.notices("store_rolled_back")
    assert f"{counts['lines']} lines of the archive were not in it any more" in told["text"]
    assert len(logged(case.folder, "store_rolled_back")) == 1


@fault("F24", "redis-failover-min-replicas", slow=True)
async def test_with_min_replicas_a_primary_without_its_replica_takes_nothing_that_could_be_lost(case: Case) -> None:
    setting = f"the same with {' '.join(f'{name} {value}' for name, value in STRICT.items())}"
    w, counts, missing = await cut_and_killed(case, setting, STRICT, pushed=2)
    assert counts["lines"] == missing
    # No page shows again what is pushed: it was taken when the replica had it, and else pushed again.
    assert w.pushes.answers["503"], "nobody was told that it is taken while the replica did not say so"
