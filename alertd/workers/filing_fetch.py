"""The documents of a filing, fetched from EDGAR: its index page, then the filing itself and its EX-99 exhibits.

    index page -> which documents (parse worker) -> each of them -> text, items, facts (parse worker)

Every request takes its turn among all that are sent to EDGAR. Whole submissions, which may have 300 MB, are never
asked for.
"""

from __future__ import annotations

import asyncio
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from alertd.base.clock import Clock
from alertd.errors import FetchPermanent, FetchTemporary, ParseFailed
from alertd.model import ParsedFeed, event_from_json
from alertd.net.address import AddressPolicy
from alertd.net.client import GetOptions, Response
from alertd.sources.edgar import EdgarConfig
from alertd.sources.filing_event import DOCUMENTS, FILING, FilingParts, documents_of, pack_parts
from alertd.sources.filing_submission import MAX_KEPT, MAX_KEPT_IN_ALL, Document
from alertd.sources.parsepool import ParsePool
from alertd.store.types import FetchJob
from alertd.workers.fetching import Fetched, NotYet, not_yet
from alertd.workers.parsing import parse_answer
from alertd.workers.sec_requests import SHORT_WAIT_S

MAX_DOCUMENT = 32 << 20
"""Bytes of one document that are fetched; of these the first 8 MiB are read."""
AT_ONCE = 4
"""Filings that are fetched at the same time: more would stand before the next poll in the line of turns."""
_PATIENCE = 4
"""From this attempt on a filing is taken without an exhibit, or an earlier schedule, that is not to be had."""
_ACCEPT = "text/html, application/xhtml+xml, application/xml;q=0.9, text/plain;q=0.9, */*;q=0.5"


class Requests(Protocol):
    """Asks EDGAR, in turns (`SecRequests`)."""

    async def get(self, url: str, options: GetOptions, *, longest_s: float = 30.0) -> Response:
        """Fetch a URL when our turn has come."""
        ...


class FilingFetch:
    """Fetches filings."""

    attempts = 40
    """EDGAR may be away for hours, and the filing stays: until the day is over that a job lives."""

    def __init__(self, requests: Requests, pool: ParsePool, clock: Clock) -> None:
        self._requests = requests
        self._pool = pool
        self._clock = clock
        self._line = asyncio.Semaphore(AT_ONCE)

    async def fetch(self, job: FetchJob, source: EdgarConfig) -> Fetched:
        """Fetch the documents of a filing and make its event with text, items and facts."""
        async with self._line:
            return await self._fetch(job, source)

    async def _fetch(self, job: FetchJob, source: EdgarConfig) -> Fetched:
        form = event_from_json(job.header).form or ""
        index = await self._get(job.url, source, SHORT_WAIT_S)
        listed = documents_of(await self._parse(DOCUMENTS, index.body, index, source, {"form": form}))
        loaded, left_out = await self._documents(listed, job, source)
        parts = FilingParts(header=job.header, documents=tuple(loaded), left_out=left_out)
        parsed = await self._parse(FILING, pack_parts(parts), index, source, {})
        if (previous := parsed.says.get("previous")) and (before := await self._before(str(previous), job, source)):
            parts = msgspec.structs.replace(parts, before=before)
            parsed = await self._parse(FILING, pack_parts(parts), index, source, {})
        return Fetched(parsed.candidates[0], str(parsed.says.get("no_facts", "")))

    async def _documents(
        self, listed: list[Document], job: FetchJob, source: EdgarConfig
    ) -> tuple[list[Document], bool]:
        """Fetch the documents; gives them with what was kept, and whether one had to be left out."""
        loaded: list[Document] = []
        left_out, room = False, MAX_KEPT_IN_ALL
        for document in listed:
            if document.size > MAX_DOCUMENT or room <= 0:
                left_out = True
                continue
            try:
                body = (await self._get(document.url, source, source.timeout)).body
            except FetchTemporary as error:
                missing = error.status in (403, 404) and job.attempts >= _PATIENCE
                if not (error.too_large or (missing and document is not listed[0])):
                    raise
                left_out = True
                continue
            kept = body[: min(MAX_KEPT, room)]
            room -= len(kept)
            loaded.append(msgspec.structs.replace(document, content=kept, truncated=len(kept) < len(body)))
        if not loaded:
            raise ParseFailed(f"the filing's documents have more than {MAX_DOCUMENT >> 20} MiB each")
        return loaded, left_out

    async def _before(self, path: str, job: FetchJob, source: EdgarConfig) -> bytes:
        """Fetch the schedule that an amendment amends; empty if it is not to be had: then the stake's change is not
        known. Rules ask for that change, so it is not left out over what passes."""
        try:
            return (await self._get(path, source, SHORT_WAIT_S)).body[:MAX_KEPT]
        except FetchPermanent:
            return b""
        except FetchTemporary as error:
            not_there = error.too_large or (error.status in (403, 404) and not error.retry_after)
            if isinstance(error, NotYet) or not (not_there or job.attempts >= _PATIENCE):
                raise
            return b""

    async def _get(self, url: str, source: EdgarConfig, longest_s: float) -> Response:
        """Ask EDGAR where the settings say that it is, whatever host a page names: it may be a mirror."""
        parts = urlsplit(url)
        options = GetOptions(
            accept=_ACCEPT,
            timeout_s=source.timeout,
            max_wire_bytes=MAX_DOCUMENT,
            max_bytes=MAX_DOCUMENT,
            allow=AddressPolicy.of(source.allow_private),
        )
        query = f"?{parts.query}" if parts.query else ""
        try:
            return await self._requests.get(f"{source.base_url}{parts.path}{query}", options, longest_s=longest_s)
        except FetchTemporary as error:
            if not error.status and error.retry_after:  # silence, or too many wait: nothing was sent
                raise not_yet(str(error), error.retry_after) from error
            raise

    async def _parse(
        self, kind: str, body: bytes, answer: Response, source: EdgarConfig, reads: dict[str, str]
    ) -> ParsedFeed:
        facts = msgspec.structs.replace(source.facts(), reads=dict(reads))
        return await parse_answer(self._pool, source, answer, self._clock, kind=kind, body=body, facts=facts)
