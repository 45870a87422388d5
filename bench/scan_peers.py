"""The scan for the terms of a rule book beside libraries that search for strings, and the floor under them all.

    .venv/bin/python -m bench.scan_peers [--sizes 1000,10000,100000] [--rounds 5] [--json]

The core is given the text as it is: folding counts. The libraries get it folded, with blanks between the words, and
only have to say which strings stand in it. Once every term is looked for in its inflected forms, which makes several
strings of it, and once as it is written. All must find the same in every text; then they take turns.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from alertd.text.core import CORE, CoreTerms
from alertd.text.dictionaries import Dictionaries
from alertd.text.scan import Table, Term, TermScanner
from bench.floor import Floor
from bench.generate import RuleMaker, make_events
from bench.language import SEED
from bench.peers.base import Absent
from bench.peers.words import Literals, ahocorasick_rs, folded, spelled
from bench.report import Row, print_table, progress, settled

SIZES = (1_000, 10_000, 100_000)
EVENTS, ROUNDS = 400, 5
FLOOR = "bytes cut into words and hashed"


class Scans:
    """All that is timed, by name: what gives the microseconds for each text, in its turn."""

    def __init__(self, terms: Sequence[Term], texts: Sequence[str]) -> None:
        self.turns: dict[str, Callable[[], list[float]]] = {}
        self.without: dict[str, str] = {}
        self._texts, self._folded = texts, [folded(text) for text in texts]
        tables: dict[str, Callable[[], Table]] = {"core": CoreTerms} if CORE else {}
        found = {}
        for name, make in (tables | {"dictionaries": Dictionaries}).items():
            table = TermScanner(terms, make()).table
            self.turns[name] = lambda read=table.read: _each(read, texts)  # type: ignore[misc]
            found[name] = [set(table.read(text).terms) for text in texts]
        self._add("ahocorasick_rs", lambda: self._strings(terms, found))
        self._add("hyperscan", lambda: self._literals(terms, found))
        self._add(FLOOR, self._floor)
        first, *others = found
        for other in others:
            if found[other] != found[first]:
                raise SystemExit(f"{other} finds other terms than {first}")

    def _add(self, name: str, make: Callable[[], Callable[[], list[float]]]) -> None:
        try:
            self.turns[name] = make()
        except Absent as absent:
            self.without[name] = str(absent)

    def _strings(self, terms: Sequence[Term], found: dict[str, list[set[Term]]]) -> Callable[[], list[float]]:
        search = ahocorasick_rs(terms)
        found["ahocorasick_rs"] = [search(text) for text in self._folded]
        return lambda: _each(search, self._folded)

    def _literals(self, terms: Sequence[Term], found: dict[str, list[set[Term]]]) -> Callable[[], list[float]]:
        literals = Literals(terms)
        found["hyperscan"] = [literals.search(text) for text in self._folded]
        raw = [text.encode() for text in self._folded]
        return lambda: _each(literals.only_scan, raw)

    def _floor(self) -> Callable[[], list[float]]:
        floor = Floor([text.encode() for text in self._texts])
        words = sum(len(text.split()) for text in self._folded)
        if floor.hash_words()[1] != words:
            raise SystemExit("the floor program cuts other words")
        self.turns["bytes read"] = lambda: [floor.read_bytes()]
        return lambda: [floor.hash_words()[0]]


def _each(do: Callable[[Any], object], texts: Sequence[str] | Sequence[bytes]) -> list[float]:
    times = []
    for text in texts:
        started = time.perf_counter()
        do(text)
        times.append((time.perf_counter() - started) * 1e6)
    return times


def measure(rules: int, rounds: int = ROUNDS) -> list[Row]:
    """Compare and time, for the terms of so many rules."""
    inflected = sorted(set(RuleMaker(Random(SEED + rules), rules).terms))
    texts = [event.body for event in make_events(EVENTS)]
    rows: list[Row] = []
    for spelling, terms in (("inflected", inflected), ("as written", [f"={term}" for term in inflected])):
        scans = Scans(terms, texts)
        times: dict[str, list[list[float]]] = {name: [] for name in scans.turns}
        with settled():
            for _ in range(rounds):
                for name, turn in scans.turns.items():
                    times[name].append(turn())
        means = {
            name: statistics.fmean(statistics.median(of) for of in zip(*all_, strict=True))
            for name, all_ in times.items()
        }
        strings = len(spelled(terms))
        rows += [_row(rules, len(terms), strings, spelling, name, means) for name in means]
        rows += [
            _row(rules, len(terms), strings, spelling, name, {}) | {"why not": why}
            for name, why in scans.without.items()
        ]
    return rows


def _row(rules: int, terms: int, strings: int, spelling: str, name: str, means: dict[str, float]) -> Row:
    def beside(other: str) -> str:
        return f"{means[name] / means[other]:.2f}" if name in means and other in means else ""

    return {
        "rules": rules,
        "terms": terms,
        "spelled": spelling,
        "strings": strings,
        "what": name,
        "us/text": means.get(name, ""),
        "x hyperscan": beside("hyperscan"),
        "x words and hashes": beside(FLOOR),
        "why not": "",
    }


def show(rows: list[Row]) -> None:
    """Print the table."""
    print_table("the scan for terms: all find the same in every text", rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    rows: list[Row] = []
    with progress("scan", len(sizes)) as step:
        for size in sizes:
            rows += measure(size, options.rounds)
            step(f"{size:,} rules")
    if options.json:
        print(json.dumps(rows, indent=1))
    else:
        show(rows)


if __name__ == "__main__":
    main()
