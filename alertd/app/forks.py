"""The supervisor's end of the fork server (`fork_server.py`): asks for children, hears of their ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from alertd import telemetry
from alertd.app.orphans import code_of
from alertd.base.heap import with_small_heap

log = structlog.get_logger(__name__)

COMMAND = (sys.executable, "-m", "alertd.app.fork_server")
PATIENCE_S = 60.0
"""A fork server that has forked nothing for so long is killed, and another started."""
GRACE_S = 2.0
WORD_S = 2.0
"""How long after a child's end the fork server may take to say how it ended."""
UNKNOWN = "unknown: the fork server ended before it"
_READ = 4096
_MOST = 16
"""Descriptors that are taken with one reading."""


class Forked:
    """One child. It is killed by its descriptor where the system has such, so that no other can be hit.

    How it ended the fork server says, or the system once that has died; that it did the descriptor shows, so that a
    fork server that stands still holds nothing up.
    """

    def __init__(self, pid: int, handle: int | None, silent: Callable[[], None]) -> None:
        """`silent` is called where the fork server does not say how it ended."""
        self.pid = pid
        self._handle = handle
        self._silent = silent
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[int | str] = self._loop.create_future()
        if handle is not None:
            self._loop.add_reader(handle, self._left)

    @property
    def ended(self) -> bool:
        """Whether it has ended, as far as is known."""
        return self._ended.done()

    def kill(self) -> None:
        """Kill it (SIGKILL)."""
        if self.ended:
            return
        with contextlib.suppress(ProcessLookupError):
            if self._handle is not None:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            else:
                os.kill(self.pid, signal.SIGKILL)

    async def wait(self) -> int | str:
        """Wait for its end; gives its exit code, negative for a signal, or why that is not known."""
        return await asyncio.shield(self._ended)

    def orphan(self) -> None:
        """Nobody tells of its end any more; the system does, if it can."""
        if self._handle is None:
            self.end(UNKNOWN)

    def end(self, code: int | str) -> None:
        """Note its end."""
        if not self.ended:
            self._ended.set_result(code)
        if self._handle is not None:
            self._loop.remove_reader(self._handle)
            os.close(self._handle)
            self._handle = None

    def _left(self) -> None:
        assert self._handle is not None
        self._loop.remove_reader(self._handle)
        if (code := code_of(self.pid)) is not None:  # its fork server is dead, so it was ours
            self.end(code)
        else:
            self._loop.call_later(WORD_S, self._untold)

    def _untold(self) -> None:
        if self.ended:
            return
        code = code_of(self.pid)
        self.end(UNKNOWN if code is None else code)
        if code is None:
            self._silent()


class ForkServer:
    """The fork server and its successors: one is started with the first child, and again when it dies."""

    def __init__(self, metrics_dir: Path) -> None:
        self._metrics_dir = metrics_dir
        self._process: asyncio.subprocess.Process | None = None
        self._control: socket.socket | None = None
        self._children: dict[int, Forked] = {}
        self._one = asyncio.Lock()
        self._answer: asyncio.Future[Forked] | None = None
        self._heard = b""
        self._handles: deque[int] = deque()

    @property
    def pid(self) -> int | None:
        """The process id of the living one."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def spawn(self, name: str, line: socket.socket) -> Forked:
        """Fork a child that has the other end of `line`. Raises OSError."""
        async with self._one:
            await self.begin()
            assert self._control is not None
            self._answer = asyncio.get_running_loop().create_future()
            try:
                self._ask(self._control, name, line)
                async with asyncio.timeout(PATIENCE_S):
                    return await self._answer
            except TimeoutError as error:
                self._gone("it does not answer")
                raise OSError("the fork server does not answer") from error
            finally:
                self._answer = None

    def _ask(self, control: socket.socket, name: str, line: socket.socket) -> None:
        try:
            socket.send_fds(control, [msgspec.json.encode({"name": name})], [line.fileno()])
        except OSError:
            self._gone("its line broke")
            raise

    async def begin(self) -> None:
        """Start one, if none is there: it imports while others start. Raises OSError."""
        if self._control is not None:
            return
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *COMMAND, str(theirs.fileno()), stdin=asyncio.subprocess.DEVNULL, pass_fds=[theirs.fileno()],
                    env=with_small_heap(os.environ) | {telemetry.METRICS_DIR_VARIABLE: str(self._metrics_dir)},
                    start_new_session=True,
                )  # fmt: skip
            except OSError:
                ours.close()
                raise
        ours.setblocking(False)
        self._control, self._heard = ours, b""
        asyncio.get_running_loop().add_reader(ours, self._hear, ours)

    async def close(self) -> None:
        """Let it leave; children that are there go on."""
        process = self._process
        self._let_go()
        self._orphan()
        if process is None:
            return
        try:
            async with asyncio.timeout(GRACE_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    def _hear(self, control: socket.socket) -> None:
        try:
            data, handles, _, _ = socket.recv_fds(control, _READ, _MOST)
        except BlockingIOError:
            return
        except OSError:
            data, handles = b"", []
        if control is not self._control:
            return
        if not data:
            self._gone("it ended")
            return
        self._handles += handles
        *lines, self._heard = (self._heard + data).split(b"\n")
        for line in lines:
            self._take(msgspec.json.decode(line, type=dict[str, int]), control)

    def _take(self, message: dict[str, int], control: socket.socket) -> None:
        if "ended" in message:
            child = self._children.pop(message["ended"], None)
            if child is not None:
                child.end(message["code"])
            return
        if "failed" in message:
            if self._answer is not None and not self._answer.done():
                self._answer.set_exception(OSError(message["failed"], os.strerror(message["failed"])))
            return
        handle = self._handles.popleft() if message["handles"] and self._handles else None
        child = Forked(message["forked"], handle, lambda: self._is_silent(control))
        self._children[child.pid] = child
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(child)
        else:
            child.kill()  # nobody waits for it any more

    def _gone(self, why: str) -> None:
        """Forget one that is of no use. Its children go on."""
        log.error("fork_server_died", why=why)
        telemetry.PROCESS_RESTARTS.labels(role="fork-server").inc()
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        self._let_go()
        self._orphan()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(OSError(f"the fork server is gone: {why}"))

    def _is_silent(self, control: socket.socket) -> None:
        if control is self._control:
            self._gone("it does not say how its children end")

    def _orphan(self) -> None:
        for child in self._children.values():
            child.orphan()
        self._children.clear()

    def _let_go(self) -> None:
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control)
            self._control.close()
            self._control = None
        while self._handles:
            os.close(self._handles.popleft())
