"""Runs one or two backtests over the past, and counts what comes of them; with a bar that shows how far it is."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from alertd.app.past import DaemonClockwork
from alertd.base.clock import system_clock
from alertd.cli.backtest_progress import bar
from alertd.cli.backtest_sides import Side
from alertd.history.backtest.compare import Comparing
from alertd.history.backtest.engine import Engine
from alertd.history.backtest.expectations import Judging
from alertd.history.backtest.figures import Comparison, Summary
from alertd.history.backtest.happened import Happened, Progress, Rang
from alertd.history.backtest.lockstep import Pair, in_step
from alertd.history.backtest.near import every_of
from alertd.history.backtest.plan import Plan
from alertd.history.backtest.summary import Summing, Wanted
from alertd.history.past_archive import begins_ms


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be counted and shown."""

    samples: int
    desk: str | None
    wanted: Wanted
    since_ms: int | None
    """As asked for; None: from the first event on."""
    until_ms: int | None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it."""

    summary: Summary
    before: Summary | None = None
    comparison: Comparison | None = None
    seconds: float = 0.0
    events: int = 0
    """Read, with those before the time."""
    faults: Sequence[str] = ()
    """Lines that are damaged or no events, each with its place; of many the first."""
    faulty: int = 0
    """How many there are."""


async def run_one(plan: Plan, asked: Asked, judging: Judging) -> Result:
    """Backtest one version of the rules. Raises ConfigError and BacktestFailed."""
    engine, began = Engine(plan, DaemonClockwork()), time.perf_counter()
    summing = _summing(plan, asked)
    with bar(plan, [engine.progress]):
        async with aclosing(_run(engine)) as stream:
            async for one in stream:
                if isinstance(one, Happened):
                    summing.add(one)
                    if summing.sees(one):
                        judging.add(one)
                else:
                    summing.rang(one)
    return Result(
        _made(summing, engine.progress, asked, plan.paths),
        seconds=time.perf_counter() - began,
        events=engine.progress.events,
        faults=engine.progress.faults,
        faulty=engine.progress.faulty,
    )


async def run_both(plan: Plan, old: Plan, against: Side, asked: Asked, judging: Judging) -> Result:
    """Backtest two versions over the same past, side by side. Raises ConfigError and BacktestFailed."""
    back = max(plan.since_ms - plan.begin_ms, old.since_ms - old.begin_ms)
    plans = [replace(one, warm_up_ms=back) for one in (plan, old)]
    engines, began = [Engine(one, DaemonClockwork()) for one in plans], time.perf_counter()
    sums = [_summing(one, asked) for one in plans]
    comparing = Comparing(plan.book, old.book, samples=asked.samples, desk=asked.desk, wanted=asked.wanted)
    with bar(plans[0], [engine.progress for engine in engines]):
        async with AsyncExitStack() as stack:
            streams = [await stack.enter_async_context(aclosing(_run(engine))) for engine in engines]
            async for one in in_step(*streams):
                if isinstance(one, Pair):
                    comparing.add(*one)
                    for summing, happened in zip(sums, one, strict=True):
                        if happened is not None:
                            summing.add(happened)
                    if one.new is not None and sums[0].sees(one.new):
                        judging.add(one.new)
                else:
                    sums[one.side == "old"].rang(one.rang)
                    if one.side == "old":
                        comparing.rang(one.rang)
    made = [_made(summing, engine.progress, asked, plan.paths) for summing, engine in zip(sums, engines, strict=True)]
    return Result(
        made[0],
        made[1],
        comparing.made(against.name, *made),
        time.perf_counter() - began,
        sum(engine.progress.events for engine in engines),
        engines[0].progress.faults,
        engines[0].progress.faulty,
    )


def _run(engine: Engine) -> AsyncGenerator[Happened | Rang, None]:
    """Give the stream as what it is: one that can be closed before its end, and its processes with it."""
    return cast(AsyncGenerator[Happened | Rang, None], engine.run())


def _summing(plan: Plan, asked: Asked) -> Summing:
    every = every_of(plan.book) if plan.near else 0
    return Summing(plan.book, samples=asked.samples, desk=asked.desk, wanted=asked.wanted, near_every=every)


def _made(summing: Summing, progress: Progress, asked: Asked, paths: Sequence[Path]) -> Summary:
    until = asked.until_ms
    if until is not None:  # what lies ahead has no days without alerts
        until = min(until, max(system_clock(), progress.covered.last_ms + 1))
    covered = progress.covered
    begins = begins_ms(paths) if asked.since_ms is not None and covered.events and not covered.warmed else None
    return summing.made(covered, asked.since_ms, until, progress.skipped, progress.differs, begins)
