"""RSS 0.9x to 2.0, RDF and Atom, read by feedparser; when it stumbles, entry by entry.

    text -> clean -> feedparser over the whole document -> entries
                       raises, runs out of time, finds fewer entries than there are
                                    -> eighths of the document, eighths of these ... -> the one entry at fault

feedparser gets bytes in a BytesIO only (a str or bytes argument may open files and URLs), never sanitises (quadratic
expressions) and never resolves links in HTML: text becomes plain and links are checked elsewhere.
"""

from __future__ import annotations

import html
import io
import re
import xml.sax
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import feedparser

from alertd.errors import ParseFailed
from alertd.model import Rejected
from alertd.sources.clean import Document, clean
from alertd.sources.entry import Reading
from alertd.sources.feed_fields import read_fields, read_tombstone, text_of, ttl_seconds
from alertd.sources.guard import Guard, OverTime

PARSER_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    NameError,
    RuntimeError,
    TypeError,
    ValueError,
    re.error,
    xml.sax.SAXException,
)
"""What feedparser is known or feared to raise for bytes that it does not expect."""

WHOLE_SHARE = 0.5
"""Of the time for a document, for the first try. The parts of the search get an eighth of it, an eighth of that…"""
MIN_SHARE = 0.02
PARTS = 8
MAKING_SHARE = 0.2
"""Of the time, kept for what is made of the entries: else a document that is slow to read would be read in vain."""
NO_TIME = "the document took so long that no time was left to read it"

_NAME = re.compile(r"[\w:.-]+")
_HEADERS = {"content-type": "application/xml; charset=utf-8"}


@dataclass(slots=True)
class _Found:
    """What came out of the parser: entries by their place among the spans of the outline."""

    version: str = ""
    feed: dict[str, Any] = field(default_factory=dict)
    entries: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    rejected: dict[int, str] = field(default_factory=dict)
    bozo: bool = False


def read_xml(text: str, notes: list[str], guard: Guard) -> Reading:
    """Read a document. Raises ParseFailed if it is no feed, in words for a person."""
    document = clean(text, notes)
    plan = document.outline
    found = _search(document, guard)
    if not found.version and not found.entries:
        if found.rejected:
            raise ParseFailed(f"none of its entries could be read: {next(iter(found.rejected.values()))}")
        raise ParseFailed(f"XML with the root element <{plan.root[:40]}>, which is no feed")
    if plan.cut_off and not found.entries:
        raise ParseFailed("the document is cut off before the end of its first entry")
    version = found.version or "xml"
    if document.netscape and version == "rss091u":
        version = "rss091n"
    reading = Reading(
        format=version,
        language=text_of(found.feed, "language"),
        link=text_of(found.feed, "link"),
        ttl_seconds=ttl_seconds(text_of(found.feed, "ttl")),
        notes=notes,
    )
    _place(reading, found, document)
    return reading


def _search(document: Document, guard: Guard) -> _Found:
    """Parse the document, as a whole if possible."""
    plan = document.outline
    rejected = {index: "nested deeper than 200 elements" for index in plan.too_deep if index < len(plan.entries)}
    rejected |= {index: "the parser was killed over it" for index in guard.skip if index < len(plan.entries)}
    if plan.unfinished is not None and plan.unfinished < len(plan.entries):
        rejected[plan.unfinished] = "the document is cut off in the middle of the entry"
    kept = [index for index in range(len(plan.entries)) if index not in rejected]
    found = _Found(rejected=dict(rejected))
    if guard.careful:
        _one_by_one(document, kept, found, guard)
        return found
    try:
        with guard.step(WHOLE_SHARE):
            whole = _feedparser(_without(document, rejected))
    except (*PARSER_FAULTS, OverTime) as error:
        document.notes.append(f"read entry by entry, because the parser failed: {_said(error)}")
        _parts(document, kept, found, guard, WHOLE_SHARE / PARTS)
        return found
    entries = list(whole["entries"])
    if whole.get("bozo") and len(entries) < len(kept):
        _parts(document, kept, found, guard, WHOLE_SHARE / PARTS)
        if len(found.entries) > len(entries):
            document.notes.append("read entry by entry, because some were swallowed by broken markup")
            return found
        found = _Found(rejected=dict(rejected))
    _take_feed(found, whole)
    same = len(entries) == len(kept)
    found.entries = list(zip(kept if same else range(len(entries)), entries, strict=True))
    if found.bozo:
        document.notes.append(f"not well-formed XML: {_said(whole.get('bozo_exception'))}")
    return found


def _take_feed(found: _Found, parsed: Any) -> None:
    found.version = found.version or str(parsed.get("version") or "")
    found.feed = found.feed or dict(parsed.get("feed") or {})
    found.bozo = bool(parsed.get("bozo"))


def _parts(document: Document, kept: list[int], found: _Found, guard: Guard, share: float) -> None:
    """Parse a run of entries in parts, each within a share of the time."""
    if not kept:
        _head_only(document, found, guard)
    size = max(1, -(-len(kept) // PARTS))
    for start in range(0, len(kept), size):
        _part(document, kept[start : start + size], found, guard, share)


def _part(document: Document, chunk: list[int], found: _Found, guard: Guard, share: float) -> None:
    """Parse some entries; if that fails, parts of them, down to the entry that is at fault."""
    if guard.spent(MAKING_SHARE):
        found.rejected |= dict.fromkeys(chunk, NO_TIME)
        return
    reason = "the parser finds no entry in it"
    entries: list[Any] = []
    try:
        with guard.step(max(share, MIN_SHARE)):
            parsed = _feedparser(_only(document, chunk))
        entries = list(parsed["entries"])
        if len(entries) == len(chunk):
            _take_feed(found, parsed)
    except (*PARSER_FAULTS, OverTime) as error:
        reason = f"the parser failed: {_said(error)}"
    if len(entries) == len(chunk) or (len(chunk) == 1 and entries):
        found.entries += zip(chunk, entries, strict=False)
    elif len(chunk) == 1:
        found.rejected[chunk[0]] = reason
    else:
        _parts(document, chunk, found, guard, share / PARTS)


def _one_by_one(document: Document, kept: list[int], found: _Found, guard: Guard) -> None:
    _head_only(document, found, guard)
    for index in kept:
        guard.starting(index)
        _part(document, [index], found, guard, 0.1)
    document.notes.append("read entry by entry, because the whole document killed the parser")


def _head_only(document: Document, found: _Found, guard: Guard) -> None:
    try:
        with guard.step(0.1):
            _take_feed(found, _feedparser(_only(document, [])))
    except (*PARSER_FAULTS, OverTime):
        return


def _feedparser(text: str) -> Any:
    data = ('<?xml version="1.0" encoding="utf-8"?>' + text).encode("utf-8", "ignore")
    return feedparser.parse(
        io.BytesIO(data), response_headers=dict(_HEADERS), resolve_relative_uris=False, sanitize_html=False
    )


def _without(document: Document, rejected: Collection[int]) -> str:
    """Give the document without the entries that are not to be parsed, and with the end tags that are missing."""
    text, plan = document.text, document.outline
    edits = [(*span, "") for span in (*(plan.entries[index] for index in rejected), *plan.deleted)]
    for index in plan.unclosed - set(rejected):
        closing = _closing(document, index)
        edits += [(plan.entries[index][1], plan.entries[index][1], closing)] if closing else []
    if plan.overflow:
        edits.append((plan.entries[-1][1], plan.last_end, ""))
    pieces: list[str] = []
    position = 0
    for start, end, instead in sorted(edits):
        pieces += (text[position:start], instead)
        position = max(position, end)
    pieces.append(text[position:])
    if plan.cut_off and plan.entries:
        pieces.append(_tail(document))
    return "".join(pieces)


def _closing(document: Document, index: int) -> str:
    """Give the end tag of an entry that has none; nothing for one that is not looked at."""
    plan = document.outline
    if index not in plan.unclosed or index >= len(plan.entries):
        return ""
    start = plan.entries[index][0]
    name = _NAME.match(document.text, start + 1)
    return f"</{name[0]}>" if name else ""


def _tail(document: Document) -> str:
    plan = document.outline
    name = _NAME.match(plan.root_tag, 1)
    return ("</channel>" if plan.root.lower() == "rss" else "") + (f"</{name[0]}>" if name else "")


def _only(document: Document, chunk: list[int]) -> str:
    """Give a small document of some entries, under the root of the whole."""
    plan = document.outline
    open_tag = plan.root_tag if not plan.root_tag.endswith("/>") else plan.root_tag[:-2] + ">"
    channel = "<channel>" if plan.root.lower() == "rss" else ""
    entries = (document.text[slice(*plan.entries[index])] + _closing(document, index) for index in chunk)
    return f"{open_tag}{channel}{''.join(entries)}{_tail(document)}"


def _said(error: object) -> str:
    text = " ".join(str(error).split())[:120]
    kind = type(error).__name__
    if isinstance(error, OverTime):
        return text
    if isinstance(error, xml.sax.SAXParseException):
        return f"{error.getMessage()} (line {error.getLineNumber()})"
    return f"{kind}: {text}" if text else kind


def _place(reading: Reading, found: _Found, document: Document) -> None:
    """Give entries, rejected ones and tombstones their positions."""
    atom = reading.format.startswith("atom")
    taken = {index for index, _ in found.entries}
    reading.entries = [read_fields(index, entry, atom=atom) for index, entry in found.entries]
    free = max(taken, default=-1) + 1
    for index, reason in sorted(found.rejected.items()):
        position = index if index not in taken else free
        free = max(free, position + 1)
        start, end = document.outline.entries[index]
        title = re.search(
            r"<title[^<>]*>(?:<!\[CDATA\[)?([^<\]]{1,200})", document.text[start : min(end, start + 4_000)]
        )
        said = html.unescape(title[1]).strip() if title else ""
        reading.rejected.append(Rejected(position=position, reason=reason, title=said))
    if document.outline.overflow:
        reason = f"{document.outline.overflow:,} entries after the first 5,000 of a document are not read"
        reading.rejected.append(Rejected(position=free, reason=reason))
        free += 1
    for offset, span in enumerate(document.outline.deleted):
        reading.entries.append(read_tombstone(free + offset, document.text[slice(*span)]))
