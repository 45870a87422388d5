"""Where the index posts rules, in the compiled core: keys, company sets and slots are numbers there.

term -> key, title key                 what stands in the texts of an event, without a look at its words
key -> (set, slot), (set, slot), …     a slot is taken if the bit of its set is on, and its other clauses are met
set -> slots                           those that every event on one of their companies concerns
company -> sets                        turns the bits on, and off again behind each question
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from itertools import repeat

from alertd.model import Struct
from alertd.rules.frequency import Frequencies
from alertd.rules.index import EVERY, NOWHERE, Index
from alertd.rules.keys import Keys
from alertd.rules.logic import Key
from alertd.rules.slot import Slot, Standing
from alertd.text.core import CoreField, make_postings

_NO_KEYS: frozenset[Key] = frozenset()


class Posted(Struct, frozen=True, array_like=True):
    """Where the slots of a book stand, to be kept."""

    keys: list[str]
    companies: list[str]
    sets: bytes
    slots: bytes
    numbers: bytes
    """Of the slots, in the order of the book."""
    patterns: dict[str, int]


class CoreIndex(Index):
    """Posts in the core."""

    def __init__(self, frequencies: Frequencies | None = None) -> None:
        super().__init__(frequencies)
        self._postings = make_postings()
        self._slots: list[Slot | None] = []
        """By the core's number, which is given again when it is free."""

    def post(self, slot: Slot, standing: Standing, companies: frozenset[str] | None) -> int:
        """Put a slot under keys and companies; gives its number."""
        keys, checks = standing
        number = self._postings.put(_NO_KEYS if keys == EVERY else keys, companies, checks)
        if number >= len(self._slots):
            self._slots.extend(repeat(None, number + 1 - len(self._slots)))
        self._slots[number] = slot
        return number

    def unpost(self, slot: Slot) -> None:
        """Forget a slot."""
        self._postings.drop(slot.number)
        self._slots[slot.number] = None
        while self._slots and self._slots[-1] is None:
            self._slots.pop()

    def standing(self, slot: Slot) -> Standing:
        """Say where a slot was put."""
        keys, checks = self._postings.parts(slot.number)
        return keys or EVERY, checks

    def found(self, companies: Collection[str], keys: Keys) -> list[Slot]:
        """Give each slot of which the event has a key, names a company, and meets the other clauses."""
        title, body = keys.found.fields
        if not (isinstance(title, CoreField) and isinstance(body, CoreField)):
            return super().found(companies, keys)
        return self._of(self._postings.find(keys.others, companies, title.read, body.read))

    def find(self, companies: Collection[str], keys: Collection[Key]) -> list[Slot]:
        """Give the same by the names of all keys."""
        return self._of(self._postings.find(keys, companies))

    def led_to_in_vain(self, at_most: int, turn: int) -> list[Slot]:
        """Give slots under the key that led to the most in vain since this was asked; of many each turn others."""
        return self._of(self._postings.in_vain(at_most, turn * at_most))

    def posted(self, slots: Sequence[Slot]) -> Posted:
        """Give where all slots stand, none of which has gone since they were posted one after the other."""
        keys, companies, sets, parts = self._postings.dump()
        numbers = array("i", [slot.number for slot in slots])
        return Posted(keys, companies, sets, parts, numbers.tobytes(), self._patterns.uses())

    def take(self, posted: Posted, slots: Sequence[Slot]) -> bool:
        """Let the slots, which are the same ones, stand as they stood; whether that can be."""
        numbers = array("i")
        try:
            numbers.frombytes(posted.numbers)
            count = self._postings.load(posted.keys, posted.companies, posted.sets, posted.slots)
        except ValueError:
            self._postings = make_postings()
            return False
        there = [number for number in numbers if number != NOWHERE]
        if len(numbers) != len(slots) or sorted(there) != list(range(1, count + 1)):
            self._postings = make_postings()
            return False
        self._slots = [None] * (count + 1 if count else 0)
        for slot, number in zip(slots, numbers, strict=True):
            slot.number = number
            if number != NOWHERE:
                self._slots[number] = slot
        self._patterns.take(posted.patterns)
        return True

    def _of(self, numbers: list[int]) -> list[Slot]:
        return [slot for slot in map(self._slots.__getitem__, numbers) if slot is not None]
