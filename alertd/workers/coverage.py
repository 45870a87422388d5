"""The daily line that says what was seen: for each receiver that wants one, at its time, once.

A loop of its own looks every few seconds whether a line is due. Its delivery has an id made of the receiver and the
end of the day, so that a second process, or the same one after a crash, queues nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from alertd import __version__, telemetry
from alertd.alerts.coverage import LATEST_MS, line_id, window
from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import Clock, rfc3339
from alertd.model import Message, NewDelivery, SourceState, Standing
from alertd.pipeline.tally import ALERTS, ITEMS, NAMES, count_name
from alertd.sources.polled import AnyConfig
from alertd.workers.coverage_facts import coverage_of, seen_of
from alertd.workers.looks import Looks
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

LOOK_S = 5.0


class CoverageStore(Protocol):
    """What a coverage line needs of the store."""

    async def source_states(self) -> dict[str, SourceState]:
        """Give what is remembered of every source."""
        ...

    async def standings(self) -> dict[str, Standing]:
        """Give how every source stands."""
        ...

    async def tallied(self, since_ms: int, until_ms: int, names: Sequence[str]) -> dict[str, int]:
        """Give what was counted between two beginnings of quarters."""
        ...

    async def enqueue(self, deliveries: Sequence[NewDelivery], now: int) -> list[str]:
        """Queue messages that belong to no alert; the same id twice is queued once."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """When a receiver wants its line."""

    policy: ReceiverPolicy
    at: time
    zone: ZoneInfo


class CoverageLines(Looks):
    """Queues the lines that are due."""

    def __init__(self, store: CoverageStore, clock: Clock, progress: Progress) -> None:
        super().__init__("coverage", LOOK_S, progress)
        self._store = store
        self._clock = clock
        self._wanted: Sequence[Wanted] = ()
        self._sources: Sequence[AnyConfig] = ()
        self._done: dict[str, int] = {}
        """Receiver -> the end of the day that its last line was about."""

    def serve(self, wanted: Sequence[Wanted], sources: Sequence[AnyConfig]) -> None:
        """Take who wants a line and what is watched, at the start and from a reload."""
        self._wanted, self._sources = wanted, sources

    async def look(self) -> None:
        """Queue the lines that are due now. Raises StoreUnavailable."""
        now = self._clock()
        due = [(one, *window(one.at, one.zone, now)) for one in self._wanted]
        due = [(one, since, until) for one, since, until in due if self._done.get(one.policy.id) != until]
        late = [one for one in due if now - one[2] > LATEST_MS]
        self._done |= {one.policy.id: until for one, _, until in late}
        due = [one for one in due if one not in late]
        if not due:
            return
        states, standings = await self._store.source_states(), await self._store.standings()
        for one, since, until in due:
            await self._queue(one, since, until, states, standings)
            self._done[one.policy.id] = until

    async def _queue(
        self,
        one: Wanted,
        since: int,
        until: int,
        states: Mapping[str, SourceState],
        standings: Mapping[str, Standing],
    ) -> None:
        receiver, now = one.policy.id, self._clock()
        names = {what: count_name(what, receiver) for what in (ITEMS, NAMES, ALERTS)}
        counts = await self._store.tallied(since, until, list(names.values()))
        coverage = coverage_of(
            seen_of(self._sources, states, standings, one.policy),
            since,
            until,
            items=counts[names[ITEMS]],
            names=counts[names[NAMES]],
            alerts=counts[names[ALERTS]],
        )
        delivery = line_id(receiver, coverage.until)
        message = Message(
            type="digest",
            delivery=delivery,
            receiver=receiver,
            at=rfc3339(now),
            coverage=coverage,
            timezone=one.zone.key,
            reason="coverage",
            dispatched_by=f"alertd {__version__}",
        )
        line = NewDelivery(
            id=delivery,
            receiver=receiver,
            lane="normal",
            mode=one.policy.mode,
            chain=delivery,
            due_ms=now,
            expires_ms=until + LATEST_MS,
            message=message,
        )
        if await self._store.enqueue([line], now):
            telemetry.COVERAGE_LINES.labels(receiver=receiver).inc()
            log.info(
                "coverage_told", receiver=receiver, until=coverage.until, fine=coverage.fine, sources=coverage.sources
            )
