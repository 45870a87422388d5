"""What has to happen now and then: measure, sweep, trim, and look whether Redis is still what it promised to be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.errors import AlertdError, StoreFull, StoreUnavailable
from alertd.sources.standing import in_words
from alertd.store.types import Archived, Backlog, Finding, ReceiverHealth
from alertd.workers.lane_notices import DAY_MS
from alertd.workers.notices import Notices
from alertd.workers.outage import Outage
from alertd.workers.pressure import FILLING
from alertd.workers.progress import Progress
from alertd.workers.relief import ReliefStore, make_room, trimmed_before
from alertd.workers.status import left_over

log = structlog.get_logger(__name__)

MEASURE_S = 2.0
SWEEP_S = 60.0
CONTRACT_S = 20.0
"""Between two looks at how Redis is set up: who changes that live is told within a minute."""
AWAY_MS = 60_000
"""An outage of Redis that is at least as long is told when it is over; before that there is no way to tell."""
RELIEF_S = 10.0
"""Between two turns at making room, while Redis is so full that polls may pause."""


class TimerStore(ReliefStore, Protocol):
    """What the timers need of the store."""

    async def ping(self) -> float:
        """Give the round trip in milliseconds."""
        ...

    async def backlog(self) -> Backlog:
        """Measure the events stream."""
        ...

    async def receiver_health(self) -> Mapping[str, ReceiverHealth]:
        """Measure each receiver's queue."""
        ...

    async def check_server(self) -> Sequence[Finding]:
        """Check the start-up contract."""
        ...

    async def count_missing(self, now: int) -> int:
        """Count the events that something else took out of the stream since the last time."""
        ...

    async def sweep(self, now: int) -> Mapping[str, int]:
        """Remove what is over its time; gives how much of each kind."""
        ...

    async def archived(self, now: int) -> Mapping[str, Archived]:
        """Say how far archives are."""
        ...

    async def key_counts(self) -> Mapping[str, int]:
        """Count each kind of key."""
        ...

    async def indices_as_of(self) -> int:
        """Say when the indices of companies were confirmed last; 0: never."""
        ...


class Timers:
    """One loop with two rhythms: measuring every two seconds, housekeeping every minute."""

    def __init__(
        self,
        store: TimerStore,
        notices: Notices,
        clock: Clock,
        progress: Progress,
        journal_keep_s: float,
        cautious: Callable[[int], int] = int,
    ) -> None:
        """`cautious` gives the time by which something may be dropped, where the clock is in doubt."""
        self._cautious = cautious
        self._store = store
        self._notices = notices
        self._clock = clock
        self._progress = progress
        self.keep_journal(journal_keep_s)
        self._receivers: Collection[str] | None = None
        self._stop = asyncio.Event()
        self._known_findings: set[str] = set()
        self._next: dict[str, float] = {}
        """When what has a rhythm of its own is due next."""
        self._crowded = False
        self.redis_up = False
        """Whether the last measurement was answered; readiness asks."""
        self._outage = Outage("timers")
        self._away_since_ms: int | None = None
        """By the clock that the notice speaks of."""

    def keep_journal(self, seconds: float) -> None:
        """Take how long the journal is kept from a reload."""
        self._journal_keep_ms = int(seconds * 1000)

    def serve(self, receivers: Collection[str]) -> None:
        """Take which receivers are configured, at the start and from a reload."""
        self._receivers = frozenset(receivers)

    def stop(self) -> None:
        """End the loop after the turn under way."""
        self._stop.set()

    async def run(self) -> None:
        """Turn until told to stop."""
        loop = asyncio.get_running_loop()
        while not self._stop.is_set():
            self._progress.tick("timers")
            due = loop.time() + MEASURE_S
            try:
                if self._is_due("contract", CONTRACT_S):
                    await self._check_contract()  # first: what it finds may be why nothing else can be asked
                await self._measure()
                if self._is_due("sweep", SWEEP_S):
                    await self._housekeeping()
                elif self._crowded and self._is_due("relief", RELIEF_S):
                    await make_room(self._store, self._notices, self._clock())
            except StoreFull as error:
                log.debug("timers_wait", error=str(error))  # it answers; that it is full `pressure.py` says
            except StoreUnavailable as error:
                self._outage.began(error)
                self.redis_up = False
                telemetry.REDIS_UP.set(0)
                self._away_since_ms = self._away_since_ms or self._clock()
            except AlertdError as error:  # a record that does not decode, say: the rest is still to be looked after
                log.error("timers_failed", error=str(error))
            try:
                async with asyncio.timeout(max(due - loop.time(), 0.01)):
                    await self._stop.wait()
            except TimeoutError:
                # How late the loop came round is how long something blocked it.
                telemetry.LOOP_LAG_SECONDS.labels(role="io").set(max(loop.time() - due, 0.0))

    def _is_due(self, what: str, every_s: float) -> bool:
        """Tell whether something is due, and set its next time."""
        now = asyncio.get_running_loop().time()
        if now < self._next.get(what, 0.0):
            return False
        self._next[what] = now + every_s
        return True

    async def _measure(self) -> None:
        telemetry.REDIS_ROUNDTRIP_SECONDS.observe(await self._store.ping() / 1000)
        memory = await self._store.memory()
        telemetry.REDIS_MEMORY_BYTES.set(memory.used)
        self._crowded = memory.used > FILLING * memory.limit > 0
        backlog = await self._store.backlog()
        telemetry.STREAM_BACKLOG.set(backlog.events)
        telemetry.STREAM_PENDING.set(backlog.pending)
        oldest_ms = self._clock() - backlog.oldest_ms if backlog.oldest_ms else 0
        telemetry.STREAM_OLDEST.set(max(oldest_ms, 0) / 1000)
        health_of = await self._store.receiver_health()
        telemetry.DEAD_LETTERS.set(sum(health.dead for health in health_of.values()))
        for receiver, health in health_of.items():
            telemetry.QUEUE_DEPTH.labels(receiver=receiver, state="queued").set(health.queued)
            telemetry.QUEUE_DEPTH.labels(receiver=receiver, state="waiting").set(health.waiting)
        self._outage.ended()
        self.redis_up = True
        telemetry.REDIS_UP.set(1)
        since, self._away_since_ms = self._away_since_ms, None
        if since is not None and self._clock() - since >= AWAY_MS:
            await self._tell_away(since)

    async def _check_contract(self) -> None:
        now = self._clock()
        findings = await self._store.check_server()
        for finding in findings:
            # How full it is `pressure.py` tells, and that there is room again.
            if finding.code not in self._known_findings | {"filling"}:
                log.warning("redis_contract", code=finding.code, text=finding.text)
                episode = f"{finding.code}:{now // DAY_MS}"  # one that comes and goes is news once a day
                await self._notices.tell("redis_contract", finding.code, finding.text, episode)
        self._known_findings = {finding.code for finding in findings}

    async def _housekeeping(self) -> None:
        now = self._clock()
        await self._tell_left_over(now)
        await self._count_missing(now)
        await self._store.sweep(self._cautious(now))
        keep_from = trimmed_before(self._cautious(now) - self._journal_keep_ms, await self._store.archived(now))
        dropped = await self._store.trim_journal(keep_from)
        if dropped:
            telemetry.JOURNAL_DROPPED.inc(dropped)
            log.info("journal_trimmed", lines=dropped)
        await make_room(self._store, self._notices, now)
        for kind, count in (await self._store.key_counts()).items():
            telemetry.KEYS.labels(kind=kind).set(count)
        if as_of := await self._store.indices_as_of():
            telemetry.INDICES_AGE.set(max(now - as_of, 0) / 1000)

    async def _tell_away(self, since: int) -> None:
        now = self._clock()
        text = (
            f"Redis did not answer from {rfc3339(since)} to {rfc3339(now)}, for {in_words((now - since) / 1000)}: "
            "nothing was asked, matched or sent. What sources still show is read now, what waited is sent."
        )
        # Several daemons see the same outage begin at about the same time, and tell of it together.
        await self._notices.tell("redis_was_away", "redis", text, str(since // AWAY_MS))

    async def _count_missing(self, now: int) -> None:
        missing = await self._store.count_missing(now)
        if not missing:
            return
        telemetry.EVENTS_MISSING.inc(missing)
        log.error("events_missing", count=missing)
        text = (
            f"{missing} events were taken out of the stream before they were finished, and not by alertd: nobody is "
            "told of them. Something trims or deletes there (XTRIM, XDEL, XADD with MAXLEN); give this Redis, or its "
            "namespace, to alertd alone. `alertd verify` names what has no end."
        )
        await self._notices.tell("events_missing", "events", text, str(now))

    async def _tell_left_over(self, now: int) -> None:
        """Tell the operator what waits for a receiver that a reload has removed. It is sent should the receiver come
        back, and expires otherwise: without a word, an alert that nobody got.
        """
        if self._receivers is None:
            return
        health = await self._store.receiver_health()
        for receiver in left_over(health, self._receivers):
            waiting = health[receiver].queued + health[receiver].waiting
            text = (
                f"{waiting} messages wait for {receiver}, which is not in the settings any more: they are sent if it "
                "comes back, and expire otherwise"
            )
            await self._notices.tell("receiver_removed", receiver, text, str(now // DAY_MS))
