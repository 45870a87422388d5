"""Two match processes, two that release, people who answer: memory and Redis agree, and each thing happens once."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.store.memory import MemoryStore
from tests.store.dump import dump
from tests.store.life_operations import LIFE_CALLS, life_operations, life_view
from tests.store.make import NOW
from tests.store.operations import Operation, Run, prepared
from tests.store.test_orders import Outcome, Program, check_invariants, orders, settled


def run_on(store: Any, now: int = NOW) -> Run:
    return Run(store, now, more=LIFE_CALLS)


def check_life(found: dict[str, Any]) -> None:
    """What waits is listed, and what is listed waits; what has an end is there, and the other way round."""
    windows = {name.decode() for name in found.get("windows", [])[::2]}
    assert windows == {name.removeprefix("held:") for name in found if name.startswith("held:")}
    for kind in ("marks", "counters", "parts"):
        ends = found.get(f"{kind.removesuffix('s')}_ends", [])
        assert set(ends[::2]) == set(found.get(kind, {})), kind
    assert set(found.get("silence_ends", [])[::2]) == set(found.get("silences", {})) - {b"#"}
    noted = {m.decode() for m in found.get("feedback_ends", [])[::2]}
    assert noted == {f"ai/{alert.decode()}" for alert in found.get("feedback:ai", {})}


@settings(max_examples=100, deadline=None)
@given(steps=st.lists(life_operations(), max_size=25))
def test_memory_and_redis_do_the_same_for_the_life_of_alerts(redis_url: str, steps: list[Operation]) -> None:
    async def check() -> None:
        memory = MemoryStore()
        async with prepared(redis_url) as (store,):
            ours, theirs = run_on(store), run_on(memory)
            for step in steps:
                assert await ours.apply(step) == await theirs.apply(step), step
                found = await dump(store)
                check_invariants(found)
                check_life(found)
            assert await life_view(store) == await life_view(memory)

    asyncio.run(check())


@settings(max_examples=60, deadline=None)
@given(before=st.lists(life_operations(), max_size=10), last=life_operations(alone=False, repeatable=True))
def test_every_script_of_the_life_of_alerts_twice_is_once(
    redis_url: str, before: list[Operation], last: Operation
) -> None:
    async def check() -> None:
        async with prepared(redis_url) as (store,):
            run = run_on(store)
            for operation in before:
                await run.apply(operation)
            first = await run.repeat(last)
            once = await dump(store)
            second = await run.repeat(last)
            assert await dump(store) == once
            if last.name == "commit":
                assert second is not None
                assert first in (None, second)
            elif last.name == "release":
                assert not second
            else:
                assert first == second

    asyncio.run(check())


async def in_this_order(before: Program, order: list[tuple[int, Operation]]) -> Outcome:
    memory = MemoryStore()
    first = run_on(memory)
    for step in before:
        await first.apply(step)
    workers = (run_on(memory, first.now), run_on(memory, first.now))
    for worker, step in order:
        await workers[worker].apply(step)
    return workers[0].results, workers[1].results, settled(await life_view(memory))


async def at_once(url: str, before: Program, left: Program, right: Program) -> Outcome:
    async def work(worker: Run, program: Program) -> None:
        for step in program:
            await worker.apply(step)

    async with prepared(url, 2) as stores:
        first = run_on(stores[0])
        for step in before:
            await first.apply(step)
        workers = [run_on(store, first.now) for store in stores]
        await asyncio.gather(work(workers[0], left), work(workers[1], right))
        found = await dump(stores[0])
        check_invariants(found)
        check_life(found)
        return workers[0].results, workers[1].results, settled(await life_view(stores[0]))


@settings(max_examples=50, deadline=None)
@given(
    before=st.lists(life_operations(), max_size=6),
    left=st.lists(life_operations(alone=False), min_size=1, max_size=3),
    right=st.lists(life_operations(alone=False), min_size=1, max_size=3),
)
def test_two_at_once_come_out_as_in_one_of_the_orders(
    redis_url: str, before: Program, left: Program, right: Program
) -> None:
    async def check() -> None:
        outcome = await at_once(redis_url, before, left, right)
        for order in orders(left, right):
            if await in_this_order(before, order) == outcome:
                return
        raise AssertionError(f"no order of {left} and {right} gives {outcome[:2]}")

    asyncio.run(check())
