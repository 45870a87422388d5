"""One poll of a page: its host's robots.txt first, then as a feed; and what shows that the page has changed.

robots.txt forbids it        a failed poll with its reason, told at once; looked at again after an hour
the list finds nothing, or
most rows lack their title   a failed poll (`page_rows`): told after three, as every failure
a field is gone everywhere   the rows are taken in; told once, and once when it is back
other selectors              the page is read again though it is the same; rows that then have other names are
                             what was there, not news
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import structlog

from alertd import telemetry
from alertd.base.clock import Clock
from alertd.base.ids import mark
from alertd.errors import ParseFailed
from alertd.model import ParsedFeed, SourceState
from alertd.net.address import AddressPolicy
from alertd.net.client import HttpClient
from alertd.sources.document import DocumentConfig
from alertd.sources.parsepool import ParsePool
from alertd.workers.feed_poll import FeedPoll
from alertd.workers.intake import Intake
from alertd.workers.notices import Notices
from alertd.workers.poll import Polled
from alertd.workers.robots import Robots, RobotsRefused
from alertd.workers.source_health import SourceHealth

log = structlog.get_logger(__name__)


class PagePoll(FeedPoll):
    """Asks pages."""

    accept = "text/html, application/xhtml+xml, */*;q=0.5"

    def __init__(
        self,
        intake: Intake,
        http: HttpClient,
        pool: ParsePool,
        health: SourceHealth,
        clock: Clock,
        notices: Notices,
        robots: Robots,
    ) -> None:
        super().__init__(intake, http, pool, health, clock)
        self._robots = robots
        self._notices = notices

    async def take(self, source: DocumentConfig, state: SourceState, now: int) -> Polled:
        """Fetch a page, if its host lets us, and take its rows in."""
        policy = AddressPolicy.of(source.allow_private)
        try:
            delay_s = await self._robots.allow(source.url, policy=policy, timeout_s=source.timeout)
        except RobotsRefused:
            telemetry.ROBOTS_REFUSALS.labels(source=source.id).inc()
            raise
        polled = await super().take(source, _anew(source, state), self._clock())
        # A host that wants more time between two requests than the settings leave gets it.
        return replace(polled, retry_after_s=delay_s) if delay_s else polled

    async def remembered(self, source: DocumentConfig, state: SourceState, parsed: ParsedFeed) -> dict[str, Any]:
        """Compare what a page has with what it had, and tell what is gone and what is back."""
        cursor: dict[str, Any] = {"reads": _fingerprint(source)}
        linked, had_links = bool(parsed.more["linked"]), bool(state.cursor.get("linked"))
        if had_links and not linked and parsed.candidates and cursor["reads"] == state.cursor.get("reads"):
            # Links name the rows: without them, all that is there would look new.
            raise ParseFailed("no row of the page has a link any more: has the page changed its layout?")
        cursor["linked"] = linked
        missing: list[str] = parsed.more["missing"]
        telemetry.PAGE_FIELDS_MISSING.labels(source=source.id).set(len(missing))
        since = state.cursor.get("layout")
        if missing and not since:
            since = self._clock()
            log.warning("page_fields_missing", source=source.id, fields=missing)
            text = f"Source {source.id}: no row of its page has a {' or '.join(missing)}: has its layout changed?"
            await self._notices.tell("layout_changed", source.id, text, str(since))
        elif since and not missing and parsed.candidates:
            log.info("page_fields_back", source=source.id)
            text = f"Source {source.id} has all its fields again."
            await self._notices.tell("layout_healed", source.id, text, str(since))
            since = None
        cursor["layout"] = since
        return cursor


def _fingerprint(source: DocumentConfig) -> str:
    reads = {name: value for name, value in source.facts().reads.items() if name not in ("pdf", "articles")}
    return mark("reads", msgspec.json.encode(reads, order="deterministic").decode())


def _anew(source: DocumentConfig, state: SourceState) -> SourceState:
    """Make a page that is read by other selectors be fetched whole, and be another one if nothing on it is known."""
    if state.cursor.get("reads", "") in ("", _fingerprint(source)):
        return state
    return msgspec.structs.replace(state, last_read_ms=0, url=f"{state.url} by other selectors")
