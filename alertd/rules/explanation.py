"""Why a rule holds for an event or does not: everything that decides, for each company that it was asked for.

    guards -> candidates -> the condition tree of each company, the nearest first -> what came before (state)

Pure: what a rule over time remembers comes in as a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from alertd.model import Event
from alertd.rules.beside import has_beside
from alertd.rules.book import Portfolio, Rule, RuleBook
from alertd.rules.evaluate import MAX_COMPANIES, guard, is_routine
from alertd.rules.explain import Explained, deciding, leaves_true, one_line, said, tree_of
from alertd.rules.fact_index import event_ms, facts_of, fits
from alertd.rules.limits import percent
from alertd.rules.logic import Node, Reading, Scope, Truth
from alertd.rules.state import By
from alertd.rules.state import Sequence as Steps
from alertd.rules.walls import Walls
from alertd.rules.world import Worlds
from alertd.text.scan import TermScanner

WAITS = "the full text of the event is still to come: a rule for which it decides does not hold until it is there"
MAX_REASONS = 6
"""Lines that say at the top why a rule does not hold."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule's condition as it was asked for one company."""

    company: str
    """Its id; empty where the rule is about no company."""
    label: str
    held: str
    """`held 8.0 %`; empty where it is not held or nothing is known of it."""
    condition: Explained


@dataclass(frozen=True, slots=True)
class OverTime:
    """A rule's condition over time, as it was asked for one company, pair of parties or source."""

    by: str
    """Ids, joined by `+`."""
    condition: Explained
    before: tuple[str, ...] = ()
    """What is remembered, a line for each event, oldest first."""
    label: str = ""
    """What `by` is called."""
    asked: bool = True
    """Not: nobody's past could be asked, so there is nothing to say of what came before."""
    earlier: bool = False
    """Asked as an earlier step: what stands beside the sequence was asked of the last one."""
    companies: tuple[str, ...] = ()
    """For which the rule holds, where this tells it."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a rule says of an event, and everything that decided it."""

    portfolio: str
    """Empty for an event type."""
    rule: str
    title: str
    severity: str
    event: str
    headline: str
    origin: str
    truth: Truth
    guard: str
    """Why it was not asked at all; empty if it was."""
    companies: tuple[str, ...]
    """Labels of the companies for which it holds, the largest holding first."""
    because: tuple[str, ...]
    """Why it does not hold, in lines."""
    asked: tuple[Asked, ...]
    over_time: tuple[OverTime, ...] = ()
    candidate: str = ""
    """How an index comes to ask this rule about the event, or why it does not."""
    notes: tuple[str, ...] = ()
    understood: Event | None = None
    """The event with what was found in it; of an event type, as far as that type alone is asked."""
    refused: tuple[tuple[str, str], ...] = ()
    """What was seen in the event and not taken, with the reason."""
    weighed: tuple[str, ...] = ()
    """How its severity comes about, in lines, where the rule leaves that to the event."""


NOTHING_BY: dict[By, str] = {
    "rule": "nothing is remembered of the event: it has no time, was withdrawn, or lacks the sentiment",
    "company": "the event names no company whose past could be asked",
    "parties": "the event is between no two companies whose past could be asked",
    "source": "the event has no source whose past could be asked",
}
"""Why the part of a rule over time could not be asked."""
_NO_TIME = "the event states no time that can be read, so nothing is remembered of it"


_EARLIER = "what stands beside the sequence is asked of its last step; this event may be an earlier one"


class Explainer:
    """Explains the rules of one book; `explanation_type` explains event types."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book
        self._worlds = Worlds(book.world())
        self._walls = Walls(book.companies.declared)

    def wall(self, portfolio: Portfolio, event: Event) -> str:
        """Say which wall keeps an event from a portfolio; empty if none does."""
        return wall_of(self._book, portfolio, event)

    def rule(
        self,
        portfolio: Portfolio,
        rule: Rule,
        event: Event,
        *,
        over_time: Sequence[OverTime] | None = None,
        candidate: str = "",
        refused: Sequence[tuple[str, str]] = (),
    ) -> Explanation:
        """Explain a rule of a portfolio. `event` carries the event types that were found in it, `refused` is what
        was seen in it and not taken.

        `over_time` is what the rule's state says, asked for where the rest of the rule holds; None: it is not known.
        """
        event = self._walls.seen_by(event, portfolio.desk)
        reading = reading_of([rule.when], event)
        kept_out = _guard(self._book, portfolio, rule, reading)
        scope = Scope(self._worlds.of(portfolio.desk), portfolio.holdings.positions, types=rule.types)
        asked, truth, companies = _ask(rule, reading, scope)
        told = [replace(part, label=self._label(part.by)) for part in over_time or ()]
        states = tuple(part for part in told if not part.earlier) if truth else ()
        earlier = [part for part in told if part.earlier]
        nothing = ""
        if rule.state is not None and truth:
            truth = None if over_time is None else _any_of([part.condition.truth for part in states])
            nothing = _nothing(rule, event) if over_time is not None and not states else ""
            if not (states or earlier or kept_out):
                seen = nothing or "what came before is not known here"
                states = (OverTime("", Explained(rule.state.label(), truth, seen), asked=False),)
        if earlier:  # what is asked of the last step does not count for it
            asked, companies = (asked, companies) if states and not kept_out else ((), ())
            truth = _any_of([truth if asked else False, *(part.condition.truth for part in earlier)])
            companies = tuple(dict.fromkeys([*companies, *(name for part in earlier for name in part.companies)]))
            states, kept_out, nothing = (*states, *earlier), "", ""
        return Explanation(
            portfolio=portfolio.id,
            rule=rule.id,
            title=rule.title,
            severity="auto" if rule.auto else rule.severity,
            event=event.id,
            headline=one_line(event.title),
            origin=origin_of(event),
            truth=False if kept_out else truth,
            guard=kept_out,
            companies=tuple(self._worlds.whole.label(company) for company in companies),
            because=() if truth and not kept_out else tuple(because_of(kept_out or nothing, asked, states)),
            asked=asked,
            over_time=states,
            candidate=candidate,
            notes=(
                *_notes(rule, event, unknown=truth is None and rule.state is not None and over_time is None),
                *([_EARLIER] if earlier and not asked and has_beside(rule) else []),
                *(f"{what} is not reported: {why}" for what, why in refused if what in rule.types),
            ),
            understood=event,
            refused=tuple(refused),
        )

    def _label(self, by: str) -> str:
        return " and ".join(map(self._worlds.whole.label, by.split("+")))


def _nothing(rule: Rule, event: Event) -> str:
    """Say why the part of a rule over time could not be asked about an event."""
    assert rule.state is not None
    if event.event_at and event_ms(event) is None:
        return _NO_TIME
    if isinstance(rule.state, Steps) and has_beside(rule):
        last = rule.state.steps[-1]
        if not any(fits(last, fact) for fact in facts_of(event).values()):
            return f"the event is not the last step, {last.label()}"
    return NOTHING_BY[rule.state.by]


# --- what decides ---------------------------------------------------------------------------------------------


def _guard(book: RuleBook, portfolio: Portfolio, rule: Rule, reading: Reading) -> str:
    event = reading.event
    return wall_of(book, portfolio, event) or guard(rule, event, routine=is_routine(event, book.routine_forms))


def wall_of(book: RuleBook, portfolio: Portfolio, event: Event) -> str:
    """Say which wall keeps an event from a portfolio, whatever its rules say; empty if none does."""
    desk = book.source_desks.get(event.source)
    return f"source {event.source} is for desk {desk} alone" if desk is not None and desk != portfolio.desk else ""


def _ask(rule: Rule, reading: Reading, scope: Scope) -> tuple[tuple[Asked, ...], Truth, tuple[str, ...]]:
    """Ask for every candidate; gives them with the nearest first, the answer, and for whom it is true."""
    candidates = sorted(set(rule.when.candidates(reading, scope))) if rule.binds else []
    if not candidates:
        tree = tree_of(rule.when, reading, scope)
        return (Asked("", "", "", tree),), tree.truth, ()
    asked = [_for_one(rule, reading, scope, company) for company in candidates]

    def rank(one: Asked) -> tuple[int, int, float, str]:
        holding = scope.holdings.get(one.company)
        weight = abs(holding.weight) if holding is not None else 0.0
        truth = one.condition.truth
        nearest = 0 if truth else leaves_true(one.condition)
        return (2 if truth is False else 0 if truth else 1, -nearest, -weight, one.company)

    asked.sort(key=rank)
    companies = tuple(one.company for one in asked if one.condition.truth)[:MAX_COMPANIES]
    return tuple(asked), _any_of([one.condition.truth for one in asked]), companies


def _for_one(rule: Rule, reading: Reading, scope: Scope, company: str) -> Asked:
    holding = scope.holdings.get(company)
    held = ""
    if holding is not None:
        held = "held, weight not known" if holding.unweighted else f"held {percent(holding.weight)}"
    return Asked(company, scope.world.label(company), held, tree_of(rule.when, reading, scope.bound_to(company)))


def because_of(kept_out: str, asked: Sequence[Asked], over_time: Sequence[OverTime]) -> list[str]:
    """Say in lines what decided against it."""
    if kept_out:
        return [kept_out]
    part = over_time[0].condition if over_time else asked[0].condition
    leaves = list(dict.fromkeys(map(_proof, deciding(part))))
    more = len(leaves) - MAX_REASONS
    return leaves if more <= 1 else [*leaves[:MAX_REASONS], f"and {more} more"]


def _proof(leaf: Explained) -> str:
    where = f"  — {leaf.found[0]}" if leaf.found and not leaf.seen else ""
    return said(leaf) + where


def _any_of(answers: Sequence[Truth]) -> Truth:
    if True in answers:
        return True
    return None if None in answers else False


def _notes(rule: Rule, event: Event, *, unknown: bool) -> list[str]:
    notes = ["what came before is not known here, so the part of the rule over time is not asked"] if unknown else []
    if rule.experimental:
        notes.append("the rule is experimental: its matches are recorded and never sent")
    if event.awaiting == "full_text":
        notes.append(WAITS)
    if event.withdrawn:
        notes.append("the source has withdrawn the event")
    return notes


# --- small parts ----------------------------------------------------------------------------------------------


def reading_of(nodes: Iterable[Node], event: Event) -> Reading:
    """Read an event for some conditions."""
    scanner = TermScanner(term for node in nodes for term in node.terms())
    return Reading(event, scanner.scan(event.title, event.body))


def origin_of(event: Event) -> str:
    """Say in one line which event it is."""
    what = f"{event.form} " if event.form else ""
    items = f"item {', '.join(event.items)} " if event.items else ""
    types = ", ".join(
        f"{t.type} {t.confidence:.2f}" + (f" {t.status}" if t.status != "announced" else "")
        for t in event.event_types[:6]
    )
    parts = [event.id, event.source, f"{what}{items}".strip(), event.event_at, f"reports {types}" if types else ""]
    return " · ".join(one_line(part) for part in parts if part)
