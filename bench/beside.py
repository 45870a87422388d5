"""Matching while something else goes on beside it: rules that change, and a second process.

    .venv/bin/python -m bench beside
    .venv/bin/python -m bench.beside [--rules 100000] [--events 20000] [--json]

First the seeded rules and events of bench/generate.py in one process, in turns of half a second: nothing changes, and
a hundred rules a second get another word, each between two events, as a reload does it. Timed is an event alone; what
a change takes is a row of its own.

Then events on a stream of a Redis without persistence, which bring companies and types with them: one process, and
two, forked from one that has the index, each take 64 at a time, read and match them, and say that they are done. One
and two take turns; the ratio of each turn counts. Redis and the processes share the machine's cores.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from multiprocessing.synchronize import Barrier
from typing import Any

import msgspec
import redis

from alertd.model import event_from_json, event_to_json
from alertd.rules.book import BookChange, RuleBook
from alertd.rules.match import Matcher
from alertd.rules.tree import AnyOf
from bench.generate import make_events, make_rules, one_of
from bench.report import Row, percentile, print_table, progress, settled
from tests.support.processes import cpu_s
from tests.support.redis import RedisServer, bundled_binary

RULES, EVENTS = 100_000, 20_000
WARM, KINDS = 200, 500
"""Events that are not timed, and that there are."""
TURN_S, TURNS = 0.5, 10
A_SECOND = 100
"""Rules that change."""
ROUNDS = 5
BATCH = 64
_STREAM, _GROUP = "events", "match"
_UNKEPT = {"appendonly": "no"}


# --- rules that change ----------------------------------------------------------------------------------------


def changes(book: RuleBook) -> Iterator[BookChange]:
    """Change the first rule of one portfolio after the other, for ever: it holds for another word, too."""
    before = book.version
    for number, portfolio in enumerate(cycle(book.portfolios)):
        first, *others = portfolio.rules
        when = AnyOf((first.when, one_of("title", [f"changed{number}"])))
        changed = msgspec.structs.replace(portfolio, rules=(msgspec.structs.replace(first, when=when), *others))
        version = f"{book.version}+{number}"
        yield BookChange(before=before, version=version, portfolios=(changed,))
        before = version


def while_changing(book: RuleBook, turns: int = TURNS, turn_s: float = TURN_S) -> list[Row]:
    """Time events, in turns with and without changes."""
    matcher, events, coming = Matcher(book), make_events(KINDS), changes(book)
    for event in events[:WARM]:
        matcher.match(event)
    times: dict[bool, list[float]] = {False: [], True: []}
    took: list[float] = []
    around = cycle(events)
    with settled():
        for turn in range(2 * turns):
            changing, began, made = bool(turn % 2), time.perf_counter(), 0
            while (now := time.perf_counter()) < began + turn_s:
                if changing and made < (now - began) * A_SECOND:
                    matcher.apply(next(coming))
                    made += 1
                    took.append(time.perf_counter() - now)
                event = next(around)
                now = time.perf_counter()
                matcher.match(event)
                times[changing].append(time.perf_counter() - now)
    rows = [_row("nothing", times[False]), _row(f"{A_SECOND} rules a second", times[True]), _row("a change", took)]
    calm, busy = (percentile(times[changing], 0.99) for changing in (False, True))
    return [*rows, {"beside": "p99, times that beside nothing", "n": 1, "p50 us": "", "p99 us": busy / calm}]


def _row(name: str, times: Sequence[float]) -> Row:
    micros = [taken * 1e6 for taken in times]
    return {"beside": name, "n": len(times), "p50 us": statistics.median(micros), "p99 us": percentile(micros, 0.99)}


# --- a second process -----------------------------------------------------------------------------------------


def side_by_side(book: RuleBook, count: int = EVENTS, rounds: int = ROUNDS) -> list[Row]:
    """Match a stream of events by one process and by two, in turns."""
    matcher = Matcher(book)
    written = [event_to_json(event) for event in make_events(count)]
    for event in make_events(WARM):
        matcher.match(event)
    found: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
    with RedisServer(bundled_binary(), _UNKEPT) as server, settled():
        for turn in range(2 * rounds):
            processes = 1 + turn % 2
            found[processes].append(_drained(server, matcher, written, processes))
    rows: list[Row] = []
    for processes, measured in found.items():
        rate = statistics.median(count / seconds for seconds, _ in measured)
        used = statistics.median(busy / seconds for seconds, busy in measured)
        rows.append({"processes": processes, "events/s": rate, "Redis, of a core": used})
    ratios = sorted(one / two for (one, _), (two, _) in zip(found[1], found[2], strict=True))
    said = f"two, times one: median of {len(ratios)} rounds, from {ratios[0]:.2f} to {ratios[-1]:.2f}"
    return [*rows, {"processes": said, "events/s": statistics.median(ratios), "Redis, of a core": ""}]


def _drained(server: RedisServer, matcher: Matcher, written: Sequence[bytes], processes: int) -> tuple[float, float]:
    """Let processes match what is on a stream; gives the seconds, and those that Redis computed."""
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        client.flushall()
        client.xgroup_create(_STREAM, _GROUP, id="0", mkstream=True)
        with client.pipeline(transaction=False) as put:
            for data in written:
                put.xadd(_STREAM, {"event": data})
            put.execute()
        context = multiprocessing.get_context("fork")
        start = context.Barrier(processes + 1)
        workers = [
            context.Process(target=_match, args=(server, matcher, f"match-{n}", start)) for n in range(processes)
        ]
        for worker in workers:
            worker.start()
        start.wait()
        began, before = time.perf_counter(), cpu_s(server.pid)
        for worker in workers:
            worker.join()
        took, busy = time.perf_counter() - began, cpu_s(server.pid) - before
        if client.xlen(_STREAM) or any(worker.exitcode for worker in workers):
            raise SystemExit("not all of the events were matched")
    return took, busy


def _match(server: RedisServer, matcher: Matcher, name: str, start: Barrier) -> None:
    """Take events, match them, say that they are done, until there are none."""
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        start.wait()
        while taken := client.xreadgroup(_GROUP, name, {_STREAM: ">"}, count=BATCH):
            ((_, entries),) = taken
            for _, fields in entries:
                matcher.match_read(matcher.read(event_from_json(fields[b"event"]), as_found=True))
            ids = [entry for entry, _ in entries]
            with client.pipeline(transaction=False) as done:
                done.xack(_STREAM, _GROUP, *ids)
                done.xdel(_STREAM, *ids)
                done.execute()


# --- both -----------------------------------------------------------------------------------------------------


def measure(rules: int = RULES, count: int = EVENTS) -> dict[str, Any]:
    """Measure both."""
    with progress("beside", 3) as step:
        book = make_rules(rules)
        step("rules")
        changing = while_changing(book)
        step("changes")
        processes = side_by_side(book, count)
        step("processes")
    return {"rules": rules, "changing": changing, "processes": processes}


def show(found: dict[str, Any]) -> None:
    """Print the tables."""
    print_table(f"events against {found['rules']:,} rules while rules change, in one process", found["changing"])
    print_table(f"enriched events from a stream, {found['rules']:,} rules", found["processes"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", type=int, default=RULES)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.rules, options.events)
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        show(found)


if __name__ == "__main__":
    main()
