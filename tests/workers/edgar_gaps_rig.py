"""The filler of EDGAR's gaps at work: a real server on loopback, a real parse worker, a clock that the test moves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from alertd.base.clock import parse_rfc3339
from alertd.model import Event, IngestItem, JournalRecord
from alertd.net.client import HttpClient
from alertd.sources.edgar import EdgarConfig
from alertd.sources.edgar_places import header_url, index_url, submissions_url
from alertd.sources.parsepool import ParsePool
from alertd.store.protocol import Store
from alertd.workers.edgar_gap import Gap, open_gaps, with_gaps
from alertd.workers.edgar_gaps import EdgarGaps
from alertd.workers.edgar_gaps_fetch import LateFilings
from alertd.workers.intake import Intake
from alertd.workers.notices import Notices
from alertd.workers.sec_requests import SecRequests
from alertd.workers.source_health import SourceHealth
from tests.sources.edgar_files import Made, index, submissions
from tests.sources.edgar_pages import page, parse
from tests.support.edgar import EdgarSite
from tests.support.http import DEADLINE_S

FRIDAY, MONDAY, TUESDAY = "2026-01-09", "2026-01-12", "2026-01-13"


def at(clock: str, day: str = MONDAY) -> int:
    """Give the moment of a clock of New York, in ms."""
    return parse_rfc3339(f"{day}T{clock}:00-05:00")


class MovedClock:
    """A clock that goes on by itself, from where the test has set it."""

    def __init__(self, now: int) -> None:
        self.set(now)

    def __call__(self) -> int:
        return self._now + int((time.monotonic() - self._since) * 1000)

    def set(self, now: int) -> None:
        self._now, self._since = now, time.monotonic()


class Gaps:
    """The source `edgar`, its cursor, and what filling its gaps leaves behind."""

    def __init__(self, store: Store, http: HttpClient, pool: ParsePool, site: EdgarSite) -> None:
        self.store, self.site = store, site
        self.clock = MovedClock(at("11:00"))
        self.settings: dict[str, Any] = {"forms": ["8-K", "4"]}
        self.cursor: dict[str, Any] = {"watched": {"2026-01-05": ["8-K", "4"]}, "reconciled": FRIDAY}
        self.held = {"0009990001"}
        self._http, self._pool = http, pool
        self.filler = self._new()

    @property
    def source(self) -> EdgarConfig:
        told = {"id": "edgar", "type": "edgar", "base_url": self.site.url, "allow_private": True}
        return EdgarConfig.model_validate(told | self.settings)

    def _new(self) -> EdgarGaps:
        notices = Notices(self.store, {"ops": "every"}, self.clock)
        intake = Intake(self.store, notices, self.clock, SourceHealth(self.store, notices, self.clock))
        requests = SecRequests(self._http, self.store, notices, self.clock)
        late = LateFilings(requests, self._pool, self.store, intake, self.clock)
        filler = EdgarGaps(late, self.store, notices, self.clock, held=self.held)
        filler.serve([self.source])
        return filler

    # --- EDGAR --------------------------------------------------------------------------------------

    def _put(self, url: str, body: bytes) -> None:
        self.site.files[url.removeprefix(self.site.url)] = body

    def index(self, day: str, *made: Made, body: bytes | None = None) -> None:
        """Let the index of a day appear."""
        self._put(index_url(self.site.url, date.fromisoformat(day)), index(day, *made) if body is None else body)

    def submissions(self, cik: str, *made: Made, older: Sequence[str] = ()) -> None:
        """Let a company have submitted filings."""
        body = submissions(int(cik), "Vega Grid Inc.", *made, older=older)
        self._put(submissions_url(self.site.url, f"CIK{cik}.json"), body)

    def headers(self, *made: Made) -> None:
        """Let filings have headers, under each of their filers."""
        for one in made:
            for _, cik, _ in one.filers:
                self._put(header_url(self.site.url, str(cik), one.accession), one.header())

    async def seen(self, *made: Made) -> None:
        """Let filings have been seen on a page."""
        parsed = parse(page(*(entry for one in made for entry in one.entries())))
        items = [IngestItem(candidate=one, verdict="new") for one in parsed.candidates]
        await self.store.ingest("edgar", items, self.clock())
        await self.events()

    def asked(self, part: str) -> int:
        """Count the requests whose path has this in it."""
        return sum(part in one.path for one in self.site.asked)

    # --- polls --------------------------------------------------------------------------------------

    @property
    def open(self) -> list[Gap]:
        return open_gaps(self.cursor)

    def gap(self, since: int, until: int) -> Gap:
        """Let a poll find a gap."""
        gap = Gap(since_ms=since, until_ms=until)
        self.cursor = with_gaps(self.cursor, [*self.open, gap])
        self.poll()
        return gap

    def poll(self) -> None:
        """Let a poll end."""
        self.cursor = self.filler.settle("edgar", self.cursor)

    async def restart(self, now: int | None = None) -> None:
        """Go on as a new process would, from the cursor; later, if a moment is given."""
        await self.filler.aclose()
        if now is not None:
            self.clock.set(now)
        self.filler = self._new()
        self.poll()

    async def until(self, check: Callable[[], Any]) -> None:
        """Wait until a check of the cursor holds, with a poll now and then."""
        async with asyncio.timeout(DEADLINE_S):
            while not check():
                await asyncio.sleep(0.01)
                self.poll()

    async def until_noticed(self, kind: str, count: int = 1) -> list[str]:
        """Wait until the operator was told so often; gives what."""
        async with asyncio.timeout(DEADLINE_S):
            while len(found := await self.told(kind)) < count:
                await asyncio.sleep(0.01)
                self.poll()
        return found

    async def until_asked(self, part: str, count: int = 1) -> None:
        """Wait until EDGAR was asked for something so often."""
        await self.until(lambda: self.asked(part) >= count)

    async def until_reconciled(self, day: str) -> None:
        """Wait until all is reconciled up to a day."""
        await self.until(lambda: self.cursor["reconciled"] == day)

    # --- what is left -------------------------------------------------------------------------------

    async def events(self) -> list[Event]:
        """Take what is new on the stream."""
        found: list[Event] = []
        while some := await self.store.read_events("test", 1000, 0):
            found += [item.event for item in some]
        return found

    async def journal(self, kind: str) -> list[JournalRecord]:
        return [record for _, record in await self.store.read_journal("", 1000, 0) if record.kind == kind]

    async def told(self, kind: str) -> list[str]:
        """Give what the operator was told, of a kind."""
        return [one.data["text"] for one in await self.journal("notice") if one.reason == kind]
