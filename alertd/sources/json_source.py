"""The `json` source: the parser of its documents.

    bytes -> text (charset) -> JSON that is no error -> rows -> entries -> text, dates, links, names -> Candidates

Everything here is pure: the parse worker runs it with limits, `alertd parse --source` without.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from alertd.errors import ParseFailed
from alertd.model import Entry, ParsedFeed, Rejected
from alertd.sources.charset import decode
from alertd.sources.entry import MAX_FIELD, ReadEntry, Reading
from alertd.sources.events import LATEST_MS, Seen, SourceFacts, candidates
from alertd.sources.feed_xml import NO_TIME
from alertd.sources.guard import FREE, Guard, OverTime
from alertd.sources.json_document import check, load, rows
from alertd.sources.json_path import TooDeep, compile_path
from alertd.sources.json_rows import FEW, Reads, lacking, layout, missing, read_row, timeless
from alertd.sources.json_text import scalar
from alertd.sources.outline import MAX_ENTRIES

_DOCUMENT_SHARE, _ROW_SHARE = 0.5, 0.1


def parse_json(
    body: bytes,
    content_type: str | None,
    base_url: str,
    source: SourceFacts,
    seen_at_ms: int,
    http_date: str | None,
    guard: Guard = FREE,
) -> ParsedFeed:
    """Make candidates of a document by the paths that `source.reads` holds.

    Raises ParseFailed, with one sentence for a person, if the document is no JSON, says that it is an error, has no
    list where one should be, or no row that has what an item needs. `more` is for whoever asked: `rows` (how many),
    `newest_ms` (the newest time), `next` (address or token of the next page), `layout` (what most rows lack),
    and of rows that are too few for that `lacks` (whether they lack something) and `untimed` (that it is their time).
    """
    reads = Reads.of(source.reads, source.kind)
    document, found, notes = _document(body, content_type, reads, guard)
    reading, repeats, lacks = _read(found, reads, guard)
    reading.notes += notes
    seen = Seen(source, base_url, seen_at_ms, hashlib.sha256(body).hexdigest(), http_date)
    made, rejected, duplicates = candidates(reading, seen, guard)
    more: dict[str, Any] = {"rows": len(found)}
    if newest := _newest(reading.entries, seen_at_ms):
        more["newest_ms"] = newest
    if following := _next(document, reads):
        more["next"] = following
    more |= lacks
    return ParsedFeed(
        format="json-api",
        candidates=made,
        rejected=rejected,
        duplicates=duplicates + repeats,
        repaired="; ".join(dict.fromkeys(reading.notes)),
        more=more,
    )


def parse_rows(body: bytes, source: SourceFacts) -> list[Entry]:
    """Give the entries of a document as the source wrote them. Raises ParseFailed."""
    reads = Reads.of(source.reads, source.kind)
    _, found, _ = _document(body, None, reads, FREE)
    return [read_row(position, row, reads).entry for position, row in enumerate(found[:MAX_ENTRIES])]


def _document(body: bytes, content_type: str | None, reads: Reads, guard: Guard) -> tuple[Any, list[Any], list[str]]:
    text, notes = decode(body, content_type)
    try:
        with guard.step(_DOCUMENT_SHARE):
            document = load(text)
            check(document, reads.errors)
            return document, rows(document, reads.rows), notes
    except OverTime:
        raise ParseFailed("the document takes too long to read by these paths") from None


def _read(found: list[Any], reads: Reads, guard: Guard) -> tuple[Reading, list[tuple[int, int]], dict[str, Any]]:
    """Read the rows; gives also which repeat one of the same name, and what `more` says of what they lack."""
    reading = Reading(format="json-api")
    lacks: Counter[str] = Counter()
    for position, row in enumerate(found[:MAX_ENTRIES]):
        if position in guard.skip or guard.spent():
            reason = "the parser was killed over it" if position in guard.skip else NO_TIME
            reading.rejected.append(Rejected(position=position, reason=reason))
            continue
        guard.starting(position)
        try:
            with guard.step(_ROW_SHARE):
                absent = missing(row, reads)
                lacks.update(absent)
                if absent:
                    title = reads.one("title", row)
                    reading.rejected.append(
                        Rejected(position=position, reason=lacking(absent[0], reads), title=title)
                    )
                else:
                    reading.entries.append(read_row(position, row, reads))
        except OverTime:
            reading.rejected.append(Rejected(position=position, reason=NO_TIME))
    if len(found) > MAX_ENTRIES:
        reason = f"rows after the first {MAX_ENTRIES:,} of a document are not read"
        reading.rejected.append(Rejected(position=MAX_ENTRIES, reason=reason))
    odd = layout(found, lacks, reads)
    if odd and not reading.entries:
        raise ParseFailed(odd)
    untimed = timeless(reading.entries, found, reads)
    said: dict[str, Any] = {"layout": odd or untimed}
    if len(found) < FEW:
        said = {"lacks": bool(lacks or untimed), "untimed": untimed}
    return reading, _one_each(reading, reads), {name: value for name, value in said.items() if value}


def _one_each(reading: Reading, reads: Reads) -> list[tuple[int, int]]:
    """Where rows are states, keep the newest of each name: they are not several items, as they were in a feed."""
    if not reads.state:
        return []
    newest: dict[str, ReadEntry] = {}
    for read in reading.entries:
        before = newest.get(read.entry.guid)
        if before is None or _time(read) > _time(before):
            newest[read.entry.guid] = read
    repeats = [
        (read.entry.position, newest[read.entry.guid].entry.position)
        for read in reading.entries
        if newest[read.entry.guid] is not read
    ]
    reading.entries = [read for read in reading.entries if newest[read.entry.guid] is read]
    return repeats


def _time(read: ReadEntry) -> int:
    stamp = read.updated or read.published
    return stamp.ms if stamp is not None else 0


def _newest(entries: list[ReadEntry], seen_at_ms: int) -> int:
    """Give the newest time of the rows, in ms; times that lie in the future say nothing."""
    return max((ms for read in entries if (ms := _time(read)) <= seen_at_ms + LATEST_MS), default=0)


def _next(document: Any, reads: Reads) -> str:
    if not reads.next:
        return ""
    try:
        return scalar(compile_path(reads.next).first(document))[:MAX_FIELD]
    except TooDeep:
        return ""
