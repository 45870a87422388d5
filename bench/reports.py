"""How long a report on a portfolio takes, and the forms of it.

    .venv/bin/python -m bench.reports [--events 100000] [--json]

100 holdings; the events are spread over 90 days, three of five name a holding, each fourth repeats a story; each
fortieth raises an alert that is told. They are projected as the archive's lines are, but in one go.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.base.ids import make_id
from alertd.history.analytics.subject import Held, Subject
from alertd.history.archive.line import Line, Place
from alertd.history.projection.database import open_to_write
from alertd.history.projection.project import project
from alertd.history.projection.schema import insert
from alertd.history.report.build import Asked, Operator, build_report
from alertd.history.report.html import report_page
from alertd.history.report.mail import mailing_of
from alertd.model import JournalRecord
from bench.report import Row, print_table, progress

EVENTS = 100_000
HOLDINGS, OTHERS, SOURCES = 100, 2_000, 40
DAY = 86_400_000
UNTIL = parse_rfc3339("2026-04-06T11:00:00Z")
DAYS = 90
SEED = 7
GOAL_S = 2.0
_TYPES = ("guidance_cut", "compute_lease", "contract_award", "contract_dispute")
_PARTS = 1_000

SUBJECT = Subject(
    portfolio="book",
    title="Book",
    timezone="America/New_York",
    holdings=tuple(
        Held(company=f"cik-{n:010d}", label=f"C{n}", weight=0.01 if n % 5 else -0.01) for n in range(HOLDINGS)
    ),
)


def records(events: int) -> Iterator[tuple[int, JournalRecord]]:
    """Give the journal of the time: events, and the messages about some of them."""
    dice = Random(SEED)
    story = ""
    for n in range(events):
        at = UNTIL - DAYS * DAY + n * (DAYS * DAY // events)
        name = make_id("ev", "bench", str(n))
        story = story if n % 4 == 3 else f"st_{name[3:]}"
        held = dice.choice(SUBJECT.holdings) if dice.random() < 0.6 else None
        alert = make_id("al", "book", str(n)) if held is not None and n % 40 == 0 else ""
        yield at, _event(name, story, at, held, alert, dice)
        if alert:
            data = {"delivery": f"dl_{alert[3:]}", "receiver": "phone", "alert": alert, "alert_revision": 1}
            data |= {"type": "alert.fired", "queued_ms": at + 210, "attempts": 1}
            yield at + 900, _record("delivery", at + 900, "sent", data)


def _event(name: str, story: str, at: int, held: Held | None, alert: str, dice: Random) -> JournalRecord:
    named = [{"id": held.company, "sentiment": dice.uniform(-1, 1)}] if held is not None else []
    named.append({"id": f"cik-{dice.randrange(OTHERS) + 10_000:010d}", "sentiment": 0.1})
    event = {
        "id": name, "source": f"wire-{dice.randrange(SOURCES)}", "title": f"Something happens at {named[0]['id']}",
        "published_at": rfc3339(at - dice.randrange(500, 9_000)), "published_precision": "second",
        "seen_at": rfc3339(at), "event_at": rfc3339(at), "companies": named, "story": {"id": story},
        "event_types": [{"type": dice.choice(_TYPES), "confidence": 0.9}] if dice.random() < 0.3 else [],
        "sentiment": {"score": 0.1, "confidence": 0.8},
    }  # fmt: skip
    data: dict[str, Any] = {"event": event}
    if alert and held is not None:
        near = {"company": dice.choice(SUBJECT.holdings).company, "weight": 0.01, "path": ["supplies it"]}
        touched = [{"company": held.company, "label": held.label, "weight": held.weight, "named": True}, near]
        match = {"portfolio": "book", "rule": f"rule-{dice.randrange(9)}", "severity": "high", "holdings": touched}
        card = {"id": alert, "portfolio": "book", "revision": 1, "severity": "high", "status": "open", "title": "x"}
        card |= {"first_at": rfc3339(at), "updated_at": rfc3339(at), "story": story, "rules": [match["rule"]]}
        decided = {"portfolio": "book", "alert": alert, "alert_revision": 1, "reason": "first"}
        data |= {"matches": [match], "decisions": [decided], "alerts": [card]}
    return _record("event", at + 200, "first" if alert else "no_match", data)


def _record(kind: Any, at: int, reason: str, data: dict[str, Any]) -> JournalRecord:
    return JournalRecord(kind=kind, at=rfc3339(at), ids=[], reason=reason, data=data)


def fill(path: Path, events: int) -> None:
    """Write a history."""
    db = open_to_write(path)
    waiting: dict[str, list[Any]] = defaultdict(list)

    def write() -> None:
        db.execute("BEGIN")
        for table, rows in waiting.items():
            db.executemany(insert(table), rows)
        db.execute("COMMIT")
        waiting.clear()

    with progress("filling", events // _PARTS) as step:
        for n, (at, record) in enumerate(records(events), 1):
            made = project(Line(Place(rfc3339(at)[:10], n), f"{at}-0", at, record))
            for table, values in (*made.rows, *(row for head in made.heads for row in head.rows)):
                waiting[table].append(values)
            if n % _PARTS == 0:
                write()
                step("")
    write()
    db.close()


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Give how long something took, what of that the processor was busy for it, in s, and what it gave."""
    begin, busy = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - begin, time.process_time() - busy, found


def measure(events: int = EVENTS) -> list[Row]:
    """Measure reports on one, seven, 30 and 90 days."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.db"
        fill(path, events)
        for days in (1, 7, 30, 90):
            asked = Asked(SUBJECT, UNTIL - days * DAY, UNTIL, UNTIL)
            taken, busy, report = timed(lambda asked=asked: build_report(path, asked, Operator()))  # type: ignore[misc]
            page, _, text = timed(lambda report=report: report_page(report))  # type: ignore[misc]
            mail, _, mailing = timed(lambda report=report: mailing_of(report, "r"))  # type: ignore[misc]
            rows.append(
                {
                    "days": days, "reports": report.volume.reports, "alerts": report.alerts.total, "s": taken,
                    "of the processor": busy, "page s": page, "page KB": len(text) / 1024, "mail s": mail,
                    "mail KB": len(mailing.html) / 1024,
                }
            )  # fmt: skip
    return rows


def show(rows: list[Row]) -> None:
    """Print what was measured."""
    print_table(f"Reports on {HOLDINGS} holdings (90 days: under {GOAL_S:.0f} s)", rows)


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = measure(options.events)
    print(json.dumps(rows)) if options.json else show(rows)


if __name__ == "__main__":
    main()
