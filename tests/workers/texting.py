"""Full texts, fetched step by step: real HTTP, a real parse worker, a store that is looked into afterwards."""

from __future__ import annotations

from typing import Any, Self

from alertd.base.clock import system_clock
from alertd.model import Event, IngestItem, JournalRecord, ParsedFeed
from alertd.net.client import HttpClient
from alertd.sources.edgar import EdgarConfig, parse_page
from alertd.sources.feed import FeedConfig, parse_feed
from alertd.sources.parsepool import ParsePool
from alertd.sources.polled import AnyConfig
from alertd.store.protocol import Store
from alertd.workers.article_fetch import ArticleFetch
from alertd.workers.filing_fetch import FilingFetch
from alertd.workers.full_text import FullText
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from alertd.workers.robots import Robots
from alertd.workers.sec_requests import SecRequests
from tests.sources.edgar_pages import entry, page
from tests.support.desk import rss
from tests.support.http import FaultServer, answer


class RunningClock:
    """A clock that runs, and that the test may move on: turns at a host are waited for."""

    def __init__(self) -> None:
        self._ahead_ms = 0

    def __call__(self) -> int:
        return system_clock() + self._ahead_ms

    def pass_by(self, seconds: float) -> None:
        self._ahead_ms += int(seconds * 1000)


class Texts:
    """The sources `edgar` and `wire` with full texts, and what fetching them leaves behind."""

    def __init__(self, store: Store, http: HttpClient, pool: ParsePool, server: FaultServer) -> None:
        self.store, self.server = store, server
        self.clock = RunningClock()
        self.settings: dict[str, Any] = {}
        self._http, self._pool = http, pool
        self.worker = self.another()

    async def __aenter__(self) -> Self:
        await self.store.prepare()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.worker.aclose()

    def another(self) -> FullText:
        """Make another worker over the same store, as another process would have it."""
        notices = Notices(self.store, {"ops": "every"}, self.clock)
        filings = FilingFetch(SecRequests(self._http, self.store, notices, self.clock), self._pool, self.clock)
        robots = Robots(self._http, self._pool, self.clock)
        articles = ArticleFetch(self._http, self._pool, robots, self.store, self.clock)
        worker = FullText(self.store, {"edgar": filings, "feed": articles}, notices, self.clock, Progress())
        worker.use([self.edgar, self.wire])
        return worker

    @property
    def edgar(self) -> AnyConfig:
        told = {"id": "edgar", "type": "edgar", "base_url": self.server.url("").rstrip("/"), "allow_private": True}
        return EdgarConfig.model_validate(
            told | {"forms": ["8-K", "4", "SCHEDULE 13D/A"], "full_text": True, "timeout": "2s"}
        )

    @property
    def wire(self) -> AnyConfig:
        told = {"id": "wire", "type": "feed", "url": self.server.url("/rss"), "allow_private": True, "timeout": "2s"}
        return FeedConfig.model_validate(told | {"full_text": True} | self.settings)

    def serve(self, files: dict[str, bytes], **more: Any) -> None:
        """Serve files by their paths."""
        for path, body in files.items():
            self.server.script(path, answer(body, **more))

    async def file(self, n: int = 1, **more: Any) -> None:
        """Let EDGAR's feed announce a filing."""
        body = page(entry(n, **more))
        parsed = parse_page(body, None, self.server.url("/"), self.edgar.facts(), self.clock(), None)
        await self._ingest("edgar", parsed)

    async def publish(self, *items: str) -> None:
        """Let the feed show items."""
        parsed = parse_feed(rss(*items), None, self.server.url("/rss"), self.wire.facts(), self.clock(), None)
        await self._ingest("wire", parsed)

    async def _ingest(self, source: str, parsed: ParsedFeed) -> None:
        items = [IngestItem(candidate=made, verdict="new") for made in parsed.candidates]
        await self.store.ingest(source, items, self.clock())

    async def turn(self, worker: FullText | None = None) -> None:
        """Let a worker begin what is due, and wait until it has come to an end of some kind."""
        worker = worker or self.worker
        await worker.turn()
        await worker.settle()

    async def events(self) -> list[Event]:
        """Take what is new on the stream."""
        return [item.event for item in await self.store.read_events("test", 1000, 0)]

    async def jobs(self) -> int:
        """Count the jobs that are left."""
        return (await self.store.key_counts())["fetches"]

    async def journal(self, kind: str = "entry") -> list[JournalRecord]:
        """Give the lines of a kind, oldest first."""
        return [record for _, record in await self.store.read_journal("", 1000, 0) if record.kind == kind]

    async def reasons(self, kind: str = "entry") -> list[str]:
        return [record.reason for record in await self.journal(kind)]

    def asked(self) -> list[str]:
        """Give the paths that were asked for so far, and forget them."""
        found = [request.path for request in self.server.requests]
        self.server.requests.clear()
        return found
