"""Engines over the same rules and events: first that they find the same, then what that costs.

    .venv/bin/python -m bench.matching [--sizes 1000,10000,100000] [--rounds 5] [--json]

All engines of a size take turns in one process, so a slow minute of the machine is slow for all: trust the ratios.
Of each event the median over the rounds counts; from these come mean, p50 and p99 over the events. Matching is from
the event as a Struct to its matches with their evidence; the book comes in the form in which processes hand it on.
Engines are timed on as many events as they can do in a few seconds, the naive one on very few.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from alertd.model import Event, Match
from alertd.rules.book import RuleBook, decode_book, encode_book
from alertd.rules.match import Matcher
from bench.engines import ENGINES
from bench.generate import make_events, make_rules, unrelated_rules
from bench.report import Row, percentile, print_table, progress, settled

SIZES = (1_000, 10_000, 100_000)
EVENTS = 500
WARM = 200
"""Events that an engine sees before it is timed: the index learns from them how frequent words are."""
ROUNDS = 5
_TIMED = {
    ("naive", False): 200_000, ("automaton", False): 5_000_000, ("dictionaries", False): 100_000_000,
    ("naive", True): 100_000, ("automaton", True): 1_000_000, ("dictionaries", True): 5_000_000,
    ("index", False): 100_000_000, ("index", True): 5_000_000,
}  # fmt: skip
"""Engine, skewed -> rules times events in one round, at most."""
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Timed:
    """What one engine took, in microseconds for each event."""

    engine: str
    times: list[float]
    matches: float

    def row(self, rules: int, events: str, base: float | None) -> Row:
        """Make the row of a table; `base` is the mean of the index."""
        mean = statistics.fmean(self.times)
        return {
            "rules": rules,
            "events": events,
            "engine": self.engine,
            "n": len(self.times),
            "matches/event": self.matches,
            "mean us": mean,
            "p50 us": statistics.median(self.times),
            "p99 us": percentile(self.times, 0.99),
            "events/s": 1e6 / mean,
            "x index": mean / base if base else 1.0,
        }


def take(book: RuleBook) -> RuleBook:
    """Give a book as another process gets it."""
    return decode_book(encode_book(book))


def equal(engines: dict[str, Matcher], events: Sequence[Event], rules: int) -> dict[str, int]:
    """Compare what the engines find: all matches with all evidence. Gives how many events each was compared on."""
    compared = {}
    for name, matcher in engines.items():
        if name == "index":
            continue
        sample = events[: limit(name, rules, skew=False)]
        for event in sample:
            found, expected = engines["index"].match(event).matches, matcher.match(event).matches
            if found != expected:
                raise SystemExit(f"{event.id}: index and {name} differ: {_ids(found) ^ _ids(expected)}")
        compared[name] = len(sample)
    return compared


def _ids(matches: Sequence[Match]) -> set[tuple[str, str]]:
    return {(match.portfolio, match.rule) for match in matches}


def limit(engine: str, rules: int, *, skew: bool) -> int:
    """Give how many events an engine is asked about in a round."""
    return max(5, min(EVENTS // (5 if skew else 1), _TIMED[engine, skew] // rules))


def race(engines: dict[str, Matcher], events: Sequence[Event], rules: int, rounds: int, *, skew: bool) -> list[Timed]:
    """Time the engines in turns."""
    times: dict[str, list[list[float]]] = {name: [] for name in engines}
    matches = dict.fromkeys(engines, 0)
    for _ in range(rounds):
        for name, matcher in engines.items():
            now, match = [], matcher.match
            matches[name] = 0
            for event in events[: limit(name, rules, skew=skew)]:
                started = time.perf_counter()
                result = match(event)
                now.append((time.perf_counter() - started) * 1e6)
                matches[name] += len(result.matches)
            times[name].append(now)
    medians = {name: [statistics.median(of) for of in zip(*found, strict=True)] for name, found in times.items()}
    return [Timed(name, medians[name], matches[name] / len(medians[name])) for name in engines]


def measure(sizes: Sequence[int], rounds: int, step: Step) -> dict[str, Any]:
    """Compare and time every size."""
    checks: list[str] = []
    rows: list[Row] = []
    for rules in sizes:
        book = take(make_rules(rules))
        step(f"{rules:,} rules")
        engines = {name: make(book) for name, make in ENGINES.items()}
        normal, skewed = make_events(WARM + EVENTS), make_events(EVENTS // 5, skew=True)
        for event in normal[:WARM]:
            for name in ("dictionaries", "index"):
                engines[name].match(event)
        with settled():
            for events, skew in ((normal[WARM:], False), (skewed, True)):
                kind = "skewed" if skew else "normal"
                done = equal(engines, events, rules)
                said = ", ".join(f"{name} on {count:,} events" for name, count in done.items())
                checks.append(f"{rules:>7,} rules, {kind}: index = {said}")
                timed = race(engines, events, rules, rounds, skew=skew)
                base = statistics.fmean(timed[-1].times)
                rows += [one.row(rules, kind, base) for one in timed]
                step(f"{rules:,} rules, {kind} events")
    return {"equal": checks, "matching": rows}


def grow(rounds: int, step: Step, *, rules: int = 1_000, more: int = 99_000) -> list[Row]:
    """Time the same rules alone, and among many more that concern none of the events."""
    alone = make_rules(rules)
    books = {f"{rules:,} rules": take(alone)}
    for name, words in (("on other companies", False), ("on other words", True)):
        books[f"and {more:,} {name}"] = take(unrelated_rules(alone, more, words=words))
    events = make_events(WARM + EVENTS)
    matchers = {name: Matcher(book) for name, book in books.items()}
    for matcher in matchers.values():
        for event in events[:WARM]:
            matcher.match(event)
    expected = [matchers[f"{rules:,} rules"].match(event).matches for event in events]
    times: dict[str, list[list[float]]] = {name: [] for name in matchers}
    with settled():
        for name, matcher in matchers.items():
            if [matcher.match(event).matches for event in events] != expected:
                raise SystemExit(f"{name}: other matches than without them")
        for _ in range(rounds):
            for name, matcher in matchers.items():
                now = []
                for event in events[WARM:]:
                    started = time.perf_counter()
                    matcher.match(event)
                    now.append((time.perf_counter() - started) * 1e6)
                times[name].append(now)
    step("rules that do not match")
    means = {
        name: statistics.fmean(statistics.median(of) for of in zip(*found, strict=True))
        for name, found in times.items()
    }
    base = means[f"{rules:,} rules"]
    return [
        {"rules": name, "mean us": mean, "events/s": 1e6 / mean, "x alone": mean / base}
        for name, mean in means.items()
    ]


def run(sizes: Sequence[int] = SIZES, rounds: int = ROUNDS) -> dict[str, Any]:
    """Measure everything that is about matching."""
    with progress("matching", 3 * len(sizes) + 1) as step:
        found = measure(sizes, rounds, step)
        found["growth"] = grow(rounds, step)
    return found


def show(found: dict[str, Any]) -> None:
    """Print the equality check and the tables."""
    print("equal, every match with its evidence:")
    for line in found["equal"]:
        print(f"  {line}")
    print_table("an event against all rules", found["matching"])
    index = [row for row in found["matching"] if row["engine"] == "index" and row["events"] == "normal"]
    first, last = index[0], index[-1]
    print(
        f"  index at {last['rules']:,} rules: {last['events/s']:,.0f} events/s (goal: 3,000), "
        f"{last['mean us'] / first['mean us']:.1f} x the cost at {first['rules']:,} (goal: at most 4)"
    )
    print_table("the same matches among rules that do not match", found["growth"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = run([int(size) for size in options.sizes.split(",")], options.rounds)
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        show(found)


if __name__ == "__main__":
    main()
