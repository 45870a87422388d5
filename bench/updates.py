"""What it costs to load very many rules, to change some of them, and to hold them in memory.

    .venv/bin/python -m bench.updates [--rules 100000] [--json]

A directory of files of 50 rules is written and loaded: cold, and from the cache as at a restart. Then files change,
one at a time, and are brought from their bytes on the disk to effect: read, compiled, assembled, applied to the
matcher; after each change the next event is matched, and must show it. Memory is that of a process of its own, from
before the load to after it.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from alertd.companies.table import load_registrants
from alertd.model import CompanyMention, Event
from alertd.rules.loader import RuleLoader
from alertd.rules.match import Matcher
from bench.files import PER_FILE, write_rules
from bench.report import Row, percentile, print_table, progress, settled

RULES = 100_000
CHANGES = 40
"""Files that change, of each kind."""
LOADS = 3
_TEXT = re.compile(r"text: \[.*\]")
Step = Callable[[str], None]
_Made = TypeVar("_Made")


def loading(directory: Path, cache: Path, step: Step) -> tuple[list[Row], RuleLoader, Matcher]:
    """Load a directory cold, then from the cache."""
    loader, cold = _timed(lambda: RuleLoader(directory, cache=cache))
    _, took = _timed(loader.load)
    rows: list[Row] = [{"load": "cold, and the cache written", "seconds": cold + took}]
    step("cold load")
    times = []
    for _ in range(LOADS):
        del loader
        loader, made = _timed(lambda: RuleLoader(directory, cache=cache))
        loaded, took = _timed(loader.load)
        if loaded.cached != loaded.files:
            raise SystemExit(f"only {loaded.cached} of {loaded.files} files came from the cache")
        times.append(made + took)
        step("load from the cache")
    rows.append({"load": "from the cache (goal: at most 5)", "seconds": statistics.median(times)})
    index = cache.with_name("index")
    matcher, took = _timed(lambda: Matcher(loaded.book, index_file=index))
    rows.append({"load": "the index made of it, and its file written", "seconds": took})
    step("index made")
    del matcher
    matcher, took = _timed(lambda: Matcher(loaded.book, index_file=index))
    rows.append({"load": "the index from its file", "seconds": took})
    step("index from its file")
    return rows, loader, matcher


def _timed(do: Callable[[], _Made]) -> tuple[_Made, float]:
    started = time.perf_counter()
    done = do()
    return done, time.perf_counter() - started


def changing(files: list[Path], loader: RuleLoader, matcher: Matcher, step: Step) -> list[Row]:
    """Change files one by one: one rule of 50, then all 50."""
    rows = []
    with settled():
        for what, many in (("one rule of 50", 1), ("all 50 rules", PER_FILE)):
            reloads, applies = [], []
            for number, file in enumerate(files[:CHANGES]):
                word = f"{'one' if many == 1 else 'all'}{number}"
                file.write_text(_TEXT.sub(f'text: ["{word}"]', file.read_text(), count=many))
                started = time.perf_counter()
                _, change = loader.reload({file})
                compiled = time.perf_counter()
                if change is None:
                    raise SystemExit("the whole book was made anew")
                matcher.apply(change)
                applied = time.perf_counter()
                reloads.append((compiled - started) * 1e3)
                applies.append((applied - compiled) * 1e3)
                _is_seen(matcher, file.stem, word)
            both = [a + b for a, b in zip(reloads, applies, strict=True)]
            rows += [
                _row(what, "read, compiled, assembled", reloads),
                _row(what, "applied to the index" + (" (goal: at most 1)" if many == 1 else ""), applies),
                _row(what, "from bytes to effect (goal: at most 20)", both),
            ]
            step(what)
    return rows


def _is_seen(matcher: Matcher, portfolio: str, word: str) -> None:
    """Ask the first rule of a file, which has been changed, about an event that it is meant for."""
    made = matcher.portfolio(portfolio)
    assert made is not None
    event = Event(
        id="ev_1",
        title=f"{word} of it",
        kind="filing",
        companies=[CompanyMention(id=next(iter(made.holdings.positions)))],
    )
    found = {match.rule for match in matcher.match(event).matches if match.portfolio == portfolio}
    if made.rules[0].id not in found:
        raise SystemExit(f"{portfolio}: the next event does not see the change")


def _row(what: str, part: str, times: list[float]) -> Row:
    return {"changed": what, "step": part, "p50 ms": statistics.median(times), "p99 ms": percentile(times, 0.99)}


def memory(directory: Path, cache: Path, rules: int) -> list[Row]:
    """Load in a process of its own, and see how it grows."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_grow, args=(theirs, directory, cache))
    process.start()
    empty, book, index = ours.recv()
    process.join()
    return [
        {"memory": "the loader and the book", "MB": (book - empty) / 1e6, "bytes/rule": (book - empty) // rules},
        {"memory": "the index", "MB": (index - book) / 1e6, "bytes/rule": (index - book) // rules},
    ]


def _grow(line: Connection, directory: Path, cache: Path) -> None:
    load_registrants()  # ours whatever the rules are
    empty = _resident()
    loader = RuleLoader(directory, cache=cache)
    loaded = loader.load()
    book = _resident()
    matcher = Matcher(loaded.book)
    line.send((empty, book, _resident()))
    assert matcher.version == loaded.book.version


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def run(rules: int = RULES) -> dict[str, Any]:
    """Measure everything that is about loading and changing."""
    with tempfile.TemporaryDirectory() as name, progress("loading", 7 + LOADS) as step:
        directory, cache = Path(name) / "rules", Path(name) / "cache"
        files = write_rules(directory, rules)
        step("files written")
        rows, loader, matcher = loading(directory, cache, step)
        grown = memory(directory, cache, rules) if Path("/proc/self/statm").exists() else []
        step("memory")
        changes = changing(files, loader, matcher, step)
    return {"rules": rules, "files": len(files), "loading": rows, "memory": grown, "changing": changes}


def show(found: dict[str, Any]) -> None:
    """Print the tables."""
    print_table(f"{found['rules']:,} rules in {found['files']:,} files", found["loading"])
    if found["memory"]:
        print_table("memory, from the cache", found["memory"])
    print_table(f"a file of {PER_FILE} rules changes, among {found['rules']:,}", found["changing"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", type=int, default=RULES)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = run(options.rules)
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        show(found)


if __name__ == "__main__":
    main()
