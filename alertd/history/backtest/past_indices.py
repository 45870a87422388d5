"""What the news about companies was like, for events of the past that are understood here: plain ones, or afresh.

Those that the daemon matched bring their values along. Values go by the archive's clock and its full minutes, as the
daemon's do, and are made of what the backtest itself has read.
"""

from __future__ import annotations

from msgspec.structs import replace

from alertd.history.analytics.minutes import Minutes, reports_of
from alertd.history.past import PastEvent
from alertd.model import Event
from alertd.pipeline.place import Given
from alertd.rules.book import RuleBook
from alertd.rules.index_leaves import OnIndex
from alertd.rules.traits import walk


class PastIndices:
    """The indices of one backtest."""

    def __init__(self, book: RuleBook) -> None:
        self._desks = book.source_desks
        self._minutes = Minutes()

    def given(self, event: Event, now_ms: int) -> Event:
        """Give an event with the indices of its companies as they stand."""
        known = self._minutes.at([company.id for company in event.companies], now_ms)
        if not known:
            return event
        companies = [replace(company, index=known.get(company.id)) for company in event.companies]
        return replace(event, companies=companies)

    def take(self, past: PastEvent, event: Event, given: Given, now_ms: int) -> None:
        """Take in what an event says, once it is matched."""
        desk = past.desk or self._desks.get(event.source)
        merged = [(younger, given.story) for younger in given.absorbed]
        self._minutes.take(now_ms, reports_of(event, desk, given.story), merged)


def asks_for_indices(book: RuleBook) -> bool:
    """Whether a rule asks for the index of a company."""
    return any(isinstance(part, OnIndex) for _, rule in book.rules() for part in walk(rule.when))
