"""Matchers over one store, with a clock that the test moves on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from alertd.alerts.policy import ReceiverPolicy
from alertd.model import JournalRecord, StreamEvent
from alertd.pipeline import AlertStore, Pipeline, PoisonEvent, Processed
from alertd.rules.book import RuleBook
from alertd.store.memory import MemoryStore
from alertd.store.protocol import Store
from alertd.workers.match import Matcher
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from tests.rules.make import book
from tests.store.make import new
from tests.workers.make import HandClock

RECEIVERS = {"desk": ReceiverPolicy("desk")}
BOOK = book("title: says")


class Seen(Pipeline):
    """A pipeline that notes which events it was given together."""

    def __init__(self, rules: RuleBook, clock: Callable[[], int]) -> None:
        super().__init__(rules, RECEIVERS, clock)
        self.batches: list[list[str]] = []

    async def process(self, batch: Sequence[StreamEvent], store: AlertStore) -> list[Processed | PoisonEvent]:
        self.batches.append([item.event.id for item in batch])
        return await super().process(batch, store)


def brisk(store: Store) -> Store:
    """Shorten the wait for new events, so that a matcher hears soon that it is to stop."""
    read = store.read_events

    async def read_events(consumer: str, count: int, block_ms: int) -> list[StreamEvent]:
        return await read(consumer, count, min(block_ms, 20))

    store.read_events = read_events  # type: ignore[method-assign]
    return store


class World:
    """A store, a clock, and matchers over them."""

    def __init__(self, store: Store | None = None) -> None:
        self.clock = HandClock()
        self.store = brisk(store or MemoryStore(self.clock))
        self.pipeline = Seen(BOOK, self.clock)

    def matcher(self, consumer: str = "me", pipeline: Pipeline | None = None) -> Matcher:
        notices = Notices(self.store, {"ops": "every"}, self.clock)
        return Matcher(consumer, pipeline or self.pipeline, self.store, notices, self.clock, Progress())

    async def offer(self, *names: str, text: str = "one") -> None:
        for start in range(0, len(names), 64):
            chunk = [new(name, text) for name in names[start : start + 64]]
            await self.store.ingest("wire", chunk, self.clock.now)

    async def idle(self) -> bool:
        return not (await self.store.backlog()).events

    async def journal(self, kind: str = "event") -> list[JournalRecord]:
        return [record for _, record in await self.store.read_journal("", 1000, 0) if record.kind == kind]

    async def told(self) -> list[str]:
        """Give the titles of the alerts that the desk is told, in order."""
        due, _ = await self.store.due("desk", self.clock.now + 1000, 1000)
        return [item.message.alert.title for item in due if item.message.alert]


@asynccontextmanager
async def matching(world: World, *matchers: Matcher) -> AsyncIterator[None]:
    running = matchers or (world.matcher(),)
    tasks = [asyncio.create_task(matcher.run()) for matcher in running]
    try:
        yield
    finally:
        for matcher in running:
            matcher.stop()
        await asyncio.gather(*tasks)
