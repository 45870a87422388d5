"""What has been loaded: rules, portfolios, the book of all of them. Frozen, compared by value, cheap to pickle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertd.base.ids import mark
from alertd.model import Severity
from alertd.rules.logic import Node


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition over events, with its severity."""

    id: str
    title: str
    severity: Severity
    when: Node
    hash: str
    """Fingerprint of the definition: the same rule has the same hash in every file, process and version."""
    definition: bytes
    """Canonical JSON of `{id, title, severity, when}` as written; by it a decision can be explained later."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The rules that watch for one desk, and whom they tell."""

    id: str
    title: str
    timezone: str
    """IANA name; clocks in messages are shown in it."""
    receivers: tuple[str, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All portfolios, ordered by id."""

    portfolios: tuple[Portfolio, ...]
    version: str
    """Fingerprint of everything in it."""

    def rules(self) -> Iterator[tuple[Portfolio, Rule]]:
        """Go through all rules in the order of the book."""
        return ((portfolio, rule) for portfolio in self.portfolios for rule in portfolio.rules)

    def portfolio(self, portfolio_id: str) -> Portfolio | None:
        """Give a portfolio by its id."""
        return next((portfolio for portfolio in self.portfolios if portfolio.id == portfolio_id), None)


def make_book(portfolios: list[Portfolio]) -> RuleBook:
    """Make the book of portfolios with distinct ids; the order in which they come does not count."""
    ordered = tuple(sorted(portfolios, key=lambda portfolio: portfolio.id))
    parts = [
        part
        for p in ordered
        for part in (p.id, p.title, p.timezone, ",".join(p.receivers), *(rule.hash for rule in p.rules), "")
    ]
    return RuleBook(ordered, mark(*parts))
