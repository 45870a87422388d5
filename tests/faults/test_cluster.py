"""Our slot moves to another node of a cluster under load, and its master dies: F24 in a cluster."""

from __future__ import annotations

import asyncio
import time

from tests.faults.case import Case, fault
from tests.faults.several import Writer, binary, judged, sent_since, settled, under_load
from tests.faults.world import world
from tests.support.redis_topology import Clustered


@fault("F24", "redis-cluster-moved-and-killed", slow=True)
async def test_a_slot_that_moves_and_a_master_that_dies_are_waited_for(case: Case) -> None:
    cluster = Clustered(binary(), "alertd")
    try:
        await asyncio.to_thread(cluster.__enter__)
        async with world(case, redis=cluster.url) as w:
            async with Writer(cluster.url).at_work() as writer:
                moved = 0

                async def move() -> None:
                    nonlocal moved
                    moved = await cluster.move(cluster.ours, cluster.other)
                    await asyncio.to_thread(cluster.follow, cluster.other)

                async def kill() -> None:
                    await asyncio.to_thread(cluster.other.kill)
                    await cluster.promoted()

                began = time.monotonic()
                await under_load(w, move)
                await settled(w)
                await judged(w, "cluster: slot moved to another master", writer, sent_since(w, began))
                assert moved > 0
                writer.longest_s = 0.0
                began = time.monotonic()
                await under_load(w, kill)
                bound = sent_since(w, began)
                await settled(w)
            await judged(w, "cluster: its master killed, replica in step", writer, bound)
    finally:
        await asyncio.to_thread(cluster.__exit__)
