"""The `feed` source: RSS 0.9x to 2.0, RDF, Atom 0.3 and 1.0, JSON Feed 1.0 and 1.1; its settings and its parser.

    bytes -> text (charset) -> clean -> entries (feed_xml, feed_json) -> plain text, dates, links, names -> Candidates

Everything here is pure: the parse worker runs it with limits, `alertd parse` without.
"""

from __future__ import annotations

import hashlib
import re
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from alertd.base.config import ConfigModel, Duration, UserId
from alertd.base.secrets import Secret
from alertd.model import Entry, ParsedFeed, Trust
from alertd.net.address import AddressPolicy, refusal
from alertd.sources.charset import decode
from alertd.sources.entry import Reading
from alertd.sources.events import Classification, Seen, SourceFacts, candidates
from alertd.sources.feed_json import looks_like_json, read_json
from alertd.sources.feed_xml import read_xml
from alertd.sources.guard import FREE, Guard
from alertd.sources.timetable import Every, Timetable

__all__ = ["Backlog", "FeedConfig", "SourceFacts", "parse_entries", "parse_feed"]

Backlog = Literal["none", "24h", "all"]

_URL = re.compile(r"https?://[^\s/?#@\\]+(?:[/?#]\S*)?", re.IGNORECASE)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OURS = {"host", "content-length", "connection", "transfer-encoding", "accept-encoding", "if-none-match",
         "if-modified-since", "user-agent"}  # fmt: skip
_LANGUAGE = r"^$|^[a-z]{2,3}$"


def _check_url(url: str) -> str:
    if not _URL.fullmatch(url) or not _has_host(url):
        raise ValueError(
            "a feed's url starts with http:// or https:// and has a host, but no user name (use headers)"
        )
    return url


def _has_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:  # half a pair of brackets, as round an IPv6 address
        return False


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _check_private(allowed: bool | list[str]) -> bool | list[str]:
    AddressPolicy.of(allowed)
    return allowed


def _check_headers(headers: dict[str, Secret]) -> dict[str, Secret]:
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of an HTTP header")
        if name.lower() in _OURS:
            raise ValueError(f"the header {name} is set by alertd itself")
        if not value.reveal().isprintable():
            raise ValueError(f"the value of the header {name} holds a line break or another control character")
    return headers


class FeedConfig(ConfigModel):
    """A feed to poll: an entry of `sources:` with `type: feed`."""

    type: Literal["feed"]
    id: UserId
    """Name of the source: part of every event's id, so renaming it makes all its items new."""
    desk: UserId | None = None
    """Whose it is: its items reach the portfolios of this desk alone."""
    allow_private: Annotated[bool | list[str], AfterValidator(_check_private)] = False
    """Whether the address may be private or loopback: true, or the networks that it may be in."""
    url: Annotated[str, AfterValidator(_check_url), Field(max_length=2_000)]
    """Where the feed is: http or https."""
    every: Every = Timetable(60.0)
    """How often to ask: `60s`, or with burst hours `{default: 60s, "06:55-09:35 America/New_York": 5s}`."""
    backlog: Backlog = "none"
    """Which items that are there at the first poll count as new: none, those of the last 24 hours, all."""
    trust: Trust = "medium"
    """How far the source is to be believed."""
    kind: Literal["news", "filing"] = "news"
    """What its items are."""
    language: Annotated[str, Field(pattern=_LANGUAGE)] = ""
    """Language of items where neither they nor the feed state one: two letters, such as en."""
    classification: Classification = "public"
    """Who may see its items; carried along in every event."""
    headers: Annotated[dict[str, Secret], AfterValidator(_check_headers), Field(default_factory=dict)]
    """HTTP headers to send, such as Authorization; never to another host after a redirect."""
    timeout: Annotated[Duration, Field(ge=1, le=300)] = 30.0
    """How long one request may take in all."""
    max_bytes: Annotated[int, Field(ge=1_024, le=32 << 20)] = 5 << 20
    """Bytes of the unpacked document; a larger one is refused."""

    def forbidden(self) -> str:
        """Say why no poll will be let through to the address; empty if one may. What a name leads to is seen then."""
        host = urlsplit(self.url).hostname or ""
        literal = "127.0.0.1" if host == "localhost" else host
        reason = refusal(literal, AddressPolicy.of(self.allow_private)) if _is_address(literal) else ""
        return f"it will not be polled: {reason}" if reason else ""

    def facts(self) -> SourceFacts:
        """Give what its events say of it."""
        return SourceFacts(
            id=self.id,
            kind=self.kind,
            trust=self.trust,
            language=self.language,
            classification=self.classification,
        )

    def shortest_interval(self) -> float:
        """Give the shortest time between two polls, in seconds, burst hours included."""
        return self.every.shortest()


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
