"""Entry -> Candidate: clean text, checked links, clocks kept apart, the item's names, the JSON of its Event."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec

from alertd.base.clock import rfc3339
from alertd.base.ids import mark
from alertd.model import Candidate, Event, Provenance, Rejected, Rights, Struct, Trust, event_to_json
from alertd.sources.article_links import article_address
from alertd.sources.dates import Stamp, parse_date
from alertd.sources.entry import ReadEntry, Reading
from alertd.sources.feed_xml import NO_TIME, PARSER_FAULTS
from alertd.sources.guard import Guard, OverTime
from alertd.sources.identity import Facts, Identity, Repeat, identify, usable
from alertd.sources.links import absolute, canonical
from alertd.sources.plain import cut_body, cut_title, first_sentence, plain_line, plain_text, scrub

Classification = Literal["public", "internal", "restricted"]

EARLIEST_MS = 30 * 86_400_000
"""`event_at` is at most so long before an item was seen…"""
LATEST_MS = 5 * 60_000
"""…and at most so long after: publishers' clocks and dates are not to be trusted further."""
LATE_MS = 3_600_000
"""An item that says it was published longer ago than this came late."""
_DAY_MS = 86_400_000
_ENTRY_SHARE = 0.1
_MAX_NAMES, _MAX_NAME = 30, 200

_TAKEN_BACK = re.compile(
    r"[\W_]*(?:(?:MANDATORY )?KILL(?:ED)?|WITHDRAWN|Withdrawn|WITHDRAWAL|RETRACTED|Retracted|RETRACTION|Retraction|"
    r"DISREGARD(?: RELEASE)?)(?:\s*[:*/\]\)|]|\s+[-–—])"
)
"""Titles by which wires take an item back (listed in docs/sources.md): the word, followed by `:` or the like."""
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?")


class SourceFacts(Struct, frozen=True, kw_only=True):
    """What an event says of its source."""

    id: str
    kind: Literal["news", "filing"] = "news"
    trust: Trust = "medium"
    language: str = ""
    """Where neither item nor feed state one."""
    classification: Classification = "public"
    rights: Rights | None = None
    forms: tuple[str, ...] = ()
    """Of filings: the forms that become events, in canonical form; none: all do."""
    full_text: bool = False
    """An event is sent out with what its entry says, and its full text follows."""
    reads: dict[str, Any] = msgspec.field(default_factory=dict)
    """How its documents are read, where the settings say that: JSON paths, selectors…, as plain data."""


@dataclass(frozen=True, slots=True)
class Seen:
    """When and where a document was seen."""

    source: SourceFacts
    base_url: str
    at_ms: int
    sha256: str
    http_date: str | None

    def provenance(self) -> Provenance:
        """Give what an event of the document says of where it came from, and of what is allowed with it."""
        source = self.source
        return Provenance(
            fetched_sha256=self.sha256,
            http_date=self.http_date,
            classification=source.classification,
            rights=source.rights,
        )


@dataclass(frozen=True, slots=True)
class _Text:
    """An entry's text, cleaned."""

    read: ReadEntry
    guid: str
    link: str
    title: str
    body: str
    truncated: bool
    published: Stamp | None
    updated: Stamp | None
    withdrawn: bool


def is_taken_back(title: str) -> bool:
    """Say whether a title is a wire's notice that the item is withdrawn."""
    return _TAKEN_BACK.match(title) is not None


Sorted = tuple[list[Candidate], list[Rejected], list[tuple[int, int]]]
"""Candidates, rejected ones, and duplicates as (position, position of what it repeats)."""


def candidates(reading: Reading, seen: Seen, guard: Guard) -> Sorted:
    """Make candidates of a document's entries; every entry is in exactly one of the three lists."""
    texts: list[_Text] = []
    rejected = [_rejected(one.position, one.reason, one.title) for one in reading.rejected]
    for read in reading.entries:
        result = _cleaned(read, reading, seen, guard)
        if isinstance(result, Rejected):
            rejected.append(result)
        else:
            texts.append(result)
    names = identify(seen.source.id, [_facts(text) for text in texts])
    made: list[Candidate] = []
    duplicates: list[tuple[int, int]] = []
    for text, name in zip(texts, names, strict=True):
        if isinstance(name, Repeat):
            duplicates.append((text.read.entry.position, texts[name.of].read.entry.position))
        else:
            made.append(_candidate(text, name, reading, seen))
    return made, rejected, duplicates


def _rejected(position: int, reason: str, title: str) -> Rejected:
    """Reject an entry. Its title is not looked at as HTML: it may be what killed the parser."""
    title = cut_title(" ".join(scrub(title[:1_000]).split()), 200)
    return Rejected(position=position, reason=reason, title=title)


def _cleaned(read: ReadEntry, reading: Reading, seen: Seen, guard: Guard) -> _Text | Rejected:
    entry = read.entry
    if entry.position in guard.skip:
        return _rejected(entry.position, "the parser was killed over it", entry.title)
    if guard.spent():
        return _rejected(entry.position, NO_TIME, entry.title)
    guard.starting(entry.position)
    try:
        with guard.step(_ENTRY_SHARE):
            text = _text(read, reading, seen)
    except (*PARSER_FAULTS, OverTime) as error:
        reason = NO_TIME if guard.spent() else f"its text could not be read: {type(error).__name__}"
        return _rejected(entry.position, reason, entry.title)
    if not usable(_facts(text)):
        return _rejected(entry.position, "no guid, link, title or text", "")
    return text


def _text(read: ReadEntry, reading: Reading, seen: Seen) -> _Text:
    entry = read.entry
    guid = scrub(entry.guid)
    title = plain_line(entry.title, literal="title" in read.literal)
    body, truncated = cut_body(_body(read))
    link = absolute(entry.link, seen.base_url or reading.link)
    updated = read.updated or parse_date(entry.updated)
    if link and guid == entry.link and not guid.lower().startswith(("http://", "https://", "/")):
        link = ""  # a GUID that nobody marked as no permalink: "12345" leads nowhere
    return _Text(
        read=read,
        guid=guid,
        link=link,
        title=title,
        body=body,
        truncated=truncated,
        published=read.published or parse_date(entry.published) if entry.published else updated,
        updated=updated,
        withdrawn=entry.withdrawn or is_taken_back(title),
    )


def _body(read: ReadEntry) -> str:
    """Take the content, with the summary before it unless it only repeats the content's beginning."""
    entry = read.entry
    content = plain_text(entry.content, literal="content" in read.literal) if entry.content else ""
    summary = plain_text(entry.summary, literal="summary" in read.literal) if entry.summary else ""
    if not content or not summary:
        return content or summary
    start = " ".join(summary[:120].split()[:-1]) or summary
    return content if start in " ".join(content.split()) else f"{summary}\n{content}"


def _facts(text: _Text) -> Facts:
    published = text.published
    return Facts(
        guid=text.guid,
        link=canonical(text.link),
        title=text.title,
        body=text.body,
        published_ms=published.ms if published else None,
        precise=published is not None and published.precision != "day",
        updated_ms=text.updated.ms if text.updated else None,
        versions=text.read.versions,
        withdrawn=text.withdrawn,
        tombstone=text.read.tombstone,
    )


def _candidate(text: _Text, name: Identity, reading: Reading, seen: Seen) -> Candidate:
    event = _event(text, name, reading, seen)
    wanted = seen.source.full_text and not event.withdrawn
    fetch = article_address(event.url, event.body, seen.base_url, seen.source.reads) if wanted else ""
    if fetch:
        event = msgspec.structs.replace(event, awaiting="full_text")
    if (state := text.read.state) is not None:
        # Such a row is known by its name alone: two halts of one day may well have one wording.
        content_hash = mark("state", state, "withdrawn" if text.withdrawn else "")
        name = replace(name, strong="", weak="", content_hash=content_hash, names=name.names[:1])
    return Candidate(
        position=text.read.entry.position,
        event_id=name.event_id,
        identity=name.identity,
        strong=name.strong,
        weak=name.weak,
        content_hash=name.content_hash,
        withdrawn=text.withdrawn,
        title=event.title,
        published_ms=text.published.ms if text.published else None,
        event=msgspec.Raw(event_to_json(event)),
        names=name.names,
        tombstone=text.read.tombstone,
        fetch=fetch,
    )


def _event(text: _Text, name: Identity, reading: Reading, seen: Seen) -> Event:
    entry, published = text.read.entry, text.published
    event = Event(
        id=name.event_id,
        source=seen.source.id,
        kind=seen.source.kind,
        url=text.link,
        language=_language(entry.language, reading.language, seen.source.language),
        trust=seen.source.trust,
        title=_title(text),
        body=text.body,
        truncated=text.truncated,
        published_at=rfc3339(published.ms) if published else None,
        published_precision=published.precision if published else None,
        published_raw=cut_title(plain_line(entry.published or entry.updated, literal=True), 120),
        updated_at=rfc3339(text.updated.ms) if text.updated else None,
        seen_at=rfc3339(seen.at_ms),
        event_at=rfc3339(event_at(published, seen.at_ms)),
        late=is_late(published, seen.at_ms),
        withdrawn=text.withdrawn,
        authors=_names(entry.authors),
        categories=_names(entry.categories),
        provenance=seen.provenance(),
    )
    return msgspec.structs.replace(event, **text.read.more) if text.read.more else event


def event_at(published: Stamp | None, seen_ms: int) -> int:
    """Say what time counts for rules over time: the published one, as far as it can be believed, else when seen.

    A mere day that may still be today says nothing about the hour: then it is the time seen, too.
    """
    if published is None:
        return seen_ms
    moment = published.ms
    if published.precision == "day" and -_DAY_MS // 2 <= seen_ms - moment < _DAY_MS + _DAY_MS // 2:
        return seen_ms
    return min(max(moment, seen_ms - EARLIEST_MS), seen_ms + LATEST_MS)


def is_late(published: Stamp | None, seen_ms: int) -> bool:
    """Say whether an item was published more than an hour before it was seen; a day counts by its last moment."""
    if published is None:
        return False
    last = published.ms + (_DAY_MS if published.precision == "day" else 0)
    return last < seen_ms - LATE_MS


def _title(text: _Text) -> str:
    if text.title:
        return cut_title(text.title)
    if text.read.tombstone:
        return cut_title(f"Withdrawn by the source: {text.body or text.guid}")
    return first_sentence(text.body) or cut_title(text.link or text.guid)


def _language(*stated: str) -> str:
    """Give the primary language in lower case (`en` of `en-US`): the item's, else the feed's, else the settings'."""
    for text in stated:
        if found := _LANGUAGE.fullmatch(text.strip()):
            return found[1].lower()
    return ""


def _names(names: Sequence[str]) -> list[str]:
    clean = (cut_title(plain_line(name), _MAX_NAME) for name in names[: 2 * _MAX_NAMES])
    return list(dict.fromkeys(name for name in clean if name))[:_MAX_NAMES]
