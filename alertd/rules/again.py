"""Looks at the rules again, a few with each event: where one stands in the index was chosen by what was known then.

When a book is loaded, how often events have a word is a guess. By and by it is learned, and it changes: a word that
was rare is in every second item today. A rule that is found by such a word costs with each of these items, though
another of its clauses is rare. Nothing else depends on where a rule stands, so it can be moved between two events.

By turns those come that stand under the key that led to the most rules in vain, where the index counts that, and all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from alertd.rules.index import Index
from alertd.rules.slot import Engine, Slot

EVERY, AT_A_TIME = 16, 4
"""After so many events so many rules are looked at: that costs an event some three microseconds."""
ASK_AFTER, AT_MOST = 32, 500
"""So many times later it is asked again what led in vain, and so many of these rules are taken."""


class Again:
    """Goes round the rules for as long as there are any."""

    def __init__(self, slots: Mapping[str, Mapping[str, Slot]], engine: Engine) -> None:
        """`slots`: portfolio -> rule -> slot, as they are at any time."""
        self._slots = slots
        self._engine = engine
        self._in_vain = engine.led_to_in_vain if isinstance(engine, Index) else None
        self._events = 0
        self._looks = 0
        self._worst: Iterator[Slot] = iter(())
        self._round: Iterator[Slot] = iter(())
        self.moved = 0
        """How many rules were put elsewhere so far."""

    def after_event(self) -> None:
        """Look at a few rules if it is time."""
        self._events += 1
        if self._events % EVERY == 0:
            self._looks += 1
            if self._in_vain is not None and self._looks % ASK_AFTER == 0:
                self._worst = iter(self._in_vain(AT_MOST, self._looks))
            worst = list(islice(self._worst, AT_A_TIME // 2))
            self.moved += sum(map(self._engine.settle, worst))
            self.look(AT_A_TIME - len(worst))

    def look(self, count: int) -> None:
        """Look at so many rules, or at each once if there are fewer."""
        seen = 0
        for slot in islice(self._round, count):
            seen += 1
            self.moved += self._engine.settle(slot)
        if seen < count:  # the next round begins with the next look
            self._round = self._all()

    def _all(self) -> Iterator[Slot]:
        """Go through all slots that are there when their turn comes; one that has gone must not be posted again."""
        for portfolio in list(self._slots):
            for rule in list(self._slots.get(portfolio, ())):
                slot = self._slots.get(portfolio, {}).get(rule)
                if slot is not None:
                    yield slot
