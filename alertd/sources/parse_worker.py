"""A parse worker: `python -m alertd.sources.parse_worker --parent PID --memory BYTES`, started by `parsepool`.

Reads orders on stdin and answers there too (a socket). It holds nothing: no configuration, no secrets, no store. It
dies with its parent (end of stdin, and PDEATHSIG on Linux) and leaves time to a timer: a step that takes too long is
interrupted by SIGALRM (Python's `re` looks for signals while it matches), so that the rest of the document is saved.
What no signal interrupts, the pool ends with SIGKILL.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import resource
import signal
import socket
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from types import FrameType

import msgspec

from alertd.errors import ParseFailed
from alertd.sources.catalog import PARSERS
from alertd.sources.feed_again import parse_again
from alertd.sources.guard import Guard, OverTime
from alertd.sources.wire import (
    HEADER,
    Answer,
    Failed,
    Order,
    Raised,
    Ready,
    Starting,
    frame,
    length,
    pack,
    read_order,
)

_PR_SET_PDEATHSIG = 1
_IN_TIME = 0.85
"""Of an order's time: then a worker stops by itself."""


class AlarmGuard(Guard):
    """Holds the parser to its time with the process's interval timer: main thread only, steps do not nest."""

    def __init__(self, order: Order, say: Callable[[Answer], None]) -> None:
        self.careful = order.careful
        self.skip = frozenset(order.skip)
        self._seconds = order.seconds
        self._end = time.monotonic() + order.seconds * _IN_TIME
        self._say = say

    @contextlib.contextmanager
    def step(self, share: float) -> Iterator[None]:
        """Bound a step to a share of the order's time. Raises OverTime inside the block."""
        seconds = max(0.05, min(share * self._seconds, self._end - time.monotonic()))
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def spent(self, left: float = 0.0) -> bool:
        """Say whether the worker should hand over what it has, before the pool's deadline."""
        return time.monotonic() >= self._end - left * self._seconds

    def starting(self, position: int) -> None:
        """Tell the pool which entry comes next, in case it is the last."""
        if self.careful:
            self._say(Starting(position))


def _alarm(number: int, stack: FrameType | None) -> None:
    raise OverTime("a step of parsing took too long and was stopped")


def serve(stream: socket.socket) -> None:
    """Answer orders until the other end is closed."""

    def say(message: Answer) -> None:
        stream.sendall(frame(message))

    reader = stream.makefile("rb")
    say(Ready())
    while header := reader.read(HEADER):
        order = read_order(reader.read(length(header)))
        _allow_cpu(order.seconds)
        say(_answer(order, AlarmGuard(order, say)))


def _answer(order: Order, guard: Guard) -> Answer:
    job = order.job
    try:
        if job.again is not None and not order.careful:
            return pack(parse_again(job, job.again, guard))
        page = PARSERS[job.type](
            job.body, job.content_type, job.base_url, job.source, job.seen_at_ms, job.http_date, guard
        )
        return pack(page)
    except ParseFailed as error:
        return Failed(str(error))
    except MemoryError:
        return Raised("it needs more memory than a parse worker has")
    except Exception as error:  # noqa: BLE001  the loop of a worker: one document must not end it
        return Raised(f"{type(error).__name__}: {error}"[:300])


def _allow_cpu(seconds: float) -> None:
    """Move the limit on CPU time ahead of the new order: a net below the pool's wall clock."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime + 2 * seconds) + 2
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed if hard == resource.RLIM_INFINITY else min(allowed, hard), hard))


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os._exit(0)


def main() -> None:
    """Start: limits and signals first, then orders."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--memory", type=int, required=True)
    options = parser.parse_args()
    _die_with(options.parent)
    # Ctrl-C and a service manager's TERM go to the whole group; a worker ends when its pool lets go of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, _alarm)
    if options.memory:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = options.memory if hard == resource.RLIM_INFINITY else min(options.memory, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(3_000)
    with socket.socket(fileno=os.dup(0)) as stream, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        os.dup2(2, 1)  # a stray print must not get among the frames
        try:
            serve(stream)
        except (msgspec.DecodeError, ValueError) as error:
            sys.stderr.write(f"parse worker: {error}\n")


if __name__ == "__main__":
    main()
