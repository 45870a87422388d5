"""A condition of the book made ready to be asked, and what an engine is: whatever finds the ones worth asking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from alertd.rules.book import EventTypeRule, Portfolio, Rule
from alertd.rules.keys import Keys
from alertd.rules.logic import Key, Reading, Scope
from alertd.rules.tree import Condition
from alertd.rules.world import Worlds

Standing = tuple[frozenset[Key], tuple[frozenset[Key], ...]]
"""Of which keys an index looks for one, and the other clauses, of each of which an event must have a key, too."""


class Slot:
    """A rule of a portfolio, or an event type. It is switched off for good when it raises."""

    __slots__ = ("number", "off", "order", "portfolio", "rule", "scope", "type", "when")

    def __init__(
        self,
        when: Condition,
        scope: Scope,
        order: int,
        *,
        portfolio: Portfolio | None = None,
        rule: Rule | None = None,
        type_: EventTypeRule | None = None,
    ) -> None:
        self.when = when
        self.scope = scope
        self.order = order
        """The how many-th it is of its portfolio's, or of all event types."""
        self.portfolio = portfolio
        self.rule = rule
        self.type = type_
        self.off = False
        self.number = -1
        """By which an index finds it again."""

    @property
    def place(self) -> tuple[str, int]:
        """Where it stands in the book: matches are given in this order."""
        owner = self.portfolio or self.type
        return owner.id if owner is not None else "", self.order

    @property
    def desk(self) -> str | None:
        """The desk whose eyes it is asked with; None: of none."""
        return self.portfolio.desk if self.portfolio is not None else None


class Scopes:
    """Makes the scopes of rules: neighbours of one portfolio that name the same event types share one."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds
        self._last = Scope(worlds.of(None))

    def of(self, portfolio: Portfolio, rule: Rule) -> Scope:
        """Give the scope of a rule."""
        world, held, last = self._worlds.of(portfolio.desk), portfolio.holdings.positions, self._last
        if last.world is not world or last.holdings is not held or last.types != rule.types:
            self._last = Scope(world, held, types=rule.types)
        return self._last


@dataclass(frozen=True, slots=True)
class Candidacy:
    """Whether a rule is asked about an event at all, and why."""

    asked: bool
    reason: str


class Engine(Protocol):
    """Finds the slots worth asking about an event: all that hold, and few others."""

    @property
    def narrow(self) -> bool:
        """Whether most candidates hold: then their proof is made at once."""

    def add(self, slot: Slot) -> None:
        """Take in a slot."""

    def remove(self, slot: Slot) -> None:
        """Forget a slot that was added."""

    def settle(self, slot: Slot) -> bool:
        """Find a slot by another of its clauses from now on, if that is better; whether it is."""

    def candidates(self, reading: Reading, keys: Keys) -> Iterable[Slot]:
        """Give each slot that may hold for an event once, in any order; `keys` is what the event has."""

    def why(self, slot: Slot, reading: Reading, keys: Keys) -> Candidacy:
        """Say why a slot is among the candidates or is not."""
