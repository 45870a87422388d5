"""A process forked before its parent does anything else: what the parent has imported is in memory once, for both.

To be called (`bear`) in a process that has one thread, no loop and no connections yet. Each waits on a socket for
what it is asked (`apart.Standing`), costs next to nothing until then, and leaves when the socket closes: with its
parent, too.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import socket
import sys
import traceback
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, NoReturn

from alertd.base.frames import exchanged

LOOK_S = 0.02
"""How often it is looked whether one has ended that was told to."""
UNKNOWN = 255
"""The exit code of one for which somebody else has waited."""
_PR_SET_PDEATHSIG = 1
Answers = Callable[[BinaryIO, BinaryIO], None]
"""What such a process does: it reads from the first file and writes to the second, until nothing more comes."""


class Born:
    """A forked process, as the one that asks it has it."""

    def __init__(self, pid: int, line: socket.socket) -> None:
        self.pid = pid
        self.line = line
        """Our end."""
        self._streams: tuple[StreamReader, StreamWriter] | None = None
        self._code: int | None = None

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        if self._code is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:  # somebody else has waited for it
                self._code = UNKNOWN
            else:
                self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code is not None

    async def exchange(self, order: bytes) -> bytes:
        """Ask it. Raises IncompleteReadError or ConnectionError where it is gone."""
        return await exchanged(*await self._open(), order)

    def leave(self) -> None:
        """Tell it that nothing more comes."""
        if self._streams is None:
            with suppress(OSError):
                self.line.shutdown(socket.SHUT_WR)
        elif not self._streams[1].is_closing():
            self._streams[1].write_eof()

    def kill(self) -> None:
        """Kill it (SIGKILL). Nobody else can have its number: it is waited for by us alone."""
        if not self.ended:
            os.kill(self.pid, signal.SIGKILL)

    async def wait(self) -> int:
        """Wait for its end; gives its exit code."""
        while not self.ended:  # noqa: ASYNC110 not every kernel tells of it (pidfd_open)
            await asyncio.sleep(LOOK_S)
        return self._gone()

    async def _open(self) -> tuple[StreamReader, StreamWriter]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(sock=self.line)
        return self._streams

    def _gone(self) -> int:
        assert self._code is not None
        if self._streams is not None:
            self._streams[1].close()
        else:
            self.line.close()
        return self._code


def bear(count: int, answers: Answers, begin: Callable[[], None]) -> list[Born]:
    """Fork processes; fewer, or none, where the system lets us not.

    `begin` is called in each: it closes what only the parent is to have, and whose end others wait for. Not simply
    all that is open: an object of some library would later close a number that is another one by then.
    """
    born: list[Born] = []
    for _ in range(count):
        ours, theirs = socket.socketpair()
        try:
            pid = os.fork()
        except OSError:  # one that is asked later is started then
            ours.close()
            theirs.close()
            break
        if pid == 0:
            for one in (ours, *(elder.line for elder in born)):
                one.close()
            _live(theirs, answers, begin)
        theirs.close()
        born.append(Born(pid, ours))
    return born


def leave_with_parent() -> None:
    """Leave with the parent even where this process stands still (prctl(2); children do not inherit it)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _live(line: socket.socket, answers: Answers, begin: Callable[[], None]) -> NoReturn:
    """Be such a process until nothing more comes."""
    code = 1
    try:
        leave_with_parent()
        os.setsid()
        begin()
        answers(line.makefile("rb"), line.makefile("wb"))
        code = 0
    except BaseException:  # noqa: BLE001 - nothing may come back into what the parent was doing
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)
