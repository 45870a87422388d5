"""The match loop: read what is there, take it through the pipeline, record it, acknowledge last.

An event that was handed out before (this process or another died over it) is taken alone, never in a batch: if it is
the event that kills, it kills one process and costs its neighbours nothing. After five deliveries it is buried.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

import structlog

from alertd import telemetry
from alertd.alerts.budget import OverBudget
from alertd.alerts.outcome import outcomes
from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import Clock
from alertd.base.failpoints import failpoint
from alertd.errors import AlertdError, Corrupt, StoreUnavailable
from alertd.model import JournalRecord, StreamEvent
from alertd.pipeline import AlertStore, Pipeline, PoisonEvent, Processed
from alertd.rules.book import BookChange
from alertd.rules.over_time import Settled
from alertd.rules.understanding import Understanding
from alertd.store.types import PendingEvent
from alertd.workers.notices import Notices
from alertd.workers.outage import Outage
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

BATCH = 64
"""Nearly all of the gain of batching is there; more only adds latency."""
BLOCK_MS = 1000
MAX_DELIVERIES = 5
CLAIM_IDLE_MS = 10_000
SWEEP_MS = 3_000
"""What a matcher had that is gone for good is another's after thirteen seconds at most."""
ADOPT_MS = 30_000
"""How often it is looked for events that are in the stream, were handed out and are pending with nobody."""
AWAY_S = 0.5
"""How long a store that failed is left in peace."""


class MatchStore(AlertStore, Protocol):
    """What matching needs of the store, beside the alerts."""

    async def read_events(self, consumer: str, count: int, block_ms: int) -> list[StreamEvent]:
        """Read events that were never handed out."""
        ...

    async def pending(self, consumer: str | None, min_idle_ms: int, count: int) -> list[PendingEvent]:
        """List events that were handed out and not acknowledged."""
        ...

    async def claim_event(self, consumer: str, stream_id: str, min_idle_ms: int) -> StreamEvent | None:
        """Take over one of them."""
        ...

    async def adopt_events(self, consumer: str) -> int:
        """Take over what was handed out and is pending with nobody."""
        ...

    async def finish_events(
        self, ended: Sequence[tuple[str, JournalRecord, Mapping[str, int]]]
    ) -> list[bool | AlertdError]:
        """Journal events, acknowledge them, and add to what is counted; of each whether it was, or why not."""
        ...

    async def bury_event(self, stream_id: str, reason: str, now: int) -> bool:
        """Put an event aside as a dead letter."""
        ...


class Matcher:
    """One consumer of the events stream."""

    def __init__(
        self,
        consumer: str,
        pipeline: Pipeline,
        store: MatchStore,
        notices: Notices,
        clock: Clock,
        progress: Progress,
    ) -> None:
        self._consumer = consumer
        self._pipeline = pipeline
        self._store = store
        self._notices = notices
        self._clock = clock
        self._progress = progress
        self._stopping = False
        self._next_sweep_ms = 0
        self._next_adoption_ms = 0
        self._outage = Outage("match")
        self._taken: list[Callable[[], None]] = []
        """New rules that wait for the end of the batch."""
        self._excused: Counter[str] = Counter()
        """Stream id -> attempts that the store failed: they say nothing against the event."""
        self._left: set[str] = set()
        """Stream ids that were left pending on purpose, until they have been idle for long enough."""

    def use(self, pipeline: Pipeline) -> None:
        """Take a new rule book; the batch under way ends under the one it began with."""

        def take() -> None:
            self._pipeline = pipeline

        self._taken = [take]

    def apply(
        self,
        change: BookChange | None,
        receivers: Mapping[str, ReceiverPolicy],
        understanding: Understanding | None = None,
        *,
        keep_s: float | None = None,
    ) -> None:
        """Take what changed in the rules, and receivers and the journal's time as they are now, between two batches.

        `understanding` comes where the companies have changed that are looked for.
        """
        if change is not None:
            self._taken.append(lambda: self._pipeline.apply(change, understanding))
        self._taken.append(lambda: self._pipeline.use_receivers(receivers, keep_s=keep_s))

    def _take_rules(self) -> None:
        """Bring the rules up to date: never while a batch is under way, so that one version matches all of it."""
        taken, self._taken = self._taken, []
        for take in taken:
            take()

    def stop(self) -> None:
        """Read nothing more; `run` returns when the batch under way is recorded."""
        self._stopping = True

    def _told_to_stop(self) -> bool:
        return self._stopping

    async def run(self) -> None:
        """Match until told to stop. The blocking read is never cancelled: a cancelled read loses its answer (C7)."""
        own = True
        while not self._stopping:
            self._progress.tick("match")
            self._take_rules()
            try:
                if own:
                    await self._take_over(self._consumer, min_idle_ms=0)
                    own = False
                if self._clock() >= self._next_sweep_ms:
                    self._next_sweep_ms = self._clock() + SWEEP_MS
                    await self._sweep()
                batch = await self._store.read_events(self._consumer, BATCH, BLOCK_MS)
                self._outage.ended()
                if batch:
                    with self._excusing(item.stream_id for item in batch):
                        await self._handle(batch)
            except AlertdError as error:
                self._outage.began(error)
                own = True  # a reply may have been lost on its way: what it held is pending under our name
                await asyncio.sleep(AWAY_S)

    async def _sweep(self) -> None:
        """Take over what others left, and what came under our own name unseen: a server that was frozen, or a line
        that was dead, carries out a read long after we have given it up, to nobody.
        """
        if self._clock() >= self._next_adoption_ms:
            self._next_adoption_ms = self._clock() + ADOPT_MS
            if adopted := await self._store.adopt_events(self._consumer):
                log.warning("events_adopted", count=adopted, why="handed out, and pending with nobody")
        await self._take_over(self._consumer, min_idle_ms=0, but=frozenset(self._left))
        await self._take_over(None, min_idle_ms=CLAIM_IDLE_MS)

    async def _take_over(self, consumer: str | None, min_idle_ms: int, but: frozenset[str] = frozenset()) -> None:
        while not self._told_to_stop():
            stale = await self._store.pending(consumer, min_idle_ms, BATCH)
            if but and len(stale) < BATCH:
                self._left.intersection_update(entry.stream_id for entry in stale)  # others finished the rest
            for entry in stale:
                if self._told_to_stop():
                    return
                if entry.stream_id in but:
                    continue
                self._progress.tick("match")
                await self._retake(entry, min_idle_ms)
            # What this round could not finish waits its idle time out; asking again at once would spin on it.
            if len(stale) < BATCH or consumer is not None:
                return

    async def _retake(self, entry: PendingEvent, min_idle_ms: int) -> None:
        attempts = entry.deliveries - self._excused[entry.stream_id]
        if attempts >= MAX_DELIVERIES:
            reason = f"not finished after {attempts} attempts"
            if await self._store.bury_event(entry.stream_id, reason, self._clock()):
                self._excused.pop(entry.stream_id, None)
                self._left.discard(entry.stream_id)
                telemetry.DEAD_EVENTS.inc()
                log.error("event_buried", stream_id=entry.stream_id, reason=reason)
                await self._notices.tell(
                    "dead_event",
                    entry.stream_id,
                    f"An event was put aside: {reason}. See: alertd dead",
                    entry.stream_id,
                )
            return
        with self._excusing([entry.stream_id]):
            event = await self._store.claim_event(self._consumer, entry.stream_id, min_idle_ms)
            if event is not None:
                await self._handle([event])

    @contextmanager
    def _excusing(self, stream_ids: Iterable[str]) -> Iterator[None]:
        """Excuse events from an attempt that the store failed: a full Redis answers reads and refuses commits, and
        within seconds every event that it held up would count as one that kills.
        """
        try:
            yield
        except StoreUnavailable:
            self._excused.update(stream_ids)
            raise

    async def _handle(self, batch: Sequence[StreamEvent]) -> None:
        failpoint("match.read")
        self._take_rules()
        try:
            processed = await self._pipeline.process(batch, self._store)
        except Corrupt as error:  # a stored alert does not decode: whose it is shows when each is taken alone
            if len(batch) > 1:
                for item in batch:
                    await self._handle([item])
                return
            log.error("event_failed", event_id=batch[0].event.id, stream_id=batch[0].stream_id, error=str(error))
            processed = [PoisonEvent(batch[0].stream_id, batch[0].event, str(error))]
        failpoint("match.committed")
        await self._finish(processed)

    async def _finish(self, batch: Sequence[Processed | PoisonEvent]) -> None:
        """Record what was processed in one go: Redis writes it with one fsync. Raises the first error.

        A poison event is left unacknowledged: it is taken over alone, and buried when that keeps failing.
        """
        self._left.update(item.stream_id for item in batch if isinstance(item, PoisonEvent))
        done = [item for item in batch if isinstance(item, Processed)]
        ended = [(item.stream_id, item.record, self._pipeline.counts(item)) for item in done]
        answers = await self._store.finish_events(ended) if ended else []
        for item, answer in zip(done, answers, strict=True):
            if not isinstance(answer, AlertdError):
                await self._told(item, finished=answer)
        for answer in answers:
            if isinstance(answer, AlertdError):
                raise answer

    async def _told(self, item: Processed, *, finished: bool) -> None:
        """Count what came of an event, and tell the operator what concerns him."""
        self._excused.pop(item.stream_id, None)
        self._left.discard(item.stream_id)
        if finished:
            for decision in item.decisions:
                telemetry.DECISIONS.labels(reason=decision.reason).inc()
                for outcome in outcomes(decision):
                    telemetry.TOLD.labels(outcome=outcome).inc()
            for match in item.matches:
                walled = self._pipeline.desk_of(match.portfolio) is not None
                telemetry.MATCHES.labels(portfolio=telemetry.WALLED if walled else match.portfolio).inc()
            for kind, verdict in map(_verdict, item.settled):
                telemetry.OVER_TIME.labels(kind=kind, verdict=verdict).inc()
        for failure in item.failures:
            telemetry.RULE_FAILURES.inc()
            await self._notices.tell(
                "rule_failed",
                f"{failure.portfolio}/{failure.rule}",
                f"Rule {failure.rule} of {failure.portfolio} failed and is off until it changes: {failure.error}",
                failure.rule_hash,
                desk=failure.desk,
                others=f"A rule of desk {failure.desk} failed and is off until it changes: see the log.",
            )
        for over in item.over_budget:
            await self._tell_over_budget(over)

    async def _tell_over_budget(self, over: OverBudget) -> None:
        """Tell once in a window that a rule raises more alerts than its author expects."""
        log.warning("rule_over_budget", portfolio=over.portfolio, rule=over.rule, expected=over.expected)
        await self._notices.tell(
            "rule_over_budget",
            f"{over.portfolio}/{over.rule}",
            over.text,
            over.window,
            desk=over.desk,
            others=f"A rule of desk {over.desk} raises more alerts than its author expects: see the log.",
        )


def _verdict(settled: Settled) -> tuple[str, str]:
    """Name the kind of a rule over time, and what it said."""
    return type(settled.rule.state).__name__.lower(), "holds" if settled.verdict.truth else "not"
