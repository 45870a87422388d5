"""Long work in one process beside others: who waits for the loop gets a turn between its pieces."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

T = TypeVar("T")

TURN_S = 0.008
"""How long work goes on before others get their turn; a single piece is never cut."""


async def by_turns(items: Iterable[T]) -> AsyncIterator[T]:
    """Give items, and the loop to others whenever what was done with them has taken `TURN_S`."""
    began = time.perf_counter()
    for item in items:
        yield item
        if time.perf_counter() - began >= TURN_S:
            await asyncio.sleep(0)
            began = time.perf_counter()
