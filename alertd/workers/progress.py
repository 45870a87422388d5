"""Proof of life: loops count their turns, and whoever guards the process reads the counts.

A bare timer would report "alive" from a process whose matching has stopped. Here a loop says that it came round, and
the supervisor feeds the service manager's watchdog only while every loop does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")
BEAT_S = 2.0
"""How often a loop that waits for a thread says that it is there."""


class Progress:
    """Counts turns per loop. A loop is expected to come round every few seconds, with work or without."""

    def __init__(self) -> None:
        self._turns: dict[str, int] = {}

    def tick(self, loop: str) -> None:
        """Say that this loop came round."""
        self._turns[loop] = self._turns.get(loop, 0) + 1

    async def waiting(self, loop: str, work: Awaitable[T]) -> T:
        """Wait for what may take minutes without harm, for files and threads: the loop comes round meanwhile."""
        task = asyncio.ensure_future(work)
        self.tick(loop)
        while not (await asyncio.wait([task], timeout=BEAT_S))[0]:
            self.tick(loop)
        return task.result()

    def forget(self, loop: str) -> None:
        """Say that this loop ended on purpose."""
        self._turns.pop(loop, None)

    def counts(self) -> dict[str, int]:
        """Give the turns of each loop so far."""
        return dict(self._turns)


class Watch:
    """Tells from successive counts which loops stand still. Pure: time comes in."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._last: dict[str, tuple[int, float]] = {}

    def update(self, counts: dict[str, int], now_s: float) -> None:
        """Take in new counts."""
        for loop, count in counts.items():
            known = self._last.get(loop)
            if known is None or known[0] != count:
                self._last[loop] = (count, now_s)
        for loop in self._last.keys() - counts.keys():
            del self._last[loop]

    def stuck(self, now_s: float) -> list[str]:
        """Name the loops that have not come round within the patience."""
        return sorted(loop for loop, (_, at) in self._last.items() if now_s - at > self._patience_s)
