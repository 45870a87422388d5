"""The page of an article, fetched as a polite reader would: one at a time from a host, two seconds apart or more.

    one at a time -> robots.txt -> our turn at the host, over all processes -> GET -> text (parse worker)

A page that is not for everybody is left alone: 401, 402, 403 and 451 end the job, and so does what
`sources.article` finds on it.
"""

from __future__ import annotations

import asyncio
import uuid
from typing import Protocol
from urllib.parse import urlsplit

from alertd.base.clock import Clock
from alertd.base.ids import mark
from alertd.errors import FetchTemporary, ParseFailed
from alertd.model import Candidate
from alertd.net.address import AddressPolicy
from alertd.net.client import GetOptions, HttpClient, Response
from alertd.sources.article import ARTICLE, ArticleParts, pack_article
from alertd.sources.article_links import is_allowed_host
from alertd.sources.parsepool import ParsePool
from alertd.sources.polled import HttpConfig
from alertd.store.types import FetchJob, Turn
from alertd.workers.fetching import Fetched, not_yet
from alertd.workers.parsing import parse_answer
from alertd.workers.robots import Robots, RobotsRefused

APART_MS = 2_000
"""Between the starts of two requests to one host."""
LONGEST_MS = 4_000
"""A job that would wait longer for its turn comes again instead."""
QUIET_S = 60.0
"""After a 429 or 503 that does not say for how long."""
LONGEST_QUIET_S = 3_600.0
MAX_HOSTS = 10_000
_CLOSED = {401: "asks to sign in", 402: "wants to be paid", 403: "does not let us", 451: "may not show it"}
_GONE_AFTER = 2
"""Attempts after which a page that is not there is believed to be none."""


class HostTurns(Protocol):
    """What being polite over all processes needs of the store."""

    async def take_turn(self, limit: str, token: str, now: int, interval_ms: int, longest_ms: int) -> Turn:
        """Take the next moment at which to send; asked again with the same token it gives the same moment."""
        ...

    async def keep_quiet(self, limit: str, until_ms: int, now: int) -> None:
        """Give nobody a turn until then."""
        ...


class ArticleFetch:
    """Fetches articles."""

    attempts = 5

    def __init__(self, http: HttpClient, pool: ParsePool, robots: Robots, store: HostTurns, clock: Clock) -> None:
        self._http = http
        self._pool = pool
        self._robots = robots
        self._store = store
        self._clock = clock
        self._busy: set[str] = set()
        """Hosts that are being asked from here."""
        self._planned: dict[str, int] = {}
        """Host -> the moment that was last promised to a job that has to come again."""

    async def fetch(self, job: FetchJob, source: HttpConfig) -> Fetched:
        """Fetch an article and make its event with the text."""
        host = urlsplit(job.url).hostname or ""
        if host in self._busy:
            raise self._later(host)
        self._busy.add(host)
        try:
            response = await self._get(job, source, host)
        finally:
            self._busy.discard(host)
        self._check_place(response.url, host, source)
        return Fetched(await self._parse(job, source, response))

    async def _get(self, job: FetchJob, source: HttpConfig, host: str) -> Response:
        allow = AddressPolicy.of(source.allow_private)
        try:
            delay_s = await self._robots.allow(job.url, policy=allow, timeout_s=source.timeout)
        except RobotsRefused as refused:
            if refused.by_rule:
                raise ParseFailed(str(refused)) from refused
            raise
        await self._turn(host, max(APART_MS, int(delay_s * 1000)))
        options = GetOptions(
            accept="text/html, application/xhtml+xml;q=0.9, application/pdf;q=0.5",
            timeout_s=source.timeout,
            max_wire_bytes=source.max_bytes,
            max_bytes=source.max_bytes,
            allow=allow,
        )
        try:
            return await self._http.get(job.url, options, self._clock())
        except FetchTemporary as error:
            await self._judge(error, job, host)
            raise

    async def _judge(self, error: FetchTemporary, job: FetchJob, host: str) -> None:
        """Tell what is for good from what may pass. Raises ParseFailed for the former."""
        if error.status in _CLOSED:
            raise ParseFailed(f"{error}: the site {_CLOSED[error.status]}") from error
        if error.too_large or (error.status == 404 and job.attempts >= _GONE_AFTER):
            raise ParseFailed(str(error)) from error
        if error.status in (429, 503):
            now = self._clock()
            silence_s = min(error.retry_after or QUIET_S, LONGEST_QUIET_S)
            await self._store.keep_quiet(_limit(host), now + int(silence_s * 1000), now)

    async def _turn(self, host: str, apart_ms: int) -> None:
        token = uuid.uuid4().hex
        while True:
            now = self._clock()
            turn = await self._store.take_turn(_limit(host), token, now, apart_ms, max(LONGEST_MS, apart_ms))
            if turn.kind == "quiet":
                raise not_yet(f"{host} wants to be left alone", (turn.at_ms - now) / 1000)
            if turn.kind == "full":
                raise self._later(host)
            if turn.at_ms <= now:
                return
            await asyncio.sleep((turn.at_ms - now) / 1000)

    def _later(self, host: str) -> FetchTemporary:
        """Promise a job a moment of its own: all of them at once would only be sent away again."""
        now = self._clock()
        if len(self._planned) >= MAX_HOSTS:
            self._planned = {name: at for name, at in self._planned.items() if at > now}
        self._planned[host] = at = max(self._planned.get(host, 0), now) + APART_MS
        return not_yet(f"{host} is asked for another article", (at - now) / 1000)

    def _check_place(self, url: str, host: str, source: HttpConfig) -> None:
        """Refuse what a redirect has led to, if no link might have. Raises ParseFailed."""
        found = urlsplit(url).hostname or ""
        listed = source.facts().reads.get("articles", {}).get("listed", ())
        if not is_allowed_host(found, host, listed):
            raise ParseFailed(f"the link was redirected to {found[:100]}, which is not in full_text_hosts")

    async def _parse(self, job: FetchJob, source: HttpConfig, response: Response) -> Candidate:
        body = pack_article(ArticleParts(header=job.header, page=response.body))
        parsed = await parse_answer(self._pool, source, response, self._clock, kind=ARTICLE, body=body)
        return parsed.candidates[0]


def _limit(host: str) -> str:
    """Name the limit of a host in the store; what stands in a link may be anything."""
    return f"host-{mark('host', host)}"
