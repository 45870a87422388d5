"""A walk over EDGAR's pages: as far as it must, each page joined to the one before it.

page -> enough? -> the next, some entries before the end of this one -> has it a filing of this one? -> enough? …
"""

from __future__ import annotations

from dataclasses import dataclass, field

import structlog

from alertd import telemetry
from alertd.base.clock import Clock
from alertd.base.failpoints import failpoint
from alertd.errors import FetchPermanent, FetchTemporary, ParseFailed, ParseKilled
from alertd.model import ParsedFeed
from alertd.net.address import AddressPolicy
from alertd.net.client import GetOptions, Response
from alertd.sources.edgar import EdgarConfig
from alertd.sources.edgar_front import OVERLAP, PAGE, Front, Goal, is_last, next_start, reached, unsettled
from alertd.sources.parsepool import ParsePool
from alertd.workers.parsing import parse_answer
from alertd.workers.sec_requests import SecRequests

log = structlog.get_logger(__name__)

ACCEPT = "application/atom+xml, application/xml;q=0.9, */*;q=0.5"

MOST_PAGES = 150
"""Of one walk: twice as many as EDGAR shows."""
PageError = FetchTemporary | FetchPermanent | ParseFailed | ParseKilled


@dataclass(slots=True)
class Walk:
    """What a walk has read."""

    pages: list[ParsedFeed]
    start: int = 0
    """Where the last page begins."""
    error: PageError | None = None
    """What cut it short."""
    kept_back: frozenset[str] = field(default_factory=frozenset)
    """Filings that may go on on a page that was not read."""
    met: bool = False
    """Whether it went as far as it must, and none of the filings that it was for may go on."""
    looked: bool = False
    """Whether it went as far as it should."""

    @property
    def ended(self) -> bool:
        """Whether EDGAR shows nothing after what was read."""
        return is_last(self.pages[-1], self.start)

    @property
    def oldest_ms(self) -> int | None:
        """The oldest acceptance that was read."""
        return min((page.oldest_ms for page in self.pages if page.oldest_ms is not None), default=None)


class EdgarPages:
    """Fetches and parses pages of current filings."""

    def __init__(self, requests: SecRequests, pool: ParsePool, clock: Clock) -> None:
        self._requests = requests
        self._pool = pool
        self._clock = clock

    async def fetch(self, source: EdgarConfig, start: int) -> Response:
        """Fetch the page that begins with this entry. Raises as SecRequests."""
        options = GetOptions(
            accept=ACCEPT,
            timeout_s=source.timeout,
            max_wire_bytes=source.max_bytes,
            max_bytes=source.max_bytes,
            allow=AddressPolicy.of(source.allow_private),
        )
        return await self._requests.get(source.page_url(start), options)

    async def parse(self, source: EdgarConfig, response: Response) -> ParsedFeed:
        """Parse a page in a worker. Raises ParseFailed and ParseKilled."""
        return await parse_answer(self._pool, source, response, self._clock)

    async def walk(self, source: EdgarConfig, first: ParsedFeed, front: Front, goal: Goal, *, further: bool) -> Walk:
        """Read on from the first page until the goal is reached or nothing more is shown.

        An error ends the walk and is no error of it: what was read counts. Without `further` it ends with the first
        page. Raises StoreUnavailable.
        """
        walk = Walk([first])
        wanted: dict[bool, frozenset[str]] = {}
        while True:
            walk.kept_back = frozenset() if walk.ended else unsettled(front, walk.pages[-1])
            for far in (False, True):
                if far not in wanted and reached(goal, walk.pages, looked=far):
                    # Beyond the goal nothing matters: what is cut off at the end of a backlog is left out of it.
                    wanted[far] = frozenset() if goal.backlog else walk.kept_back
            walk.met, walk.looked = (
                far in wanted and wanted[far].isdisjoint(walk.kept_back) for far in (False, True)
            )
            if walk.looked or walk.ended or not further:
                return walk
            failpoint("edgar.page")
            try:
                if len(walk.pages) == MOST_PAGES:
                    raise FetchTemporary(f"{MOST_PAGES} pages were read and it does not end")
                page, walk.start = await self._next(source, walk.pages[-1], walk.start)
            except (FetchTemporary, FetchPermanent, ParseFailed, ParseKilled) as error:
                if isinstance(error, ParseKilled):
                    telemetry.PARSE_KILLS.labels(source=source.id).inc()
                walk.error = error
                return walk
            walk.pages.append(page)

    async def _next(self, source: EdgarConfig, last: ParsedFeed, start: int) -> tuple[ParsedFeed, int]:
        """Give the next page and where it begins: one that has a filing of the last page, so that none is between.

        Where it has none, more was taken back meanwhile than the pages overlap, or another server of EDGAR is behind.
        """
        begin = next_start(start)
        for back in (0, (PAGE - OVERLAP) // 2, PAGE - OVERLAP):
            page = await self.parse(source, await self.fetch(source, max(begin - back, 0)))
            if not page.shown or not frozenset(page.listed).isdisjoint(last.listed):
                return page, max(begin - back, 0)
            log.info("edgar_pages_apart", source=source.id, start=begin - back)
        raise FetchTemporary(f"the page from entry {begin} on has no filing of the page before it")
