"""Accounting: every entry of a page is an event, or leaves the reason why it is none. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from alertd.base.ids import mark
from alertd.model import IngestItem, IngestResult, ParsedFeed
from alertd.sources.novelty import PageVerdict, is_flag


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the journal about one entry."""

    ids: list[str]
    """The source, and the event that the entry belongs to."""
    reason: str
    data: dict[str, Any]
    key: str
    """The same for the same entry and reason at each poll."""


def account(
    source: str,
    parsed: ParsedFeed,
    verdict: PageVerdict,
    results: Sequence[tuple[IngestItem, IngestResult]],
) -> Iterator[Line]:
    """Give a line for each entry that became no event of its own."""
    alike: Counter[str] = Counter()
    for rejected in parsed.rejected:
        # Which of those alike it is does not count when the page moves on, how many there are does.
        name = mark("rejected", rejected.reason, rejected.title)
        alike[name] += 1
        key = f"{name}:{alike[name]}"
        yield _line(source, "", f"rejected: {rejected.reason}", rejected.position, rejected.title, key)
    for candidate, reason in verdict.skipped:
        yield _line(source, candidate.event_id, reason, candidate.position, candidate.title, candidate.identity)
    by_position = {candidate.position: candidate for candidate in parsed.candidates}
    copies: Counter[int] = Counter()
    for position, original in sorted(parsed.duplicates):
        copies[original] += 1
        if owner := by_position.get(original):
            reason = f"duplicate of {owner.event_id} in the same document"
            key = f"{owner.identity}:{copies[original]}"  # as above
            yield _line(source, owner.event_id, reason, position, owner.title, key)
    for item, result in results:
        if result.outcome == "alias" and not is_flag(item):
            made = item.candidate
            reason = f"republished: the same item as {result.event_id} under another name"
            # By the event, not the new name: where GUIDs are random, each poll brings another one.
            yield _line(source, result.event_id, reason, made.position, made.title, result.event_id)


def _line(source: str, event: str, reason: str, position: int, title: str, key: str) -> Line:
    ids = [source, event] if event else [source]
    return Line(ids, reason, {"source": source, "position": position, "title": title}, f"{key}:{mark(reason)}")
