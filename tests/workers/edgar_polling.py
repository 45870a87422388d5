"""One EDGAR, polled step by step: a real server on loopback, a real parse worker, a store looked into afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.model import Event, JournalRecord, SourceState
from alertd.net.client import HttpClient
from alertd.sources.edgar import EdgarConfig
from alertd.sources.edgar_front import Front, read_front
from alertd.sources.parsepool import ParsePool
from alertd.store.protocol import Store
from alertd.workers.edgar_gap import Gap, open_gaps
from alertd.workers.edgar_pages import EdgarPages
from alertd.workers.edgar_poll import EdgarPoll
from alertd.workers.intake import Intake
from alertd.workers.notices import Notices
from alertd.workers.poll import Poll, Polled
from alertd.workers.sec_requests import SecRequests
from alertd.workers.source_health import SourceHealth
from tests.sources.edgar_pages import entry
from tests.support.edgar import EdgarSite
from tests.workers.make import HandClock

NOON = parse_rfc3339("2026-01-12T12:00:00-05:00")
"""A Monday in New York: no time of an opening."""


class Filler:
    """Takes down the gaps that it is told of, and leaves them open."""

    def __init__(self) -> None:
        self.told: list[Gap] = []

    async def gap(self, source: EdgarConfig, gap: Gap) -> None:
        self.told.append(gap)

    def settle(self, source_id: str, cursor: Mapping[str, Any]) -> dict[str, Any]:
        return dict(cursor)


class Edgar:
    """The source `edgar`, and what polling it leaves behind."""

    def __init__(self, store: Store, http: HttpClient, pool: ParsePool, site: EdgarSite) -> None:
        self.store, self.site = store, site
        self.clock = HandClock(NOON)
        self.state = SourceState(source="edgar")
        self.settings: dict[str, Any] = {"backlog": "all", "forms": ["8-K"]}
        self.filler = Filler()
        self._http, self._pool = http, pool
        self._made = 0
        self.poller: Poll | None = None

    async def _new_poller(self) -> Poll:
        notices = Notices(self.store, {"ops": "every"}, self.clock)
        health = SourceHealth(self.store, notices, self.clock)
        requests = SecRequests(self._http, self.store, notices, self.clock)
        pages = EdgarPages(requests, self._pool, self.clock)
        intake = Intake(self.store, notices, self.clock, health, epoch=await self.store.epoch())
        taker = EdgarPoll(intake, pages, health, notices, self.filler, self.clock)
        return Poll({"edgar": taker}, health, self.clock)

    @property
    def source(self) -> EdgarConfig:
        told = {"id": "edgar", "type": "edgar", "base_url": self.site.url, "allow_private": True}
        return EdgarConfig.model_validate(told | self.settings)

    @property
    def front(self) -> Front:
        return read_front(self.state.cursor)

    @property
    def gaps(self) -> list[Gap]:
        return open_gaps(self.state.cursor)

    def file(self, count: int = 1, *, ago_s: float = 0.0, **more: Any) -> list[int]:
        """Let filings appear on top, each a second after the other, the last accepted so long ago; gives numbers."""
        numbers = [self._made + n + 1 for n in range(count)]
        self._made += count
        for n in numbers:
            accepted = more.get("accepted") or rfc3339(
                self.clock.now - 5 * 3_600_000 - int(ago_s * 1000) - 1000 * (numbers[-1] - n)
            ).replace("Z", "-05:00")
            self.site.publish(entry(n, **{"form": "8-K", **more, "accepted": accepted}))
        return numbers

    async def poll(self, seconds: float = 10.0) -> Polled:
        """Poll once, so long after the last time, and go on from what that leaves."""
        self.clock.pass_by(seconds)
        self.poller = self.poller or await self._new_poller()
        polled = await self.poller.poll(self.source, self.state)
        self.state = polled.state
        return polled

    async def restart(self) -> None:
        """Go on as a new process would: from what the store has."""
        self.state = await self.store.source_state("edgar") or SourceState(source="edgar")
        self.poller = None

    async def events(self) -> list[Event]:
        """Take what is new on the stream."""
        found: list[Event] = []
        while some := await self.store.read_events("test", 1000, 0):
            found += [item.event for item in some]
        return found

    async def numbers(self, *, baseline: bool = False) -> list[int]:
        """Take what is new on the stream, by the numbers of the filings, lowest first."""
        events = [event for event in await self.events() if event.baseline == baseline]
        return sorted(int((event.accession or "0")[-6:]) for event in events)

    async def journal(self, kind: str) -> list[JournalRecord]:
        return [record for _, record in await self.store.read_journal("", 1000, 0) if record.kind == kind]

    async def notices(self) -> list[str]:
        return [record.reason for record in await self.journal("notice")]
