"""Measuring how long an event loop was held, on the clock and by computing of its own."""

from __future__ import annotations

import asyncio
import time
from typing import Self

_TICK_S = 0.002


class LoopLag:
    """Ticks while its block runs; `worst_s` is the longest that a tick came late.

    `busy_s` is the longest that the loop's own thread computed between two ticks: on a machine with other things to
    do it tells a loop that is held from one that had to wait.
    """

    def __init__(self) -> None:
        self.worst_s = 0.0
        self.busy_s = 0.0

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._tick())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await asyncio.sleep(_TICK_S)  # a last tick sees what held the loop until the end
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            before, computed = loop.time(), time.thread_time()
            await asyncio.sleep(_TICK_S)
            self.worst_s = max(self.worst_s, loop.time() - before - _TICK_S)
            self.busy_s = max(self.busy_s, time.thread_time() - computed)
