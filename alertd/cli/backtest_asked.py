"""What `alertd backtest` was asked for: which time, which rules are reported, what is expected, how it is run."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import msgspec
import typer

from alertd.base import suggest
from alertd.base.clock import rfc3339, system_clock
from alertd.base.config import parse_duration
from alertd.cli.backtest_run import Asked, Result, run_both, run_one
from alertd.cli.backtest_sides import Ground, Side
from alertd.cli.output import INTERRUPTED, USAGE, counted, fail, warn
from alertd.cli.past_time import past_time
from alertd.cli.portfolio_names import no_portfolio
from alertd.history.backtest.expect_file import Expectation, read_expectations
from alertd.history.backtest.expectations import Judging
from alertd.history.backtest.figures import Heading
from alertd.history.backtest.plan import Plan
from alertd.history.backtest.summary import Wanted
from alertd.rules.book import Portfolio, RuleBook
from alertd.rules.walls import may_see

SINCE = "30d"
FOREVER_MS = 253_370_764_800_000
"""The year 9999: what is added to it can still be written as a date."""


def asked_of(
    since: str | None,
    until: str | None,
    events: Sequence[Path] | None,
    samples: int,
    desk: str | None,
    side: Side,
    other: Side | None,
    portfolios: Sequence[str] | None,
    rules: Sequence[str] | None,
) -> Asked:
    """Read times and names. Ends the command if one is none."""
    now = system_clock()
    begin = _bounded(past_time("--since", since or (None if events else SINCE), now))
    end = _bounded(past_time("--until", until, now)) if until is not None or events else now
    if begin is not None and end is not None and end <= begin:
        fail(f"--until {until or 'now'} is not after --since {since or SINCE}", USAGE)
    books = [side.book] if other is None else [side.book, other.book]
    return Asked(samples, desk, _wanted(books, desk, portfolios or (), rules or ()), begin, end)


def _bounded(at: int | None) -> int | None:
    return None if at is None else min(max(at, 0), FOREVER_MS)


def seen(book: RuleBook, desk: str | None) -> RuleBook:
    """Give a book as a desk may see it: with its own portfolios and nobody's."""
    return msgspec.structs.replace(book, portfolios=tuple(p for p in book.portfolios if may_see(desk, p.desk)))


def _wanted(books: Sequence[RuleBook], desk: str | None, portfolios: Sequence[str], rules: Sequence[str]) -> Wanted:
    """Tell which rules are reported. Ends the command if a name is none: its rules would silently be left out."""
    there = [(p.id, r.id) for book in books for p, r in seen(book, desk).rules()]
    empty = {p.id for book in books for p in seen(book, desk).portfolios}
    for name in portfolios:
        if name not in empty:
            no_portfolio(name, sorted(empty))
    for name in rules:
        if not any(name in (rule, f"{portfolio}/{rule}") for portfolio, rule in there):
            near = suggest.closest(name, [f"{p}/{r}" for p, r in there]) or suggest.closest(
                name, [r for _, r in there]
            )
            fail(f"there is no rule {name}{f' (did you mean {near}?)' if near else ''}", USAGE)

    def wanted(portfolio: Portfolio, rule: str) -> bool:
        if portfolios and portfolio.id not in portfolios:
            return False
        return not rules or rule in rules or f"{portfolio.id}/{rule}" in rules

    return wanted


def expected_of(
    expect: Path | None, junit: Path | None, side: Side, other: Side | None, desk: str | None
) -> list[Expectation]:
    """Read what is expected. Raises ConfigError; ends the command if there is a report to write of nothing."""
    if expect is None:
        if junit is not None:
            fail("--junit writes what --expect asks for: name that file, too", USAGE)
        return []
    before = seen(other.book, desk) if other is not None else None
    receivers = [name for name, policy in side.policies.items() if may_see(desk, policy.desk)]
    return read_expectations(expect, seen(side.book, desk), receivers, against=other is not None, other=before)


def plan_of(
    ground: Ground,
    side: Side,
    asked: Asked,
    events: Sequence[Path] | None,
    *,
    enrich: Literal["stored", "fresh"],
    warm_up: str | None,
    people: bool,
    near: bool,
    jobs: int | None,
    every: bool,
) -> Plan:
    """Make the plan. Ends the command if there is no past to go by."""
    paths = tuple(events or ())
    if not paths:
        if ground.archive is None:
            fail("there are no settings here that say where the archive is: name events by --events", USAGE)
        if not ground.archive.exists():
            fail(f"there is no archive in {ground.archive}: name one, or a file of events, by --events", USAGE)
        paths = (ground.archive,)
    try:
        back = None if warm_up is None else round(parse_duration(warm_up) * 1000)
    except ValueError:
        fail(f"--warm-up takes a length of time such as 0s, 12h or 40d, not {warm_up}", USAGE)
    return Plan(
        book=side.book,
        policies=side.policies,
        paths=paths,
        since_ms=asked.since_ms or 0,
        until_ms=FOREVER_MS if asked.until_ms is None else asked.until_ms,
        enrich=enrich,
        registrants=ground.registrants,
        people=people,
        warm_up_ms=back,
        jobs=jobs or os.cpu_count() or 1,
        near=near,
        every=every,
    )


def run(plan: Plan, other: Side | None, asked: Asked, judging: Judging) -> Result:
    """Run it. Raises what the engine raises; Ctrl-C ends the command."""
    # Not by cancelling, as asyncio would have it: that waits until something else has its turn, and here nothing has.
    before = signal.signal(signal.SIGINT, _interrupted)
    try:
        if other is None:
            return asyncio.run(run_one(plan, asked, judging))
        jobs = 1 if plan.jobs == 1 else max(2, plan.jobs // 2)  # one alone would match in the process that decides
        old = replace(plan, book=other.book, policies=other.policies, jobs=jobs, near=False)
        return asyncio.run(run_both(replace(plan, jobs=jobs), old, other, asked, judging))
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGINT, before)


def read_anything(result: Result) -> None:
    """Name what of the past could not be read. Ends the command if that is all there was."""
    for text in result.faults:
        warn(text, "yellow")
    if (more := result.faulty - len(result.faults)) > 0:
        warn(f"and {counted(more, 'line')} more", "yellow")
    past = result.summary.past
    if result.faulty and not past.events + past.warmed:
        fail(f"nothing of the past could be read: {counted(result.faulty, 'line')} damaged or no events")


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def heading_of(side: Side, plan: Plan, other: Side | None) -> Heading:
    """Say what was run, for the head of a report."""
    return Heading(
        rules=side.name,
        events=tuple(str(path) for path in plan.paths),
        against=other.name if other is not None else "",
        enrich=plan.enrich,
        people=plan.people,
        made=rfc3339(system_clock()),
    )


def write(path: Path, text: str) -> None:
    """Write a report. Ends the command if that cannot be."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        fail(f"cannot write {path}: {error.strerror}")
