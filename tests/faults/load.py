"""Events at a rate, and kills at random, for as long as is asked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.faults.nemesis import KINDS
from tests.faults.world import CONCURRENCY, World

STEP_S = 0.1
PUSHED = 4
"""In a world that is pushed to, one item of so many is."""


@asynccontextmanager
async def publishing(w: World, rate: float) -> AsyncIterator[None]:
    """Publish so many events a second while the block runs, by the clock: what was late is made up for."""
    task = asyncio.create_task(_publish(w, rate))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _publish(w: World, rate: float) -> None:
    loop = asyncio.get_running_loop()
    began, done = loop.time(), 0
    while True:
        due = int((loop.time() - began) * rate)
        if due > done:
            pushed = due // PUSHED - done // PUSHED if w.pushed else 0
            if pushed:
                w.push(pushed)
            await w.publish(due - done - pushed)
            done = due
        await asyncio.sleep(STEP_S)


async def kill_at_random(w: World, seconds: float, every_s: float, kinds: Sequence[str] = KINDS) -> None:
    """Kill a process at a random moment of each interval; what gives up is started again."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    turn = loop.time()
    while turn < end:
        at = turn + w.case.chance.uniform(0, every_s)
        turn += every_s
        await asyncio.sleep(max(at - loop.time(), 0))
        await w.nemesis.revive()
        await w.nemesis.kill_one(kinds)
        await asyncio.sleep(max(min(turn, end) - loop.time(), 0))
    await w.nemesis.revive()


def allowed_repeats(w: World) -> int:
    """Give the bound: the sends in flight at each kill that can hide an outcome."""
    return w.nemesis.doubts * CONCURRENCY
