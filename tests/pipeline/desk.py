"""A desk whose events are taken through the pipeline one batch after the other, over a store of any kind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.model import CompanyMention, Event, Match, Party, ReportedType, Sentiment, StreamEvent
from alertd.pipeline import AlertStore, Pipeline, Processed
from alertd.rules.book import Portfolio, Rule, RuleBook, make_book
from alertd.store.redis import RedisStore, open_store
from tests.rules.make import portfolio

RECEIVERS = {"desk": ReceiverPolicy("desk")}
DAY = 86_400_000
START = parse_rfc3339("2026-03-01T12:00:00.000Z")
NOW = START + 500 * DAY
LEASE_TURNS_SOUR = """
sequence: [{event_type: compute_lease}, {event_type: [contract_dispute, contract_termination]}]
by: parties
within: 365d
"""


def happens(name: str, day: float = 0.0, *types: str, between: tuple[str, ...] = (), **more: Any) -> Event:
    """Make an event of a day that reports event types, between companies."""
    at = rfc3339(START + round(day * DAY))
    reported = [ReportedType(type=kind, parties=[Party(company=company) for company in between]) for kind in types]
    fields: dict[str, Any] = {"source": "wire", "title": f"{name} happens", "body": "The body.", "seen_at": at}
    return Event(id=f"ev_{name}", **fields | {"event_at": at, "event_types": reported} | more)


def lease(name: str = "lease", day: float = 0.0, between: tuple[str, ...] = ("vega", "lumen"), **more: Any) -> Event:
    """Make a compute lease between two companies."""
    return happens(name, day, "compute_lease", between=between, **more)


def dispute(
    name: str = "dispute", day: float = 90.0, between: tuple[str, ...] = ("lumen", "vega"), **more: Any
) -> Event:
    """Make a dispute between two companies."""
    return happens(name, day, "contract_dispute", between=between, **more)


def naming(name: str, day: float, *companies: str, tone: float | None = None, **more: Any) -> Event:
    """Make an event that names companies, with a tone."""
    mentions = [CompanyMention(id=company, name=company.title(), sentiment=tone) for company in companies]
    sentiment = None if tone is None else Sentiment(score=tone)
    return happens(name, day, companies=mentions, sentiment=sentiment, **more)


def rules(*conditions: str, name: str = "desk-a") -> RuleBook:
    """Make a book of one portfolio."""
    return make_book([portfolio(*conditions, name=name)])


class Desk:
    """A pipeline over a store; keeps what came of every event."""

    def __init__(self, book: RuleBook, store: AlertStore) -> None:
        self.pipeline = Pipeline(book, RECEIVERS, lambda: NOW)
        self.store = store

    async def take(self, *events: Event, handed_out: int = 1) -> list[Processed]:
        """Take events as one batch."""
        batch = [
            StreamEvent(stream_id=f"{n}-{event.revision}", event=event, deliveries=handed_out, identity="")
            for n, event in enumerate(events)
        ]
        answers = await self.pipeline.process(batch, self.store)
        assert all(isinstance(answer, Processed) for answer in answers), answers
        return [answer for answer in answers if isinstance(answer, Processed)]

    async def each(self, *events: Event) -> list[str]:
        """Take events one after the other; gives for each the reasons of what was decided."""
        return [(await self.take(event))[0].record.reason for event in events]

    async def match(self, event: Event) -> Match:
        """Take an event that one rule holds for."""
        ((match,),) = [answer.matches for answer in await self.take(event)]
        return match


def changed(book: RuleBook, **fields: Any) -> RuleBook:
    """Give a book whose only rule is changed."""
    (desk,) = book.portfolios
    made: Rule = msgspec.structs.replace(desk.rules[0], **fields)
    whole: Portfolio = msgspec.structs.replace(desk, rules=(made,), hash="")
    return make_book([whole])


@asynccontextmanager
async def desk(book: RuleBook, url: str, namespace: str) -> AsyncIterator[Desk]:
    """Open a desk with a connection of its own, as a process does when it starts."""
    store: RedisStore = await open_store(url, namespace, name="test")
    await store.prepare()
    try:
        yield Desk(book, store)
    finally:
        await store.aclose()
