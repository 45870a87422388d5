"""How fast alerts are searched and listed, how fast the projection grows and is made anew, and what it takes.

    .venv/bin/python -m bench.history [--alerts 100000] [--json]

Alerts have the titles and quotes of stories of Reuters-21578, repeated, where these lie beside us, else of a seeded
generator; each is raised by an event of its own, told by a delivery, every tenth updated by a second report and every
twentieth answered. Every second event raises none. Searches take turns: rare words, words that stand in very many
alerts, phrases, beginnings, with and without filters. Times are of a process that opened the database before.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.base.ids import make_id
from alertd.companies.table import load_registrants
from alertd.history.archive.reader import Reader
from alertd.history.archive.writer import Writer
from alertd.history.projection.projector import Projector
from alertd.history.projection.query import AlertFilter
from alertd.history.projection.read import History
from alertd.model import Event, JournalRecord
from bench.news import generated, reuters
from bench.report import Row, percentile, print_table, progress

ALERTS = 100_000
START = parse_rfc3339("2026-01-05T00:00:00Z")
STEP_MS = 60_000
FLUSH = 50
"""Lines that a second brings on a busy day."""
DAY_LINES = 5_000
SEED = 7
GOAL_MS = 50
TIMES = 40
"""How often each question is asked."""
_RULES = ("lease", "guidance", "dispute", "deal", "filing")
_SEVERITIES = ("low", "medium", "high", "critical")

QUESTIONS: dict[str, tuple[str, AlertFilter]] = {
    "a rare word": ("bundesbank", AlertFilter()),
    "two words": ("profit dollar", AlertFilter()),
    "a word that stands in most": ("mln", AlertFilter()),
    "words that stand in most, with a portfolio": ("mln dlrs", AlertFilter(portfolio="book-3")),
    "a phrase": ('"net profit"', AlertFilter()),
    "the beginning of words": ("merg*", AlertFilter()),
    "a beginning of two letters": ("co*", AlertFilter()),
    "without another": ("bank -japan", AlertFilter()),
    "a word, by rule, severity and receiver": ("oil", AlertFilter(rule="deal", severity="high", receiver="desk")),
    "a word, by event type": ("oil", AlertFilter(event_type="type-3")),
}
LISTS: dict[str, AlertFilter] = {
    "the newest": AlertFilter(),
    "of a portfolio, open": AlertFilter(portfolio="book-3", status="open"),
    "about a company": AlertFilter(company="tick7"),
    "of a month, critical, by source": AlertFilter(
        since_ms=START, until_ms=START + 30 * 86_400_000, severity="critical", source="wire-2"
    ),
    "nothing fits": AlertFilter(receiver="nobody"),
}


def records(stories: Sequence[Event], count: int) -> Iterator[JournalRecord]:
    """Give the journal of so many alerts."""
    random = Random(SEED)
    for number in range(count):
        at = START + number * STEP_MS
        story = stories[number % len(stories)]
        card = _card(number, story, at, random)
        yield _event(f"a{number}", story, at, [card])
        yield _delivery(number, card["id"], at)
        yield _event(f"n{number}", stories[(number * 7 + 1) % len(stories)], at + 1_000, [])
        if number % 10 == 0:
            more = card | {"revision": 2, "changes": [*card["changes"], "a second source reports it"], "sources": 2}
            yield _event(f"b{number}", story, at + 20_000, [more | {"updated_at": rfc3339(at + 20_000)}])
        if number % 20 == 0:
            closed = card | {"revision": 3, "status": "acknowledged", "acknowledged_by": "jd"}
            data = {"who": "jd", "via": "slack", "portfolio": card["portfolio"], "revision": 3, "alert": closed}
            ids = [card["id"]]
            yield JournalRecord(kind="answer", at=rfc3339(at + 40_000), ids=ids, reason="acknowledge", data=data)


def _card(number: int, story: Event, at: int, random: Random) -> dict[str, Any]:
    words, portfolio, rule = story.body.split(), f"book-{number % 20}", random.choice(_RULES)
    begin = random.randrange(max(1, len(words) - 40))
    ticker = f"TICK{random.randrange(500)}"
    return {
        "id": make_id("al", portfolio, str(number)), "revision": 1, "portfolio": portfolio,
        "portfolio_title": portfolio.title(), "desk": None, "status": "open", "severity": random.choice(_SEVERITIES),
        "title": story.title, "rules": [rule], "story": f"st_{number}", "url": f"https://wire.example.com/{number}",
        "first_at": rfc3339(at), "updated_at": rfc3339(at), "useful": 0, "noise": 0, "subject": f"st_{number}",
        "sources": 1, "event": f"ev_a{number}", "companies": [f"cik-{random.randrange(5000):010}"],
        "holdings": [{"company": f"cik-{random.randrange(5000):010}", "label": ticker, "named": True}],
        "matches": [{"rule": rule, "rule_hash": "h", "severity": "high", "title": f"Rule {rule}"}],
        "changes": ["first report, 1 source"], "quotes": [" ".join(words[begin : begin + 25])],
    }  # fmt: skip


def _event(name: str, story: Event, at: int, cards: list[dict[str, Any]]) -> JournalRecord:
    number, event = int(name[1:]), f"ev_{name}"
    fields = {
        "id": event, "source": f"wire-{number % 5}", "title": story.title, "url": f"https://wire.example.com/{name}",
        "published_at": rfc3339(at - 5_000), "seen_at": rfc3339(at - 800), "event_at": rfc3339(at - 5_000),
        "companies": [{"id": f"cik-{number * k % 5000:010}", "name": "A company", "relevance": 0.8} for k in (1, 3)],
        "event_types": [{"type": f"type-{number % 40}", "confidence": 0.9}],
        "sentiment": {"score": 0.2, "confidence": 0.7}, "story": {"id": f"st_{number}"},
    }  # fmt: skip
    matches = [
        {"portfolio": c["portfolio"], "rule": c["rules"][0], "rule_hash": "h", "severity": c["severity"],
         "event": event, "event_revision": 1, "holdings": c["holdings"]}
        for c in cards
    ]  # fmt: skip
    decisions = [
        {"portfolio": c["portfolio"], "alert": c["id"], "alert_revision": c["revision"], "reason": "first",
         "receivers": {"desk": make_id("dl", name)}}
        for c in cards
    ]  # fmt: skip
    ids = [event, *(c["id"] for c in cards), *([make_id("dl", name)] if cards else [])]
    data = {"event": fields, "matches": matches, "decisions": decisions, "alerts": cards}
    return JournalRecord(kind="event", at=rfc3339(at), ids=ids, reason="first" if cards else "no_match", data=data)


def _delivery(number: int, alert: str, at: int) -> JournalRecord:
    name = make_id("dl", f"a{number}")
    data = {"delivery": name, "receiver": "desk", "alert": alert, "alert_revision": 1, "type": "alert.fired",
            "queued_ms": at, "attempts": 1, "detail": "HTTP 200"}  # fmt: skip
    return JournalRecord(kind="delivery", at=rfc3339(at + 400), ids=[name, alert, "desk"], reason="sent", data=data)


def measure(count: int = ALERTS) -> dict[str, list[Row]]:
    """Measure all of it."""
    found = reuters(21_578, least=40, most=2_000)
    texts = found or generated(5_000, load_registrants().registrants)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with progress("measuring", 4) as step:
            lines, events, grown, grown_cpu = _grow(folder, records(texts, count))
            step("growing")
            size = (folder / "history.db").stat().st_size
            began = time.process_time()
            anew = _took(lambda: _rebuilt(folder))
            anew_cpu = time.process_time() - began
            step("making anew")
            turns = ((f"growing, {FLUSH} lines a turn", grown, grown_cpu), ("making anew", anew, anew_cpu))
            rates: list[Row] = [
                {"work": work, "lines a second": int(lines / took), "events a second": int(events / took),
                 "events in a second of the CPU": int(events / cpu), "bytes an event": size // events}
                for work, took, cpu in turns
            ]  # fmt: skip
            with History(folder / "history.db") as history:
                searches = [
                    _asked(what, partial(history.search, text, wanted)) for what, (text, wanted) in QUESTIONS.items()
                ]
                step("searching")
                lists = [_asked(what, partial(history.alerts, wanted)) for what, wanted in LISTS.items()]
                headlines = [_asked("headlines: two words", lambda: history.events("oil profit"))]
                step("listing")
    return {"rates": rates, "searches": [*searches, *headlines], "lists": lists}


def _grow(folder: Path, journal: Iterator[JournalRecord]) -> tuple[int, int, float, float]:
    """Archive a journal, and let a projection read on after each turn.

    Gives lines, events, and the seconds that reading took, by the clock and of the CPU.
    """
    writer, projector, reader = Writer(folder / "archive"), Projector(folder / "history.db"), None
    lines = events = 0
    took, cpu, turn, day = 0.0, 0.0, [], 0
    for record in journal:
        turn.append((f"{START + day * 86_400_000 + lines % DAY_LINES * 1000}-{lines}", record))
        lines += 1
        day = lines // DAY_LINES
        events += record.kind == "event"
        if len(turn) == FLUSH:
            writer.append(turn)
            turn = []
            reader = reader or Reader(folder / "archive")
            began, began_cpu = time.perf_counter(), time.process_time()
            projector.advance(reader)
            took, cpu = took + time.perf_counter() - began, cpu + time.process_time() - began_cpu
    writer.append(turn)
    projector.advance(reader or Reader(folder / "archive"))
    for over in writer.unsealed:
        writer.seal(over)
    writer.close()
    projector.close()
    return lines, events, took, cpu


def _rebuilt(folder: Path) -> None:
    projector = Projector(folder / "history.db")
    projector.rebuild(Reader(folder / "archive"))
    projector.close()


def _asked(what: str, ask: Callable[[], Sequence[object]]) -> Row:
    """Ask a question many times; gives how long it takes."""
    hits = len(ask())
    began = time.process_time()
    took = [_took(ask) * 1000 for _ in range(TIMES)]
    cpu = (time.process_time() - began) * 1000 / TIMES
    p50, p99 = percentile(took, 0.5), percentile(took, 0.99)
    return {
        "question": what, "shown": hits, "p50 ms": p50, "p99 ms": p99, "of the CPU, ms": cpu,
        "goal": f"under {GOAL_MS} ms",
    }  # fmt: skip


def _took(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def show(found: dict[str, list[Row]]) -> None:
    """Print the figures."""
    print_table("what the projection takes", found["rates"])
    print_table("searching", found["searches"])
    print_table("listing", found["lists"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=ALERTS)
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    found = measure(options.alerts)
    print(json.dumps(found, indent=1)) if options.json else show(found)


if __name__ == "__main__":
    main()
