"""What the indices of companies cost: three months of news at a start, a minute of them, a full hour, the memory.

    .venv/bin/python -m bench.indices [--events 400000] [--companies 8000] [--json]

Each event names two companies, the well-known ones far more often; each story has a few reports. Processor time.
"""

from __future__ import annotations

import argparse
import gc
import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from resource import RUSAGE_SELF, getrusage

from alertd.history.analytics.live import LiveIndices
from alertd.history.analytics.usual import DAY_MS, HOUR_MS
from alertd.history.projection.database import open_to_write
from alertd.history.projection.schema import DAY as LINES_OF_A_DAY
from bench.report import Row, print_table

EVENTS, COMPANIES = 400_000, 8_000
DAYS = 95
NOW = 1_800_001_200_000
END = f"{NOW}-0"
SEED = 1
NEAR = 200
"""An event is of a story that began so many events ago at most."""
_EVENT = """INSERT INTO events(seq, event, revision, event_ms, decided_ms, source, title, story, confidence,
    baseline, late, withdrawn, shared) VALUES (?, ?, 1, ?, ?, 'wire', '', ?, 0.8, 0, 0, 0, 1)"""


def measure(events: int = EVENTS, companies: int = COMPANIES) -> list[Row]:
    """Fill a history, and measure the looks at it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.db"
        _fill(path, events, companies)
        before = getrusage(RUSAGE_SELF).ru_maxrss
        indices = LiveIndices(path)

        def look(now: int) -> float:
            began = time.process_time()
            while not indices.look(now, END).as_of_ms:
                pass
            return time.process_time() - began

        row: Row = {"events": events, "companies": companies, "start s": look(NOW)}
        row["minute ms"] = min(look(NOW + n * 60_000) for n in range(1, 4)) * 1_000
        row["full hour s"] = look(NOW + HOUR_MS)
        row["MiB"] = (getrusage(RUSAGE_SELF).ru_maxrss - before) // 1024
        began = time.process_time()
        gc.collect()
        row["garbage ms"] = (time.process_time() - began) * 1_000
    return [row]


def show(rows: list[Row]) -> None:
    """Print the table."""
    print_table("Indices of companies from three months of news", rows)


def _fill(path: Path, events: int, companies: int) -> None:
    db = open_to_write(path)
    db.execute("BEGIN")
    for seq, at, name, story, named, tones in _news(events, companies):
        db.execute("INSERT INTO lines(seq, at_ms, kind, reason) VALUES (?, ?, 'event', '')", (seq, at))
        db.execute(_EVENT, (seq, name, at, at, story))
        _mention(db, name, named, tones)
    db.execute("INSERT INTO meta VALUES ('journal', ?)", (END,))
    db.execute("COMMIT")
    db.close()


def _mention(db: sqlite3.Connection, event: str, named: list[str], tones: list[float]) -> None:
    rows = [(event, company, tone) for company, tone in dict(zip(named, tones, strict=True)).items()]
    db.executemany("INSERT INTO mentions VALUES (?, 1, ?, '', 0.9, ?, NULL)", rows)


def _news(events: int, companies: int) -> Iterator[tuple[int, int, str, str, list[str], list[float]]]:
    dice = Random(SEED)
    names = [f"cik-{n:010d}" for n in range(companies)]
    weights = [1 / (n + 5) for n in range(companies)]
    chosen = dice.choices(names, weights, k=events * 2)
    day, number = 0, 0
    for n in range(events):
        at = NOW - DAYS * DAY_MS + DAYS * DAY_MS * n // events
        day, number = (day, number + 1) if at // DAY_MS == day else (at // DAY_MS, 1)
        story = f"st_{dice.randrange(max(0, n - NEAR), n + 1)}"
        tones = [dice.uniform(-1, 1), dice.uniform(-1, 1)]
        yield day * LINES_OF_A_DAY + number, at, f"ev_{n}", story, chosen[2 * n : 2 * n + 2], tones


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--companies", type=int, default=COMPANIES)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.events, options.companies)
    print(json.dumps(found)) if options.json else show(found)
