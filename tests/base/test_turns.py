"""Long work and others on one loop."""

from __future__ import annotations

import asyncio
import time

from alertd.base.turns import TURN_S, by_turns


def work(seconds: float) -> None:
    """Keep the loop busy for so long at least."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


async def test_others_get_the_loop_between_pieces_of_long_work() -> None:
    turns = 0
    done = False

    async def other() -> None:
        nonlocal turns
        while not done:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    seen = []
    async for item in by_turns("abcd"):
        work(TURN_S * 1.1)
        seen.append(item)
    done = True
    await beside
    assert seen == ["a", "b", "c", "d"]
    assert turns >= len(seen), "a turn after each piece that took longer than a turn"


async def test_nothing_is_given_of_nothing() -> None:
    nothing: list[str] = []
    assert [item async for item in by_turns(nothing)] == []
