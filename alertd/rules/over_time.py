"""What a batch of events asks of the store about the past, in one go, and what the answers come to.

results of matching -> ask -> observations -> [store.observe] -> rows -> settle -> verdicts and matches
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from alertd.model import Event, Match, Observation, Row
from alertd.rules.book import Portfolio, Rule
from alertd.rules.fact_index import fact_observations, fact_of, facts_of
from alertd.rules.match import MatchResult, Open
from alertd.rules.state import Sequence as Steps
from alertd.rules.state import State
from alertd.rules.state_rules import StateVerdict, observations, settle

MAX_JOURNALLED = 50
"""Verdicts that one line of the journal holds."""
_SEEN = 200
"""Characters of what a verdict has seen, in the journal."""

Failed = Callable[[Open, Event, Exception], None]
"""Takes a rule that raised; the others go on."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A rule with a state, asked for one company, pair or source."""

    portfolio: Portfolio
    rule: Rule
    by: str
    rows: tuple[Row, ...]
    verdict: StateVerdict
    match: Match | None = None
    """On the first that holds: one match for all of a rule."""


@dataclass(slots=True)
class Asked:
    """What a batch asks. The rows belong to the observations, in the same order."""

    observations: list[Observation] = field(default_factory=list)
    revised: dict[str, int] = field(default_factory=dict)
    """Events that have been told before, with their revision: what they were put into and no longer are is undone."""
    _open: list[tuple[Event, list[tuple[Open, list[tuple[str, int]]]]]] = field(default_factory=list)
    """For each result its event and its open rules, with what they are asked by and the place of the observation."""
    _failed: Failed | None = None
    _source_desks: Mapping[str, str] = field(default_factory=dict)
    _answers: dict[tuple[int, State, str | None], tuple[tuple[Row, ...], StateVerdict]] = field(default_factory=dict)
    """Place, state and desk -> what the desk may see and what it comes to: many rules ask the same of the same."""

    def __bool__(self) -> bool:
        return bool(self.observations or self.revised)

    def settle(self, rows: Sequence[Sequence[Row]]) -> list[list[Settled]]:
        """Give the verdicts on each result, in order."""
        return [
            [settled for open_, asked in opened for settled in self._settle(open_, event, asked, rows)]
            for event, opened in self._open
        ]

    def _settle(
        self, open_: Open, event: Event, asked: Sequence[tuple[str, int]], rows: Sequence[Sequence[Row]]
    ) -> list[Settled]:
        try:
            return self._judge(open_, event, asked, rows)
        except Exception as error:
            if self._failed is None:
                raise
            self._failed(open_, event, error)
            return []

    def _judge(
        self, open_: Open, event: Event, asked: Sequence[tuple[str, int]], rows: Sequence[Sequence[Row]]
    ) -> list[Settled]:
        rule, portfolio = open_.rule, open_.portfolio
        settled = []
        for by, place in asked:
            known, verdict = self._answer(open_, event, place, rows[place])
            settled.append(Settled(portfolio, rule, by, known, verdict))
        holding = [one for one in settled if one.verdict.truth]
        if not holding:
            return settled
        first, match = holding[0], _match(open_, holding)
        return [replace(one, match=match) if one is first else one for one in settled]

    def _answer(
        self, open_: Open, event: Event, place: int, rows: Sequence[Row]
    ) -> tuple[tuple[Row, ...], StateVerdict]:
        state, desk = open_.rule.state, open_.portfolio.desk
        assert state is not None
        key = (place, state, desk)
        if key not in self._answers:
            known = _visible(state, desk, rows, self._source_desks)
            self._answers[key] = known, settle(state, known, event)
        return self._answers[key]


def ask(
    results: Sequence[MatchResult],
    routine_forms: Collection[str] = (),
    failed: Failed | None = None,
    *,
    source_desks: Mapping[str, str] | None = None,
) -> Asked:
    """Collect what these results ask of the past, and what has to be remembered of their events.

    A rule that raises goes to `failed`, then or when it is settled; without that, the error is raised. `source_desks`
    are the sources of which only one desk may learn anything.
    """
    asked = Asked(_failed=failed, _source_desks=source_desks or {})
    for result in results:
        event = result.event
        places: dict[str, int] = {}
        if event.revision > 1:
            asked.revised[event.id] = max(event.revision, asked.revised.get(event.id, 0))
        for observation in fact_observations(event, routine_forms):
            _add(asked, places, observation)
        opened = []
        sequences = any(isinstance(open_.rule.state, Steps) for open_ in result.open)
        facts = facts_of(event) if sequences else None
        for open_ in result.open:
            try:
                found = observations(open_.rule, open_.portfolio, event, open_.companies, facts)
            except Exception as error:
                if failed is None:
                    raise
                failed(open_, event, error)
                continue
            opened.append((open_, [(by, _add(asked, places, observation)) for by, observation in found]))
        asked._open.append((event, opened))
    return asked


def joined(matches: Sequence[Match], settled: Sequence[Settled]) -> tuple[Match, ...]:
    """Give the matches of an event, those of rules over time among them, in the order of the book."""
    held = [one for one in settled if one.match is not None]
    if not held:
        return tuple(matches)
    portfolios = {one.portfolio.id: one.portfolio for one in held}
    numbers = {name: {rule.id: n for n, rule in enumerate(p.rules)} for name, p in portfolios.items()}
    found = [*matches, *(one.match for one in held if one.match is not None)]

    def place(match: Match) -> tuple[str, int]:
        # The others are in order among themselves already, and the sort keeps that.
        return match.portfolio, numbers.get(match.portfolio, {}).get(match.rule, 0)

    return tuple(sorted(found, key=place))


def journalled(settled: Sequence[Settled]) -> Mapping[str, Any]:
    """Write verdicts for the journal, those that hold first; bounded, with how many were left out."""
    ranked = sorted(settled, key=lambda one: not one.verdict.truth)
    verdicts = [
        {
            "portfolio": one.portfolio.id,
            "rule": one.rule.id,
            "by": one.by,
            "holds": one.verdict.truth,
            "seen": one.verdict.seen[:_SEEN],
            "remembered": len(one.rows),
        }
        for one in ranked[:MAX_JOURNALLED]
    ]
    return {"verdicts": verdicts, "left_out": max(len(settled) - MAX_JOURNALLED, 0)}


def _add(asked: Asked, places: dict[str, int], observation: Observation) -> int:
    """Put each set once for an event; it is read if anybody wants to read it."""
    place = places.setdefault(observation.key, len(asked.observations))
    if place == len(asked.observations):
        asked.observations.append(observation)
    elif observation.read and not asked.observations[place].read:
        asked.observations[place] = observation
    return place


def _visible(state: State, desk: str | None, rows: Sequence[Row], source_desks: Mapping[str, str]) -> tuple[Row, ...]:
    """Leave out what came from another desk's source: facts are kept for all desks together."""
    if not source_desks or not isinstance(state, Steps):
        return tuple(rows)
    return tuple(row for row in rows if source_desks.get(fact_of(row).source, desk) == desk)


def _match(open_: Open, holding: Sequence[Settled]) -> Match:
    """Make the match: for the companies for which the state holds, with what it remembers as proof."""
    state = open_.rule.state
    by = getattr(state, "by", "rule")
    kept = [company for company in open_.companies if any(one.by == company for one in holding)]
    companies = kept if by == "company" and kept else None
    match = open_.match(companies, holding[0].verdict.evidence)
    if by == "company" and not match.company:
        found = [one.by for one in holding]
        match = msgspec.structs.replace(match, company=found[0], companies=found)
    if open_.rule.key == "parties" and by == "parties":
        match = msgspec.structs.replace(match, subject=f"parties:{holding[0].by}")
    elif open_.rule.key == "company" and match.company:
        match = msgspec.structs.replace(match, subject=f"company:{match.company}")
    return match
