"""A condition of the book made ready to be asked, and what an engine is: whatever finds the ones worth asking."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from alertd.rules.book import EventTypeRule, Portfolio, Rule
from alertd.rules.logic import Key, Reading, Scope
from alertd.rules.tree import Condition

Posting = tuple[tuple[Key, ...], int]
"""Where an index has put a slot: under which keys, and a number by which it finds it again."""


class Slot:
    """A rule of a portfolio, or an event type. It is switched off for good when it raises."""

    __slots__ = ("checks", "off", "place", "portfolio", "posting", "rule", "scope", "type", "when")

    def __init__(
        self,
        when: Condition,
        scope: Scope,
        place: tuple[str, int],
        *,
        portfolio: Portfolio | None = None,
        rule: Rule | None = None,
        type_: EventTypeRule | None = None,
    ) -> None:
        self.when = when
        self.scope = scope
        self.place = place
        """Where it stands in the book: matches are given in this order."""
        self.portfolio = portfolio
        self.rule = rule
        self.type = type_
        self.off = False
        self.posting: Posting = ((), -1)
        self.checks: tuple[frozenset[Key], ...] = ()
        """Of each of these the event must have one key, too; cheaper to ask than the condition."""

    @property
    def desk(self) -> str | None:
        """The desk whose eyes it is asked with; None: of none."""
        return self.portfolio.desk if self.portfolio is not None else None


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

    def candidates(self, reading: Reading, keys: Collection[Key]) -> Iterable[Slot]:
        """Give each slot that may hold for an event once, in any order; `keys` is what the event has."""

    def why(self, slot: Slot, reading: Reading, keys: Collection[Key]) -> Candidacy:
        """Say why a slot is among the candidates or is not."""
