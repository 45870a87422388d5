"""Once a day: whether everything that was taken in has an end, as `alertd verify` says it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import structlog

from alertd import telemetry
from alertd.base.clock import Clock, machine_ms
from alertd.errors import Temporary
from alertd.history.verify.archived import archived_in
from alertd.history.verify.model import Limits, Report
from alertd.history.verify.run import verify
from alertd.store.redis import RedisStore
from alertd.workers.looks import Looks
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

LOOK_S = 5.0
"""Between two looks at the clock, whether it is time."""
FIRST_S = 900.0
"""After the start: by then what an outage left is caught up with, or it is stuck."""
EVERY_S = 86_400.0
AGAIN_S = 10.0
"""Between two looks at what seems wrong."""
PATIENCE_MS = 600_000
NAMED = 3
"""Faults that a notice names."""
DAY_MS = 86_400_000


def told(report: Report) -> str:
    """Say for the operator what was found."""
    counts = ", ".join(f"{len(tally.faults)} {kind}" for kind, tally in report.kinds.items() if tally.faults)
    named = "; ".join(f"{fault.id}: {fault.what}" for fault in report.faults[:NAMED])
    return f"Records without an end or a counterpart: {counts}. {named}. `alertd verify` names all, and what to do"


class Verifying(Looks):
    """Looks a quarter of an hour after the start, then once a day."""

    def __init__(
        self, store: RedisStore, archive: Path, database: Path, notices: Notices, clock: Clock, progress: Progress
    ) -> None:
        super().__init__("verify", LOOK_S, progress)
        self._store = store
        self._archive = archive
        self._database = database
        self._notices = notices
        self._clock = clock
        self._progress = progress
        self._next = time.monotonic() + FIRST_S

    async def look(self) -> None:
        """Look when it is time. Raises StoreUnavailable; then the next turn looks."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY_S
        try:
            await self._progress.waiting("verify", self.verify())
        except Temporary:
            self._next = 0.0
            raise
        except Exception as error:  # it reads what nobody else does: that must not end the process that polls
            log.error("verify_failed", exc_info=error)

    async def verify(self) -> None:
        """Look, and say what was found."""
        began = time.monotonic()
        archived = await asyncio.to_thread(archived_in, self._archive, self._database)
        report = await verify(self._store, self._limits, lambda: asyncio.sleep(AGAIN_S), archived=archived)
        faults = report.faults
        telemetry.VERIFY_FAULTS.set(len(faults))
        telemetry.VERIFY_AT.set(self._clock() / 1000)
        telemetry.VERIFY_SECONDS.set(time.monotonic() - began)
        log.info("verified", faults=len(faults), seconds=round(time.monotonic() - began, 1))
        if faults:
            await self._notices.tell("verify_faults", "store", told(report), str(self._clock() // DAY_MS))

    def _limits(self) -> Limits:
        now = self._clock()
        return Limits(now=now, machine=machine_ms(now), patience_ms=PATIENCE_MS)
