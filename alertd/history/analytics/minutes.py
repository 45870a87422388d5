"""The indices as they stand at each full minute of a clock, and what of an event counts for them.

What is decided before a full minute is in the values from then on: so the same events on the same clock see the same
values, whether they come one by one or in batches.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from alertd.alerts.rights import limits
from alertd.base.clock import parse_rfc3339
from alertd.history.analytics.indices import IndexBook, Report
from alertd.history.analytics.usual import HOUR_MS
from alertd.model import CompanyIndex, Event

MINUTE_MS = 60_000


class _Taken(NamedTuple):
    at_ms: int
    reports: tuple[Report, ...]
    merged: tuple[tuple[str, str], ...]


class Minutes:
    """A book of indices that goes on by full minutes."""

    def __init__(self, known_since_ms: int | None = None) -> None:
        """`known_since_ms`: from when on all events are given; None: from the first that is taken on."""
        self.book = IndexBook(known_since_ms)
        self._waiting: deque[_Taken] = deque()
        self.as_of_ms = 0
        """Up to when events are in the values: a full minute."""
        self.concerned: set[str] = set()
        """Companies of which something was taken in; who looks at them empties it."""
        self._forgot_ms = 0

    def take(self, at_ms: int, reports: Iterable[Report], merged: Iterable[tuple[str, str]] = ()) -> None:
        """Take in what an event says that was decided at a time, and the stories (younger, older) that it merged.

        Times may go back; what was taken first comes first.
        """
        if self.book.known_since_ms is None:
            self.book.known_since_ms = at_ms
        self._waiting.append(_Taken(at_ms, tuple(reports), tuple(merged)))

    def at(self, companies: Iterable[str], now_ms: int) -> dict[str, CompanyIndex]:
        """Give the indices of some companies, as they stood at the last full minute; a clock that goes back waits."""
        self.advance(now_ms)
        found = {company: self.book.at(company, self.as_of_ms) for company in companies}
        return {company: index for company, index in found.items() if index is not None}

    def advance(self, now_ms: int) -> None:
        """Go on to the last full minute."""
        self.as_of_ms = as_of_ms = max(self.as_of_ms, now_ms // MINUTE_MS * MINUTE_MS)
        while self._waiting and self._waiting[0].at_ms < as_of_ms:
            taken = self._waiting.popleft()
            for younger, older in taken.merged:
                self.concerned |= self.book.merge(younger, older, taken.at_ms)
            self.concerned.update([report.company for report in taken.reports if self.book.add(report)])
        if as_of_ms - self._forgot_ms >= 24 * HOUR_MS:
            self.book.forget(as_of_ms)
            self._forgot_ms = as_of_ms


def reports_of(event: Event, source_desk: str | None, story: str = "") -> Sequence[Report]:
    """Give what of an event counts: nothing of a desk's own source, nor what not everybody may be told.

    `story`: the one that it belongs to by then, if not the one that it was given.
    """
    if source_desk is not None or not counts(event):
        return ()
    try:
        at_ms = parse_rfc3339(event.event_at)
    except ValueError:
        return ()
    name = story or (event.story.id if event.story is not None else event.id)
    confidence = event.sentiment.confidence if event.sentiment is not None else 1.0
    return [
        Report(event.id, name, one.id, at_ms, one.sentiment, confidence, one.relevance, event.withdrawn)
        for one in event.companies
    ]


def counts(event: Event) -> bool:
    """Whether everybody may be told of an event, as its source's rights are: only then it counts in an index."""
    rights = limits(event)
    return rights is None or (rights.classification == "public" and not rights.receivers)
