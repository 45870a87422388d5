"""Which rules hold for an event.

    event -> one scan for the terms of all rules -> candidates from the index -> their conditions in full -> matches

The index is an access structure and no judge: it may name rules that do not hold, never miss one that does.
Another one can take its place behind `Matcher.match`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from alertd.model import Event, Evidence, Match
from alertd.rules.book import Portfolio, Rule, RuleBook
from alertd.rules.logic import Reading
from alertd.text.scan import Term, TermScanner

MAX_EVIDENCE = 20
"""Spans that one match carries."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RuleFailure:
    """A rule whose evaluation raised. It is switched off until the book is loaded anew; reported once."""

    portfolio: str
    rule: str
    rule_hash: str
    event: str
    error: str


@dataclass(frozen=True, slots=True)
class MatchResult:
    """The rules that hold, in the order of the book, and those that broke on this event."""

    matches: tuple[Match, ...] = ()
    failures: tuple[RuleFailure, ...] = ()


class AccessIndex:
    """Posts each rule under terms of which one must occur for it to hold; rules without such are always asked."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._always: list[int] = []
        self._posted: dict[Term, list[int]] = {}
        for number, rule in enumerate(rules):
            clause = rule.when.clause()
            if clause is None:
                self._always.append(number)
            for term in clause or ():
                self._posted.setdefault(term, []).append(number)

    def candidates(self, found: Iterable[Term]) -> list[int]:
        """Give the numbers of the rules that may hold, in order, each once."""
        numbers = set(self._always)
        for term in found:
            numbers.update(self._posted.get(term, ()))
        return sorted(numbers)


class Matcher:
    """A rule book made ready. Belongs to one process; remembers which rules it had to switch off."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self._rules: list[tuple[Portfolio, Rule]] = list(book.rules())
        self._scanner = TermScanner(term for _, rule in self._rules for term in rule.when.terms())
        self._index = AccessIndex(rule for _, rule in self._rules)
        self._off: set[int] = set()

    def match(self, event: Event) -> MatchResult:
        """Give every rule that holds for an event, with its evidence."""
        reading = Reading(event, self._scanner.scan(event.title, event.body))
        matches: list[Match] = []
        failures: list[RuleFailure] = []
        for number in self._index.candidates(reading.found.terms()):
            if number in self._off:
                continue
            portfolio, rule = self._rules[number]
            try:
                result = rule.when.evaluate(reading)
            except Exception as error:  # noqa: BLE001 one bad rule must not stop the others, whatever it raises
                self._off.add(number)
                failures.append(_failure(portfolio, rule, event, error))
                continue
            if result.truth:
                matches.append(_match(portfolio, rule, event, result.evidence))
        return MatchResult(tuple(matches), tuple(failures))


def _match(portfolio: Portfolio, rule: Rule, event: Event, evidence: tuple[Evidence, ...]) -> Match:
    distinct = list(dict.fromkeys(evidence))[:MAX_EVIDENCE]
    return Match(
        rule=rule.id,
        rule_hash=rule.hash,
        portfolio=portfolio.id,
        event=event.id,
        event_revision=event.revision,
        severity=rule.severity,
        title=rule.title,
        evidence=distinct,
    )


def _failure(portfolio: Portfolio, rule: Rule, event: Event, error: Exception) -> RuleFailure:
    text = f"{type(error).__name__}: {error}"[:500]
    _log.error("rule_switched_off", portfolio=portfolio.id, rule=rule.id, event_id=event.id, error=text)
    return RuleFailure(portfolio.id, rule.id, rule.hash, event.id, text)
