"""What does the jobs of the API, put together: it lives where the API is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from alertd.base.clock import system_clock
from alertd.sources.parsepool import ParsePool
from alertd.sources.polled import AnyConfig
from alertd.store.redis import RedisStore
from alertd.workers.intake import Intake
from alertd.workers.jobs import Jobs
from alertd.workers.notices import Notices
from alertd.workers.pressure import Pressure
from alertd.workers.progress import Progress
from alertd.workers.reconciling import Reconciling
from alertd.workers.sec_requests import SecRequests
from alertd.workers.source_health import SourceHealth


class Jobbing:
    """Begun with the API, stopped with it; without one there are no jobs."""

    def __init__(
        self, store: RedisStore, notices: Notices, sec: SecRequests, progress: Progress, room: Pressure
    ) -> None:
        self._store = store
        self._notices = notices
        self._sec = sec
        self._progress = progress
        self._room = room
        self._jobs: Jobs | None = None
        self._loop: asyncio.Task[None] | None = None

    async def start(self, pool: ParsePool, sources: Sequence[AnyConfig]) -> None:
        """Begin to look for jobs. Raises StoreUnavailable."""
        store, notices = self._store, self._notices
        health = SourceHealth(store, notices, system_clock)
        intake = Intake(store, notices, system_clock, health, epoch=await store.epoch(), room=self._room)
        reconciling = Reconciling(self._sec, pool, store, intake, notices, system_clock)
        self._jobs = Jobs(store, reconciling, system_clock, self._progress)
        self._jobs.serve(sources)
        self._loop = asyncio.create_task(self._jobs.run(), name="jobs")

    def serve(self, sources: Sequence[AnyConfig]) -> None:
        """Take the sources of a reload."""
        if self._jobs is not None:
            self._jobs.serve(sources)

    async def stop(self) -> None:
        """Take no more; what is under way is given back, for the next process."""
        if self._jobs is not None and self._loop is not None:
            self._jobs.stop()
            await self._loop
            await self._jobs.drain()
