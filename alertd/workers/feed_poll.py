"""One poll of a feed.

    fetch (conditional) -> changed? -> parse (in a killable worker) -> intake -> end of poll

Validators are stored by the last step, after the entries: a crash before it costs a second poll, never an entry (C1).
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from alertd.base.clock import Clock
from alertd.base.failpoints import failpoint
from alertd.base.secrets import marked_query
from alertd.model import ParsedFeed, SourceState
from alertd.net.address import AddressPolicy
from alertd.net.client import GetOptions, HttpClient, Response
from alertd.sources.document import DocumentConfig
from alertd.sources.parsepool import ParsePool
from alertd.workers.feed_reader import FeedReader
from alertd.workers.intake import Intake
from alertd.workers.poll import Polled
from alertd.workers.source_health import SourceHealth, healthy

READ_AGAIN_MS = 86_400_000
"""A page that does not change is read once a day all the same: what is on it would count as not seen since, and be
forgotten the moment it leaves the page, to come back as news with the next stale copy. Heals a server's wrong 304s,
too."""
IN_HAND = 4
"""Documents that are read and taken in at once. Each has all its entries in memory, and when Redis comes back all
sources bring theirs at the same moment; memory that was needed once is hardly ever given back."""
ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


class FeedPoll:
    """Asks feeds, and what else is one document at an address."""

    accept = ACCEPT

    def __init__(
        self,
        intake: Intake,
        http: HttpClient,
        pool: ParsePool,
        health: SourceHealth,
        clock: Clock,
        *,
        reader: FeedReader | None = None,
    ) -> None:
        self._intake = intake
        self._http = http
        self._pool = pool
        self._reader = reader or FeedReader(pool, clock)
        self._health = health
        self._clock = clock
        self._in_hand = asyncio.Semaphore(IN_HAND)

    async def take(self, source: DocumentConfig, state: SourceState, now: int) -> Polled:
        """Fetch a feed and take it in."""
        response = await self._fetch(source, state, now)
        here = state.url == source.address and state.state == "fine" and _is_fresh(state, self._clock())
        if response.not_modified or (here and response.sha256 == state.body_sha256):
            return await self._unchanged(source, state, response)
        failpoint("poll.fetched")
        async with self._in_hand:
            return await self._read(source, state, response, here=here)

    async def _read(self, source: DocumentConfig, state: SourceState, response: Response, *, here: bool) -> Polled:
        """Read a document that was fetched, and take it in. `here`: the last one was of this address, and fresh."""
        parsed = await self._reader.read(source, response, state.page_digest if here else "")
        if here and parsed.cut is not None and parsed.cut.digest == state.page_digest:
            return await self._unchanged(source, _validated(state, response), response, state.ttl_s)
        cursor = await self.remembered(source, state, parsed)

        async def whole() -> ParsedFeed:
            return await self._reader.whole(source, response)

        taken = await self._intake.take(source, state, parsed, backlog=source.backlog, whole=whole)
        ttl_s = float(parsed.ttl_seconds) if parsed.ttl_seconds is not None else None
        after = msgspec.structs.replace(
            _validated(healthy(source, taken.before, self._clock(), response), response, read=taken.read),
            page_digest=parsed.cut.digest if parsed.cut is not None and taken.read else "",
            ttl_s=ttl_s,
            cursor=cursor,
        )
        after = await self._intake.end(after, taken)
        return Polled(after, "new" if taken.new else "nothing_new", max_age_s=response.max_age_s, ttl_s=ttl_s)

    async def _unchanged(
        self, source: DocumentConfig, state: SourceState, response: Response, ttl_s: float | None = None
    ) -> Polled:
        after = healthy(source, state, self._clock(), response)
        await self._health.quiet(state, after)
        return Polled(after, "unchanged", max_age_s=response.max_age_s, ttl_s=ttl_s)

    async def remembered(self, source: DocumentConfig, state: SourceState, parsed: ParsedFeed) -> dict[str, Any]:
        """Look at what was read before it is taken in; gives what to remember. Raises ParseFailed to refuse it.

        A feed needs nothing. What a source of another type has left under this id is not carried along.
        """
        return {}

    async def _fetch(self, source: DocumentConfig, state: SourceState, now: int) -> Response:
        fresh = _is_fresh(state, now)
        options = GetOptions(
            headers={name: value.reveal() for name, value in source.headers.items()},
            etag=state.etag if fresh else "",
            last_modified=state.last_modified if fresh else "",
            validators_url=state.validators_url,
            accept=self.accept,
            timeout_s=source.timeout,
            max_wire_bytes=source.max_bytes,
            max_bytes=source.max_bytes,
            allow=AddressPolicy.of(source.allow_private),
        )
        return await self._http.get(source.url, options, now)


def _validated(state: SourceState, response: Response, *, read: bool = True) -> SourceState:
    """Give the state with the validators of an answer; without any where not all of it was read."""
    return msgspec.structs.replace(
        state,
        etag=response.etag if read else "",
        last_modified=response.last_modified if read else "",
        validators_url=marked_query(response.url),
        body_sha256=response.sha256 if read else "",
    )


def _is_fresh(state: SourceState, now: int) -> bool:
    """Tell whether the page was read so lately that one that has not changed since need not be."""
    return now - state.last_read_ms < READ_AGAIN_MS
