"""One parse worker, seen from the pool: a process of its own session, a socket, orders and answers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Mapping

import msgspec

from alertd.sources.wire import HEADER, Answer, Order, Ready, Starting, frame, length, read_answer

START_S = 60.0
"""A worker must have imported everything within this time, on a busy machine too."""


class WorkerDied(Exception):
    """A worker ended or was killed; `at` is the entry that it said it was about to look at."""

    def __init__(self, reason: str, at: int | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


class WorkerProcess:
    """One parse worker and the socket to it. `memory_bytes` bounds its address space; 0 does not."""

    def __init__(self, memory_bytes: int, env: Mapping[str, str]) -> None:
        self._memory = memory_bytes
        self._env = dict(env)
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process else None

    @property
    def lost(self) -> bool:
        """Whether the process has ended by itself, or by somebody else's hand."""
        return self._process is not None and self._process.poll() is not None

    async def start(self) -> None:
        """Start the process and wait until it is ready. Raises WorkerDied."""
        try:
            ours, theirs = socket.socketpair()
        except OSError as error:  # no file is left to open
            raise WorkerDied(f"the parse worker does not start: {error}", None) from error
        with theirs:
            try:
                self._process = self._spawn(theirs)
            except OSError as error:
                ours.close()
                raise WorkerDied(f"the parse worker does not start: {error}", None) from error
        self._reader, self._writer = await asyncio.open_connection(sock=ours)
        try:
            async with asyncio.timeout(START_S):
                answer = await self._receive()
        except (TimeoutError, EOFError, OSError, ValueError) as error:
            code = await self.kill()
            raise WorkerDied(f"the parse worker does not start: {_how(code)}", None) from error
        if not isinstance(answer, Ready):
            await self.kill()
            raise WorkerDied("the parse worker does not speak our language", None)

    def _spawn(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "alertd.sources.parse_worker"]
        options = ["--parent", str(os.getpid()), "--memory", str(self._memory)]
        return subprocess.Popen(  # noqa: S603  our own interpreter and module
            command + options, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, env=self._env, start_new_session=True
        )

    async def run(self, order: Order, seconds: float) -> Answer:
        """Give an order and wait for its answer. Raises WorkerDied; then the process is gone."""
        at: int | None = None
        try:
            async with asyncio.timeout(seconds):
                self._write(order)
                while isinstance(answer := await self._receive(), Starting):
                    at = answer.position
                return answer
        except TimeoutError:
            await self.kill()
            raise WorkerDied(f"parsing took longer than {seconds:g} s and was stopped", at) from None
        except (EOFError, OSError, ValueError, msgspec.DecodeError):
            raise WorkerDied(f"the parser died: {_how(await self.kill())}", at) from None
        except asyncio.CancelledError:
            await self.kill()  # its answer would be taken for the next one's
            raise

    def _write(self, order: Order) -> None:
        if self._writer is None:
            raise ConnectionResetError
        self._writer.write(frame(order))

    async def _receive(self) -> Answer:
        if self._reader is None:
            raise ConnectionResetError
        size = length(await self._reader.readexactly(HEADER))
        return read_answer(await self._reader.readexactly(size))

    async def kill(self) -> int:
        """End the process now and reap it; give its exit code."""
        process, self._process = self._process, None
        writer, self._writer, self._reader = self._writer, None, None
        if writer is not None:
            writer.transport.abort()
        if process is None:
            return 0
        process.kill()
        return await _reaped(process)

    async def stop(self) -> None:
        """Let the process end by itself; kill it if it does not within a second."""
        process, writer = self._process, self._writer
        if process is not None and writer is not None:
            writer.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(_reaped(process), 1.0)
        await self.kill()


async def _reaped(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end of a process without a thread: it comes within milliseconds."""
    pause = 0.001
    while (code := process.poll()) is None:
        await asyncio.sleep(pause)
        pause = min(pause * 2, 0.05)
    return code


def _how(code: int) -> str:
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"
