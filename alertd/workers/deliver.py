"""Delivering: one lane for each receiver, so that a dead mail server never holds up Slack."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from alertd.base.clock import Clock
from alertd.errors import AlertdError, StoreUnavailable
from alertd.notify.protocol import Notifier
from alertd.workers.lane import Lane
from alertd.workers.lane_store import LaneStore
from alertd.workers.notices import Notices
from alertd.workers.outage import Outage
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

NOBODY = "-"
"""No receiver's id: makes the listener look whether it is to stop. Its blocking read is never cancelled (C7)."""


class DeliverStore(LaneStore, Protocol):
    """What delivering needs of the store, beside what each lane does."""

    async def wait_wake(self, timeout_ms: int) -> str | None:
        """Wait for the next receiver that has something new."""
        ...

    async def wake(self, receiver: str) -> None:
        """Wake whoever waits."""
        ...


class Deliverer:
    """Runs the lanes and wakes the one that has something new."""

    def __init__(
        self,
        store: DeliverStore,
        notices: Notices,
        clock: Clock,
        progress: Progress,
        cautious: Callable[[int], int] = int,
    ) -> None:
        """`cautious` gives the time by which a message may be dropped, where the clock is in doubt."""
        self._cautious = cautious
        self._store = store
        self._notices = notices
        self._clock = clock
        self._progress = progress
        self._lanes: dict[str, tuple[Lane, asyncio.Task[None]]] = {}
        self._outage = Outage("deliver")
        self._stopping = False
        self._waker: asyncio.Task[None] | None = None

    async def start(self, notifiers: Sequence[tuple[str, Notifier]]) -> None:
        """Open a lane for each receiver."""
        for receiver, notifier in notifiers:
            self._open(receiver, notifier)
        self._waker = asyncio.create_task(self._listen(), name="deliver:wake")

    async def replace(self, notifiers: Sequence[tuple[str, Notifier]], deadline_s: float) -> None:
        """Take the receivers of a reload: each lane ends its sends and its new one opens, whatever others do."""
        before, self._lanes = self._lanes, {}
        fresh = dict(notifiers)

        async def change(receiver: str) -> None:
            if receiver in before:
                await _close(*before[receiver], deadline_s)
            if receiver in fresh and not self._stopping:
                with contextlib.suppress(StoreUnavailable):  # then the pause ends by itself
                    # The reload may have mended what it rests for, and what its messages failed for.
                    await self._store.pause_receiver(receiver, 0)
                    await self._store.hurry(receiver, self._clock())
                self._open(receiver, fresh[receiver])

        await asyncio.gather(*map(change, before.keys() | fresh.keys()))

    async def stop(self, deadline_s: float) -> None:
        """Stop claiming, let the sends under way end within the deadline, close."""
        self._stopping = True
        with contextlib.suppress(AlertdError):  # then the wait ends by itself, a second later
            await self._store.wake(NOBODY)
        lanes, self._lanes = self._lanes, {}
        await asyncio.gather(*(_close(*lane, deadline_s) for lane in lanes.values()))
        if self._waker:
            await asyncio.wait([self._waker])

    def set_back(self, back_ms: int) -> None:
        """Let no lane wait for the time of a clock that was set back."""
        for lane, _ in self._lanes.values():
            lane.set_back()

    def _open(self, receiver: str, notifier: Notifier) -> None:
        lane = Lane(receiver, notifier, self._store, self._notices, self._clock, self._progress, self._cautious)
        self._lanes[receiver] = (lane, asyncio.create_task(lane.run(), name=f"lane:{receiver}"))

    async def _listen(self) -> None:
        while not self._stopping:
            self._progress.tick("deliver")
            try:
                receiver = await self._store.wait_wake(1000)
                self._outage.ended()
            except AlertdError as error:
                self._outage.began(error)
                await asyncio.sleep(0.5)
                continue
            if receiver in self._lanes:
                self._lanes[receiver][0].wake()


async def _close(lane: Lane, task: asyncio.Task[None], deadline_s: float) -> None:
    """Let a lane end what it is sending, within the deadline."""
    lane.stop()
    _, late = await asyncio.wait([task], timeout=deadline_s)
    if late:
        log.warning("sends_unfinished_at_stop", lane=task.get_name())
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await lane.close()
