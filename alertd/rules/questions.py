"""What is asked about one event: by which companies, pairs or sources its rules over time are asked.

Most of it is known when the event is matched. Which rules it is an earlier step of, for those that are asked about
their last step alone (`beside.py`), is known when the facts have been read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from alertd.model import Event, Row, Version
from alertd.rules.beside import has_beside, mark_of
from alertd.rules.book import Rule
from alertd.rules.fact_index import Fact, fact_of, fits
from alertd.rules.outcome import Earlier, Open
from alertd.rules.state import Sequence as Steps


@dataclass(frozen=True, slots=True)
class Question:
    """What a rule is asked by, and the place of the observation."""

    by: str
    place: int
    earlier: bool = False
    """The event is asked about as an earlier step."""


@dataclass(slots=True)
class Asking:
    """One event, and what is asked about it."""

    event: Event
    earlier: Earlier | None
    always: Collection[str] = ()
    """Marks of rules that are asked about it as an earlier step although none of them waits."""
    facts: dict[str, tuple[Fact, int]] = field(default_factory=dict)
    """Those by which it may be an earlier step, with the place of the observation."""
    open: list[tuple[Open, list[Question]]] = field(default_factory=list)
    """The rules that are asked in any case."""

    def questions(self, rows: Sequence[Sequence[Row]]) -> list[tuple[Open, list[Question]]]:
        """Give the rules that are asked, with those among them for which a later event has met the last step."""
        waiting = dict.fromkeys(self.always)
        for _, place in self.facts.values():
            waiting |= dict.fromkeys(self._waiting(rows[place]))
        if self.earlier is None or not waiting:
            return self.open
        asked = {mark_of(one.portfolio, one.rule): (one, own) for one, own in self.open if has_beside(one.rule)}
        for mark in waiting:
            open_, own = asked.get(mark) or (self.earlier.rule(mark), [])
            if open_ is not None:
                asked[mark] = open_, [*own, *self._as_earlier(open_.rule, {question.by for question in own})]
        return [*(one for one in self.open if not has_beside(one[0].rule)), *asked.values()]

    def _waiting(self, rows: Sequence[Row]) -> Iterator[str]:
        """Name the rules that may wait for this event: those that a later one met as the last step."""
        at = next((row.at_ms for row in rows if row.event == self.event.id), None)
        if at is None:
            return
        for row in rows:
            # What has changed since may have been so when this event came first.
            versions: list[Row | Version] = [row, *row.earlier]
            for known in versions:
                if known.at_ms > at:
                    yield from fact_of(known).met

    def _as_earlier(self, rule: Rule, known: Collection[str]) -> list[Question]:
        """Ask a rule about the event as an earlier step, by what it is not asked by already."""
        state = rule.state
        if not isinstance(state, Steps):
            return []
        return [
            Question(by, place, earlier=True)
            for by, (fact, place) in self.facts.items()
            if by not in known
            and ("+" in by) == (state.by == "parties")
            and any(fits(step, fact) for step in state.steps[:-1])
        ]
