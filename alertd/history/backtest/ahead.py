"""Lines with a look at those to come: what the daemon's clocks did then is done when it did it.

The daemon looks twice a second at what is due, so a window goes out a moment after its end, and an event may come in
between; after an hour in which it did not run, an hour late. Where the archive says when, that is when.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator

from alertd.history.backtest.order import Item

LOOK_MS = 10_000
"""How far ahead it is looked, on the archive's clock."""
MOST = 4_096


class Ahead:
    """A queue that is filled as it is emptied."""

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items
        self._held: deque[Item] = deque()
        self._names: Counter[str] = Counter()
        self.to_come: set[str] = set()
        """Windows and timers that the archive says are about to be released, to ring."""

    def next(self) -> Item | None:
        """Give the line that comes next, without taking it."""
        while len(self._held) < MOST and (not self._held or self._held[-1].at_ms < self._held[0].at_ms + LOOK_MS):
            item = next(self._items, None)
            if item is None:
                break
            self._held.append(item)
            if item.found.name:
                self._names[item.found.name] += 1
                self.to_come.add(item.found.name)
        return self._held[0] if self._held else None

    def take(self) -> None:
        """Take it."""
        name = self._held.popleft().found.name
        if name:
            self._names[name] -= 1
            if not self._names[name]:
                del self._names[name]
                self.to_come.discard(name)
