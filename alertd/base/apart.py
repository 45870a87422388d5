"""Something asked of a module of ours in a process of its own.

asked_apart   a process for one question: an order on its stdin, an answer on its stdout
Standing      a process that is asked again and again, and remembers: frames of four bytes of length and content
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

STDERR = 2_000
"""Bytes of what it says when it dies, for the log."""
GRACE_S = 1.0
"""How long a process whose pipe is closed has to be gone: what is killed while it ends loses its exit code."""
LEAVES_S = 10.0
"""How long one that was let go has."""
_HEADER = 4


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


class Standing:
    """A process that answers one question after the other, and keeps what it has read for the next.

    It starts with its first question and is let go when none has come for `idle_s`. The one that asks it sees to it
    that nobody else does meanwhile.
    """

    def __init__(self, module: str, idle_s: float) -> None:
        self._module = module
        self._idle_s = idle_s
        self._process: Process | None = None
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
                answer = await _exchanged(await self._there(), order)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise EOFError(f"{self._module} ended with {await self.end(GRACE_S)}") from error
        except BaseException:
            await self.end()  # its answer would be taken for the next one's
            raise
        self._rests = asyncio.get_running_loop().call_later(self._idle_s, self._rested)
        return answer

    async def end(self, grace_s: float = 0.0) -> int:
        """End it, unless it does so by itself; gives its exit code."""
        process, leaving = self._let_go(), list(self._leaving)
        code = await _end(process, grace_s) if process is not None else 0
        await asyncio.gather(*leaving)
        return code

    async def _there(self) -> Process:
        if self._process is not None and self._process.returncode is not None:  # it died while it rested
            self._let_go()
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self._module,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        return self._process

    def _rested(self) -> None:
        process = self._let_go()
        if process is not None:
            task = asyncio.create_task(_end(process, LEAVES_S), name="apart:leaving")
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    def _let_go(self) -> Process | None:
        """Tell it that nothing more comes: it ends by itself. Gives it."""
        if self._rests is not None:
            self._rests.cancel()
        process, self._process, self._rests = self._process, None, None
        if process is not None and process.stdin is not None:
            process.stdin.close()
        return process


async def _exchanged(process: Process, order: bytes) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(len(order).to_bytes(_HEADER, "big") + order)
    await process.stdin.drain()
    size = int.from_bytes(await process.stdout.readexactly(_HEADER), "big")
    return await process.stdout.readexactly(size)


async def _end(process: Process, grace_s: float = 0.0) -> int:
    with suppress(TimeoutError):
        async with asyncio.timeout(grace_s):
            return await process.wait()
    with suppress(ProcessLookupError):
        process.kill()
    return await process.wait()


def answer_all(answer: Callable[[bytes], bytes], most_s: int) -> None:
    """Answer what `Standing` asks, until nothing more comes. An answer that takes longer than `most_s` ends us."""
    asked, told = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what somebody prints is no answer
    while len(header := asked.read(_HEADER)) == _HEADER:
        signal.alarm(most_s)  # also where nobody is left who would end us
        said = answer(asked.read(int.from_bytes(header, "big")))
        signal.alarm(0)
        told.write(len(said).to_bytes(_HEADER, "big") + said)
        told.flush()
