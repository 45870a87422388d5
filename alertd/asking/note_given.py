"""The event that `alertd note` is about, with what was before it: of a timeline its earlier lines, of an event of the
journal what the store remembers of its parties.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Protocol

from alertd.model import Event, Row
from alertd.pipeline.noting import earlier_in
from alertd.research.material import Earlier
from alertd.rules.book import Portfolio
from alertd.rules.fact_index import fact_key, fact_of
from alertd.rules.match import Matcher
from alertd.rules.open_title import is_open
from alertd.rules.parties import pairs, parties_of
from alertd.rules.reported import SURE


class PastStore(Protocol):
    """What reading the past needs of the store."""

    async def remembered(self, sets: Sequence[str]) -> list[list[Row]]:
        """Give the rows of sets as they are."""
        ...


@dataclass(frozen=True, slots=True)
class Given:
    """An event that is understood, what was before it, and the portfolios it is asked about for."""

    matcher: Matcher
    events: Sequence[Event]
    """The last is the event."""
    whose: Sequence[Portfolio]
    past: Sequence[Row] = ()
    """What the store remembers of the pairs of its parties, for all desks together."""
    source_desks: Mapping[str, str] = field(default_factory=dict)

    def seen_by(self, desk: str | None) -> Event:
        """Give the event as a desk sees it."""
        return self.matcher.seen_by(self.events[-1], desk)

    def earlier(self, desk: str | None, *, only_open: bool = False) -> list[Earlier]:
        """Give what a desk may know of what was before; `only_open`: of that what a model may be shown, too."""
        *before, last = [self.matcher.seen_by(event, desk) for event in self.events]
        told = [event for event in before if not only_open or is_open(event)]
        rows = [row for row in self.past if not only_open or fact_of(row).open]
        return [*_of_timeline(told, last), *earlier_in(last, rows, self.source_desks, desk)]


async def past_of(event: Event, store: PastStore) -> list[Row]:
    """Give what the store remembers of the pairs of an event's parties, as deciding reads it."""
    sets = [fact_key(pair) for pair in pairs(parties_of(event))]
    return [row for rows in await store.remembered(sets) for row in rows]


def _of_timeline(before: Sequence[Event], last: Event) -> list[Earlier]:
    """Give of each other story the first event in which two of the last one's parties were parties already."""
    between = {frozenset(pair) for pair in combinations(parties_of(last), 2)}
    found: dict[str, Earlier] = {}
    for event in before:
        sure = [one.type for one in event.event_types if one.confidence >= SURE and one.status != "denied"]
        story = event.story.id if event.story is not None else event.id
        same = last.story is not None and story == last.story.id
        if sure and not same and between & {frozenset(pair) for pair in combinations(parties_of(event), 2)}:
            found.setdefault(story, Earlier(event.id, event.event_at, sure[0], event.title))
    return list(found.values())
