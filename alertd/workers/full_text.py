"""Full texts: ingest queues a job for each, this loop fetches them, and the text is the next revision of its event.

    claim (newest first) -> fetch -> parse (in a killable worker) -> add the revision, end the job: one script
                              |-> not this time: due again, later and later
                              `-> never: a reason in the journal; the event stays as its header made it

A lease ends by itself, so the job of a process that died is another's after 90 s. Whoever comes too late, or built on
a header that has been corrected meanwhile, changes nothing. After 60 s the journal says of an event that its text has
not come: until it does, rules that ask for what is not there do not hold. When it comes all the same, they are asked
again.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.base.failpoints import failpoint
from alertd.errors import (
    AlertdError,
    FetchPermanent,
    FetchTemporary,
    ParseFailed,
    ParseKilled,
    StoreFull,
    StoreUnavailable,
)
from alertd.model import JournalRecord
from alertd.sources.polled import AnyConfig
from alertd.store.protocol_texts import TextStore
from alertd.store.records import TEXT_LIFE_MS, TEXT_MARK, TEXT_WAIT_MS
from alertd.store.types import FetchJob
from alertd.workers.fetching import Fetched, Fetcher, NotYet
from alertd.workers.notices import Notices
from alertd.workers.outage import Outage
from alertd.workers.pressure import AlwaysRoom, Room
from alertd.workers.progress import Progress
from alertd.workers.text_health import TextHealth

log = structlog.get_logger(__name__)

TURN_S = 0.25
IDLE_S = 5.0
"""Between two looks where no source asks for full texts: what an earlier configuration left is dropped."""
AWAY_S = 1.0
ENDS_MS = 1_000
"""Between two looks at what has waited too long."""
AT_ONCE = 16
"""Jobs under way in one process. Most of them wait: for a turn, or for an answer."""
LEASE_MS = 90_000
FETCH_S = 80.0
"""For one job in all, within its lease."""
UNKNOWN_MS = 600_000
"""So old is a job when it is given up because the settings do not know its source: processes take a reload one after
the other, and a job may come of settings that are newer than those here."""
UNKNOWN_AGAIN_MS = 5_000
MAX_JOBS = 20_000
"""Jobs that wait; of more the oldest are given up."""
BACK_OFF_S = (5, 20, 60, 300, 900, 1_800)
"""Before the second attempt, the third…; then always the last. EDGAR lists a filing before its files can be had."""
LATE = "its full text has not come within 60 s: until it does, rules that ask for what is not there yet do not hold"
DROPPED = "its full text will not come, so rules that ask for what is not there do not hold"
_BATCH = 200


class FetchStore(TextStore, Protocol):
    """What fetching full texts needs of the store."""

    async def journal(self, record: JournalRecord, once: str = "") -> bool:
        """Write a line to the journal."""
        ...


def wants_text(source: AnyConfig) -> bool:
    """Say whether full texts of a source are fetched: of its items, or of the PDF files that they link to."""
    facts = source.facts()
    return facts.full_text or bool(facts.reads.get("pdf"))


class FullText:
    """Fetches full texts."""

    def __init__(
        self,
        store: FetchStore,
        fetchers: Mapping[str, Fetcher],
        notices: Notices,
        clock: Clock,
        progress: Progress,
        *,
        turn_s: float = TURN_S,
        room: Room | None = None,
    ) -> None:
        """`fetchers` by the type of source; `room` says whether Redis takes anything new."""
        self._room = room or AlwaysRoom()
        self._store = store
        self._fetchers = fetchers
        self._clock = clock
        self._progress = progress
        self._turn_s = turn_s
        self._health = TextHealth(notices, clock)
        self._sources: dict[str, AnyConfig] = {}
        self._working: dict[asyncio.Task[None], FetchJob] = {}
        self._outage = Outage("full_text")
        self._stop = asyncio.Event()
        self._next_ends_ms = 0

    def use(self, sources: Sequence[AnyConfig]) -> None:
        """Take the sources, at the start and from a reload."""
        wanted = {source.id: source for source in sources if source.type in self._fetchers and wants_text(source)}
        for gone in self._sources.keys() - wanted.keys():
            self._health.forget(gone)
        self._sources = wanted

    async def aclose(self) -> None:
        """Let the loop end; what is being fetched is put back, to be begun again by whoever comes next."""
        self._stop.set()
        working = dict(self._working)
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        try:
            for job in working.values():
                await self._store.retry_fetch(job, self._clock(), job.error, job.attempts - 1)
        except StoreUnavailable:
            return  # the leases end by themselves

    async def run(self) -> None:
        """Fetch until told to stop."""
        while not self._stop.is_set():
            self._progress.tick("full_text")
            pause = self._turn_s if self._sources else IDLE_S
            try:
                await self.turn()
                self._outage.ended()
            except AlertdError as error:
                self._outage.began(error)
                pause = AWAY_S
            try:
                async with asyncio.timeout(pause):
                    await self._stop.wait()
            except TimeoutError:
                continue

    async def turn(self) -> None:
        """End what has waited too long, and begin what is due."""
        if (now := self._clock()) >= self._next_ends_ms:
            self._next_ends_ms = now + ENDS_MS
            await self._end_waits()
        free = AT_ONCE - len(self._working)
        if free > 0 and self._room.room and not self._stop.is_set():
            for job in await self._store.claim_fetches(uuid.uuid4().hex, self._clock(), LEASE_MS, free):
                task = asyncio.create_task(self._work(job), name=f"full_text:{job.event}")
                self._working[task] = job
                task.add_done_callback(lambda done: self._working.pop(done, None))

    async def settle(self) -> None:
        """Wait until nothing is being fetched."""
        while self._working:
            await asyncio.wait(self._working)

    # --- one job ------------------------------------------------------------------------------------------

    async def _work(self, job: FetchJob) -> None:
        failpoint("text.claimed")
        try:
            await self._fetch(job)
        except StoreUnavailable as error:
            if isinstance(error, StoreFull):
                self._room.refused(error)
            self._outage.began(error)  # the lease ends by itself
        except Exception as error:
            log.error("full_text_raised", event_id=job.event, source=job.source, exc_info=error)

    async def _fetch(self, job: FetchJob) -> None:
        source = self._sources.get(job.source)
        if source is None:
            await self._leave(job)
            return
        fetcher = self._fetchers[source.type]
        try:
            async with asyncio.timeout(FETCH_S):
                fetched = await fetcher.fetch(job, source)
        except NotYet as error:
            due_ms = self._clock() + int((error.retry_after or 1.0) * 1000)
            await self._store.retry_fetch(job, due_ms, job.error, job.attempts - 1)
        except (FetchTemporary, ParseKilled, TimeoutError) as error:
            await self._failed(job, fetcher, error)
        except (FetchPermanent, ParseFailed) as error:
            await self._drop(job, telemetry.safe_text(str(error)))
            await self._health.failed(job.source, str(error))
        else:
            await self._add(job, fetched)

    async def _leave(self, job: FetchJob) -> None:
        """Leave a job whose source is not known here to a process that knows it, and give it up if there is none."""
        if (now := self._clock()) < job.queued_ms + UNKNOWN_MS:
            await self._store.retry_fetch(job, now + UNKNOWN_AGAIN_MS, job.error, job.attempts - 1)
        else:
            await self._drop(job, "the settings do not ask for full texts of this source any more")

    async def _add(self, job: FetchJob, fetched: Fetched) -> None:
        failpoint("text.fetched")
        candidate = fetched.candidate
        revision = await self._store.add_text(job, bytes(candidate.event), TEXT_MARK + candidate.content_hash)
        failpoint("text.added")
        if not revision:
            log.info("full_text_superseded", event_id=job.event, source=job.source)
            return
        seconds = round(max(self._clock() - job.queued_ms, 0) / 1000, 3)
        telemetry.FULL_TEXTS.labels(source=job.source, outcome="added").inc()
        telemetry.FULL_TEXT_SECONDS.observe(seconds)
        note = {"note": fetched.note} if fetched.note else {}
        log.info(
            "full_text_added",
            event_id=job.event,
            source=job.source,
            revision=revision,
            seconds=round(seconds, 3),
            **note,
        )
        await self._health.well(job.source)

    async def _failed(self, job: FetchJob, fetcher: Fetcher, error: Exception) -> None:
        why = telemetry.safe_text(str(error) or f"not done within {FETCH_S:g} s")
        if isinstance(error, ParseKilled):
            telemetry.PARSE_KILLS.labels(source=job.source).inc()
        if job.attempts >= fetcher.attempts:
            await self._drop(job, f"given up after {job.attempts} attempts: {why}")
        else:
            asked = error.retry_after if isinstance(error, FetchTemporary) else None
            wait_s = max(BACK_OFF_S[min(job.attempts, len(BACK_OFF_S)) - 1], asked or 0.0)
            telemetry.FULL_TEXTS.labels(source=job.source, outcome="retried").inc()
            log.info("full_text_retry", event_id=job.event, source=job.source, error=why, wait_s=wait_s)
            await self._store.retry_fetch(job, self._clock() + int(wait_s * 1000), why, job.attempts)
        await self._health.failed(job.source, why)

    async def _drop(self, job: FetchJob, why: str, *, force: bool = False) -> None:
        if await self._store.drop_fetch(job, f"{DROPPED}: {why}", self._clock(), force=force):
            telemetry.FULL_TEXTS.labels(source=job.source, outcome="dropped").inc()
            log.info("full_text_dropped", event_id=job.event, source=job.source, reason=why)

    # --- what has waited too long -----------------------------------------------------------------------------

    async def _end_waits(self) -> None:
        now = self._clock()
        for job in await self._store.overdue_fetches(now, MAX_JOBS, _BATCH):
            last = f": {job.error}" if job.error else ""
            if now >= job.queued_ms + TEXT_LIFE_MS:
                await self._drop(job, f"not there within a day{last}", force=True)
            elif now >= job.queued_ms + TEXT_WAIT_MS:
                await self._late(job, last)
            else:
                await self._drop(job, f"more than {MAX_JOBS:,} wait, and this is the oldest", force=True)

    async def _late(self, job: FetchJob, last: str) -> None:
        """Say that the rules which wait do not hold. The text is still fetched: an alert late is better than none.

        A correction waits no longer either: people must know of it, with the text or without.
        """
        record = JournalRecord(
            kind="entry",
            at=rfc3339(self._clock()),
            ids=[job.event, job.source],
            reason=LATE + last,
            data={"full_text": "late", "attempts": job.attempts},
        )
        if await self._store.journal(record, once=f"full_text:{job.event}:{job.queued_ms}"):
            telemetry.FULL_TEXTS.labels(source=job.source, outcome="late").inc()
            log.info("full_text_late", event_id=job.event, source=job.source, error=job.error)
        if job.held and await self._store.release_fetch(job):
            log.info("full_text_correction_released", event_id=job.event, source=job.source)
        await self._store.put_off_fetch(job.event, job.queued_ms + TEXT_LIFE_MS)
