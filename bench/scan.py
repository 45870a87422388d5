"""The scan for the terms of a rule book alone: the compiled core against the dictionaries.

    .venv/bin/python -m bench.scan [--sizes 1000,10000,100000] [--rounds 5] [--json]

First both must find the same in every event: terms, their places, the words. Then they take turns in one process, and
of each event the median of the rounds counts; trust the ratios. What a term takes of memory is counted allocation by
allocation, the words themselves not, since they are shared with the rules.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
import tracemalloc
from collections.abc import Callable, Sequence

from alertd.model import Event
from alertd.rules.book_terms import all_terms
from alertd.text.core import CORE, CoreTerms
from alertd.text.dictionaries import Dictionaries
from alertd.text.scan import Table, Term, TermScanner
from bench.generate import make_events, make_rules
from bench.report import Row, percentile, print_table, progress, settled

SIZES = (1_000, 10_000, 100_000)
EVENTS, ROUNDS = 400, 5
TABLES: dict[str, Callable[[], Table]] = {"dictionaries": Dictionaries, "core": CoreTerms}
Ask = Callable[[TermScanner, Event], object]


def _terms(scanner: TermScanner, event: Event) -> object:
    return scanner.scan(event.title, event.body)


def _words(scanner: TermScanner, event: Event) -> object:
    return scanner.scan(event.title, event.body).tokens("body").words


def _places(scanner: TermScanner, event: Event) -> object:
    return scanner.scan(event.title, event.body).tokens("body").places


ASKED: dict[str, Ask] = {"terms": _terms, "and the words": _words, "and their places": _places}


def equal(scanners: dict[str, TermScanner], events: Sequence[Event]) -> None:
    """Compare what is found in every event."""
    for event in events:
        first, *others = (scanner.scan(event.title, event.body) for scanner in scanners.values())
        for other in others:
            for field in ("title", "body"):
                here, there = first.tokens(field), other.tokens(field)
                same = here.words == there.words and here.places == there.places
                if not same or (first.title, first.body) != (other.title, other.body):
                    raise SystemExit(f"{event.id}: {' and '.join(scanners)} differ")
                for term in first.terms():
                    if first.positions(field, term) != other.positions(field, term):
                        raise SystemExit(f"{event.id}: {' and '.join(scanners)} differ in where {term} stands")


def race(scanners: dict[str, TermScanner], events: Sequence[Event], ask: Ask, rounds: int) -> dict[str, list[float]]:
    """Give of each table the median of each event, in microseconds."""
    times: dict[str, list[list[float]]] = {name: [] for name in scanners}
    for _ in range(rounds):
        for name, scanner in scanners.items():
            now = []
            for event in events:
                started = time.perf_counter()
                ask(scanner, event)
                now.append((time.perf_counter() - started) * 1e6)
            times[name].append(now)
    return {name: [statistics.median(of) for of in zip(*found, strict=True)] for name, found in times.items()}


def weigh(make: Callable[[], Table], terms: Sequence[Term]) -> tuple[float, float]:
    """Give bytes and microseconds for each term: of Python's memory what is traced, of the core's what it says."""
    TermScanner(terms, make())  # what both have in common, such as the inflections, is there from now on
    started = time.perf_counter()
    scanner = TermScanner(terms, make())
    took = time.perf_counter() - started
    del scanner
    tracemalloc.start()
    scanner = TermScanner(terms, make())
    gc.collect()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    if isinstance(scanner.table, CoreTerms):
        size += scanner.table.sizes()["bytes"]
    return size / len(scanner), took * 1e6 / len(scanner)


def measure(sizes: Sequence[int] = SIZES, rounds: int = ROUNDS) -> list[Row]:
    """Compare and time every size."""
    tables = {name: make for name, make in TABLES.items() if name != "core" or CORE}
    rows: list[Row] = []
    with progress("scan", len(sizes)) as step:
        for rules in sizes:
            terms = sorted(set(all_terms(make_rules(rules))))
            events = make_events(EVENTS)
            scanners = {name: TermScanner(terms, make()) for name, make in tables.items()}
            equal(scanners, events)
            weights = {name: weigh(make, terms) for name, make in tables.items()}
            with settled():
                for asked, ask in ASKED.items():
                    found = race(scanners, events, ask, rounds)
                    base = statistics.fmean(found["dictionaries"])
                    rows += [
                        _row(rules, len(terms), asked, name, found[name], base, weights[name]) for name in tables
                    ]
            step(f"{rules:,} rules")
    return rows


def _row(
    rules: int, terms: int, asked: str, table: str, times: Sequence[float], base: float, weight: tuple[float, float]
) -> Row:
    mean = statistics.fmean(times)
    return {
        "rules": rules,
        "terms": terms,
        "asked for": asked,
        "table": table,
        "mean us": mean,
        "p50 us": statistics.median(times),
        "p99 us": percentile(times, 0.99),
        "x faster": base / mean,
        "bytes/term": weight[0],
        "us/term added": weight[1],
    }


def show(rows: list[Row]) -> None:
    """Print the table."""
    if not CORE:
        print("the core is not built, or left out: nothing to compare with")
    print_table("the scan for terms: both find the same in every event", rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    rows = measure(sizes, options.rounds)
    if options.json:
        print(json.dumps(rows, indent=1))
    else:
        show(rows)


if __name__ == "__main__":
    main()
