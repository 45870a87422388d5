"""Answers that take a while, kept for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from alertd.asking import fresh
from alertd.asking.fresh import Fresh


class Slow:
    """Gives numbers, each once it is let go."""

    def __init__(self) -> None:
        self.asked = 0
        self.go = asyncio.Event()

    async def make(self) -> int:
        self.asked += 1
        number = self.asked
        await self.go.wait()
        return number


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_an_answer_is_made_once_for_all_who_ask_and_kept_for_a_while(clock: Clock) -> None:
    slow, kept = Slow(), Fresh[int]("n", 10, 100, clock=clock)
    slow.go.set()
    assert await asyncio.gather(*(kept.get("a", slow.make) for _ in range(5))) == [1] * 5
    clock.now += 9
    assert (await kept.get("a", slow.make), slow.asked) == (1, 1)


async def test_an_old_answer_is_given_while_a_newer_one_is_made(clock: Clock) -> None:
    slow, kept = Slow(), Fresh[int]("n", 10, 100, clock=clock)
    slow.go.set()
    await kept.get("a", slow.make)
    slow.go.clear()
    clock.now += 11
    assert await kept.get("a", slow.make) == 1
    await asyncio.wait_for(_until(lambda: slow.asked == 2), 10)
    assert await kept.get("a", slow.make) == 1
    slow.go.set()
    await asyncio.wait_for(_until_given(kept, slow, 2), 10)
    assert slow.asked == 2


async def test_one_that_is_too_old_is_waited_for(clock: Clock) -> None:
    slow, kept = Slow(), Fresh[int]("n", 10, 100, clock=clock)
    slow.go.set()
    await kept.get("a", slow.make)
    clock.now += 101
    assert await kept.get("a", slow.make) == 2


async def test_who_cannot_wait_gets_nothing_and_it_is_made_all_the_same() -> None:
    slow, kept = Slow(), Fresh[int]("n", 10, 100)
    assert await kept.get("a", slow.make, 0.01) is None
    slow.go.set()
    assert await kept.get("a", slow.make) == 1
    assert slow.asked == 1


async def test_what_fails_is_raised_to_who_waits_and_tried_again_by_the_next() -> None:
    async def fails() -> int:
        raise ValueError("not today")

    kept = Fresh[int]("n", 10, 100)
    with capture_logs() as logs:
        for _ in range(2):
            with pytest.raises(ValueError, match="not today"):
                await kept.get("a", fails)
        await asyncio.wait_for(_until(lambda: len(logs) == 2), 10)
    assert [one["event"] for one in logs] == ["not_answered"] * 2


async def test_only_some_are_kept() -> None:
    slow, kept = Slow(), Fresh[int]("n", 10, 100)
    slow.go.set()
    for number in range(fresh.MOST + 1):
        await kept.get(number, slow.make)
    asked = slow.asked
    await kept.get(fresh.MOST, slow.make)
    assert slow.asked == asked
    await kept.get(0, slow.make)
    assert slow.asked == asked + 1, "the oldest was dropped"


async def _until(check: Callable[[], bool]) -> None:
    while not check():
        await asyncio.wait([asyncio.create_task(asyncio.sleep(0))])


async def _until_given(kept: Fresh[int], slow: Slow, number: int) -> None:
    while await kept.get("a", slow.make) != number:
        await asyncio.wait([asyncio.create_task(asyncio.sleep(0))])
