"""A listening socket that takes only as many as there is room for, and waits for a file when there is none left.

    a connection waits -> is there room?  no:  it waits in the kernel; after a second it is taken, and told so
                          accept -> a file is left: served
                                    none is left:   nobody is taken for a second, said once; whoever connects waits

A thousand who come at once, as after a restart, want more room than there is for the moment in which each of them is
let in: they wait for each other, and are not sent away.

asyncio's own servers try each of the 128 that may wait, and log each in vain attempt with a traceback, every second
(github.com/python/cpython/issues/151615).
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable

import structlog

_log = structlog.get_logger(__name__)

AT_ONCE = 128
"""Connections that are taken before all else has its turn."""
WAITING = 1_024
"""Connections that may wait in the kernel, if the machine lets so many (`net.core.somaxconn`)."""
FULL_S, LOOK_S = 1.0, 0.02
"""How long a connection waits for room at most, and how often it is looked at whether there is some."""
AGAIN_S = 1.0
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Listener:
    """Takes connections from start to close, and gives each a protocol."""

    def __init__(
        self,
        plug: socket.socket,
        protocol: Callable[[], asyncio.Protocol],
        *,
        what: str,
        room: Callable[[], int],
        tls: ssl.SSLContext | None = None,
        handshake_s: float = 10.0,
    ) -> None:
        """`plug` is bound and does not block. `what` begins the names of log lines, `room` says for how many more
        there is room; where there is none for long, `protocol` is to give what says so.
        """
        self._plug = plug
        self._protocol = protocol
        self._what = what
        self._room = room
        self._tls = tls
        self._handshake_s = handshake_s
        self._loop = asyncio.get_running_loop()
        self._begun: set[asyncio.Task[None]] = set()
        self._later: asyncio.TimerHandle | None = None
        self._short = False
        self._full_since: float | None = None

    def start(self) -> None:
        """Listen."""
        self._plug.listen(WAITING)
        self._loop.add_reader(self._plug, self._accept)

    def close(self) -> None:
        """Listen no more; those that were taken stay. May be called twice."""
        if self._later is not None:
            self._later.cancel()
        if self._plug.fileno() >= 0:
            self._loop.remove_reader(self._plug)
            self._plug.close()
        for task in self._begun:
            task.cancel()

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            if self._full():
                self._pause(LOOK_S)
                return
            try:
                plug, _address = self._plug.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in EXHAUSTED:
                    raise
                self._run_short(error)
                return
            if self._short:
                self._short = False
                _log.info(f"{self._what}_takes_connections")
            task = self._loop.create_task(self._serve(plug))
            self._begun.add(task)
            task.add_done_callback(self._begun.discard)

    def _full(self) -> bool:
        """Tell whether who connects is to wait: those that were taken and are not there yet need room, too."""
        if self._room() > len(self._begun):
            self._full_since = None
            return False
        now = self._loop.time()
        if self._full_since is None:
            self._full_since = now
        return now - self._full_since < FULL_S

    def _run_short(self, error: OSError) -> None:
        """Take nobody for a while, for want of files."""
        if not self._short:
            self._short = True
            _log.error(f"{self._what}_cannot_take_connections", error=str(error))
        self._pause(AGAIN_S)

    def _pause(self, seconds: float) -> None:
        """Take nobody for so long: the socket stays readable, so that the loop would spin."""
        self._loop.remove_reader(self._plug)
        self._later = self._loop.call_later(seconds, self._loop.add_reader, self._plug, self._accept)

    async def _serve(self, plug: socket.socket) -> None:
        plug.setblocking(False)
        try:
            protocol = self._protocol()
        except BaseException:
            plug.close()
            raise
        try:
            await self._loop.connect_accepted_socket(
                lambda: protocol,
                plug,
                ssl=self._tls,
                ssl_handshake_timeout=self._handshake_s if self._tls is not None else None,
            )
        except OSError as error:  # a handshake that failed, or took too long
            _log.debug(f"{self._what}_handshake_failed", error=str(error))
