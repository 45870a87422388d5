"""Does what was asked for over the API and takes longer than a request: one job at a time in each process.

    queued -> claimed for a minute -> at work; twice a second it is written down how far it is, and the turn goes on
                                   |-> done, or failed with a reason: known for a week
                                   |-> this process stops: it is queued again, and the next process takes it up
                                   `-> this process dies: the turn ends, and whoever looks next takes it up

What is begun anew is done from its beginning: what had come about is known by then. A job at which process after
process dies is given up.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, Protocol, TypeVar

import msgspec
import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.errors import Corrupt, NotThere, StoreUnavailable
from alertd.model import Struct
from alertd.sources.edgar import EdgarConfig
from alertd.store.types import Job, JobEnd
from alertd.workers.looks import Looks
from alertd.workers.progress import Progress
from alertd.workers.reconciling import Reconciling

log = structlog.get_logger(__name__)
_T = TypeVar("_T")

LOOK_S = 1.0
BEAT_S = 0.5
TURN_MS = 60_000
MOST_ATTEMPTS = 3
"""Processes that may die at a job."""


class ReconcileOrder(Struct, frozen=True, kw_only=True):
    """Days of a source that are to be held against what was seen."""

    kind: Literal["reconcile"] = "reconcile"
    source: str
    days: tuple[date, ...]
    who: str
    made_at: str


class Came(Struct, frozen=True, kw_only=True):
    """How far a job is, or what came of it."""

    began_at: str | None = None
    ended_at: str | None = None
    day: str | None = None
    """The one that is under way."""
    days_done: int = 0
    missing: int = 0
    """Filings of that day that are to be fetched, and those that were."""
    fetched: int = 0
    rows: tuple[dict[str, Any], ...] = ()
    status: int = 0
    """Of a job that failed, as HTTP has them."""
    trouble: str = ""


class JobStore(Protocol):
    """What is asked of the store."""

    async def claim_job(self, token: str, now: int, until_ms: int) -> Job | None:
        """Take the job that has been due for longest."""
        ...

    async def keep_job(self, job: Job, came: bytes, until_ms: int) -> bool:
        """Say how far a job is, and keep the turn."""
        ...

    async def give_back_job(self, job: Job, came: bytes, due_ms: int) -> bool:
        """Let somebody else do it."""
        ...

    async def end_job(self, job: Job, state: JobEnd, came: bytes) -> bool:
        """End a job."""
        ...


class _Watch:
    """Keeps in mind how far it is."""

    def __init__(self, began_at: str) -> None:
        self.came = Came(began_at=began_at)

    def day(self, day: date) -> None:
        done = self.came.days_done + 1 if self.came.day is not None else 0
        self.came = Came(began_at=self.came.began_at, day=day.isoformat(), days_done=done)

    def missing(self, count: int) -> None:
        self.came = msgspec.structs.replace(self.came, missing=count)

    def fetched(self) -> None:
        self.came = msgspec.structs.replace(self.came, fetched=self.came.fetched + 1)


class Jobs(Looks):
    """Looks for jobs every second, and does them."""

    def __init__(self, store: JobStore, reconciling: Reconciling, clock: Clock, progress: Progress) -> None:
        super().__init__("jobs", LOOK_S, progress)
        self._store = store
        self._reconciling = reconciling
        self._clock = clock
        self._sources: Sequence[Any] = ()
        self._at_work: asyncio.Task[None] | None = None

    def serve(self, sources: Sequence[Any]) -> None:
        """Take the sources of the settings, at the start and from a reload."""
        self._sources = sources

    async def look(self) -> None:
        """Begin what is due, while nothing is under way. Raises StoreUnavailable."""
        if self._at_work is not None and not self._at_work.done():
            return
        now = self._clock()
        job = await self._store.claim_job(secrets.token_hex(8), now, now + TURN_MS)
        if job is not None:
            self._at_work = asyncio.create_task(self._do(job), name="job")

    async def drain(self) -> None:
        """Wait until what is under way was given back, or has ended."""
        if self._at_work is not None:
            await self._at_work

    async def _do(self, job: Job) -> None:
        """Do a job. Where Redis is away it is left as it is: it is due again when the turn is over."""
        try:
            await self._done(job)
        except StoreUnavailable as error:
            log.warning("job_waits", job=job.id, error=str(error))
        except Exception as error:  # one job that the code cannot take must not end the loop
            log.error("job_raised", job=job.id, exc_info=error)

    async def _done(self, job: Job) -> None:
        watch, began = _Watch(rfc3339(self._clock())), time.monotonic()
        try:
            order = order_of(job)
            log.info("job_began", job=job.id, kind=order.kind, source=order.source, attempt=job.attempts)
            if job.attempts > MOST_ATTEMPTS:
                raise NotThere(f"it was begun {MOST_ATTEMPTS} times and never came to its end; the log says more")
            rows = await self._worked(job, order, watch)
        except StoreUnavailable:
            raise
        except NotThere as error:
            await self._end(job, "failed", _failed(watch.came, 409, telemetry.safe_text(str(error))), began)
        except Exception as error:  # told as what it is to nobody but the log
            log.error("job_raised", job=job.id, exc_info=error)
            await self._end(job, "failed", _failed(watch.came, 500, "internal error; the log says more"), began)
        else:
            if rows is not None:
                came = Came(began_at=watch.came.began_at, days_done=len(rows), rows=tuple(rows))
                await self._end(job, "done", came, began)

    async def _worked(self, job: Job, order: ReconcileOrder, watch: _Watch) -> list[dict[str, Any]] | None:
        """Work, and keep the turn meanwhile; gives what came of it, None where it is another's to be done now."""
        work = asyncio.create_task(self._reconcile(order, watch))
        stopping = asyncio.create_task(self._stop.wait())
        try:
            while not work.done():
                await asyncio.wait([work, stopping], timeout=BEAT_S, return_when=asyncio.FIRST_COMPLETED)
                came, now = msgspec.json.encode(watch.came), self._clock()
                if work.done():
                    break
                if stopping.done():
                    await self._store.give_back_job(job, came, now)
                    log.info("job_given_back", job=job.id)
                    telemetry.JOBS.labels(kind=order.kind, outcome="given_back").inc()
                    return None
                if not await self._store.keep_job(job, came, now + TURN_MS):
                    log.warning("job_is_anothers", job=job.id)
                    return None
            return work.result()
        finally:
            work.cancel()
            stopping.cancel()
            await asyncio.gather(work, stopping, return_exceptions=True)

    async def _reconcile(self, order: ReconcileOrder, watch: _Watch) -> list[dict[str, Any]]:
        source = next((one for one in self._sources if one.id == order.source), None)
        if not isinstance(source, EdgarConfig):
            raise NotThere(f"the settings name no source {order.source} of type edgar any more")
        return await self._reconciling.days(source, order.days, watch)

    async def _end(self, job: Job, state: JobEnd, came: Came, began: float) -> None:
        came = msgspec.structs.replace(came, ended_at=rfc3339(self._clock()))
        if not await self._store.end_job(job, state, msgspec.json.encode(came)):
            log.warning("job_is_anothers", job=job.id)
            return
        telemetry.JOBS.labels(kind="reconcile", outcome=state).inc()
        seconds = round(time.monotonic() - began, 3)
        log.info("job_ended", job=job.id, state=state, seconds=seconds, trouble=came.trouble or None)


def _failed(came: Came, status: int, text: str) -> Came:
    return Came(began_at=came.began_at, days_done=came.days_done, status=status, trouble=text)


def order_of(job: Job) -> ReconcileOrder:
    """Read what was asked for. Raises Corrupt."""
    return _read(job, job.what, ReconcileOrder)


def came_of(job: Job) -> Came:
    """Read how far a job is, or what came of it. Raises Corrupt."""
    return _read(job, job.came or b"{}", Came)


def _read(job: Job, raw: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.MsgspecError as error:
        raise Corrupt(f"job {job.id} does not decode: {error}") from error
