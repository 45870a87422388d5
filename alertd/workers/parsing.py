"""The answer of a source to a parse worker, as most sources have it read."""

from __future__ import annotations

from alertd import telemetry
from alertd.base.clock import Clock
from alertd.model import ParsedFeed
from alertd.net.client import Response
from alertd.sources.parsepool import ParseJob, ParsePool
from alertd.sources.polled import AnyConfig


async def parse_answer(pool: ParsePool, source: AnyConfig, response: Response, clock: Clock) -> ParsedFeed:
    """Have a document read by the parser of its source's type. Raises ParseFailed and ParseKilled."""
    job = ParseJob(
        type=source.type,
        body=response.body,
        content_type=response.content_type,
        base_url=response.url.partition("?")[0],  # of a link `#top` it would become part, with the feed's key
        source=source.facts(),
        seen_at_ms=response.received_at_ms,
        http_date=response.http_date,
    )
    started = clock()
    parsed = await pool.parse(job)
    telemetry.PARSE_SECONDS.observe((clock() - started) / 1000)
    return parsed
