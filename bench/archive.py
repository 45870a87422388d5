"""What the archive costs: bytes an event in a day that is over, and how fast it is written, sealed, read and checked.

    .venv/bin/python -m bench.archive [--json]

The events are the items of the feeds in ../shared/data/feeds/finance (headlines with a sentence or two), where these
lie beside us, else headlines of a seeded generator. Each goes through the whole pipeline, by the shipped event types
and two portfolios, so that a line is what the daemon writes: companies, event types, tone, story, matches, decisions,
the alerts as they are since. Rates are by the machine's clock.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec.structs import replace

from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.cli.parse import source_id
from alertd.companies.table import load_registrants
from alertd.enrich.enricher import Enricher
from alertd.history.archive.layout import Layout
from alertd.history.archive.manifest import Entry
from alertd.history.archive.reader import Reader
from alertd.history.archive.sealed_file import SEALED_LEVEL
from alertd.history.archive.verify import verify
from alertd.history.archive.writer import Writer
from alertd.model import Event, JournalRecord, StreamEvent
from alertd.pipeline import Pipeline, Processed
from alertd.rules.loader import load_rules
from alertd.sources.events import SourceFacts
from alertd.sources.feed import parse_feed
from alertd.store.memory import MemoryStore
from bench.news import generated
from bench.report import Row, percentile, print_table, progress

GOAL_BYTES = 400
FEEDS = Path(__file__).parents[2] / "shared" / "data" / "feeds" / "finance"
RULES = Path(__file__).parents[1] / "rules"
START = parse_rfc3339("2026-04-20T00:00:00Z")
BATCH = 50
"""Events of a flush: what a second brings on a busy day."""
LEVELS = (3, 6, 9, 12, 15, 19)
Records = list[tuple[str, JournalRecord]]

_PORTFOLIOS = {
    "large-caps": """
portfolio: large-caps
title: Large caps
timezone: America/New_York
holdings: [{holdings}]
receivers: [desk, mail, oms]
rules:
  - {id: named, title: A holding is named, severity: auto, when: {mentions: holdings}}
  - {id: sour, title: Bad news, severity: high, when: {all: [{mentions: holdings}, {sentiment: "<= -0.3"}]}}
  - id: money
    title: Half a billion or more
    severity: medium
    when: {all: [{mentions: holdings}, {amount: ">= 500M USD"}]}
""",
    "events": """
portfolio: events
title: Events
timezone: Europe/London
receivers: [desk]
rules:
  - id: deals
    title: Deals
    severity: medium
    when: {event_type: [acquisition, ipo, bankruptcy, guidance_cut, contract_termination, compute_lease]}
""",
}
_HOLDINGS = """
NVDA MSFT AAPL AMZN GOOGL META TSLA AVGO JPM V MA WMT XOM UNH LLY COST HD PG JNJ NFLX BAC ORCL CRM AMD KO PEP MCD DIS
INTC BA CAT GS MS NKE T VZ PFE MRK CVX QCOM IBM GE F GM UBER ABNB SBUX TGT LOW
"""


def headlines(count: int = 3_000) -> tuple[str, list[Event]]:
    """Give the events, as they are before they are understood, and where they are from."""
    files = sorted(FEEDS.glob("*.xml")) if FEEDS.is_dir() else []
    found: dict[str, Event] = {}
    for file in files:
        facts = SourceFacts(id=source_id(file))
        page = parse_feed(file.read_bytes(), None, "https://news.example.com/", facts, START, None)
        for candidate in page.candidates:
            event = msgspec.json.decode(bytes(candidate.event), type=Event)
            found[event.title] = event  # several feeds of a house carry the same items
    if found:
        return "real feeds", list(found.values())[:count]
    return "generated", generated(count, load_registrants().registrants, words=40)


def decided(events: list[Event], folder: Path) -> Records:
    """Take events through the pipeline, each half a minute after the other; gives their lines of the journal."""
    for name in ("event-types", "lists", "companies", "fragments"):
        shutil.copytree(RULES / name, folder / name)
    (folder / "portfolios").mkdir()
    holdings = ", ".join(f"{{ticker: {ticker}, weight: 2%}}" for ticker in _HOLDINGS.split())
    for name, text in _PORTFOLIOS.items():
        (folder / "portfolios" / f"{name}.yaml").write_text(text.replace("{holdings}", holdings))
    loaded = load_rules(folder)
    now = [START]
    store = MemoryStore(lambda: now[0])
    policies = {name: ReceiverPolicy(name) for name in ("desk", "mail", "oms")}
    understanding = Enricher.of(loaded.book.event_types, loaded.table)
    pipeline = Pipeline(loaded.book, policies, lambda: now[0], understanding)
    return list(asyncio.run(_run(pipeline, store, events, now)))


async def _run(pipeline: Pipeline, store: MemoryStore, events: list[Event], now: list[int]) -> Records:
    found: Records = []
    for number, event in enumerate(events):
        now[0] = START + number * 28_000
        seen = rfc3339(now[0] - 700)
        item = replace(event, seen_at=seen, event_at=event.published_at or seen, late=False)
        batch = [StreamEvent(stream_id=f"{now[0]}-0", event=item, deliveries=1)]
        for done in await pipeline.process(batch, store):
            assert isinstance(done, Processed), done
            found.append((f"{now[0]}-0", done.record))
    return found


def sizes(records: Records, source: str) -> list[Row]:
    """Measure what a line takes in a sealed day for each level of zstd, and what sealing costs."""
    rows: list[Row] = []
    with progress("packing", len(LEVELS)) as step:
        for level in LEVELS:
            with tempfile.TemporaryDirectory() as name:
                opened, took, entry = _sealed(Path(name), records, level)
            rows.append({
                "items": source, "level": level, "events": entry.lines,
                "with an alert": sum(record.reason != "no_match" for _, record in records),
                "bytes, as JSON": entry.text // entry.lines,
                "under way": opened // entry.lines,
                "sealed": entry.size // entry.lines,
                "goal": f"at most {GOAL_BYTES}", "sealed a second": int(entry.lines / took),
            })  # fmt: skip
            step(f"level {level}")
    return rows


def rates(records: Records, copies: int = 8) -> list[Row]:
    """Measure how many lines a second are written, sealed, read and checked."""
    many = [(f"{START + i}-0", record) for i, (_, record) in enumerate(itertools.chain(*[records] * copies))]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        flushes: list[float] = []
        writer = Writer(path)
        for start in range(0, len(many), BATCH):
            began = time.perf_counter()
            writer.append(many[start : start + BATCH])
            flushes.append(time.perf_counter() - began)
        seal = _took(lambda: writer.seal(Layout(path).open_days()[0]))
        writer.close()
        waits = f"p50 {percentile(flushes, 0.5) * 1000:.1f} ms, p99 {percentile(flushes, 0.99) * 1000:.1f} ms"
        took = {
            f"append, {BATCH} a flush, durable": sum(flushes),
            f"seal, level {SEALED_LEVEL}": seal,
            "read, records not decoded": _took(lambda: sum(1 for _ in Reader(path).raw())),
            "read": _took(lambda: sum(1 for _ in Reader(path).lines())),
            "verify": _took(lambda: list(verify(path))),
        }
    rows: list[Row] = [{"work": what, "lines a second": int(len(many) / s)} for what, s in took.items()]
    return [row | {"a flush": "" if i else waits} for i, row in enumerate(rows)]


def _sealed(path: Path, records: Records, level: int) -> tuple[int, float, Entry]:
    """Write a day and seal it; gives the size of the open file, how many seconds sealing took, and its entry."""
    writer = Writer(path, level=level)
    for start in range(0, len(records), 5):
        writer.append(records[start : start + 5])
    (day,) = Layout(path).open_days()
    opened = Layout(path).open(day).stat().st_size
    began = time.perf_counter()
    entry = writer.seal(day)
    took = time.perf_counter() - began
    writer.close()
    assert entry is not None
    return opened, took, entry


def _took(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def measure() -> dict[str, list[Row]]:
    """Measure all of it."""
    source, events = headlines()
    with tempfile.TemporaryDirectory() as folder:
        records = decided(events, Path(folder))
    return {"size": sizes(records, source), "rates": rates(records)}


def show(found: dict[str, list[Row]]) -> None:
    """Print the figures."""
    print_table("what an event takes", found["size"])
    print_table("how fast it goes", found["rates"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    found = measure()
    print(json.dumps(found, indent=1)) if options.json else show(found)


if __name__ == "__main__":
    main()
