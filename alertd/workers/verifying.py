"""Once a day: whether everything that was taken in has an end, as `alertd verify` says it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import structlog

from alertd import telemetry
from alertd.base.clock import Clock
from alertd.errors import Temporary
from alertd.history.verify.model import Report
from alertd.workers.looks import Looks
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

LOOK_S = 5.0
"""Between two looks at the clock, whether it is time."""
FIRST_S = 900.0
"""After the start, and after Redis was away: by then what an outage left is caught up with, or it is stuck."""
EVERY_S = 86_400.0
NAMED = 3
"""Faults that a notice names."""
DAY_MS = 86_400_000


def told(report: Report) -> str:
    """Say for the operator what was found."""
    counts = ", ".join(f"{len(tally.faults)} {kind}" for kind, tally in report.kinds.items() if tally.faults)
    named = "; ".join(f"{fault.id}: {fault.what}" for fault in report.faults[:NAMED])
    return f"Records without an end or a counterpart: {counts}. {named}. `alertd verify` names all, and what to do"


class Verifying(Looks):
    """Looks a quarter of an hour after the start, then once a day; where Redis went away, a quarter later again."""

    def __init__(
        self, report: Callable[[], Awaitable[Report]], notices: Notices, clock: Clock, progress: Progress
    ) -> None:
        """`report` looks at everything. Raises StoreUnavailable."""
        super().__init__("verify", LOOK_S, progress)
        self._report = report
        self._notices = notices
        self._clock = clock
        self._progress = progress
        self._next = time.monotonic() + FIRST_S

    async def look(self) -> None:
        """Look when it is time. Raises StoreUnavailable; then it looks again a quarter of an hour later."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY_S
        try:
            await self._progress.waiting("verify", self.verify())
        except Temporary:
            self._next = time.monotonic() + FIRST_S
            raise
        except Exception as error:  # it reads what nobody else does: that must not end the process that polls
            log.error("verify_failed", exc_info=error)

    async def verify(self) -> None:
        """Look, and say what was found."""
        began = time.monotonic()
        report = await self._report()
        faults = report.faults
        telemetry.VERIFY_FAULTS.set(len(faults))
        telemetry.VERIFY_AT.set(self._clock() / 1000)
        telemetry.VERIFY_SECONDS.set(time.monotonic() - began)
        log.info("verified", faults=len(faults), seconds=round(time.monotonic() - began, 1))
        if faults:
            await self._notices.tell("verify_faults", "store", told(report), str(self._clock() // DAY_MS))
