"""What `bench load` and `bench scale` have in common: the text, the rules, and a store that is filled with them.

Items are those of bench/news.py, dense in companies and money: a headline alone, or with so many words of text. 1 in
100 carries the word that a rule waits for; each of 200 other rules waits for a word that never comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from alertd.base.clock import rfc3339, system_clock
from alertd.model import Candidate, Event, IngestItem, event_to_json
from alertd.store.redis import RedisStore, open_store
from bench.news import Wire
from bench.report import Row
from tests.support.redis import RedisServer

HEADLINE, TEXT, STORY, FULL_TEXT = "headline", "60 words", "400 words", "1,500 words"
WORDS = {HEADLINE: 0, TEXT: 60, STORY: 400, FULL_TEXT: 1_500}
"""Of the body."""
LOUD = "alertworthy"
ALERTING = 1
"""Of 100 items."""
OTHER_RULES = 200
CHUNK = 500


def portfolio(receivers: Sequence[str]) -> dict[str, Any]:
    """Give the one file of rules."""
    wanted = {"id": "wanted", "title": "Wanted", "severity": "high", "when": {"text": LOUD}}
    others = [
        {"id": f"other-{n}", "title": f"Other {n}", "severity": "low", "when": {"text": f"zzword{n}"}}
        for n in range(OTHER_RULES)
    ]
    return {
        "portfolio": "bench", "title": "Bench", "timezone": "UTC", "receivers": list(receivers),
        "rules": [wanted, *others],
    }  # fmt: skip


def said(text: str, alerting: int = ALERTING) -> Row:
    """Say what was published, for the head of a row."""
    return {"text": text, "characters": Wire(WORDS[text]).characters(), "alert of 100": alerting}


def titled(item: Event, name: str, *, loud: bool) -> str:
    """Give a headline that is this item's alone."""
    return f"{item.title} {name}{f' {LOUD}' if loud else ''}"


async def prepared(redis: RedisServer) -> RedisStore:
    """Give a store that a daemon could work with."""
    store = await open_store(redis.url, "alertd", name="bench")
    await store.prepare()
    return store


async def fill(store: RedisStore, text: str, count: int, *, alerting: int = ALERTING) -> None:
    """Take in so many events, as a poll would: five hundred at once."""
    wire, now = Wire(WORDS[text]), system_clock()
    for start in range(0, count, CHUNK):
        numbers = range(start, min(start + CHUNK, count))
        await store.ingest("wire", [_new(wire.item(n), n, n % 100 < alerting) for n in numbers], now)


def _new(item: Event, number: int, loud: bool) -> IngestItem:
    name, now = f"n{number}", rfc3339(system_clock())
    title = titled(item, name, loud=loud)
    event = msgspec.structs.replace(
        item, id=f"ev_{name}", source="wire", title=title, published_at=now, seen_at=now, event_at=now
    )
    candidate = Candidate(
        position=0, event_id=event.id, identity=f"i-{name}", strong=f"s-{name}", weak=f"w-{name}", withdrawn=False,
        content_hash=f"h-{name}", title=title, published_ms=None, event=msgspec.Raw(event_to_json(event)),
    )  # fmt: skip
    return IngestItem(candidate=candidate, verdict="new")
