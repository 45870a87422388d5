"""Which rules hold for an event.

event -> one scan for the terms of all rules and event types -> event types -> candidates -> conditions -> matches
"""

from __future__ import annotations

import msgspec
import structlog

from alertd.model import Event, Match
from alertd.rules.book import Portfolio, Rule, RuleBook
from alertd.rules.evaluate import guard, holds, prove
from alertd.rules.logic import Reading, Scope
from alertd.text.scan import TermScanner

MAX_EVIDENCE = 20
"""Spans that one match carries."""

_log = structlog.get_logger(__name__)


class RuleFailure(msgspec.Struct, frozen=True):
    """A rule whose evaluation raised. It is switched off until the book is loaded anew; reported once."""

    portfolio: str
    rule: str
    rule_hash: str
    event: str
    error: str


class MatchResult(msgspec.Struct, frozen=True):
    """The rules that hold, in the order of the book, and those that broke on this event."""

    event: Event
    """With the event types that were found in it."""
    matches: tuple[Match, ...] = ()
    failures: tuple[RuleFailure, ...] = ()


class Matcher:
    """A rule book made ready. Belongs to one process; remembers which rules it had to switch off."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self._world = book.world()
        self._rules: list[tuple[Portfolio, Rule]] = list(book.rules())
        self._scanner = TermScanner(term for _, rule in self._rules for term in rule.when.terms())
        self._off: set[int] = set()

    def match(self, event: Event) -> MatchResult:
        """Give every rule that holds for an event, with its evidence."""
        reading = Reading(event, self._scanner.scan(event.title, event.body))
        matches: list[Match] = []
        failures: list[RuleFailure] = []
        for number, (portfolio, rule) in enumerate(self._rules):
            if number in self._off:
                continue
            try:
                match = self._match(portfolio, rule, reading)
            except Exception as error:  # noqa: BLE001 one bad rule must not stop the others, whatever it raises
                self._off.add(number)
                failures.append(_failure(portfolio, rule, event, error))
                continue
            if match is not None:
                matches.append(match)
        return MatchResult(event, tuple(matches), tuple(failures))

    def _match(self, portfolio: Portfolio, rule: Rule, reading: Reading) -> Match | None:
        if guard(rule, reading, self.book.routine_forms):
            return None
        scope = Scope(self._world, portfolio.holdings.positions, types=rule.types)
        truth, companies = holds(rule, reading, scope)
        if not truth:
            return None
        verdict = prove(rule, reading, scope, companies)
        return Match(
            rule=rule.id,
            rule_hash=rule.hash,
            portfolio=portfolio.id,
            event=reading.event.id,
            event_revision=reading.event.revision,
            severity=rule.severity,
            title=rule.title,
            evidence=list(verdict.evidence)[:MAX_EVIDENCE],
            path=list(verdict.path),
            company=verdict.companies[0] if verdict.companies else "",
            companies=list(verdict.companies),
            experimental=rule.experimental,
        )


def _failure(portfolio: Portfolio, rule: Rule, event: Event, error: Exception) -> RuleFailure:
    text = f"{type(error).__name__}: {error}"[:500]
    _log.error("rule_switched_off", portfolio=portfolio.id, rule=rule.id, event_id=event.id, error=text)
    return RuleFailure(portfolio.id, rule.id, rule.hash, event.id, text)
