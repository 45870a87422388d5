"""The `feed` source: RSS 0.9x to 2.0, RDF, Atom 0.3 and 1.0, JSON Feed 1.0 and 1.1; its settings and its parser.

    bytes -> text (charset) -> clean -> entries (feed_xml, feed_json) -> plain text, dates, links, names -> Candidates

Everything here is pure: the parse worker runs it with limits, `alertd parse` without.
"""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec

from alertd.model import Entry, ParsedFeed
from alertd.sources.article_config import ArticleKeys
from alertd.sources.charset import decode
from alertd.sources.document import DocumentConfig
from alertd.sources.entry import Reading
from alertd.sources.events import Seen, SourceFacts, candidates
from alertd.sources.feed_json import looks_like_json, read_json
from alertd.sources.feed_xml import read_xml
from alertd.sources.guard import FREE, Guard
from alertd.sources.polled import Backlog

__all__ = ["Backlog", "FeedConfig", "SourceFacts", "parse_entries", "parse_feed"]


class FeedConfig(DocumentConfig, ArticleKeys):
    """A feed to poll: an entry of `sources:` with `type: feed`."""

    type: Literal["feed"]

    def facts(self) -> SourceFacts:
        """Give what its events say of it."""
        reads = {"articles": self.articles(self.url)} if self.full_text else {}
        return msgspec.structs.replace(super().facts(), full_text=self.full_text, reads=reads)


def parse_feed(
    body: bytes,
    content_type: str | None,
    base_url: str,
    source: SourceFacts,
    seen_at_ms: int,
    http_date: str | None,
    guard: Guard = FREE,
    *,
    whole: bytes | None = None,
) -> ParsedFeed:
    """Make candidates of a document.

    `base_url` is what relative links are relative to; `whole` is what came, where `body` is a part of it. Raises
    ParseFailed, with one sentence for a person, if the document is no feed; a broken entry is in `rejected`, its
    neighbours are not.
    """
    reading = _read(body, content_type, guard)
    seen = Seen(source, base_url, seen_at_ms, hashlib.sha256(whole or body).hexdigest(), http_date)
    made, rejected, duplicates = candidates(reading, seen, guard)
    return ParsedFeed(
        format=reading.format,
        candidates=made,
        rejected=rejected,
        duplicates=duplicates,
        ttl_seconds=reading.ttl_seconds,
        repaired="; ".join(dict.fromkeys(reading.notes)),
    )


def parse_entries(body: bytes, content_type: str | None, base_url: str, guard: Guard = FREE) -> list[Entry]:
    """Give the entries of a document as the source wrote them. Raises ParseFailed."""
    return [read.entry for read in _read(body, content_type, guard).entries]


def _read(body: bytes, content_type: str | None, guard: Guard) -> Reading:
    text, notes = decode(body, content_type)
    if looks_like_json(text):
        return read_json(text, notes)
    return read_xml(text, notes, guard)
