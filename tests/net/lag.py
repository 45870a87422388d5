"""Measuring how long an event loop was held."""

from __future__ import annotations

import asyncio
from typing import Self

_TICK_S = 0.002


class LoopLag:
    """Ticks while its block runs; `worst_s` is the longest that a tick came late."""

    def __init__(self) -> None:
        self.worst_s = 0.0

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
            before = loop.time()
            await asyncio.sleep(_TICK_S)
            self.worst_s = max(self.worst_s, loop.time() - before - _TICK_S)
