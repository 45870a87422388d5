"""How often events have a key: guessed from what kind of key it is, learned from the events seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from alertd.rules.logic import Key

SAMPLE = 8
"""One event of so many is counted."""
ENOUGH = 200
"""Counted events whose word weighs as much as the guess."""

MANY = 200_000
"""So many keys are counted at most; then the rarer half is forgotten."""

_GUESSES = {
    "title": 0.002, "type": 0.02, "form": 0.03, "item": 0.01, "source": 0.1, "kind": 0.5, "trust": 0.4,
    "language": 0.8, "deal": 0.01, "has": 0.9,
}  # fmt: skip
_WORD, _PHRASE = 0.02, 0.002


class Frequencies:
    """Shares of events that have a key."""

    def __init__(self) -> None:
        self._counts: Counter[Key] = Counter()
        self._seen = 0
        self._skipped = 0
        self._shares: dict[Key, float] = {}
        """Worked out since the last event was counted: a book asks for the same keys very often."""

    def is_due(self) -> bool:
        """Whether this event is the one of SAMPLE that is counted."""
        self._skipped = (self._skipped + 1) % SAMPLE
        return not self._skipped

    def learn(self, keys: Iterable[Key]) -> None:
        """Note what an event has."""
        self._seen += 1
        self._shares.clear()
        self._counts.update(keys)
        if len(self._counts) > MANY:  # strangers name forms, items and facts as they like
            self._counts = Counter(dict(self._counts.most_common(MANY // 2)))

    def of(self, key: Key) -> float:
        """Give the share of events that have a key."""
        share = self._shares.get(key)
        if share is None:
            share = (self._counts.get(key, 0) + guess(key) * ENOUGH) / (self._seen + ENOUGH)
            self._shares[key] = share
        return share

    def of_any(self, clause: Collection[Key]) -> float:
        """Give what share of events have one of these keys, at most; among equals, few keys are better."""
        return sum(map(self.of, clause)) + 1e-6 * len(clause)


def guess(key: Key) -> float:
    """Guess the share of events that have a key from what kind of key it is."""
    kind, colon, _ = key.partition(":")
    if colon:
        return _GUESSES.get(kind, 0.05)
    return _PHRASE if " " in key else _WORD
