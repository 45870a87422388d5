"""The answer of a source to a parse worker."""

from __future__ import annotations

from typing import Protocol

from alertd import telemetry
from alertd.base.clock import Clock
from alertd.errors import ParseFailed
from alertd.model import ParsedFeed
from alertd.net.client import Response
from alertd.sources.events import SourceFacts
from alertd.sources.feed_xml import NO_TIME
from alertd.sources.parsepool import ParseJob
from alertd.sources.polled import AnyConfig
from alertd.sources.wire import Again


class Parser(Protocol):
    """Where documents are parsed."""

    async def parse(self, job: ParseJob) -> ParsedFeed:
        """Parse a document. Raises ParseFailed, ParseKilled."""
        ...


async def parse_answer(
    pool: Parser,
    source: AnyConfig,
    response: Response,
    clock: Clock,
    *,
    kind: str = "",
    body: bytes | None = None,
    facts: SourceFacts | None = None,
    again: Again | None = None,
) -> ParsedFeed:
    """Have a document read by the parser of its source's type, or by that of a part, `kind`.

    `body` and `facts` stand for what came and for what the source says, where more is to be read than that; `again`
    is what is remembered of a feed. Raises ParseFailed and ParseKilled; ParseFailed too where there was no time to
    read any of it.
    """
    job = ParseJob(
        type=kind or source.type,
        body=response.body if body is None else body,
        content_type=response.content_type,
        base_url=response.url.partition("?")[0],  # of a link `#top` it would become part, with the feed's key
        source=source.facts() if facts is None else facts,
        seen_at_ms=response.received_at_ms,
        http_date=response.http_date,
        again=again,
    )
    parsed = await parse_timed(pool, job, clock)
    if parsed.rejected and not parsed.candidates and all(one.reason == NO_TIME for one in parsed.rejected):
        raise ParseFailed(f"none of its entries could be read: {NO_TIME}")
    return parsed


async def parse_timed(pool: Parser, job: ParseJob, clock: Clock) -> ParsedFeed:
    """Have a document read, and measure how long that takes. Raises ParseFailed and ParseKilled."""
    started = clock()
    parsed = await pool.parse(job)
    telemetry.PARSE_SECONDS.observe((clock() - started) / 1000)
    return parsed
