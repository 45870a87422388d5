"""Where the index posts rules, in the compiled core: keys, company sets and slots are numbers there.

key -> (set, slot), (set, slot), …     a slot is taken if the bit of its set is on, and its other clauses are met
set -> slots                           those that every event on one of their companies concerns
company -> sets                        turns the bits on, and off again behind each question
"""

from __future__ import annotations

from collections.abc import Collection

from alertd.rules.frequency import Frequencies
from alertd.rules.index import ALWAYS, Index
from alertd.rules.logic import Key
from alertd.rules.slot import Slot
from alertd.text.core import make_postings

_NO_KEYS: frozenset[Key] = frozenset()


class CoreIndex(Index):
    """Posts in the core."""

    def __init__(self, frequencies: Frequencies | None = None) -> None:
        super().__init__(frequencies)
        self._postings = make_postings()
        self._slots: dict[int, Slot] = {}
        """By the core's number."""

    def post(self, slot: Slot, keys: tuple[Key, ...], companies: frozenset[str] | None) -> int:
        """Put a slot under keys and companies; gives its number."""
        number = self._postings.put(_NO_KEYS if keys == (ALWAYS,) else frozenset(keys), companies, slot.checks)
        self._slots[number] = slot
        return number

    def unpost(self, slot: Slot) -> None:
        """Forget a slot."""
        number = slot.posting[1]
        self._postings.drop(number)
        del self._slots[number]

    def find(self, companies: Collection[str], keys: Collection[Key]) -> list[Slot]:
        """Give each slot of which the event has a key, names a company, and meets the other clauses."""
        return list(map(self._slots.__getitem__, self._postings.find(keys, companies)))
