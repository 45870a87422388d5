"""Which rules hold for an event.

event -> one scan for the terms of all rules and event types
      -> companies, money, terms -> stratum 0: event types -> roles, tone    (`read`; the story comes after it)
      -> candidates (the engine) -> guard -> condition -> proof -> matches
                                               `-> rules with a state: open, the state decides
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from alertd.companies.relations import Graph
from alertd.model import Event, Match, ReportedType
from alertd.rules.again import Again
from alertd.rules.beside import state_clauses
from alertd.rules.book import BookChange, EventTypeRule, Portfolio, Rule, RuleBook
from alertd.rules.book_terms import all_terms, rule_terms
from alertd.rules.cache import no_collection
from alertd.rules.engines import EngineName, make_engine, make_scanner
from alertd.rules.evaluate import guard, holds, is_routine, judge, prove
from alertd.rules.index import plain
from alertd.rules.index_file import IndexFile
from alertd.rules.keys import Keys, keys_of
from alertd.rules.logic import Reading, Scope
from alertd.rules.outcome import Earlier, MatchResult, Open, RuleFailure, make_match
from alertd.rules.read import Read
from alertd.rules.slot import Candidacy, Scopes, Slot
from alertd.rules.strata import recognised, told, with_types
from alertd.rules.switched_off import switch_off
from alertd.rules.understanding import ByFrame, Understanding
from alertd.rules.waiting import Waiting
from alertd.rules.walls import Readings, Walls
from alertd.rules.world import World, Worlds


class Matcher:
    """A rule book made ready. Belongs to one process; remembers which rules it had to switch off."""

    def __init__(
        self,
        book: RuleBook,
        engine: EngineName = "index",
        understanding: Understanding | None = None,
        *,
        index_file: Path | None = None,
    ) -> None:
        """`index_file` keeps the index for the next start."""
        self._book = book
        self._understanding = understanding
        self._labels = dict(book.labels)
        self.worlds = Worlds(World(Graph(book.relations), self._labels, book.rates, book.related))
        """How companies are related, as each desk sees it."""
        self._scopes = Scopes(self.worlds)
        self._portfolios = {portfolio.id: portfolio for portfolio in book.portfolios}
        self._slots: dict[str, dict[str, Slot]] = {}
        """Portfolio -> rule -> slot."""
        self._version, self._companies = book.version, book.companies
        self._walls = Walls(book.companies.declared)
        self._types = make_engine(engine)
        self._rules = make_engine(engine)
        self._again = Again(self._slots, self._rules)
        self._slot_of: dict[str, Slot] = {}
        """Event type -> slot."""
        self._waiting = Waiting()
        with no_collection():
            self._build(book, engine, IndexFile(index_file, book))

    def _build(self, book: RuleBook, engine: EngineName, file: IndexFile) -> None:
        self._scanner = make_scanner(engine, file.kept.terms if file.kept is not None else all_terms(book))
        for number, kind in enumerate(book.event_types):
            slot = Slot(kind.when, Scope(self.worlds.of(None)), number, type_=kind)
            self._types.add(slot)
            self._slot_of[kind.id] = slot
        for portfolio in book.portfolios:
            self._slots[portfolio.id] = {r.id: self._slot(portfolio, r, i) for i, r in enumerate(portfolio.rules)}
        slots = [slot for of_portfolio in self._slots.values() for slot in of_portfolio.values()]
        file.post(slots, self._rules)
        file.write(slots, self._rules, self._scanner.uses())

    @property
    def version(self) -> str:
        """The version of the book by which it matches now."""
        return self._version

    @property
    def book(self) -> RuleBook:
        """The book by which it matches now."""
        if self._book.version != self._version:
            portfolios = tuple(self._portfolios[name] for name in sorted(self._portfolios))
            changed = {"portfolios": portfolios, "labels": dict(self._labels), "companies": self._companies}
            self._book = msgspec.structs.replace(self._book, **changed, version=self._version)
        return self._book

    def portfolio(self, portfolio_id: str) -> Portfolio | None:
        """Give a portfolio of the book by its id."""
        return self._portfolios.get(portfolio_id)

    def rule(self, portfolio_id: str, rule_id: str) -> Rule | None:
        """Give a rule of the book by the ids of its portfolio and its own."""
        slot = self._slots.get(portfolio_id, {}).get(rule_id)
        return slot.rule if slot is not None else None

    def match(self, event: Event) -> MatchResult:
        """Read an event and give every rule that holds for it, with its evidence."""
        return self.match_read(self.read(event))

    def match_read(self, read: Read) -> MatchResult:
        """Give every rule that holds for an event that was read, with its evidence.

        The result carries the event with all that is in it; each rule was asked about what its desk may see of it.
        """
        reading, keys, failures = read.reading, read.keys(), list(read.failures)
        event, readings = reading.event, Readings(self._walls, reading)
        held: list[tuple[tuple[str, int], Match | Open]] = []
        desk = self._book.source_desks.get(event.source)
        routine = is_routine(event, self._book.routine_forms)
        for slot in self._rules.candidates(reading, keys):
            if slot.off or (desk is not None and _is_hidden(slot, desk)):
                continue
            try:
                outcome = self._ask(slot, readings.of(slot.desk), keys, routine=routine)
            except Exception as error:  # noqa: BLE001 one bad rule must not stop the others, whatever it raises
                failures.append(switch_off(slot, event, error))
                continue
            if outcome is not None:
                held.append((slot.place, outcome))
        self._again.after_event()
        held.sort(key=lambda item: item[0])
        return MatchResult(
            reading.event,
            tuple(outcome for _, outcome in held if isinstance(outcome, Match)),
            tuple(outcome for _, outcome in held if isinstance(outcome, Open)),
            tuple(failures),
            self._earlier(readings, reading, keys, routine=routine),
            read.refused,
        )

    def seen_by(self, event: Event, desk: str | None) -> Event:
        """Give an event as a desk sees it: companies that are another desk's alone are not in it."""
        return self._walls.seen_by(event, desk)

    def _earlier(self, readings: Readings, reading: Reading, keys: Keys, *, routine: bool) -> Earlier | None:
        """Give what an event may be an earlier step of, for the rules that are asked about their last step alone."""
        steps = self._waiting.steps(keys, routine=routine)
        if not steps:
            return None
        desk = self._book.source_desks.get(reading.event.source)

        def rule(mark: str) -> Open | None:
            slot = self._waiting.slot(mark)
            if slot is None or slot.portfolio is None or slot.rule is None or slot.off:
                return None
            if (routine and not slot.rule.names_form) or (desk is not None and _is_hidden(slot, desk)):
                return None
            return Open(slot.portfolio, slot.rule, (), readings.of(slot.desk), slot.scope)

        return Earlier(steps, rule)

    def read(self, event: Event, *, as_found: bool = False) -> Read:
        """Scan an event, understand it, recognise its event types (stratum 0). `as_found`: what it brings stands."""
        found = self._scanner.scan(event.title, event.body)
        if as_found:
            return Read(Reading(event, found))
        begun = self._understanding.begin(event, found) if self._understanding is not None else None
        reading = Reading(begun.event if begun is not None else event, found)
        failures: list[RuleFailure] = []
        types = told(self._recognised(reading, begun.by_frames if begun is not None else {}, failures))
        if begun is not None:
            reading = Reading(begun.conclude(types), found)
        elif types:
            reading = with_types(reading, types)
        return Read(reading, tuple(failures), tuple(begun.refused) if begun is not None else ())

    def _recognised(
        self, reading: Reading, shown: Mapping[str, ByFrame], failures: list[RuleFailure]
    ) -> Iterator[tuple[EventTypeRule, ReportedType]]:
        asked = self._types.candidates(reading, keys_of(reading))
        by_frame = [slot for name in shown if (slot := self._slot_of.get(name)) is not None]
        for slot in dict.fromkeys((*asked, *by_frame)) if by_frame else asked:
            if slot.off or slot.type is None or slot.type.id in reading.types:
                continue
            try:
                reported = recognised(slot.type, reading, slot.scope, shown.get(slot.type.id))
            except Exception as error:  # noqa: BLE001 as for rules
                failures.append(switch_off(slot, reading.event, error))
                continue
            if reported is not None:
                yield slot.type, reported

    def _ask(self, slot: Slot, reading: Reading, keys: Keys, *, routine: bool) -> Match | Open | None:
        portfolio, rule = slot.portfolio, slot.rule
        if portfolio is None or rule is None or guard(rule, reading.event, routine=routine):
            return None
        if rule.state is not None and any(plain(clause).isdisjoint(keys.all()) for clause in state_clauses(rule)):
            return None
        if rule.state is None and self._rules.narrow:
            verdict = judge(rule, reading, slot.scope)
            return make_match(portfolio, rule, reading, slot.scope, verdict) if verdict.truth else None
        truth, companies = holds(rule, reading, slot.scope)
        if not truth:
            return None
        if rule.state is not None:
            return Open(portfolio, rule, companies, reading, slot.scope)
        return make_match(portfolio, rule, reading, slot.scope, prove(rule, reading, slot.scope, companies))

    def why_candidate(self, portfolio_id: str, rule_id: str, event: Event) -> Candidacy:
        """Say whether a rule is asked about an event at all, and why."""
        slot = self._slots.get(portfolio_id, {}).get(rule_id)
        if slot is None or slot.rule is None:
            return Candidacy(False, f"there is no rule {portfolio_id}/{rule_id}")
        if slot.off:
            return Candidacy(False, "the rule raised and is switched off until it changes")
        desk = self._book.source_desks.get(event.source)
        if desk is not None and _is_hidden(slot, desk):
            return Candidacy(False, f"the source {event.source} belongs to another desk")
        read = self.read(event)
        reading, keys = Readings(self._walls, read.reading).of(slot.desk), read.keys()
        event = reading.event
        reason = guard(slot.rule, event, routine=is_routine(event, self._book.routine_forms))
        why = Candidacy(False, reason) if reason else self._rules.why(slot, reading, keys)
        if not why.asked and self._waiting.may_be_earlier(slot, keys):
            return Candidacy(True, "it may be an earlier step, and is asked about when the last one has been met")
        return why

    def switch_off(self, open_: Open, event: Event, error: Exception) -> RuleFailure:
        """Switch off a rule that raised when its state was settled, until it changes."""
        return switch_off(self._slots[open_.portfolio.id][open_.rule.id], event, error)

    def apply(self, change: BookChange, understanding: Understanding | None = None) -> None:
        """Go on to the next version of the book, at a cost of what changed; the next event is matched by it.

        `understanding`: the one to go on with, where companies changed. ValueError if it is for another version.
        """
        if change.before != self._version:
            raise ValueError(f"the change applies to version {change.before}, this is {self._version}")
        if change.companies is not None:
            self._companies, self._walls = change.companies, Walls(change.companies.declared)
        self._understanding = understanding or self._understanding
        for name in change.removed:
            if self._portfolios.pop(name, None) is not None:
                for slot in self._slots.pop(name).values():
                    self._remove(slot)
        self._labels.update(change.labels)
        for portfolio in change.portfolios:
            self._replace(portfolio)
        self._version = change.version

    def _replace(self, portfolio: Portfolio) -> None:
        """Bring one portfolio to its new form; rules that stay the same keep their places in the index."""
        before = self._portfolios.get(portfolio.id)
        old = self._slots.get(portfolio.id, {})
        same = before is not None and (before.desk, before.identity, before.holdings.positions) == (
            portfolio.desk, portfolio.identity, portfolio.holdings.positions,
        )  # fmt: skip
        new: dict[str, Slot] = {}
        for number, rule in enumerate(portfolio.rules):
            slot = old.get(rule.id)
            if same and slot is not None and slot.rule == rule:
                slot.portfolio, slot.order = portfolio, number
                new[rule.id] = slot
            else:
                new[rule.id] = self._add(portfolio, rule, number)
        for name, slot in old.items():
            if new.get(name) is not slot:
                self._remove(slot)
        self._portfolios[portfolio.id] = portfolio
        self._slots[portfolio.id] = new

    def _slot(self, portfolio: Portfolio, rule: Rule, number: int) -> Slot:
        slot = Slot(rule.when, self._scopes.of(portfolio, rule), number, portfolio=portfolio, rule=rule)
        if rule.state is not None:
            self._waiting.add(slot)
        return slot

    def _add(self, portfolio: Portfolio, rule: Rule, number: int) -> Slot:
        slot = self._slot(portfolio, rule, number)
        for term in rule_terms(rule):
            self._scanner.add(term)
        self._rules.add(slot)
        return slot

    def _remove(self, slot: Slot) -> None:
        self._rules.remove(slot)
        self._waiting.remove(slot)
        if slot.rule is not None:
            for term in rule_terms(slot.rule):
                self._scanner.remove(term)


def _is_hidden(slot: Slot, desk: str) -> bool:
    """Whether the events of a desk's source are not for the portfolio of this rule."""
    return slot.portfolio is None or slot.desk != desk
