"""One GET over its redirects, from a URL to a Response."""

from __future__ import annotations

import asyncio
import hashlib

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from alertd.base.secrets import marked_query
from alertd.errors import FetchPermanent, FetchTemporary
from alertd.net.address import beside
from alertd.net.budget import HostBudget
from alertd.net.exchange import GetOptions, Response
from alertd.net.headers import BadHeader, checked, is_sendable, kept, retry_after
from alertd.net.inflate import PIECE, BodyDamaged, UnknownEncoding, make_decoder
from alertd.net.pools import Attempt, Pools, attempting
from alertd.net.redirects import (
    MAX_REDIRECTS,
    PERMANENT,
    REDIRECTS,
    BadUrl,
    is_literal,
    next_hop,
    read_url,
    same_origin,
    split_credentials,
)
from alertd.net.refusal import read_refusal
from alertd.net.retry_after import parse_max_age
from alertd.net.words import explain, size

_BREATHE_EVERY = 8
"""Pieces between two visits of the event loop: half a MiB, about a millisecond."""


class Visit:
    """A `get` under way."""

    def __init__(self, url: str, options: GetOptions, now: int, user_agent: str) -> None:
        self._options = options
        self._now = now
        try:
            self._first, secret = split_credentials(read_url(url))
            self._own = secret | checked(options.headers)
        except (BadUrl, BadHeader) as exc:
            raise FetchPermanent(str(exc)) from exc
        self._validated = marked_query(options.validators_url or str(self._first))
        self._user_agent = options.user_agent or user_agent
        self._inside = options.allow.private is not False
        self._trusted = True
        self._permanent = True
        self._hops = 0
        self._time = asyncio.get_running_loop().time
        self._began = self._hop_began = self._time()
        self._spent_s = 0.0

    async def run(self, pools: Pools, budget: HostBudget) -> Response:
        """Go where the redirects lead."""
        url = self._first
        seen = {url}
        while True:
            async with budget.turn(url.raw_host or "", inside=self._inside):
                outcome = await self._hop(url, pools)
            if isinstance(outcome, Response):
                return outcome
            self._hops += 1
            if self._hops > MAX_REDIRECTS:
                raise FetchTemporary(f"{self._first.raw_host}: more than {MAX_REDIRECTS} redirects")
            if outcome in seen:
                raise FetchTemporary(f"{self._first.raw_host}: redirects in a circle")
            seen.add(outcome)
            # Who has sent us elsewhere once decides what comes next: the source's headers never come back.
            self._trusted = self._trusted and same_origin(outcome, self._first)
            url = outcome

    async def _hop(self, url: URL, pools: Pools) -> Response | URL:
        self._hop_began = self._time()
        with attempting() as attempt:
            try:
                return await self._ask(url, pools, attempt)
            except (FetchTemporary, FetchPermanent) as exc:
                where = self._first.raw_host
                if not attempt.refused and url.raw_host != where:
                    where = f"{where} (redirected to {url.raw_host})"
                exc.args = (f"{where}: {exc}",)
                raise
            finally:
                self._spent_s += self._time() - self._hop_began

    async def _ask(self, url: URL, pools: Pools, attempt: Attempt) -> Response | URL:
        options = self._options
        timeouts = aiohttp.ClientTimeout(
            total=None,  # ours below also spans redirects and decoding
            connect=options.connect_timeout_s,
            sock_connect=options.connect_timeout_s,
            sock_read=options.read_timeout_s,
        )
        headers, conditional = self._headers(url)
        session = pools.session(options.allow, "get")
        try:
            async with (
                asyncio.timeout(options.timeout_s - self._spent_s),
                session.get(url, headers=headers, allow_redirects=False, timeout=timeouts) as answer,
            ):
                attempt.answered = True
                return await self._judge(url, answer, attempt, conditional)
        except (aiohttp.ClientError, OSError) as exc:
            if attempt.refused and not attempt.connected:
                raise self._forbidden(url, attempt) from exc
            if isinstance(exc, TimeoutError) and not isinstance(exc, aiohttp.ClientError):
                raise FetchTemporary(f"not done within {options.timeout_s:g} s{attempt.progress()}") from exc
            words = explain(exc, attempt, connect_s=options.connect_timeout_s, read_s=options.read_timeout_s)
            raise FetchTemporary(words) from exc

    def _headers(self, url: URL) -> tuple[CIMultiDict[str], bool]:
        """Give what is sent to `url`, and whether it makes the request conditional."""
        options = self._options
        headers = CIMultiDict({"User-Agent": self._user_agent, "Accept": options.accept})
        if self._trusted:
            headers.update(self._own)
        headers["Accept-Encoding"] = "gzip, deflate"
        conditions = {"If-None-Match": options.etag, "If-Modified-Since": options.last_modified}
        if marked_query(str(url)) == self._validated:
            headers.update({name: value for name, value in conditions.items() if value and is_sendable(value)})
        return headers, any(name in headers for name in conditions)

    async def _judge(
        self, url: URL, answer: aiohttp.ClientResponse, attempt: Attempt, conditional: bool
    ) -> Response | URL:
        status = answer.status
        if status in REDIRECTS:
            self._permanent = self._permanent and status in PERMANENT
            ports = None if self._inside else frozenset({self._first.port or 0})
            location = answer.headers.get("Location")
            return next_hop(url, status, location, ports=ports, downgrade=self._options.allow_downgrade)
        if status in (200, 203):
            body, digest = await self._read(answer, attempt)
            return self._response(url, answer, body, digest, attempt.received)
        if status == 304 and conditional:
            return self._response(url, answer, b"", "", 0)
        if status == 304:
            raise FetchTemporary("answered 304 (not modified) to a request without conditions")
        if status == 410:
            gone = FetchPermanent("answered 410 (gone)")
            gone.said_so = True
            raise gone
        failure = FetchTemporary(f"answered {status}")
        failure.retry_after = retry_after(answer, self._now)
        failure.status = status
        failure.page = await read_refusal(answer, self._options.max_refusal)
        raise failure

    async def _read(self, answer: aiohttp.ClientResponse, attempt: Attempt) -> tuple[bytes, str]:
        """Read, count, decode and hash the body as it comes."""
        options = self._options
        try:
            decoder = make_decoder(",".join(answer.headers.getall("Content-Encoding", [])))
        except UnknownEncoding as exc:
            raise FetchTemporary(f"answered in the encoding {exc}, which was not asked for") from exc
        if (answer.content_length or 0) > options.max_wire_bytes:
            raise _too_large(size(options.max_wire_bytes))
        body = bytearray()
        digest = hashlib.sha256()
        pieces = 0
        try:
            async for chunk in answer.content.iter_chunked(PIECE):
                attempt.received += len(chunk)
                if attempt.received > options.max_wire_bytes:
                    raise _too_large(size(options.max_wire_bytes))
                for piece in decoder.feed(chunk):
                    if len(body) + len(piece) > options.max_bytes:
                        raise _too_large(f"{size(options.max_bytes)} once decoded")
                    body += piece
                    digest.update(piece)
                    pieces += 1
                    if pieces % _BREATHE_EVERY == 0:
                        await asyncio.sleep(0)
            decoder.finish()
        except BodyDamaged as exc:
            raise FetchTemporary(str(exc)) from exc
        return bytes(body), digest.hexdigest()

    def _response(
        self, url: URL, answer: aiohttp.ClientResponse, body: bytes, digest: str, wire_bytes: int
    ) -> Response:
        options = self._options
        headers = kept(answer)
        if answer.status == 304:  # RFC 9110 section 15.4.5: what it does not repeat stays as it was
            for name, value in (("etag", options.etag), ("last-modified", options.last_modified)):
                if value:
                    headers.setdefault(name, value)
        done = self._time()
        received = self._now + round((done - self._began) * 1000)
        return Response(
            status=answer.status,
            url=str(url),
            headers=headers,
            body=body,
            sha256=digest,
            wire_bytes=wire_bytes,
            not_modified=answer.status == 304,
            http_date=headers.get("date"),
            permanent_url=str(url) if self._hops and self._permanent else None,
            retry_after_s=retry_after(answer, self._now),
            max_age_s=parse_max_age(headers, received),
            elapsed_s=self._spent_s + done - self._hop_began,
            received_at_ms=received,
        )

    def _forbidden(self, url: URL, attempt: Attempt) -> FetchTemporary | FetchPermanent:
        why = attempt.refused[0]
        if self._hops:
            return FetchTemporary(f"redirects to {why}")
        if is_literal(url):
            return FetchPermanent(f"is {beside(why, url.raw_host or '')}")
        # A name may point elsewhere tomorrow: name servers in trouble are known to answer 127.0.0.1 for a while.
        return FetchTemporary(f"is at {why}")


def _too_large(much: str) -> FetchTemporary:
    error = FetchTemporary(f"sends more than {much}")
    error.too_large = True
    return error
