"""How an event loop feels: how late it comes round, and for how long it computes at a stretch.

By the clock a loop is late, too, while others have the processor. What it computes between two looks at its sockets
is its own doing: for so long all else in the process waits, on a machine with nothing else to do as on any.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

from alertd import telemetry

FEEL_S = 0.1
T = TypeVar("T")


class Stretches(selectors.DefaultSelector):
    """Looks at the sockets of a loop, and measures what its thread computed since it did so last."""

    def __init__(self) -> None:
        super().__init__()
        self._longest_s = 0.0
        self._since_s = time.thread_time()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for sockets, or for a time."""
        self._longest_s = max(self._longest_s, time.thread_time() - self._since_s)
        found = super().select(timeout)
        self._since_s = time.thread_time()
        return found

    def take_longest(self) -> float:
        """Give the longest stretch since this was last asked for, in seconds."""
        longest, self._longest_s = self._longest_s, 0.0
        return longest


def run_felt(work: Coroutine[Any, Any, T], stretches: Stretches) -> T:
    """Run as `asyncio.run` does, in a loop whose stretches are measured."""
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(stretches)) as runner:
        return runner.run(work)


async def feel(process: str, stretches: Stretches) -> None:
    """Measure all the while, as figures of this process."""
    loop = asyncio.get_running_loop()
    lag, busy = telemetry.LOOP_LAG.labels(process=process), telemetry.LOOP_BUSY.labels(process=process)
    while True:
        due = loop.time() + FEEL_S
        await asyncio.sleep(FEEL_S)
        lag.observe(max(loop.time() - due, 0.0))
        busy.observe(stretches.take_longest())
