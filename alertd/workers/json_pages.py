"""Reading the pages of a JSON API one after the other: fetched, parsed in a killable worker, until one was reached.

An error on the first page is the poll's; on a later one the pages before it count, and the place is remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from alertd import telemetry
from alertd.base.clock import Clock
from alertd.errors import FetchPermanent, FetchTemporary, ParseFailed, ParseKilled
from alertd.model import ParsedFeed, SourceState
from alertd.net.address import AddressPolicy
from alertd.net.client import GetOptions, HttpClient, Response
from alertd.sources.json_config import JsonConfig
from alertd.sources.json_paging import MAX_TOKEN, Place, next_place, page_url
from alertd.sources.parsepool import ParsePool
from alertd.sources.plain import quoted
from alertd.workers.parsing import parse_answer

ACCEPT = "application/json, */*;q=0.5"
_REFUSAL = 1_000
"""Bytes of an answer that is no document which are quoted to the operator."""
MOST_ROWS = 5_000
MOST_BYTES = 64 << 20
"""Rows and bytes of one poll; what is beyond is read at the next one."""


@dataclass(slots=True)
class Sweep:
    """What was read in one go."""

    pages: list[ParsedFeed] = field(default_factory=list)
    first: Response | None = None
    place: Place = None
    """Where it stopped before its end."""
    done: bool = False
    """It came to where it should stop, or to the last page."""
    token: str = ""
    """The newest token, where the vendor's are kept: what comes after it is new."""
    error: str = ""
    """Why it did not, if something went wrong."""
    retry_after_s: float | None = None
    """How long the server asks to be left alone."""

    @property
    def rows(self) -> int:
        """How many rows the pages have."""
        return sum(int(page.more.get("rows", 0)) for page in self.pages)


Reached = Callable[[ParsedFeed], bool]


class JsonPages:
    """Asks for pages."""

    def __init__(self, http: HttpClient, pool: ParsePool, clock: Clock) -> None:
        self._http = http
        self._pool = pool
        self._clock = clock

    async def fetch(
        self, source: JsonConfig, place: Place, since_ms: int, state: SourceState | None = None
    ) -> Response:
        """Ask for one page; with the validators of `state`, if given. Raises FetchTemporary, FetchPermanent."""
        options = GetOptions(
            headers={name: value.reveal() for name, value in source.headers.items()},
            etag=state.etag if state is not None else "",
            last_modified=state.last_modified if state is not None else "",
            accept=ACCEPT,
            timeout_s=source.timeout,
            max_wire_bytes=source.max_bytes,
            max_bytes=source.max_bytes,
            allow=AddressPolicy.of(source.allow_private),
            max_refusal=_REFUSAL,
        )
        try:
            return await self._http.get(page_url(source, place, since_ms), options, self._clock())
        except FetchTemporary as error:
            if error.page:  # why a key or a quota is refused stands in the body
                error.args = (f"{error}: “{quoted(error.page.decode('utf-8', 'replace'))}”",)
            raise

    async def parse(self, source: JsonConfig, response: Response) -> ParsedFeed:
        """Read one page. Raises ParseFailed, ParseKilled."""
        parsed = await parse_answer(self._pool, source, response, self._clock)
        telemetry.JSON_PAGES.labels(source=source.id).inc()
        return parsed

    async def read(
        self,
        source: JsonConfig,
        place: Place,
        since_ms: int,
        reached: Reached,
        most: int,
        first: Response | None = None,
    ) -> Sweep:
        """Read pages from a place on, at most so many. `first` is the first one, where it is already there.

        Raises what goes wrong with the first page: FetchTemporary, FetchPermanent, ParseFailed, ParseKilled.
        """
        sweep = Sweep(place=place, token=place if isinstance(place, str) else "")
        seen: set[str] = set()
        size = 0
        while len(sweep.pages) < most and sweep.rows < MOST_ROWS and size < MOST_BYTES:
            try:
                response = first if first is not None else await self.fetch(source, sweep.place, since_ms)
                first = None
                size += len(response.body)
                page = await self.parse(source, response)
            except (FetchTemporary, FetchPermanent, ParseFailed, ParseKilled) as error:
                if not sweep.pages:
                    raise
                self._broken(sweep, error)
                return sweep
            names = {candidate.identity for candidate in page.candidates}
            if sweep.pages and names <= seen and source.paging is not None and not source.paging.keep:
                sweep.done = True  # a server that knows no such parameter shows its first page again and again
                return sweep
            seen |= names
            sweep.pages.append(page)
            sweep.first = sweep.first or response
            try:
                following = next_place(source, sweep.place, page, response.headers.get("link", ""), response.url)
            except ParseFailed as error:
                self._broken(sweep, error)
                return sweep
            sweep.token = str(page.more.get("next", ""))[:MAX_TOKEN] or sweep.token
            if following is None or reached(page):
                sweep.done = True
                return sweep
            sweep.place = following
        return sweep

    @staticmethod
    def _broken(sweep: Sweep, error: Exception) -> None:
        sweep.retry_after_s = error.retry_after if isinstance(error, FetchTemporary) else None
        sweep.error = telemetry.safe_text(f"page {len(sweep.pages) + 1}: {error}", 300)
