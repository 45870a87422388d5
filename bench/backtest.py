"""Backtests over Reuters-21578, repeated with shifted clocks, by a thousand rules of a hundred portfolios.

    .venv/bin/python -m bench backtest
    .venv/bin/python -m bench.backtest --keep /tmp/past --stories 100000 --jobs 2     one run; what it reads is kept

The stories are understood once and archived as the daemon would; the second time round each has other ids and is
eight months later, and so on. Each run is a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import html
import itertools
import json
import logging
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import structlog
from msgspec.structs import replace

from alertd.app.past import DaemonClockwork
from alertd.app.snapshot import snapshot_of
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.companies.table import CompanyTable, load_registrants
from alertd.enrich.enricher import Enricher
from alertd.history.archive.writer import Writer
from alertd.history.backtest.engine import Engine
from alertd.history.backtest.happened import Happened
from alertd.history.backtest.plan import Plan
from alertd.model import Event, JournalRecord, event_to_dict
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from alertd.ruletests.stream import Stream
from alertd.settings import load_settings
from bench.news import REUTERS

RULES, PORTFOLIOS, HELD = 1_000, 100, 25
STORIES = (20_000, 100_000)
FRESH = 6_000
SEED = 7
ROUND_MS = 240 * 86_400_000
"""From the first to the last story of the collection, about."""
SHIFT_MS = (datetime(2026, 1, 5, tzinfo=UTC) - datetime(1987, 2, 26, tzinfo=UTC)).days * 86_400_000
_ITEM = re.compile(r"<DATE>\s*(.*?)</DATE>.*?<TITLE>(.*?)</TITLE>.*?<BODY>(.*?)</BODY>", re.DOTALL)
_DATE = re.compile(r"(\d+)-([A-Z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d)")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_TYPES = ("acquisition", "guidance_cut", "buyback", "dividend_change", "litigation", "rating_change", "offering")
Row = dict[str, Any]


def stories() -> list[Event]:
    """Give the stories that have a text, in the order of their times, as if they came this year."""
    found: list[Event] = []
    for file in sorted(REUTERS.glob("*.sgm.gz")):
        text = gzip.decompress(file.read_bytes()).decode("latin-1")
        for item in text.split("</REUTERS>"):
            if (match := _ITEM.search(item)) and (date := _DATE.search(match[1])):
                day, month, year, hour, minute, second = date.groups()
                moment = datetime(
                    int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC
                )
                at = rfc3339(round(moment.timestamp()) * 1000 + SHIFT_MS)
                body = html.unescape(match[3]).replace("\x03", "").strip()
                title = html.unescape(match[2]).strip()
                name = f"ev_r{len(found)}"
                found.append(Event(id=name, source="wire", title=title, body=body, seen_at=at, event_at=at))
    return sorted(found, key=lambda event: event.seen_at)


def understood(rules: Path) -> list[Event]:
    """Give the stories with what is found in them, each in its story."""
    loaded = load_rules(rules)
    matcher = Matcher(
        replace(loaded.book, portfolios=()), understanding=Enricher.of(loaded.book.event_types, loaded.table)
    )
    with Stream(matcher) as stream:
        return [stream.take(event).event for event in stories()]


def repeated(events: list[Event], count: int) -> Iterator[Event]:
    """Give so many events: all of them, then all of them eight months later, and so on."""
    for number in range(count):
        turn, place = divmod(number, len(events))
        event = events[place]
        if not turn:
            yield event
            continue
        at = rfc3339(parse_rfc3339(event.seen_at) + turn * ROUND_MS)
        story = replace(event.story, id=f"{event.story.id}x{turn}") if event.story is not None else None
        yield replace(event, id=f"{event.id}x{turn}", seen_at=at, event_at=at, story=story)


def write_archive(path: Path, events: Iterator[Event]) -> None:
    """Archive events as a daemon without rules would."""
    with closing(Writer(path, level=3)) as writer:
        for batch in _batched(events):
            writer.append([_line(event, number) for number, event in enumerate(batch)])


def _batched(events: Iterator[Event]) -> Iterator[list[Event]]:
    while batch := list(itertools.islice(events, 1_000)):
        yield batch


def _line(event: Event, number: int) -> tuple[str, JournalRecord]:
    data = {"event": event_to_dict(event), "matches": [], "decisions": [], "failures": [], "rules_version": "none"}
    record = JournalRecord(kind="event", at=event.seen_at, ids=[event.id], reason="no_match", data=data)
    return f"{parse_rfc3339(event.seen_at)}-{number}", record


def write_rules(folder: Path, events: list[Event]) -> Path:
    """Write settings and rules: of each portfolio ten rules, most about its holdings; gives the settings."""
    random = Random(SEED)
    table = load_registrants()
    counted = Counter(c.id for e in events for c in e.companies if table.resolve(c.id) is not None)
    named = [name for name, _ in counted.most_common(600)]
    others = list(itertools.islice(table.registrants.companies, 3_000))
    words = sorted({word for e in events[:3_000] for word in e.title.lower().split() if word.isalpha()})
    rules = folder / "rules"
    (rules / "portfolios").mkdir(parents=True)
    shipped = Path(__file__).parents[1] / "rules"
    for name in ("companies", "event-types", "fragments", "lists"):
        shutil.copytree(shipped / name, rules / name)
    for number in range(PORTFOLIOS):
        held = list(dict.fromkeys([*random.sample(named, 8), *random.sample(others, HELD - 8)]))
        text = _portfolio(random, number, held, words, table)
        (rules / "portfolios" / f"p{number:03}.yaml").write_text(text)
    receivers = [
        {"id": f"r{n}", "type": "webhook", "url": "https://hooks.example.com/x", "secret": "whsec_" + "QUJD" * 8}
        | ({"quiet": {"hours": "22:00-06:30", "timezone": "Europe/London"}} if n % 3 == 0 else {})
        | ({"cooldown": {"by": "company", "for": "4h"}} if n % 3 == 1 else {})
        for n in range(10)
    ]
    config = folder / "alertd.yaml"
    settings = {"state_dir": str(folder / "var"), "rules": str(rules), "receivers": receivers}
    config.write_text(json.dumps(settings))
    return config


def _portfolio(random: Random, number: int, held: list[str], words: list[str], table: CompanyTable) -> str:
    kinds = random.sample(_TYPES, 4)
    some = random.sample(words, 8)
    on_ours: list[dict[str, Any]] = [
        {"all": [{"event_type": kinds[0]}, {"mentions": "holdings"}]},
        {"all": [{"event_type": [kinds[1], kinds[2]]}, {"mentions": "holdings"}, {"amount": ">= 100M USD"}]},
        {"all": [{"text": some[:4]}, {"mentions": "holdings"}]},
        {"all": [{"amount": ">= 1B USD"}, {"mentions": "holdings"}, {"novelty": ">= 0.75"}]},
        {"all": [{"sentiment": "<= -0.5", "of": "holdings"}]},
        {"all": [{"title": some[4:6]}, {"text": some[6:]}, {"kind": "news"}]},
        {"all": [{"near": {"terms": random.sample(some, 2), "within": 12}}, {"not": {"text": "oil"}}]},
        {"all": [{"event_type": kinds[3]}, {"mentions": {"min_relevance": 0.5, "holdings": True}}]},
        {"all": [{"mentions": "holdings"}, {"count": {"at_least": 4, "within": "2d", "by": "company"}}]},
        {"sequence": [{"event_type": kinds[0]}, {"event_type": kinds[3]}], "by": "company", "within": "60d"},
    ]
    on_ours[7] = {"all": [{"event_type": kinds[3]}, {"mentions": "holdings"}, {"trust": ["medium", "high"]}]}
    rules = [
        {"id": f"rule-{n}", "title": f"Rule {n} of {number}", "severity": random.choice(("low", "medium", "high")),
         "when": when}
        for n, when in enumerate(on_ours)
    ]  # fmt: skip
    holdings = [{"company": name, "weight": f"{random.randint(5, 80) / 10}%"} for name in held]
    receivers = [f"r{n}" for n in random.sample(range(10), 2)]
    fields = {"portfolio": f"p{number:03}", "title": f"P {number}", "timezone": "UTC", "holdings": holdings,
              "receivers": receivers, "rules": rules}  # fmt: skip
    return json.dumps(fields)  # JSON is YAML


# --- measuring ------------------------------------------------------------------------------------------------


async def _run(config: Path, archive: Path, mode: str, jobs: int) -> Row:
    loaded = load_settings(config, {})
    snapshot = snapshot_of(loaded, load_rules(loaded.settings.rules)).snapshot
    begin, far = parse_rfc3339("2026-01-01T00:00:00Z"), parse_rfc3339("2099-01-01T00:00:00Z")
    plan = Plan(
        snapshot.book, snapshot.receivers, (archive,), since_ms=begin, until_ms=far, jobs=jobs,
        enrich="fresh" if mode == "fresh" else "stored",
    )  # fmt: skip
    engine = Engine(plan, DaemonClockwork())
    usage = resource.getrusage(resource.RUSAGE_SELF)
    before = usage.ru_utime + usage.ru_stime
    began, first, alerts, matched, rang = time.perf_counter(), 0.0, 0, 0, 0
    async for one in engine.run():
        first = first or time.perf_counter()
        if isinstance(one, Happened):
            matched += bool(one.matches)
            alerts += sum(decision.reason == "first" for decision in one.decisions)
        else:
            rang += 1
    seconds = time.perf_counter() - began
    own, child = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "mode": mode, "jobs": jobs, "events": engine.progress.events, "rules": sum(1 for _ in plan.book.rules()),
        "seconds": round(seconds, 1), "start_s": round(first - began, 1),
        "events_per_s": round(engine.progress.events / seconds), "matched": matched, "alerts": alerts, "rang": rang,
        "peak_mb": round(own.ru_maxrss / 1024), "worker_peak_mb": round(child.ru_maxrss / 1024),
        "cpu_s": round(own.ru_utime + own.ru_stime - before, 1),
        "workers_cpu_s": round(child.ru_utime + child.ru_stime, 1),
    }  # fmt: skip


def prepare(folder: Path, counts: tuple[int, ...]) -> Path:
    """Write rules and archives, unless they are there; gives the settings."""
    config, kept = folder / "alertd.yaml", folder / "understood.msgpack"
    folder.mkdir(parents=True, exist_ok=True)
    if kept.exists():
        events = msgspec.msgpack.decode(kept.read_bytes(), type=list[Event])
    else:
        events = understood(Path(__file__).parents[1] / "rules")
        kept.write_bytes(msgspec.msgpack.encode(events))
    if not config.exists():
        write_rules(folder, events)
    for count in counts:
        if not (folder / f"archive-{count}").exists():
            write_archive(folder / f"archive-{count}", repeated(events, count))
    return config


def measure(folder: Path | None = None) -> list[Row]:
    """Run all of them, each in a process of its own; nothing where the collection is not there."""
    if not REUTERS.is_dir():
        return []
    with tempfile.TemporaryDirectory() as scratch:
        where = folder or Path(scratch)
        prepare(where, (*STORIES, FRESH))
        runs = [("stored", count, 2) for count in STORIES] + [("fresh", FRESH, 2)]
        return [_alone(where, *run) for run in runs]


def _alone(folder: Path, mode: str, count: int, jobs: int) -> Row:
    words = ["--keep", str(folder), "--stories", str(count), "--jobs", str(jobs), "--mode", mode]
    done = subprocess.run([sys.executable, "-m", "bench.backtest", *words], check=True, stdout=subprocess.PIPE)
    row: Row = json.loads(done.stdout)
    return row


def show(rows: list[Row]) -> None:
    """Print a table."""
    for row in rows:
        print(
            f"{row['mode']:8}{row['events']:>9,} events  {row['events_per_s']:>7,} a second  {row['seconds']:>7.1f} s"
            f"  {row['alerts']:,} alerts  {row['cpu_s']} + {row['workers_cpu_s']} s of processor time"
            f"  {row['peak_mb']:,} MB, a worker {row['worker_peak_mb']:,} MB"
        )


def main() -> None:
    """Do one run, and print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--stories", type=int, default=20_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--mode", default="stored")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    config = prepare(options.keep, (options.stories,))
    print(
        json.dumps(asyncio.run(_run(config, options.keep / f"archive-{options.stories}", options.mode, options.jobs)))
    )


if __name__ == "__main__":
    main()
