"""What a batch of events asks of the store about the past, in one go, and what the answers come to.

results of matching -> ask -> observations -> [store.observe] -> rows -> settle -> verdicts and matches
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from alertd.model import Event, Match, Observation, Row
from alertd.rules.beside import Beside, has_beside, mark_of, met_by_rule, with_met
from alertd.rules.book import Portfolio, Rule
from alertd.rules.fact_index import Fact, fact_observations, fact_of, facts_of, is_of_pair, read_facts
from alertd.rules.outcome import MatchResult, Open
from alertd.rules.questions import Asking, Question
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
    earlier: bool = False
    """Asked as an earlier step: what stands beside the sequence was asked of the last one."""


_Met = frozenset[tuple[str, int]]
"""Events that met what stands beside a sequence, with the place in the order at which they said so."""
_Same = tuple[int, State, str | None, tuple[bool, _Met] | None]
"""Place, state, desk, and of what stands beside a sequence: whether the event meets it, and which others did. Many
rules ask the same of the same."""


@dataclass(slots=True)
class Asked:
    """What a batch asks. The rows belong to the observations, in the same order."""

    observations: list[Observation] = field(default_factory=list)
    revised: dict[str, int] = field(default_factory=dict)
    """Events that have been told before, with their revision: what they were put into and no longer are is undone."""
    _asking: list[Asking] = field(default_factory=list)
    """One for each result."""
    _failed: Failed | None = None
    _source_desks: Mapping[str, str] = field(default_factory=dict)
    _answers: dict[_Same, tuple[tuple[Row, ...], StateVerdict]] = field(default_factory=dict)
    """What the desk may see, and what it comes to."""
    _met: dict[int, Mapping[str, _Met]] = field(default_factory=dict)
    """Place -> rule with conditions beside its sequence -> what met them."""

    def __bool__(self) -> bool:
        return bool(self.observations or self.revised)

    def settle(self, rows: Sequence[Sequence[Row]]) -> list[list[Settled]]:
        """Give the verdicts on each result, in order."""
        return [
            [
                settled
                for open_, questions in asking.questions(rows)
                for settled in self._settle(open_, asking.event, questions, rows)
            ]
            for asking in self._asking
        ]

    def _settle(
        self, open_: Open, event: Event, questions: Sequence[Question], rows: Sequence[Sequence[Row]]
    ) -> list[Settled]:
        try:
            return self._judge(open_, event, questions, rows)
        except Exception as error:
            if self._failed is None:
                raise
            self._failed(open_, event, error)
            return []

    def _judge(
        self, open_: Open, event: Event, questions: Sequence[Question], rows: Sequence[Sequence[Row]]
    ) -> list[Settled]:
        rule, portfolio = open_.rule, open_.portfolio
        settled = []
        mark = mark_of(portfolio, rule) if has_beside(rule) else ""
        for one in questions:
            known, verdict = self._answer(open_, mark, event, one, rows[one.place])
            settled.append(Settled(portfolio, rule, one.by, known, verdict, earlier=one.earlier))
        holding = [one for one in settled if one.verdict.truth]
        if not holding:
            return settled
        first, match = holding[0], _match(open_, mark, holding)
        return [replace(one, match=match) if one is first else one for one in settled]

    def _answer(
        self, open_: Open, mark: str, event: Event, question: Question, rows: Sequence[Row]
    ) -> tuple[tuple[Row, ...], StateVerdict]:
        state, desk = open_.rule.state, open_.portfolio.desk
        assert state is not None
        beside = Beside(mark, met=not question.earlier) if mark else None
        met = (beside.met, self._met_by(mark, question.place, rows)) if beside is not None else None
        key = (question.place, state, desk, met)
        if key not in self._answers:
            known = _visible(state, desk, rows, self._source_desks)
            self._answers[key] = known, settle(state, known, event, beside)
        return self._answers[key]

    def _met_by(self, mark: str, place: int, rows: Sequence[Row]) -> _Met:
        if place not in self._met:
            self._met[place] = met_by_rule(rows)
        return self._met[place].get(mark, frozenset())


def ask(
    results: Sequence[MatchResult],
    routine_forms: Collection[str] = (),
    failed: Failed | None = None,
    *,
    source_desks: Mapping[str, str] | None = None,
    always: Collection[str] = (),
) -> Asked:
    """Collect what these results ask of the past, and what has to be remembered of their events.

    A rule that raises goes to `failed`, then or when it is settled; without that, the error is raised. `source_desks`
    are the sources of which only one desk may learn anything. Rules with conditions beside a sequence are asked about
    its earlier steps where something waits for those; the ones with the marks in `always` in any case.
    """
    asked = Asked(_failed=failed, _source_desks=source_desks or {})
    for result in results:
        event = result.event
        places: dict[str, int] = {}
        if event.revision > 1:
            asked.revised[event.id] = max(event.revision, asked.revised.get(event.id, 0))
        facts = _facts(result)
        made: dict[str, Observation] = {}
        asks = bool(result.matches or result.open)
        for observation in fact_observations(event, routine_forms, facts):
            _add(asked, places, _read_if(observation, wanted=asks and is_of_pair(observation)))
        asking = Asking(event, earlier=result.earlier, always=always)
        asked._asking.append(asking)
        for open_ in result.open:
            try:
                seen = open_.reading.event
                known = facts if seen is event or facts is None else _seen(facts, seen)
                found = observations(open_.rule, open_.portfolio, seen, open_.companies, known, made)
            except Exception as error:
                if failed is None:
                    raise
                failed(open_, event, error)
                continue
            questions = [Question(by, _add(asked, places, observation)) for by, observation in found]
            asking.open.append((open_, questions))
        if facts is not None and result.earlier is not None:
            for by, observation in read_facts(event, result.earlier.steps, facts, facts, made):
                asking.facts[by] = facts[by], _add(asked, places, observation)
    return asked


def _read_if(observation: Observation, *, wanted: bool) -> Observation:
    """Read a set too where that is wanted: what the same parties did before, for whoever is told of the event."""
    return msgspec.structs.replace(observation, read=True) if wanted else observation


def _seen(facts: Mapping[str, Fact], event: Event) -> Mapping[str, Fact]:
    """Leave out the facts about whom a desk does not see in the event; the others are the same for all."""
    return {by: facts[by] for by in facts_of(event) if by in facts}


def _facts(result: MatchResult) -> Mapping[str, Fact] | None:
    """Give the facts of an event, with what it is a last step of, where rules ask for them."""
    sequences = [open_ for open_ in result.open if isinstance(open_.rule.state, Steps)]
    if not sequences and result.earlier is None:
        return None
    return with_met(facts_of(result.event), [(one.portfolio, one.rule, one.companies) for one in sequences])


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


def _match(open_: Open, mark: str, holding: Sequence[Settled]) -> Match:
    """Make the match: for the companies for which the state holds, with what it remembers as proof."""
    state = open_.rule.state
    assert state is not None
    by = state.by
    found = [one.by for one in holding]
    own = [one for one in holding if one.verdict.last is None]
    first = (own or holding)[0]
    if own:
        kept = [company for company in open_.companies if company in found]
        companies = [*kept, *(one for one in found if one not in kept)] if by == "company" and kept else None
        match = open_.match(companies, first.verdict.evidence, first.verdict.grounds)
    else:  # another event is the last step, and met what stands beside the sequence
        bound = (
            found if by == "company" or first.verdict.last is None else fact_of(first.verdict.last).met.get(mark, [])
        )
        match = open_.match_earlier(bound, first.verdict.evidence, first.verdict.grounds)
    if by == "company" and not match.company:
        match = msgspec.structs.replace(match, company=found[0], companies=found)
    if open_.rule.key == "parties" and by == "parties":
        match = msgspec.structs.replace(match, subject=f"parties:{first.by}")
    elif open_.rule.key == "company" and match.company:
        match = msgspec.structs.replace(match, subject=f"company:{match.company}")
    return match
