"""Gives the matching processes what the news about companies has been doing: once a minute, what has changed.

    history.db -> indices (in a thread) -> the store -> read with each batch of events that are matched

While the history fails, or is not there yet, nothing is given; what was given before is used for an hour. So it is if
the code cannot take what stands there: that is said once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Protocol

import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.errors import HistoryRefused, HistoryUnavailable
from alertd.history.analytics.live import Changed, LiveIndices
from alertd.history.analytics.minutes import MINUTE_MS
from alertd.model import CompanyIndex
from alertd.workers.looks import Looks
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

LOOK_S = 1.0
SETTLE_MS = 3_000
"""How long after a full minute what was decided before it is archived, nearly always."""


class IndexStore(Protocol):
    """What this needs of the store."""

    async def journal_end(self) -> str:
        """Say where the journal ends."""
        ...

    async def indices_as_of(self) -> int:
        """Say when the values were confirmed last."""
        ...

    async def put_indices(
        self, changed: Mapping[str, CompanyIndex | None], as_of_ms: int, *, whole: bool = False
    ) -> None:
        """Write what has changed, and confirm all others."""
        ...


class Indices(Looks):
    """The loop; belongs to the process that archives."""

    def __init__(
        self,
        store: IndexStore,
        history: Path,
        clock: Clock,
        progress: Progress,
        mine: Callable[[], bool] = lambda: True,
    ) -> None:
        """`mine` says whether it is this process's turn: of several that archive one gives the values."""
        super().__init__("indices", LOOK_S, progress)
        self._mine = mine
        self._store, self._clock = store, clock
        self._live = LiveIndices(history)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="indices")
        self._minute = 0
        """The last one that was looked at."""
        self._put_ms = 0
        """As of when the store has our values; 0: they are not there, or not all."""
        self._failing = ""
        self._ended = False
        """The code could not take what it read: with the next start it begins anew."""

    async def run(self) -> None:
        """Look until told to stop."""
        try:
            await super().run()
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def look(self) -> None:
        """Give what has changed, once a minute. Raises StoreUnavailable."""
        minute = (self._clock() - SETTLE_MS) // MINUTE_MS
        if minute <= self._minute or self._ended:
            return
        if not self._mine():
            self._put_ms = 0
            return
        end = await self._store.journal_end()
        began = time.perf_counter()
        changed = await self._changed(minute * MINUTE_MS, end)
        if changed is None:
            return
        telemetry.INDICES_SECONDS.observe(time.perf_counter() - began)
        whole = not self._put_ms or await self._store.indices_as_of() != self._put_ms
        self._put_ms = 0  # until all of it is written
        await self._store.put_indices(self._live.values if whole else changed.values, changed.as_of_ms, whole=whole)
        self._put_ms, self._minute = changed.as_of_ms, minute
        if whole:
            log.debug("indices_begun", companies=len(self._live.values), as_of=rfc3339(changed.as_of_ms))

    async def _changed(self, now_ms: int, journal_end: str) -> Changed | None:
        """Look at the history; None where it is of no use now."""
        try:
            loop = asyncio.get_running_loop()
            look = partial(loop.run_in_executor, self._thread, self._live.look, now_ms, journal_end)
            changed = await self._progress.waiting(self._name, look())
            while self._live.more and not self._stop.is_set():  # three months take their time
                changed = await self._progress.waiting(self._name, look())
        except (HistoryUnavailable, HistoryRefused) as error:
            if str(error) != self._failing:
                begins = isinstance(error, HistoryUnavailable) and error.none_yet
                say = log.debug if begins else log.warning
                say("indices_wait", error=str(error))
            self._failing = str(error)
            return None
        except Exception as error:  # it must not stop the process that delivers; what was given ends by itself
            log.critical("indices_ended", exc_info=error)
            self._ended = True
            return None
        self._failing = ""
        return changed if changed.as_of_ms else None
