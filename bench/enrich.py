"""What it costs to understand a news item: by step, by the number of companies, and what loading it all takes.

    .venv/bin/python -m bench.enrich [--items 400] [--rounds 5] [--json]

Items have about 400 words. One item is read from the event as a Struct to the event with everything that is found in
it: the scan for the words of the shipped event types, all steps, the event types; and then its report for the story.
Of each item the median over the rounds counts. Times are those of the processor, so that a machine which does other
things as well adds little; it still shares its caches. Loading is measured in processes of their own, from nothing.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alertd.companies.table import CompanyTable
from alertd.enrich.enricher import Enricher
from alertd.enrich.story_report import report_of
from alertd.model import Event
from alertd.rules.book import RuleBook
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from alertd.text.scan import TermScanner
from bench.news import companies, generated, reuters
from bench.report import Row, percentile, print_table, progress, settled

SIZES = (1_000, 10_000, 100_000)
USUAL = 10_000
ITEMS, ROUNDS = 400, 5
RULES = Path(__file__).parents[1] / "rules"


class Times:
    """Adds up what each step took; what the enricher asks of a meter."""

    def __init__(self) -> None:
        self.steps: Counter[str] = Counter()

    def took(self, step: str, seconds: float) -> None:
        """Note the time of a step."""
        self.steps[step] += seconds  # type: ignore[assignment]  # seconds are no whole numbers

    def failed(self, step: str) -> None:
        """A measurement in which something breaks is none."""
        raise RuntimeError(f"the step {step} failed")

    def understood(self, event: Event, refused: Sequence[tuple[str, str]], seconds: float) -> None:
        """Nothing more is asked."""


def shipped() -> RuleBook:
    """Give the shipped event types, without portfolios."""
    import msgspec

    return msgspec.structs.replace(load_rules(RULES).book, portfolios=())


def measure(items: int = ITEMS, rounds: int = ROUNDS) -> dict[str, Any]:
    """Measure everything."""
    book = shipped()
    texts = {"generated": generated(items, companies(USUAL))}
    if real := reuters(items):
        texts["Reuters-21578"] = real
    cost: list[Row] = []
    shares: list[Row] = []
    with progress("understanding", len(SIZES) * len(texts)) as step:
        for size in SIZES:
            times = Times()
            matcher = Matcher(book, understanding=Enricher.of(book.event_types, CompanyTable(companies(size)), times))
            with settled():
                for name, events in texts.items():
                    step(f"{size:,} companies, {name}")
                    cost.append(_cost(matcher, events, size, name, rounds))
                    if size == USUAL:
                        shares += _shares(matcher, times, book, events, name)
    return {"cost": cost, "shares": shares, "loading": [_loading(size) for size in SIZES]}


def _cost(matcher: Matcher, events: Sequence[Event], size: int, name: str, rounds: int) -> Row:
    for event in events[:50]:
        report_of(matcher.read(event).event)
    took: list[list[float]] = [[] for _ in events]
    for _ in range(rounds):
        for event, times in zip(events, took, strict=True):
            began = time.process_time()
            report_of(matcher.read(event).event)
            times.append((time.process_time() - began) * 1e6)
    each = [statistics.median(times) for times in took]
    return {
        "companies": size,
        "items": name,
        "n": len(events),
        "words": round(statistics.fmean(event.body.count(" ") + 1 for event in events)),
        "mean us": statistics.fmean(each),
        "p50 us": statistics.median(each),
        "p99 us": percentile(each, 0.99),
    }


def _shares(matcher: Matcher, times: Times, book: RuleBook, events: Sequence[Event], name: str) -> list[Row]:
    """Say what each step takes of the whole, the least of some rounds; the rest is mostly the event types."""
    scanner = TermScanner(term for kind in book.event_types for part in kind.conditions for term in part.terms())
    read = [matcher.read(event).event for event in events]
    least: dict[str, float] = {}
    for _ in range(ROUNDS):
        times.steps.clear()
        whole = _seconds(matcher.read, events)
        steps: dict[str, float] = dict(times.steps)
        scan = _seconds(lambda event: scanner.scan(event.title, event.body), events)
        rest = whole - scan - sum(steps.values())
        known = {"scan": scan, **steps, "event types and the rest": rest, "story": _seconds(report_of, read)}
        least = {step: min(took, least.get(step, took)) for step, took in known.items()}
    whole, per = sum(least.values()), 1e6 / len(events)
    return [
        {"items": name, "step": step, "us": took * per, "share %": 100 * took / whole} for step, took in least.items()
    ]


def _seconds(work: Any, events: Sequence[Event]) -> float:
    """Take the time as the enricher does for its steps."""
    began = time.perf_counter()
    for event in events:
        work(event)
    return time.perf_counter() - began


# --- loading ------------------------------------------------------------------------------------------------------


def _loading(size: int) -> Row:
    """Load everything in a process of its own, up to the first item understood."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.enrich", "--load", str(size)], capture_output=True, check=True
    )
    found: Row = json.loads(done.stdout)
    return found


def load(size: int) -> Row:
    """Load everything that understanding needs, once; memory is that of the process beyond what it began with."""
    table = CompanyTable(companies(size))  # made up, so not counted; reading the packaged table is
    (item,) = generated(1, table.registrants)
    from alertd.companies.registrants import PACKAGED, read_registrants

    gc.collect()
    before, began = _memory(), time.process_time()
    read_registrants(PACKAGED.read_bytes(), "packaged")
    registrants = time.process_time()
    book = shipped()
    rules = time.process_time()
    enricher = Enricher.of(book.event_types, table)
    companies_ = time.process_time()
    report_of(Matcher(book, understanding=enricher).read(item).event)
    done = time.process_time()
    return {
        "companies": size,
        "registrants s": registrants - began,
        "rules s": rules - registrants,
        "finder s": companies_ - rules,
        "first item s": done - companies_,
        "in all s": done - began,
        "MB": _memory() - before,
        "process MB": _memory(),
    }


def _memory() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096 / 1e6


def show(found: dict[str, Any]) -> None:
    """Print the tables."""
    print_table("one item, with its report for the story", found["cost"])
    print_table(f"by step, {USUAL:,} companies", found["shares"])
    print_table("loading", found["loading"])


def main() -> None:
    """Measure, and print tables or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--load", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load:
        print(json.dumps(load(options.load)))
        return
    found = measure(options.items, options.rounds)
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        show(found)


if __name__ == "__main__":
    main()
