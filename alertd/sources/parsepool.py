"""Parsing where it can be killed: a few worker processes, one document each at a time.

A document that takes too long, eats memory or crashes the parser costs its worker and nothing else: the worker is
killed, a new one is started at once, and the document gets one more chance, entry by entry, in which the worker says
which entry it is about to look at: an entry that kills it is left out (`rejected`) and its neighbours are kept. Jobs
that wait for a worker go first, and all the tries together have twice the time of one.
Threads would not do (the GIL is held through a slow expression), nor would a ProcessPoolExecutor (one killed worker
breaks it).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

import alertd
from alertd.errors import ParseFailed, ParseKilled
from alertd.model import ParsedFeed
from alertd.sources.feed_xml import NO_TIME
from alertd.sources.parse_process import WorkerDied, WorkerProcess
from alertd.sources.wire import Answer, Done, Failed, Order, ParseJob, Raised, unpack

__all__ = ["ParseJob", "ParsePool"]

log = structlog.get_logger(__name__)

CAREFUL_TRIES = 3
"""Entries of one document that may kill a worker."""
MEMORY = 512 << 20
LOOK_S = 0.25
"""How soon a worker that is killed while it rests is noticed, so that no document has to find out."""


class ParsePool:
    """Parses documents in worker processes; jobs get their turns in the order in which they came.

    `timeout_s` bounds a try on the wall clock and, doubled, all tries of a document; `memory_bytes` bounds the
    address space of a worker (0: no bound). Workers get none of our environment but `env`: what is in there may be
    secret, and a feed is a stranger.
    """

    def __init__(
        self,
        size: int = 1,
        timeout_s: float = 10.0,
        memory_bytes: int = MEMORY,
        *,
        env: Mapping[str, str] | None = None,
    ) -> None:
        if size < 1:
            raise ValueError("a pool has at least one worker")
        self._timeout_s = timeout_s
        base = {
            "PYTHONPATH": str(Path(alertd.__file__).parents[1]),
            "PYTHONUTF8": "1",
        }
        self._workers = [WorkerProcess(memory_bytes, base | dict(env or {})) for _ in range(size)]
        self._idle: asyncio.Queue[WorkerProcess] = asyncio.Queue()
        self._starts: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None
        self._started = False
        self._closed = False
        self.killed = 0
        """Workers killed or lost over documents, since the start."""

    async def start(self) -> None:
        """Start all workers and wait until they are warm. `parse` does so by itself otherwise."""
        if self._started:
            return
        self._started = True
        await asyncio.gather(*(self._begin(worker) for worker in self._workers))
        self._watch = asyncio.create_task(self._look_after(), name="parse-workers")

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def pids(self) -> list[int]:
        """Give the processes of the living workers."""
        return [worker.pid for worker in self._workers if worker.pid is not None]

    async def parse(self, job: ParseJob) -> ParsedFeed:
        """Parse a document.

        Raises ParseFailed if it is no feed, ParseKilled if it was stopped over time or memory and could not be saved
        entry by entry.
        """
        await self.start()
        answer, took_s = await self._try(Order(job=job, seconds=self._timeout_s))
        if isinstance(answer, WorkerDied | Raised):
            answer = await self._carefully(job, answer, 2 * self._timeout_s - took_s)
        if isinstance(answer, Done):
            return unpack(answer)
        if isinstance(answer, Failed):
            raise ParseFailed(answer.text)
        raise ParseKilled(answer.text if isinstance(answer, Raised) else str(answer))

    async def _carefully(self, job: ParseJob, first: WorkerDied | Raised, left_s: float) -> Answer | WorkerDied:
        """Parse entry by entry, and leave out the entries over which a worker dies.

        A try gets half of the time that is left: one that stands still must leave enough for those after it.
        """
        if isinstance(first, Raised) and "memory" not in first.text:
            return first  # a fault of ours, the same again
        skip: tuple[int, ...] = ()
        for _ in range(CAREFUL_TRIES + 1):
            answer, took_s = await self._try(Order(job=job, seconds=left_s / 2, careful=True, skip=skip))
            if not isinstance(answer, WorkerDied):
                return answer if _saved(answer) else first
            if answer.at is None or answer.at in skip:
                break
            skip = (*skip, answer.at)
            left_s = max(left_s - took_s, 0)
        return first

    async def _try(self, order: Order) -> tuple[Answer | WorkerDied, float]:
        """Give an order to the next worker that is free; gives the answer and the seconds that it took."""
        worker = await self._turn()
        clock = asyncio.get_running_loop().time
        started = clock()
        try:
            if worker.pid is None:
                await worker.start()
                started = clock()
            return await worker.run(order, order.seconds), clock() - started
        except WorkerDied as died:
            self.killed += 1
            log.warning("parse_worker_lost", source=order.job.source.id, reason=died.reason, entry=died.at)
            return died, clock() - started
        finally:
            self._give_back(worker)

    async def _turn(self) -> WorkerProcess:
        worker = await self._idle.get()
        if self._closed:
            self._idle.put_nowait(worker)  # whoever else waits must hear of it too
            raise ParseKilled("the parser is being shut down")
        return worker

    def _give_back(self, worker: WorkerProcess) -> None:
        if self._closed or worker.pid is not None:
            self._idle.put_nowait(worker)
            return
        task = asyncio.get_running_loop().create_task(self._begin(worker), name="parse-worker-start")
        self._starts.add(task)
        task.add_done_callback(self._starts.discard)

    async def _look_after(self) -> None:
        """Replace workers that died while they rested."""
        while not self._closed:
            await asyncio.sleep(LOOK_S)
            at_rest = [self._idle.get_nowait() for _ in range(self._idle.qsize())]
            lost = [worker for worker in at_rest if worker.lost]
            for worker in at_rest:
                if worker not in lost:  # nor is one begun again and again that did not start
                    self._idle.put_nowait(worker)
            for worker in lost:
                log.warning("parse_worker_lost", reason=f"it died at rest: exit code {await worker.kill()}")
                self._give_back(worker)

    async def _begin(self, worker: WorkerProcess) -> None:
        """Warm a worker up. One that does not start is tried again by the job that gets it, which then says why."""
        try:
            await worker.start()
        except WorkerDied as died:
            log.error("parse_worker_not_started", reason=died.reason)
        if self._closed:
            await worker.stop()
        else:
            self._idle.put_nowait(worker)

    async def aclose(self) -> None:
        """End all workers. Jobs under way end with ParseKilled."""
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        for task in list(self._starts):
            task.cancel()
        await asyncio.gather(*self._starts, return_exceptions=True)
        await asyncio.gather(*(worker.stop() for worker in self._workers))
        self._idle.put_nowait(self._workers[0])


def _saved(answer: Answer) -> bool:
    """Say whether a second try was worth it: an entry was read, or none was left for want of time."""
    if not isinstance(answer, Done) or answer.page.candidates:
        return True
    return all(rejected.reason != NO_TIME for rejected in answer.page.rejected)
