"""Rules under the ids that they had first, so that one which is renamed (`formerly`) is the same in two versions."""

from __future__ import annotations

from typing import NamedTuple

from alertd.history.backtest.samples import may_quote
from alertd.model import Event
from alertd.rules.book import Portfolio, Rule, RuleBook
from alertd.rules.explanation import Explainer, Explanation


class Key(NamedTuple):
    """A rule, by the first ids of its portfolio and itself."""

    portfolio: str
    rule: str


class Named:
    """One version of the rules: its rules by key, and why one does not hold."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self._explainer = Explainer(book)
        self._rules = {key_of(portfolio, rule): (portfolio, rule) for portfolio, rule in book.rules()}
        self._keys = {(p.id, r.id): key for key, (p, r) in self._rules.items()}
        self._portfolios = {portfolio.id: portfolio for portfolio in book.portfolios}

    @property
    def keys(self) -> list[Key]:
        """All rules, in the order of the book."""
        return list(self._rules)

    def key(self, portfolio: str, rule: str) -> Key:
        """Give the key of a rule by the ids that it has."""
        return self._keys.get((portfolio, rule)) or Key(portfolio, rule)

    def first_id(self, portfolio: str) -> str:
        """Give the first id of a portfolio."""
        found = self._portfolios.get(portfolio)
        return (found.identity or found.id) if found is not None else portfolio

    def receivers(self, portfolio: str) -> tuple[str, ...]:
        """Give the receivers of a portfolio by the id that it has."""
        found = self._portfolios.get(portfolio)
        return found.receivers if found is not None else ()

    def find(self, key: Key) -> tuple[Portfolio, Rule] | None:
        """Give a rule with its portfolio; None if this version has none."""
        return self._rules.get(key)

    def why_not(self, key: Key, event: Event) -> tuple[str, ...]:
        """Say in lines why a rule does not hold for an event that was matched by another version."""
        found = self._rules.get(key)
        if found is None:
            return ("there is no such rule there",)
        portfolio, rule = found
        said = self._explainer.rule(portfolio, rule, event)
        if said.guard:
            return (said.guard,)
        if _stateless_holds(said):
            return (f"what came before does not suffice: {rule.state.label()}",) if rule.state else (_HOLDS,)
        return said.because if may_quote(event) else tuple(_without_quotes(said))


_HOLDS = "asked alone it holds; what came before it in this past makes the difference"


def _stateless_holds(said: Explanation) -> bool:
    return any(one.condition.truth for one in said.asked)


def _without_quotes(said: Explanation) -> list[str]:
    """Name what failed by the conditions alone."""
    return [line.partition("  — ")[0] for line in said.because]


def key_of(portfolio: Portfolio, rule: Rule) -> Key:
    """Name a rule by its first ids."""
    return Key(portfolio.identity or portfolio.id, rule.identity or rule.id)
