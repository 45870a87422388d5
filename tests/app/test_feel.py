"""A loop that computes for long is told from one that is only late."""

from __future__ import annotations

import asyncio
import time

from alertd.app.feel import Stretches, run_felt

STRETCH_S = 0.05


def compute(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_the_longest_stretch_of_computing_is_told_once() -> None:
    stretches = Stretches()

    async def work() -> list[float]:
        await asyncio.sleep(0)
        stretches.take_longest()
        compute(STRETCH_S)
        await asyncio.sleep(0)
        compute(STRETCH_S / 50)
        await asyncio.sleep(0)
        return [stretches.take_longest(), stretches.take_longest()]

    longest, then = run_felt(work(), stretches)
    assert longest >= STRETCH_S
    assert then == 0.0, "what was told is not told again"


def test_many_short_stretches_are_no_long_one() -> None:
    stretches = Stretches()

    async def work() -> float:
        await asyncio.sleep(0)
        stretches.take_longest()
        for _ in range(100):
            compute(STRETCH_S / 50)
            await asyncio.sleep(0)
        return stretches.take_longest()

    assert run_felt(work(), stretches) < STRETCH_S, "others had their turn in between"


def test_a_loop_that_waits_in_a_call_is_late_and_computes_nothing() -> None:
    stretches = Stretches()

    async def work() -> float:
        await asyncio.sleep(0)
        stretches.take_longest()
        time.sleep(STRETCH_S)  # noqa: ASYNC251  as a call that blocks does
        await asyncio.sleep(0)
        return stretches.take_longest()

    assert run_felt(work(), stretches) < STRETCH_S
