"""What was sent, and is dropped once every archive has it: of two, the slower one still needs it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Protocol

from alertd.base.clock import Clock
from alertd.store.types import Archived
from alertd.workers.archive_lines import place

MOST = 100_000
"""Payloads that wait for another archive; what is forgotten here goes with its delivery's record."""


class SentStore(Protocol):
    """What this needs of the store."""

    async def archived(self, now: int) -> Mapping[str, Archived]:
        """Give all archives of which was heard lately, with how far each is."""
        ...

    async def drop_payloads(self, ids: Sequence[str]) -> int:
        """Drop what is archived."""
        ...


class Sent:
    """Payloads of deliveries that have ended and that our archive has."""

    def __init__(self, store: SentStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._waiting: deque[tuple[str, str]] = deque(maxlen=MOST)
        """(id of a line behind which the delivery had ended, delivery), in the order of the lines."""

    async def take(self, last: str, deliveries: Iterable[str]) -> None:
        """Take in deliveries whose end is archived, up to the line with this id. Raises StoreUnavailable."""
        self._waiting += ((last, name) for name in deliveries)
        await self.drop()

    async def drop(self) -> None:
        """Drop what all archives have. Raises StoreUnavailable."""
        if not self._waiting:
            return
        found = await self._store.archived(self._clock())
        least = min((place(one.position) for one in found.values()), default=(0, 0))
        over = [name for _, name in takewhile(lambda one: place(one[0]) <= least, self._waiting)]
        if over:
            await self._store.drop_payloads(over)
        for _ in over:
            self._waiting.popleft()
