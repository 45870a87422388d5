"""The connection to Redis: killed, frozen, half open, deaf after any command, away for long: F12, F15 to F18."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

from tests.faults.calm import Calm
from tests.faults.case import Case, fault
from tests.faults.line import line, lines_since, noticed, resumed
from tests.faults.load import publishing
from tests.faults.world import CONCURRENCY, World, logged
from tests.support.daemon import eventually

RATE = 40
"""Events a second while something goes wrong."""

# --- killed -------------------------------------------------------------------------------------------


@fault("F12", "redis-kill9-always")
async def test_a_redis_that_is_killed_under_load_has_all_that_it_said_it_had(case: Case) -> None:
    await kills(case, 2, 0.7)


@fault("F12", "redis-kill9-always-again-and-again", slow=True)
async def test_one_that_is_killed_again_and_again_too(case: Case) -> None:
    await kills(case, 12, 3)


async def kills(case: Case, count: int, longest_s: float) -> None:
    """Kill it under load, each time after a while that chance chooses."""
    async with line(case, pushed=True) as (w, _, redis):
        async with publishing(w, RATE):
            await w.some_delivered(10)
            for _ in range(count):
                await asyncio.sleep(case.chance.uniform(0, longest_s))
                await asyncio.to_thread(redis.kill)
                await asyncio.sleep(case.chance.uniform(0, 0.3))
                await asyncio.to_thread(redis.start)
            await resumed(w, time.time())
        await w.settled(bound=count * CONCURRENCY, note=f"{count} kills at {RATE} events/s")
        assert logged(case.folder, "process_died") == []


# --- frozen -------------------------------------------------------------------------------------------


@fault("F15", "redis-sigstop-30s", slow=True)
async def test_a_frozen_redis_is_an_error_in_seconds_and_all_goes_on_when_it_thaws(case: Case) -> None:
    await freeze(case, 30)


async def freeze(case: Case, seconds: float) -> None:
    """Freeze it under load, longer than any time-out."""
    async with line(case, pushed=True) as (w, _, redis):
        async with publishing(w, RATE):
            await w.some_delivered(10)
            began, calm = time.time(), Calm()
            redis.freeze()
            try:
                error_s = await noticed(case.folder, began)
                calm_error_s = calm()
                there = w.sink.tokens
                await asyncio.sleep(seconds - (time.time() - began))
            finally:
                redis.thaw()
            thawed, calm = time.time(), Calm()
            calm_back_s = await first_after(w, there, calm)
            back_s = await resumed(w, thawed)
        figures = (
            f"error after {error_s:.1f} s, {calm_error_s:.1f} calm (at most 6); the first message after "
            f"{calm_back_s:.1f} calm s (at most 5), what was published then after {back_s:.1f} s"
        )
        await w.settled(bound=CONCURRENCY, note=figures)
        assert calm_error_s <= 6, figures
        assert calm_back_s <= 5, figures
        assert logged(case.folder, "process_died") == []


async def first_after(w: World, there: set[str], calm: Calm) -> float:
    """Wait until one comes that is not among these: all that came meanwhile is before what is published now."""

    async def new() -> bool:
        return bool(w.sink.tokens - there)

    await eventually(new, "it goes on")
    return calm()


# --- half open ----------------------------------------------------------------------------------------


@fault("F17", "redis-half-open-tcp", slow=True)
async def test_lines_that_are_dead_without_a_word_are_given_up(case: Case) -> None:
    async with line(case) as (w, proxy, _):
        async with publishing(w, RATE):
            await w.some_delivered(10)
            began, calm = time.time(), Calm()
            there = set(w.feeds.published)
            proxy.blackhole(new=False)
            calm_s = await first_after(w, there, calm)
            back_s = await resumed(w, began)
        figures = (
            f"the first that was published then came after {calm_s:.1f} calm s (at most 10), all after {back_s:.1f} s"
        )
        await w.settled(note=figures)
        assert calm_s <= 10, figures


@fault("F17", "redis-half-open-tcp-and-nothing-answers", slow=True)
async def test_a_network_that_swallows_everything_and_gives_it_back_loses_nothing(case: Case) -> None:
    async with line(case) as (w, proxy, _):
        async with publishing(w, RATE):
            await w.some_delivered(10)
            began, calm = time.time(), Calm()
            proxy.blackhole()
            error_s = await noticed(case.folder, began)
            calm_s = calm()
            await asyncio.sleep(max(case.chance.uniform(12, 25) - (time.time() - began), 0))
            proxy.heal()
            back_s = await resumed(w, time.time())
        figures = f"error after {error_s:.1f} s, {calm_s:.1f} calm (at most 10), resumed in {back_s:.1f} s"
        await w.settled(bound=CONCURRENCY, note=figures)
        assert calm_s <= 10, figures


@fault("F17", "redis-resets-and-half-closes", slow=True)
async def test_lines_that_are_reset_half_closed_slow_and_late_lose_nothing(case: Case) -> None:
    async with line(case) as (w, proxy, _):
        async with publishing(w, RATE):
            for _ in range(6):
                case.chance.choice([proxy.reset, proxy.half_close])()
                await asyncio.sleep(case.chance.uniform(0.2, 1.5))
            proxy.delay(5)
            proxy.slow(3_000_000)
            await resumed(w, time.time())
            proxy.heal()
        await w.settled(bound=CONCURRENCY)


# --- away ---------------------------------------------------------------------------------------------

DOWN_S = "ALERTD_DOWN_S"


@fault("F18", "redis-down", slow=True)
async def test_a_redis_that_is_down_for_ten_minutes_is_waited_for(case: Case) -> None:
    seconds = float(os.environ.get(DOWN_S, "600"))
    async with line(case) as (w, _, redis):
        async with publishing(w, 5):
            await w.some_delivered(10)
            began = time.time()
            await asyncio.to_thread(redis.kill)
            await noticed(case.folder, began)
            await asyncio.sleep(8)
            polls = sum(page.polls for page in w.feeds.pages.values())
            before = memory(w)
            await asyncio.sleep(seconds - (time.time() - began))
            health = [await status(w, path) for path in ("/healthz", "/readyz")]
            grown = {kind: size - before[kind] for kind, size in memory(w).items()}
            asked = sum(page.polls for page in w.feeds.pages.values()) - polls
            said = len(lines_since(case.folder, began))
            await asyncio.to_thread(redis.start)
            back_s = await resumed(w, time.time())
        await eventually(told(w, "redis_was_away"), "the operator is told")
        sizes = ", ".join(f"{kind} {size / 1e6:+.1f} MB" for kind, size in grown.items())
        figures = (
            f"down {seconds:.0f} s: memory {sizes}; "
            f"{asked} polls, {said} lines of it in the log; resumed in {back_s:.1f} s"
        )
        await w.settled(bound=CONCURRENCY, note=figures)
        assert health == [200, 503]
        assert asked == 0, figures
        assert max(grown.values()) < 8e6, figures
        assert said < 15, figures
        assert logged(case.folder, "process_died") == []


def memory(w: World) -> dict[str, int]:
    """Give the resident memory of each kind of process, in bytes."""
    found = {}
    for kind in ("supervisor", "io", "match"):
        found[kind] = sum(resident(pid) for pid in w.nemesis.pids(kind))
    return found


def resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def status(w: World, path: str) -> int:
    url = f"http://{w.daemon.state()['web']}{path}"
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status


def told(w: World, kind: str) -> Callable[[], Awaitable[bool]]:
    """Make a check: the operator was told of this."""

    async def check() -> bool:
        return bool(w.notices.notices(kind))

    return check
