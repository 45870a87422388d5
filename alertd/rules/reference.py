"""The plain engine: it asks every rule about every event. It is slow, and by it the index is judged."""

from __future__ import annotations

from collections.abc import Iterable

from alertd.rules.keys import Keys
from alertd.rules.logic import Reading
from alertd.rules.slot import Candidacy, Slot


class Reference:
    """All slots, always."""

    narrow = False

    def __init__(self) -> None:
        self._slots: dict[Slot, None] = {}

    def add(self, slot: Slot) -> None:
        """Take in a slot."""
        self._slots[slot] = None

    def remove(self, slot: Slot) -> None:
        """Forget a slot that was added."""
        del self._slots[slot]

    def settle(self, slot: Slot) -> bool:
        """Every slot is always found."""
        return False

    def candidates(self, reading: Reading, keys: Keys) -> Iterable[Slot]:
        """Give every slot."""
        return tuple(self._slots)

    def why(self, slot: Slot, reading: Reading, keys: Keys) -> Candidacy:
        """Say that it is asked like all."""
        return Candidacy(True, "every rule is asked about every event")
