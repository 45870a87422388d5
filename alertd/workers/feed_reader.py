"""Reads feeds, and each entry of them once: what stood on a page in the same bytes at the last poll is remembered.

Most polls bring a page of which one entry is new, or none. Marks of all entries are still asked for and noted as
seen, so that what the store knows decides, as ever; only the reading is saved. What is remembered lacks the event
that it would become: where one is wanted after all (a store that was set back), the whole page is read.
"""

from __future__ import annotations

from collections import OrderedDict

import msgspec

from alertd import telemetry
from alertd.base.clock import Clock
from alertd.model import Candidate, ParsedFeed
from alertd.net.client import Response
from alertd.sources.document import DocumentConfig
from alertd.sources.feed_again import to_remember, together
from alertd.sources.wire import Again
from alertd.workers.parsing import Parser, parse_answer

MOST_BYTES = 32 << 20
"""What is kept of all pages: some 60,000 entries. The feeds that were read longest ago are given up first."""
_FEED = "feed"


class FeedReader:
    """Has documents read, feeds among them with what is remembered of them."""

    def __init__(self, pool: Parser, clock: Clock, most_bytes: int = MOST_BYTES) -> None:
        self._pool = pool
        self._clock = clock
        self._most = most_bytes
        self._pages: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._decoder = msgspec.msgpack.Decoder(dict[bytes, Candidate])

    async def read(self, source: DocumentConfig, response: Response, unless: str) -> ParsedFeed:
        """Read a document. Candidates that are remembered are bare (`wire.is_bare`).

        One whose `cut.digest` is `unless` says what it said then, and has no candidates. Raises ParseFailed,
        ParseKilled.
        """
        if source.type != _FEED:
            return await self.whole(source, response)
        kept = self._pages.get(source.id)
        remembered = self._decoder.decode(kept) if kept is not None else {}
        again = Again(known=list(remembered), unless=unless)
        page = await parse_answer(self._pool, source, response, self._clock, again=again)
        if page.cut is not None and page.cut.digest == unless:
            return page
        whole = together(page, remembered)
        self._keep(source.id, to_remember(whole) if whole is not None else {})
        if whole is None:
            read = page.cut is not None and len(page.candidates) == len(page.cut.entries)
            return msgspec.structs.replace(page, cut=None) if read else await self.whole(source, response)
        telemetry.ENTRIES_REMEMBERED.labels(source=source.id).inc(len(whole.candidates) - len(page.candidates))
        return whole

    async def whole(self, source: DocumentConfig, response: Response) -> ParsedFeed:
        """Read all of a document. Raises ParseFailed, ParseKilled."""
        return await parse_answer(self._pool, source, response, self._clock)

    def _keep(self, source: str, entries: dict[bytes, Candidate]) -> None:
        self._bytes -= len(self._pages.pop(source, b""))
        if not entries:
            return
        page = self._pages[source] = msgspec.msgpack.encode(entries)
        self._bytes += len(page)
        while self._bytes > self._most:
            _, oldest = self._pages.popitem(last=False)
            self._bytes -= len(oldest)
