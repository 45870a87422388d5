"""alertd's matching beside other engines: first that all find the same, then what that costs each.

    make bench                    1,000, 10,000 and 100,000 rules, and what is hard (10,000): minutes
    make bench-full               up to a million rules, and what is hard (100,000): half an hour
    python -m bench.compare [--sizes 1000,10000] [--hard 1000] [--engines index,postgres] [--rounds 5] [--json FILE]

Every engine runs in a process of its own and they take turns, so a slow minute of the machine is slow for all: trust
the ratios. `normal` events are as `bench/generate.py` says, `1 %` are about what most portfolios hold and watch.
Each engine is asked about as many events as it can do in a part of a second, and is compared with alertd on the same
ones; of each event the median of the rounds counts. The others give the numbers of rules; alertd's `index` gives
matches with their evidence, its `core` the calls of the compiled core alone.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alertd.rules.book import RuleBook
from alertd.rules.cache import no_collection
from bench import goals, scan_peers
from bench.generate import make_events, make_rules
from bench.hard import FILINGS, KINDS, make_filings
from bench.lanes import Asking, Built, Kinds, Lane, NotDone, Timing
from bench.peers.base import World
from bench.peers.table import ENGINES, OF_THE_BOOK
from bench.plain import plain_rules
from bench.report import Row, percentile, print_table, progress

SIZES, HARD = (1_000, 10_000, 100_000), 10_000
FULL_SIZES, FULL_HARD = (1_000, 10_000, 100_000, 1_000_000), 100_000
EVENTS, SKEWED, WARM, ROUNDS = 500, 200, 200, 5
TURN, OWN_TURN = 0.25, 0.8
"""Seconds that an engine is given in each round for events of a kind, and alertd's own; twice that to show that it
finds the same."""
FEWEST = 3
MOST = dict.fromkeys(("naive", "dictionaries", "pyahocorasick", "hyperscan"), 100_000)
"""Rules up to which an engine takes part, if there is such an end: naive takes seconds, and of the others one of each
kind is enough where each takes gigabytes."""
ENOUGH = 100
"""Events below which a p99 says nothing."""


@dataclass(slots=True)
class Found:
    """What was measured."""

    rows: list[Row] = field(default_factory=list)
    built: list[Row] = field(default_factory=list)
    equal: list[str] = field(default_factory=list)
    without: list[Row] = field(default_factory=list)
    scan: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Trial:
    """Rules and events of which all engines are asked."""

    name: str
    rules: int
    book: RuleBook | None
    """None once the engines that are made of it are there."""
    kinds: Kinds
    rounds: int = 99
    """At most."""


def usual(rules: int) -> Trial:
    """Make the usual rules and events, and events for which one rule in a hundred holds."""
    kinds = {"normal": make_events(EVENTS), "1 %": make_events(SKEWED, skew=2)}
    with no_collection():
        return Trial("usual", rules, make_rules(rules), kinds)


def hard(rules: int) -> Iterator[Trial]:
    """Make what is hard, one after the other."""
    for name, kind in KINDS.items():
        with no_collection():
            trial = Trial(name, rules, make_rules(rules, kind=kind), {"normal": make_events(EVENTS)}, rounds=3)
        yield trial
    filings = {name: make_filings(20 if size < 1_000_000 else 2, size) for name, size in FILINGS.items()}
    yield Trial("filings", rules, make_rules(rules), filings, rounds=2)  # Python folds 5 MB for seconds


@contextmanager
def lanes(trial: Trial, engines: Sequence[str], found: Found) -> Iterator[list[Lane]]:
    """Make the engines, one after the other; those that are absent are noted."""
    assert trial.book is not None
    with no_collection():
        world = World(trial.book, plain_rules(trial.book), make_events(WARM, seed=1))
    made: list[Lane] = []
    with ExitStack() as stack:
        for name in sorted(engines, key=lambda name: name not in OF_THE_BOOK):
            if trial.rules > MOST.get(name, trial.rules):
                found.without.append(_without(trial, "", name, f"not compared beyond {MOST[name]:,} rules"))
                continue
            if name not in OF_THE_BOOK and world.book is not None:
                world, trial.book = World(None, world.plains, world.warm), None
            gc.collect()
            gc.freeze()  # what the processes share, none of them should go through
            lane = Lane(name, ENGINES[name], world, trial.kinds)
            stack.callback(lane.close)
            if isinstance(lane.built, NotDone):
                found.without.append(_without(trial, "", name, lane.built.why))
                continue
            found.built.append(_built(trial, name, lane.built))
            made.append(lane)
        try:
            yield made
        finally:
            gc.unfreeze()


def _without(trial: Trial, kind: str, name: str, why: str) -> Row:
    return {"rules": trial.rules, "of": trial.name, "events": kind, "engine": name, "why not": why}


def _built(trial: Trial, name: str, built: Built) -> Row:
    core = "" if built.core is None else f"{built.core / trial.rules:,.0f}"
    row: Row = {"rules": trial.rules, "of": trial.name, "engine": name, "seconds": built.seconds}
    return row | {"bytes/rule": built.bytes / trial.rules, "of the core": core}


def measure(trial: Trial, engines: Sequence[str], rounds: int, found: Found) -> None:
    """Compare and time the engines on each kind of event."""
    with lanes(trial, engines, found) as made:
        asked = [(lane, way) for lane in made if isinstance(lane.built, Built) for way in lane.built.ways]
        for kind in trial.kinds:
            counts = same(trial, kind, asked, found)
            times: dict[str, list[list[float]]] = {way: [] for way in counts}
            for _ in range(min(rounds, trial.rounds)):
                for lane, way in asked:
                    if way in counts:
                        times[way].append(lane.times(Timing(kind, way, counts[way][0])))
            medians = {way: [statistics.median(of) for of in zip(*all_, strict=True)] for way, all_ in times.items()}
            found.rows += [_row(trial, kind, way, medians, counts[way][1]) for way in counts]


def same(trial: Trial, kind: str, asked: Sequence[tuple[Lane, str]], found: Found) -> dict[str, tuple[int, float]]:
    """Compare what the engines find with what the first one does.

    Gives of each way how many events it can do in its turn, and the mean number of rules it gives.
    """
    first: list[set[int]] = []
    counts: dict[str, tuple[int, float]] = {}
    said = []
    for lane, way in asked:
        started = time.perf_counter()
        turn = OWN_TURN if lane.name == "index" else TURN
        answers = lane.answers(Asking(kind, way, 2 * turn if first else 60.0, FEWEST, len(trial.kinds[kind])))
        if isinstance(answers, NotDone):
            found.without.append(_without(trial, kind, way, answers.why))
            continue
        each = (time.perf_counter() - started) / len(answers)
        first = first or answers
        whole = isinstance(lane.built, Built) and way in lane.built.whole
        for at, (one, expected) in enumerate(zip(answers, first, strict=False)):
            if (one != expected) if whole else not expected <= one:
                differ = sorted(one ^ expected)[:5]
                raise SystemExit(f"{trial.name}, {trial.rules:,} rules, {kind} event {at}: {way} differs by {differ}")
        counts[way] = (max(FEWEST, min(len(answers), int(turn / each))), statistics.fmean(map(len, answers)))
        if way != asked[0][1]:
            said.append(f"{way} {'=' if whole else '>='} on {len(answers):,}")
    mean = statistics.fmean(map(len, first))
    found.equal.append(f"{trial.rules:>9,} {trial.name}, {kind}, {mean:,.1f} matches an event: {', '.join(said)}")
    return counts


def _row(trial: Trial, kind: str, way: str, medians: dict[str, list[float]], given: float) -> Row:
    times = medians[way]
    mean = statistics.fmean(times)
    beside = {name: _beside(times, medians.get(name, [])) for name in ("index", "core")}
    return {
        "rules": trial.rules,
        "of": trial.name,
        "events": kind,
        "engine": way,
        "n": len(times),
        "rules given": given,
        "mean us": mean,
        "p50 us": statistics.median(times),
        "p99 us": percentile(times, 0.99) if len(times) >= ENOUGH else "",
        "events/s": 1e6 / mean,
        "x index": beside["index"],
        "x core": beside["core"],
    }


def _beside(times: Sequence[float], others: Sequence[float]) -> float | str:
    """Give how many times as long the one took as the other, on the events that both were asked about."""
    both = min(len(times), len(others))
    return statistics.fmean(times[:both]) / statistics.fmean(others[:both]) if both else ""


def run(sizes: Sequence[int], hard_rules: int, engines: Sequence[str], rounds: int) -> Found:
    """Measure all of it."""
    found = Found()
    with progress("compare", 2 * len(sizes) + len(KINDS) + 1) as step:
        for rules in sizes:
            measure(usual(rules), engines, rounds, found)
            step(f"{rules:,} rules")
        for trial in hard(hard_rules) if hard_rules else ():
            measure(trial, engines, rounds, found)
            step(trial.name)
        for rules in sizes:
            found.scan += scan_peers.measure(rules, rounds)
            step(f"scan, {rules:,} rules")
    return found


def show(found: Found) -> None:
    """Print the equality check, the tables and the goals."""
    print("equal, rule by rule, to the matches of index (`>=`: all of them, and more that may hold):")
    for line in found.equal:
        print(f"  {line}")
    if usual_rows := [row for row in found.rows if row["of"] == "usual"]:
        print_table("an event against all rules", usual_rows)
    if rest := [row for row in found.rows if row["of"] != "usual"]:
        print_table("what is hard", rest)
    print_table("made, each in a process of its own", found.built)
    if found.without:
        print_table("not compared", found.without)
    print_table("the scan for the terms of the rules alone", found.scan)
    for line in goals.told(found.rows, found.built, found.scan):
        print(line)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; exit 1 if --gate is given and a ratio misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="up to a million rules")
    parser.add_argument("--sizes", help="numbers of rules")
    parser.add_argument("--hard", type=int, help="rules of what is hard; 0 leaves it out")
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write it, too, for bench.growth")
    parser.add_argument("--gate", action="store_true", help="exit 1 if a ratio misses its goal")
    options = parser.parse_args(arguments)
    engines = options.engines.split(",")
    if unknown := set(engines) - set(ENGINES):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(ENGINES)}")
    if engines[0] != "index":
        parser.error("index comes first: the others are compared with it")
    sizes = tuple(map(int, options.sizes.split(","))) if options.sizes else FULL_SIZES if options.full else SIZES
    hard_rules = options.hard if options.hard is not None else FULL_HARD if options.full else HARD
    found = run(sizes, hard_rules, engines, options.rounds)
    show(found)
    if options.json:
        options.json.write_text(json.dumps(_plain(found), indent=1) + "\n", "utf-8")
    return 1 if options.gate and goals.missed(found.rows, found.built, found.scan) else 0


def _plain(found: Found) -> dict[str, Any]:
    names = ("rows", "built", "equal", "without", "scan")
    return {name: getattr(found, name) for name in names}


if __name__ == "__main__":
    sys.exit(main())
