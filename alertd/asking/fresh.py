"""Answers that take a while, kept for a moment: who asks again gets the one there is, and a newer one is made."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger(__name__)

MOST = 64
T = TypeVar("T")


class Fresh(Generic[T]):
    """The answers of one kind."""

    def __init__(
        self, what: str, fresh_s: float, keep_s: float, at_once: int = 1, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Within `fresh_s` an answer is good; within `keep_s` it is given while a newer one is made."""
        self._clock = clock
        self._what = what
        self._fresh_s = fresh_s
        self._keep_s = keep_s
        self._turn = asyncio.Semaphore(at_once)
        self._kept: OrderedDict[Hashable, tuple[float, T]] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[T]] = {}

    @property
    def waiting(self) -> int:
        """How many are being made, or wait for their turn."""
        return len(self._making)

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]], wait_s: float | None = None) -> T | None:
        """Give an answer; None: it is not there within `wait_s`, and is made all the same. Raises as `make` does."""
        at, value = self._kept.get(key, (0.0, None))
        age_s = self._clock() - at if key in self._kept else float("inf")
        if age_s < self._fresh_s:
            return value
        if key not in self._making:
            self._making[key] = task = asyncio.create_task(self._make(key, make), name=self._what)
            task.add_done_callback(self._ended)
        if age_s < self._keep_s:
            return value
        making = self._making[key]
        await asyncio.wait({making}, timeout=wait_s)  # who leaves does not end it
        return making.result() if making.done() else None

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        try:
            async with self._turn:
                value = await make()
        finally:
            del self._making[key]
        self._kept[key] = (self._clock(), value)
        self._kept.move_to_end(key)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return value

    def _ended(self, task: asyncio.Task[T]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("not_answered", what=self._what, error=str(error))
