"""Something asked of a module of ours in a process of its own.

asked_apart   a process for one question: an order on its stdin, an answer on its stdout
Standing      a process that is asked again and again, and remembers; the first may have been forked (`born.py`)
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, NamedTuple, Protocol

from alertd.base.born import Born
from alertd.base.frames import exchanged, read_frame, write_frame
from alertd.base.heap import with_small_heap

STDERR = 2_000
"""Bytes of what it says when it dies, for the log."""
GRACE_S = 1.0
"""How long a process whose pipe is closed has to be gone: what is killed while it ends loses its exit code."""
LEAVES_S = 10.0
"""How long one that was let go has."""


class Ended(NamedTuple):
    """What came of it."""

    code: int
    out: bytes
    said: str
    """The end of what it wrote to stderr."""


async def asked_apart(module: str, order: bytes, patience_s: float | None = None) -> Ended:
    """Run `python -m module` with an order. Raises TimeoutError after `patience_s`; it is killed then."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(patience_s):
            out, said = await process.communicate(order)
    finally:
        await _end(process)
    return Ended(process.returncode or 0, out, said[-STDERR:].decode("utf-8", "replace"))


class Other(Protocol):
    """A process that is asked, however it came to be."""

    @property
    def pid(self) -> int:
        """Its number."""
        ...

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        ...

    async def exchange(self, order: bytes) -> bytes:
        """Ask it. Raises IncompleteReadError or ConnectionError where it is gone."""
        ...

    def leave(self) -> None:
        """Tell it that nothing more comes."""
        ...

    def kill(self) -> None:
        """Kill it."""
        ...

    async def wait(self) -> int:
        """Wait for its end; gives its exit code."""
        ...


class _Started:
    """A process of `python -m`, over its pipes."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.pid = process.pid

    @property
    def ended(self) -> bool:
        return self._process.returncode is not None

    async def exchange(self, order: bytes) -> bytes:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return await exchanged(self._process.stdout, self._process.stdin, order)

    def leave(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()

    async def wait(self) -> int:
        return await self._process.wait()


async def _started(module: str) -> _Started:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
        env=with_small_heap(os.environ),
    )  # fmt: skip
    return _Started(process)


class Standing:
    """A process that answers one question after the other, and keeps what it has read for the next.

    It starts with its first question, unless it was born before, and is let go when none has come for `idle_s`; None:
    it stays. The one that asks it sees to it that nobody else does meanwhile.
    """

    def __init__(self, module: str, idle_s: float | None, born: Born | None = None) -> None:
        self._module = module
        self._idle_s = idle_s
        self._process: Other | None = born
        self._rests: asyncio.TimerHandle | None = None
        self._leaving: set[asyncio.Task[int]] = set()
        """Processes that were let go and have not ended yet."""

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process is not None else None

    async def ask(self, order: bytes, patience_s: float) -> bytes:
        """Give the answer. Raises TimeoutError after `patience_s`, EOFError where it dies; then it is gone."""
        if self._rests is not None:
            self._rests.cancel()
        try:
            async with asyncio.timeout(patience_s):
                answer = await (await self._there()).exchange(order)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise EOFError(f"{self._module} ended with {await self.end(GRACE_S)}") from error
        except BaseException:
            await self.end()  # its answer would be taken for the next one's
            raise
        if self._idle_s is not None:
            self._rests = asyncio.get_running_loop().call_later(self._idle_s, self._rested)
        return answer

    async def end(self, grace_s: float = 0.0) -> int:
        """End it, unless it does so by itself; gives its exit code."""
        process, leaving = self._let_go(), list(self._leaving)
        code = await _end(process, grace_s) if process is not None else 0
        await asyncio.gather(*leaving)
        return code

    async def _there(self) -> Other:
        if self._process is not None and self._process.ended:  # it died while it rested
            self._let_go()
        if self._process is None:
            self._process = await _started(self._module)
        return self._process

    def _rested(self) -> None:
        process = self._let_go()
        if process is not None:
            task = asyncio.create_task(_end(process, LEAVES_S), name="apart:leaving")
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    def _let_go(self) -> Other | None:
        """Tell it that nothing more comes: it ends by itself. Gives it."""
        if self._rests is not None:
            self._rests.cancel()
        process, self._process, self._rests = self._process, None, None
        if process is not None:
            process.leave()
        return process


async def _end(process: Process | Other, grace_s: float = 0.0) -> int:
    with suppress(TimeoutError):
        async with asyncio.timeout(grace_s):
            return await process.wait()
    with suppress(ProcessLookupError):
        process.kill()
    return await process.wait()


def answer_all(answer: Callable[[bytes], bytes], most_s: int) -> None:
    """Answer what `Standing` asks over our pipes. What somebody prints is no answer: it goes to stderr."""
    asked, told = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    answer_over(asked, told, answer, most_s)


def answer_over(asked: BinaryIO, told: BinaryIO, answer: Callable[[bytes], bytes], most_s: int) -> None:
    """Answer what is asked until nothing more comes. An answer that takes longer than `most_s` ends us."""
    while (order := read_frame(asked)) is not None:
        signal.alarm(most_s)  # also where nobody is left who would end us
        said = answer(order)
        signal.alarm(0)
        write_frame(told, said)
