"""Looks whether somebody has set the machine's clock, and lets nothing wait for the time of the clock that was.

set back    -> what is due at a time of the old clock is due as much earlier: polls, retries, pauses, leases
set forward -> nothing: what comes early by it is a retry; `ClockSteps.cautious` keeps the rest from ending early
both        -> a line in the log, a count, and the operator is told
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import structlog

from alertd import telemetry
from alertd.base.clock import Clock
from alertd.base.clock_steps import ClockSteps
from alertd.base.config import format_duration
from alertd.workers.looks import Looks
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

LOOK_S = 1.0
Follow = Callable[[int], None]
"""Takes by how many ms the clock was set back."""


class StepStore(Protocol):
    """What is asked of the store."""

    async def set_back(self, back_ms: int, now: int) -> int:
        """Let what waits for its time wait no longer; once for each step, whoever says it."""
        ...


class ClockWatch(Looks):
    """Looks once a second."""

    def __init__(
        self, steps: ClockSteps, store: StepStore, notices: Notices, clock: Clock, progress: Progress
    ) -> None:
        super().__init__("clock", LOOK_S, progress)
        self.leads = False
        """Whether this process sees to the queue and tells the operator, for all on this machine."""
        self._steps = steps
        self._store = store
        self._notices = notices
        self._clock = clock
        self._followers: list[Follow] = []
        self._owed: list[tuple[int, int]] = []
        """Steps back that the store has not followed: how far, and the time right after."""

    def follow(self, follower: Follow) -> None:
        """Call this when the clock was set back."""
        self._followers.append(follower)

    async def look(self) -> None:
        """Look once. Raises StoreUnavailable; then the store follows at the next look."""
        for step in self._steps.take():
            await self._stepped(step)
        while self._owed:
            await self._store.set_back(*self._owed[0])
            self._owed.pop(0)

    async def _stepped(self, step: int) -> None:
        now, direction = self._clock(), "forward" if step > 0 else "back"
        telemetry.CLOCK_STEPS.labels(direction=direction).inc()
        log.warning("clock_set", direction=direction, seconds=abs(step) // 1000)
        if step < 0:
            for follower in self._followers:
                follower(-step)
        if not self.leads:
            return
        if step < 0:
            self._owed.append((-step, now))
        by = format_duration(abs(step) // 1000)
        text = f"The clock of this machine was set {direction} by {by}: is its time right now (NTP)?"
        # Daemons of one machine see the same step at about the same time, and tell of it together.
        await self._notices.tell("clock_set", "clock", text, f"{direction} {by} {now // 60_000}")
