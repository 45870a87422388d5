"""Where the time of an event goes, from the bytes of the stream to what is decided: one process, the real pieces.

    .venv/bin/python -m bench profile
    .venv/bin/python -m bench.profile [--events 1500] [--rules 100000] [--json]

Events lie in the stream of a Redis of its own, without persistence. They are read in batches of 64, understood,
matched, decided and finished by the pieces that the daemon does it with, one batch after the other. Times are those
of the processor in this one thread, each without what stands inside of it under another name; asking the clock adds
about a microsecond to every step. `client of Redis, event loop` is what stands in no step. What Redis itself
computes meanwhile is beside it.

news      of bench/load_text.py: headlines, with 60 and with 400 words; the shipped event types, 201 rules, 1 in 100
          raises an alert
enriched  of bench/generate.py: events that bring companies and figures with them, against very many rules. `matching`
          is what it takes to know which rules hold: from the bytes to the matches.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import rfc3339, system_clock
from alertd.companies.table import load_registrants
from alertd.enrich.enricher import Enricher, warm_up
from alertd.model import Candidate, Event, IngestItem, event_to_json
from alertd.pipeline import Pipeline, conclude, place, story_view
from alertd.pipeline import steps as pipeline_steps
from alertd.pipeline.work import Work
from alertd.rules import evaluate
from alertd.rules import match as matching
from alertd.rules import read as reading
from alertd.rules.loader import load_rules
from alertd.store import alerts, events
from alertd.store.redis import RedisStore
from alertd.workers.match import BATCH, Matcher
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from bench.generate import make_events, make_rules
from bench.load_text import HEADLINE, STORY, TEXT, fill, portfolio, prepared
from bench.report import Row, print_table, progress, settled
from bench.steps import Clock
from tests.support.processes import cpu_s
from tests.support.redis import RedisServer, bundled_binary

EVENTS, RULES = 1_500, 100_000
WARM_UP = 2 * BATCH
"""Events that are not counted."""
SHIPPED = Path(__file__).parents[1] / "rules"
CHUNK = 500
MATCHING = ("decode", "scan", "reading", "keys", "candidates", "conditions", "proof", "matches")
"""The steps from the bytes of an event that is enriched to its matches."""
ORDER = (
    "decode", "scan", "language", "companies", "money", "durations", "terms", "frames", "keys", "event types",
    "unread", "statuses", "roles", "rents", "tone", "reading", "story: report", "story: proposal", "candidates",
    "conditions", "proof", "matches", "state", "decide", "journal line", "payload", Clock.REST,
)  # fmt: skip
SAID = {Clock.REST: "client of Redis, event loop"}
_UNKEPT = {"appendonly": "no"}


def _places(pipeline: Pipeline) -> list[tuple[str, Any, str]]:
    """Say which functions are which step; those inside others come off them."""
    matcher = pipeline._matcher
    return [
        ("decode", events, "opened_event"),
        ("reading", matcher, "read"),
        ("scan", matcher._scanner, "scan"),
        ("keys", matching, "keys_of"),
        ("keys", reading, "keys_of"),
        ("event types", matcher._types, "candidates"),
        ("event types", matching, "recognised"),
        ("story: report", pipeline_steps, "report_of"),
        *(("story: proposal", place, name) for name in ("_ask", "_propose", "_placement", "_frozen")),
        ("story: proposal", story_view.StoryView, "take"),
        ("matches", matcher, "match_read"),
        ("candidates", matcher._rules, "candidates"),
        ("candidates", matcher._again, "after_event"),
        ("conditions", matching, "judge"),
        ("conditions", matching, "holds"),
        ("conditions", matching, "guard"),
        ("proof", matching, "prove"),
        ("proof", evaluate, "prove"),
        ("matches", matching, "make_match"),
        ("state", pipeline, "_ask"),
        ("state", pipeline, "_settle"),
        ("decide", conclude, "decide"),
        ("journal line", Work, "processed"),
        ("payload", events, "to_json"),
        ("payload", alerts, "to_json"),
    ]


async def _run(store: RedisStore, pipeline: Pipeline, clock: Clock, redis: int) -> tuple[int, float]:
    """Take all events of the stream; gives how many were counted, and the seconds that Redis computed for them."""
    notices = Notices(store, {}, system_clock)
    matcher = Matcher("bench", pipeline, store, notices, system_clock, Progress())
    taken, before = 0, 0.0
    with clock.watching(_places(pipeline)):
        while batch := await store.read_events("bench", BATCH, 0):
            await matcher._handle(batch)
            taken += len(batch)
            if taken <= WARM_UP:
                clock.reset()
                before = cpu_s(redis)
    clock.turn()
    return taken - min(WARM_UP, taken), cpu_s(redis) - before


def _rows(clock: Clock, counted: int, redis_s: float) -> dict[str, float]:
    """Give the microseconds of each step for one event."""
    found = {SAID.get(step, step): clock.spent[step] / 1e3 / counted for step in ORDER}
    assert not clock.spent.keys() - set(ORDER)
    return found | {"in all": sum(clock.spent.values()) / 1e3 / counted, "Redis itself": 1e6 * redis_s / counted}


def news_rules(folder: Path) -> Path:
    """Write the shipped event types, with all that they name, and the one portfolio of `bench load`."""
    rules = folder / "rules"
    shutil.copytree(SHIPPED, rules, ignore=shutil.ignore_patterns("portfolios", "schema"))
    (rules / "portfolios").mkdir()
    (rules / "portfolios/p.yaml").write_text(json.dumps(portfolio(["sink"])))
    return rules


async def _measure(make: Callable[[Clock], Pipeline], put: Callable[[RedisStore], Any]) -> dict[str, float]:
    with RedisServer(bundled_binary(), _UNKEPT) as redis:
        store = await prepared(redis)
        await put(store)
        clock = Clock()
        pipeline = make(clock)
        with settled():
            counted, redis_s = await _run(store, pipeline, clock, redis.pid)
        await store.aclose()
    return _rows(clock, counted, redis_s)


async def news(text: str, count: int, rules: Path) -> dict[str, float]:
    """Profile news of a length."""
    book = load_rules(rules).book

    def make(clock: Clock) -> Pipeline:
        enricher = Enricher.of(book.event_types, book.companies.over(load_registrants()))
        clock.watch_steps(enricher)
        return Pipeline(book, {"sink": ReceiverPolicy("sink", "every")}, system_clock, enricher)

    return await _measure(make, lambda store: fill(store, text, count + WARM_UP))


async def enriched(rules: int, count: int) -> dict[str, float]:
    """Profile events that bring everything with them, against so many rules."""
    book = make_rules(rules)

    async def put(store: RedisStore) -> None:
        made, now = make_events(count + WARM_UP), system_clock()
        for start in range(0, len(made), CHUNK):
            items = [_item(event, start + n) for n, event in enumerate(made[start : start + CHUNK])]
            await store.ingest("wire", items, now)

    return await _measure(lambda clock: Pipeline(book, {"desk": ReceiverPolicy("desk")}, system_clock), put)


def _item(event: Event, number: int) -> IngestItem:
    name, now = f"n{number}", rfc3339(system_clock())
    event = msgspec.structs.replace(event, published_at=now, seen_at=now, event_at=now)
    candidate = Candidate(
        position=0, event_id=event.id, identity=f"i-{name}", strong=f"s-{name}", weak=f"w-{name}", withdrawn=False,
        content_hash=f"h-{name}", title=event.title, published_ms=None, event=msgspec.Raw(event_to_json(event)),
    )  # fmt: skip
    return IngestItem(candidate=candidate, verdict="new")


def measure(count: int = EVENTS, rules: int = RULES) -> dict[str, list[Row]]:
    """Profile everything."""
    warm_up()
    found: dict[str, dict[str, float]] = {}
    with progress("profile", 4) as step, tempfile.TemporaryDirectory() as name:
        shipped = news_rules(Path(name))
        for text in (HEADLINE, TEXT, STORY):
            found[text] = asyncio.run(news(text, count, shipped))
            step(text)
        against = asyncio.run(enriched(rules, count))
        step(f"{rules:,} rules")
    steps = list(found[TEXT])
    share = found[TEXT]["in all"] / 100
    return {
        "news": [
            {
                "step": one,
                **{f"{text} us": found[text][one] for text in found},
                "% of 60 words": found[TEXT][one] / share,
            }
            for one in steps
        ],
        "enriched": _matching(against, rules),
    }


def _matching(found: dict[str, float], rules: int) -> list[Row]:
    """Give the steps that enriched events go through, and what matching takes of them."""
    whole = sum(found[step] for step in MATCHING)
    rows: list[Row] = [{"step": step, "us": us} for step, us in found.items() if us]
    return [
        *rows,
        {"step": f"matching ({rules:,} rules)", "us": whole},
        {"step": "matched a second", "us": 1e6 / whole},
    ]


def show(found: dict[str, list[Row]]) -> None:
    """Print the tables."""
    print_table("an event of news, from the bytes of the stream to what is decided, us", found["news"])
    print_table("an event that is enriched already", found["enriched"])


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print tables or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--rules", type=int, default=RULES)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    found = measure(options.events, options.rules)
    print(json.dumps(found, indent=1)) if options.json else show(found)


if __name__ == "__main__":
    main()
