"""The `feed` source: RSS 0.9x to 2.0, RDF, Atom 0.3 and 1.0, JSON Feed 1.0 and 1.1; its settings and its parser.

    bytes -> text (charset) -> clean -> entries (feed_xml, feed_json) -> plain text, dates, links, names -> Candidates

Everything here is pure: the parse worker runs it with limits, `alertd parse` without.
"""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from alertd.base.secrets import Secret
from alertd.model import Entry, ParsedFeed, Trust
from alertd.sources.charset import decode
from alertd.sources.entry import Reading
from alertd.sources.events import Seen, SourceFacts, candidates
from alertd.sources.feed_json import looks_like_json, read_json
from alertd.sources.feed_xml import read_xml
from alertd.sources.guard import FREE, Guard
from alertd.sources.polled import Backlog, HttpConfig, is_url

__all__ = ["Backlog", "FeedConfig", "SourceFacts", "parse_entries", "parse_feed"]

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OURS = {"host", "content-length", "connection", "transfer-encoding", "accept-encoding", "if-none-match",
         "if-modified-since", "user-agent"}  # fmt: skip
_LANGUAGE = r"^$|^[a-z]{2,3}$"


def _check_url(url: str) -> str:
    if not is_url(url):
        raise ValueError(
            "a feed's url starts with http:// or https:// and has a host, but no user name (use headers)"
        )
    return url


def _check_headers(headers: dict[str, Secret]) -> dict[str, Secret]:
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of an HTTP header")
        if name.lower() in _OURS:
            raise ValueError(f"the header {name} is set by alertd itself")
        if not value.reveal().isprintable():
            raise ValueError(f"the value of the header {name} holds a line break or another control character")
    return headers


class FeedConfig(HttpConfig):
    """A feed to poll: an entry of `sources:` with `type: feed`."""

    type: Literal["feed"]
    url: Annotated[str, AfterValidator(_check_url), Field(max_length=2_000)]
    """Where the feed is: http or https."""
    trust: Trust = "medium"
    """How far the source is to be believed."""
    kind: Literal["news", "filing"] = "news"
    """What its items are."""
    language: Annotated[str, Field(pattern=_LANGUAGE)] = ""
    """Language of items where neither they nor the feed state one: two letters, such as en."""
    headers: Annotated[dict[str, Secret], AfterValidator(_check_headers), Field(default_factory=dict)]
    """HTTP headers to send, such as Authorization; never to another host after a redirect."""

    @property
    def address(self) -> str:
        """The feed's url."""
        return self.url

    def forbidden(self) -> str:
        """Say why no poll will be let through to the address; empty if one may."""
        return self.refused(self.url)

    def facts(self) -> SourceFacts:
        """Give what its events say of it."""
        return SourceFacts(
            id=self.id,
            kind=self.kind,
            trust=self.trust,
            language=self.language,
            classification=self.classification,
            rights=self.terms(),
        )


def parse_feed(
    body: bytes,
    content_type: str | None,
    base_url: str,
    source: SourceFacts,
    seen_at_ms: int,
    http_date: str | None,
    guard: Guard = FREE,
) -> ParsedFeed:
    """Make candidates of a document.

    `base_url` is what relative links are relative to. Raises ParseFailed, with one sentence for a person, if the
    document is no feed; a broken entry is in `rejected`, its neighbours are not.
    """
    reading = _read(body, content_type, guard)
    seen = Seen(source, base_url, seen_at_ms, hashlib.sha256(body).hexdigest(), http_date)
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
