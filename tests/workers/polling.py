"""One source, polled step by step: real HTTP, a real parse worker, a store that is looked into afterwards."""

from __future__ import annotations

from typing import Any

from alertd.errors import StoreUnavailable
from alertd.model import ParsedFeed, SourceState
from alertd.net.client import HttpClient
from alertd.sources.parsepool import ParseJob, ParsePool
from alertd.store.memory import MemoryStore
from alertd.store.protocol import Store
from alertd.workers.feed_poll import FeedPoll
from alertd.workers.feed_reader import FeedReader
from alertd.workers.intake import Intake
from alertd.workers.notices import Notices
from alertd.workers.poll import Poll, Polled
from alertd.workers.source_health import SourceHealth
from tests.support.behaviours import Behaviour
from tests.support.http import FaultServer, Request
from tests.workers.behind import Behind
from tests.workers.make import HandClock, source


class CountingPool(ParsePool):
    """A parse pool that counts the documents it is given."""

    parsed = 0

    async def parse(self, job: ParseJob) -> ParsedFeed:
        self.parsed += 1
        return await super().parse(job)


class Away(MemoryStore):
    """A store in which one kind of call fails while `away` names it."""

    away = ""

    def __getattribute__(self, name: str) -> Any:
        if name == super().__getattribute__("away"):
            raise StoreUnavailable("away")
        return super().__getattribute__(name)


class Wire(Behind):
    """The source `wire`, and what polling it leaves behind."""

    def __init__(self, store: Store, http: HttpClient, pool: CountingPool, server: FaultServer) -> None:
        super().__init__(store)
        self.pool = pool
        self.server = server
        self.clock = HandClock()
        self.state = SourceState(source="wire")
        self.settings: dict[str, Any] = {"backlog": "all"}
        self.notices = Notices(store, {"ops": "every"}, self.clock)
        self._http = http
        self.reader: FeedReader | None = None
        self.poller = self._poller()

    def _poller(self) -> Poll:
        health = SourceHealth(self.store, self.notices, self.clock)
        intake = Intake(self.store, self.notices, self.clock, health)
        feeds = FeedPoll(intake, self._http, self.pool, health, self.clock, reader=self.reader)
        return Poll({"feed": feeds}, health, self.clock)

    def serve(self, *behaviours: Behaviour) -> None:
        """Say how the next polls are met; the last behaviour stays."""
        self.server.script("/feed", *behaviours)

    async def poll(self, path: str = "/feed") -> Polled:
        """Poll once, a minute later than the last time, and go on from what that leaves."""
        self.clock.pass_by(60)
        polled = await self.poller.poll(source(url=self.server.url(path), **self.settings), self.state)
        self.state = polled.state
        return polled

    async def restart(self) -> None:
        """Go on as a new process would: from what the store has."""
        self.state = await self.store.source_state("wire") or SourceState(source="wire")
        self.poller = self._poller()

    def last(self) -> Request:
        """Give the newest request."""
        return self.server.requests[-1]

    def conditional(self) -> bool:
        """Tell whether the newest request asked only for what has changed."""
        return bool({"if-none-match", "if-modified-since"} & self.last().headers.keys())
