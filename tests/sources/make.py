"""Small documents and pages for the tests of sources."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

import msgspec

from alertd.base.clock import parse_rfc3339
from alertd.model import Candidate, Event, Known, ParsedFeed, event_from_json
from alertd.sources.feed import SourceFacts, parse_feed

SEEN = parse_rfc3339("2025-06-03T14:00:00Z")
BASE = "https://news.example.com/rss/all.xml"
FACTS = SourceFacts(id="wire")


def item(
    title: str = "",
    *,
    guid: str = "",
    link: str = "",
    text: str = "",
    date: str = "",
    more: str = "",
) -> str:
    parts = [
        f"<title>{escape(title)}</title>" if title else "",
        f'<guid isPermaLink="false">{escape(guid)}</guid>' if guid else "",
        f"<link>{escape(link)}</link>" if link else "",
        f"<description>{escape(text)}</description>" if text else "",
        f"<pubDate>{escape(date)}</pubDate>" if date else "",
        more,
    ]
    return f"<item>{''.join(parts)}</item>"


def rss(*items: str, head: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>Example Wire</title>'
        f"<link>https://news.example.com/</link>{head}{''.join(items)}</channel></rss>"
    ).encode()


def atom(*entries: str, attributes: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" '
        f'xmlns:at="http://purl.org/atompub/tombstones/1.0" {attributes}>'
        f"<title>Example</title><id>urn:example</id><updated>2025-06-03T12:00:00Z</updated>{''.join(entries)}</feed>"
    ).encode()


GOOD_1 = item("Vega Grid leases Orion", guid="good-1", link="https://news.example.com/1", text="The first.")
GOOD_2 = item("Lumen Labs cuts its outlook", guid="good-2", link="https://news.example.com/2", text="The second.")


def parse(
    body: bytes, content_type: str | None = None, base_url: str = BASE, seen: int = SEEN, **facts: Any
) -> ParsedFeed:
    source = msgspec.structs.replace(FACTS, **facts)
    return parse_feed(body, content_type, base_url, source, seen, "Tue, 03 Jun 2025 14:00:00 GMT")


def events(page: ParsedFeed) -> list[Event]:
    return [event_from_json(bytes(candidate.event)) for candidate in page.candidates]


def only(body: bytes, **options: Any) -> Event:
    (event,) = events(parse(body, **options))
    return event


def titles(page: ParsedFeed) -> list[str]:
    return [candidate.title for candidate in page.candidates]


def accounted(page: ParsedFeed) -> list[int]:
    """Positions of everything that the page accounts for."""
    return sorted(
        [c.position for c in page.candidates] + [r.position for r in page.rejected] + [d[0] for d in page.duplicates]
    )


class Memory:
    """What a store would remember of the marks of one source, without a store."""

    def __init__(self) -> None:
        self.owners: dict[str, Known] = {}
        self.marks: dict[str, str] = {}
        self.told: list[tuple[str, str]] = []
        """(event id, new | revised) in order."""

    def known(self) -> dict[str, Known]:
        return {mark: self.owners[owner] for mark, owner in self.marks.items()}

    def take(self, candidate: Candidate, verdict: str, alias_of: str = "") -> None:
        identity = candidate.identity
        owner = self.marks.get(identity) or (self.marks.get(alias_of) if verdict == "alias" else None)
        if owner is None:
            assert verdict != "alias", "an alias of nothing"
            owner = identity
            self.owners[owner] = Known(
                identity=owner, event_id=candidate.event_id, revision=1, hashes=[candidate.content_hash]
            )
            self.told.append((candidate.event_id, "new"))
        elif verdict != "alias" and candidate.content_hash not in self.owners[owner].hashes:
            old = self.owners[owner]
            self.told.append((old.event_id, "revised"))
            self.owners[owner] = msgspec.structs.replace(
                old, revision=old.revision + 1, hashes=[*old.hashes, candidate.content_hash][-8:]
            )
        for mark in (identity, candidate.strong, candidate.weak):
            if mark:
                self.marks.setdefault(mark, owner)
