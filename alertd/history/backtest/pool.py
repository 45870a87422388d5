"""Worker processes that examine the past, and give what they found in the order of the past.

    the plan, lines -> chunks -> worker 0, 1, 2, 0, 1, 2… -> taken back in the same order -> who decides

Each worker has two chunks at most before it, so memory is flat; nobody waits for both ends of a pipe at once, because
a thread of the worker takes in what comes. A worker that dies or hangs ends the backtest, and the line is named.
Processes are begun anew (spawn), not forked: a fork of a process with threads may hang. The plan goes by the pipe,
not as an argument: that is written to a pipe of which we hold both ends, and one that dies before it has read all of
it would never be noticed.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import queue
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.resource_tracker import ensure_running
from typing import Any, NamedTuple

import msgspec
import structlog

from alertd.errors import Permanent
from alertd.history.backtest.coverage import Covered
from alertd.history.backtest.examine import Examined, Examiner
from alertd.history.backtest.plan import Plan
from alertd.history.past_line import RawPast

CHUNK = 256
"""Lines that go to a worker together."""
CHUNK_BYTES = 2 << 20
AHEAD = 2
"""Chunks that a worker may have before it."""
START_S = 600.0
"""How long a worker may take to make the rules ready."""
_LOOK_S = 1.0

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Examined])


class Chunk(NamedTuple):
    """What came back."""

    lines: Sequence[RawPast]
    found: Sequence[Examined]
    covered: Covered


class BacktestFailed(Permanent):
    """A worker died, or hung over a line."""


def chunks(lines: Iterator[RawPast]) -> Iterator[list[RawPast]]:
    """Part lines into pieces that are worth a message."""
    chunk: list[RawPast] = []
    size = 0
    for line in lines:
        chunk.append(line)
        size += len(line.data)
        if len(chunk) >= CHUNK or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


class Alone:
    """Examines in this process."""

    def __init__(self, plan: Plan) -> None:
        self._examiner = Examiner(plan)

    def __enter__(self) -> Alone:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def examined(self, lines: Iterator[RawPast]) -> Iterator[Chunk]:
        """Give lines with what was found."""
        for chunk in chunks(lines):
            found = [self._examiner.take(line) for line in chunk]
            yield Chunk(chunk, found, self._examiner.covered)
            self._examiner.covered = Covered()


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    at: Any
    """The line of its chunk that it is at, in memory that is shared; -1: it is not ready yet."""


class Crew:
    """Examines in several processes. Use it in a `with`."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._workers: list[_Worker] = []

    def __enter__(self) -> Crew:
        context = multiprocessing.get_context("spawn")
        for number in range(self._plan.jobs):
            ours, theirs = context.Pipe()
            at = context.RawValue("q", -1)
            process = context.Process(target=_work, args=(theirs, at), name=f"backtest-{number}", daemon=True)
            with _uninterrupted():
                process.start()
            theirs.close()
            self._workers.append(_Worker(process, ours, at))
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.pipe.close()
        for worker in self._workers:
            worker.process.terminate()
            worker.process.join()

    def examined(self, lines: Iterator[RawPast]) -> Iterator[Chunk]:
        """Give lines in their order with what was found. Raises BacktestFailed."""
        for worker in self._workers:
            self._send(worker, self._plan, "it had begun")
        under_way: deque[tuple[_Worker, list[RawPast]]] = deque()
        for turn, chunk in enumerate(chunks(lines)):
            worker = self._workers[turn % len(self._workers)]
            self._send(worker, [tuple(line) for line in chunk], chunk[0].where)
            under_way.append((worker, chunk))
            if len(under_way) >= AHEAD * len(self._workers):
                yield self._take(*under_way.popleft())
        while under_way:
            yield self._take(*under_way.popleft())

    def _send(self, worker: _Worker, what: object, before: str) -> None:
        try:
            worker.pipe.send(what)
        except OSError as error:
            raise BacktestFailed(f"a worker process died ({_exit(worker)}) before {before}") from error

    def _take(self, worker: _Worker, chunk: list[RawPast]) -> Chunk:
        at, since = worker.at.value, time.monotonic()
        while not worker.pipe.poll(_LOOK_S):
            now = worker.at.value
            most = self._plan.patience_s if now >= 0 else START_S
            if now != at:
                at, since = now, time.monotonic()
            elif time.monotonic() - since > most:
                what = "matching this line" if now >= 0 else "the start of a worker process"
                raise BacktestFailed(f"{_line(chunk, now).where}: {what} takes longer than {most:g} s")
        try:
            packed, covered = worker.pipe.recv()
        except (EOFError, OSError) as error:
            where = _line(chunk, worker.at.value).where
            raise BacktestFailed(f"a worker process died ({_exit(worker)}) at {where}") from error
        return Chunk(chunk, _decoder.decode(packed), covered)


def _line(chunk: Sequence[RawPast], at: int) -> RawPast:
    return chunk[min(max(at, 0), len(chunk) - 1)]


def _exit(worker: _Worker) -> str:
    worker.process.join(_LOOK_S)
    code = worker.process.exitcode
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let a process begin, and stay, deaf to Ctrl-C: a terminal sends it to all, and who is interrupted ends them."""
    ensure_running()  # else it is begun in here, and unblocks the signal
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(pipe: Connection, at: Any) -> None:
    """What a worker process does until whoever began it closes the pipe. The first that comes is the plan."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),  # what goes wrong is in the answers
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    try:
        plan = pipe.recv()
    except (EOFError, OSError):
        return
    waiting: queue.SimpleQueue[list[tuple[Any, ...]] | None] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(pipe, waiting), daemon=True).start()
    examiner = Examiner(plan)
    gc.freeze()
    while (lines := waiting.get()) is not None:
        found: list[Examined] = []
        for number, line in enumerate(lines):
            at.value = number
            found.append(examiner.take(RawPast(*line)))
        try:
            pipe.send((_encoder.encode(found), examiner.covered))
        except OSError:
            return
        examiner.covered = Covered()


def _receive(pipe: Connection, waiting: queue.SimpleQueue[list[tuple[Any, ...]] | None]) -> None:
    try:
        while True:
            waiting.put(pipe.recv())
    except (EOFError, OSError):
        waiting.put(None)
