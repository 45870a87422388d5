"""What research notes cost: to write one without a model, what they take from alerts, and what Redis keeps of them.

    .venv/bin/python -m bench.notes [--rounds 5] [--events 200] [--rate 4] [--json]

*Writing* takes the events of bench/quality/sets/notes with their portfolios and relations: their headlines alone, and
their texts filled up with other sentences to 500 words and to 60 kB. Measured is the way from the understood event to
its note, exposures included, each time as for the first: of a text nothing is kept behind its note. Times are of the
processor; of each event the median counts.

*Alerts* and *memory* are the whole daemon, bench/notes_live.py.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from alertd.companies.model import Holding
from alertd.companies.relations import Graph
from alertd.model import Event
from alertd.research.exposure import gather
from alertd.research.facts_note import facts_note
from alertd.research.material import Earlier
from bench import notes_live
from bench.news import Wire
from bench.quality.note_maker import NoteMaker
from bench.quality.note_set import AT, earlier_of, holdings_of, read_notes, relations_of
from bench.report import Row, percentile, print_table, progress, settled

ROUNDS = 5
EVENTS = 200
"""Of each kind of receiver."""
RATE = 4.0
"""Events a second, of all kinds together."""
GOAL_MS = 5.0
_WORDS = {"headline": 0, "500 words": 500, "60 kB": 0}
_BODY = 60_000
"""Characters of the longest texts."""
_FILLER = 10_000
"""Words that surely are as many characters."""


class Ready(NamedTuple):
    """An event that is understood, with what its portfolio holds and what is declared."""

    event: Event
    holdings: dict[str, Holding]
    graph: Graph
    earlier: tuple[Earlier, ...]


def measure(rounds: int = ROUNDS, events: int = EVENTS, rate: float = RATE) -> dict[str, Any]:
    """Measure everything."""
    alerts, memory, disk = asyncio.run(notes_live.measure(events, rate))
    return {"writing": writing(rounds), "alerts": alerts, "memory": memory, "fdatasync ms": disk}


def writing(rounds: int = ROUNDS) -> list[Row]:
    """Time notes of the facts, over texts of each length."""
    notes = read_notes()
    maker = NoteMaker(notes)
    wire = Wire(_FILLER)
    rows: list[Row] = []
    with progress("writing notes", len(_WORDS)) as step:
        for text in _WORDS:
            step(text)
            ready = []
            for number, case in enumerate(notes.cases):
                event = maker.understood(replace(case, body=_filled(case.body, text, wire, number)))
                graph = Graph(relations_of(case, maker.table))
                ready.append(Ready(event, holdings_of(case, maker.table).positions, graph, earlier_of(case)))
            with settled():
                rows.append(_timed(text, ready, maker.labels, rounds))
    return rows


def _filled(body: str, text: str, wire: Wire, number: int) -> str:
    """Give a body of the wanted length: what the case says, then other sentences."""
    if text == "headline":
        return ""
    filler = wire.item(number).body
    if text == "60 kB":
        return f"{body}\n\n{filler}"[:_BODY]
    said = body.split()
    more = filler.split()[: max(_WORDS[text] - len(said), 0)]
    return f"{body}\n\n{' '.join(more)}"


def _timed(text: str, ready: Sequence[Ready], labels: dict[str, str], rounds: int) -> Row:
    took: list[list[float]] = [[] for _ in ready]
    said = 0
    for number in range(rounds + 1):
        for one, times in zip(ready, took, strict=True):
            began = time.process_time_ns()
            material = gather(one.event, one.holdings, one.graph, labels, earlier=one.earlier)
            note = facts_note(material, AT)
            if number:  # the first round only warms up
                times.append((time.process_time_ns() - began) / 1e6)
            said += len(note.statements)
    each = [statistics.median(times) for times in took]
    return {
        "text": text,
        "n": len(each),
        "characters": round(statistics.fmean(len(one.event.title) + len(one.event.body) for one in ready)),
        "statements": said / len(ready) / (rounds + 1),
        "p50 ms": statistics.median(each),
        "p99 ms": percentile(each, 0.99),
        "goal ms": GOAL_MS,
    }


def show(found: dict[str, Any]) -> None:
    """Print the tables, and what they were taken beside."""
    print_table("a note of the facts, from the understood event", found["writing"])
    notes_live.show(found["alerts"], found["memory"], found["fdatasync ms"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of the first part")
    parser.add_argument("--events", type=int, default=EVENTS, help="of each kind of receiver")
    parser.add_argument("--rate", type=float, default=RATE, help="events a second")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of tables")
    options = parser.parse_args()
    measured = measure(options.rounds, options.events, options.rate)
    if options.json:
        print(json.dumps(measured, indent=1))
    else:
        show(measured)
