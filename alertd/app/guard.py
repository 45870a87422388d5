"""Guards one child process: starts it, hears it, starts it again when it dies, drains it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from alertd import telemetry
from alertd.app.link import Boot, Drain, Failed, Link, Tell, Turns
from alertd.base.clock import rfc3339, system_clock
from alertd.workers.progress import Watch

log = structlog.get_logger(__name__)

STUCK_S = 60.0
"""A loop that has not come round for this long has its process killed and started again."""
STEADY_S = 60.0
"""A child that lived this long is started again at once when it dies."""
MAX_WAIT_S = 10.0
HOPELESS = 5
"""A child that dies so often before it ever worked ends the daemon: something is wrong that waiting does not mend."""
HOPELESS_KILLED = 25
"""The same of one that is killed each time: a book that fits into no memory, say."""
KILLED = (-signal.SIGKILL, -signal.SIGTERM)
"""Somebody else's doing, the kernel's for want of memory too: it says nothing of what the child does next time."""
GRACE_S = 2.0
"""What a child gets beyond its drain time before it is killed."""
MAX_UNTOLD = 100
"""Notices that wait for a child that is being started."""


class Process(Protocol):
    """A child process, however it came to be."""

    @property
    def pid(self) -> int:
        """Its number."""
        ...

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        ...

    def kill(self) -> None:
        """Kill it."""
        ...

    async def wait(self) -> int | str:
        """Wait for its end; gives its exit code, negative for a signal, or why that is not known."""
        ...


Spawn = Callable[[str, socket.socket], Awaitable[Process]]
"""Starts a child: its name, and the end of the line that it gets. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Died:
    """The guard's own word: its child is not there any more, and is started again."""


class MakeBoot(Protocol):
    """Makes what a child is told first."""

    def __call__(self, name: str, roles: frozenset[str], *, first: bool) -> Boot:
        """`first` in the child's first life."""
        ...


class Guard:
    """One child process and its successors."""

    def __init__(
        self,
        name: str,
        roles: frozenset[str],
        *,
        boot: MakeBoot,
        hear: Callable[[Guard, object], None],
        metrics_dir: Path,
        spawn: Spawn,
    ) -> None:
        self.name = name
        self.roles = roles
        self.starts = 0
        self.started_at = ""
        """When the living child, or the last one, was started."""
        self.ready = asyncio.Event()
        self._boot = boot
        self._hear = hear
        self._metrics_dir = metrics_dir
        self._spawn = spawn
        self._process: Process | None = None
        self._link: Link | None = None
        self._watch = Watch(STUCK_S)
        self._task: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._untold: deque[Tell] = deque(maxlen=MAX_UNTOLD)
        self._killed = False
        """The child was killed and hears nothing any more, though its line is still open for a moment."""

    @property
    def pid(self) -> int | None:
        """The process id of the living child."""
        process = self._process
        return process.pid if process is not None and not process.ended else None

    def start(self) -> None:
        """Begin to keep a child running."""
        self._task = asyncio.create_task(self._keep(), name=f"guard:{self.name}")

    def send(self, message: object) -> None:
        """Tell the child something; one that is being started gets the newest state with its boot, then notices."""
        if self._link is not None and not self._killed:
            self._link.send(message)
        elif isinstance(message, Tell):
            self._untold.append(message)

    def alive(self) -> bool:
        """Tell whether the child's loops come round; one whose loops stand still is killed, to be started again."""
        loops = self._watch.stuck(time.monotonic())
        if loops and self.pid is not None:
            log.error("process_stuck", process=self.name, loops=loops)
            self._kill()
            text = (
                f"The process {self.name} stood still for {STUCK_S:.0f} s ({', '.join(loops)}) and was started again."
            )
            self._hear(self, Tell("process_stuck", self.name, text, rfc3339(system_clock())))
        return not loops and self._link is not None

    async def drain(self, seconds: float) -> None:
        """Let the child end what is under way; past its time it is killed."""
        self._stop.set()
        self.send(Drain(seconds))
        if self._task is None:
            return
        _, late = await asyncio.wait([self._task], timeout=seconds + GRACE_S)
        if late:
            log.error("process_not_drained", process=self.name)
            self._kill()
            await asyncio.wait(late, timeout=GRACE_S)

    def leave(self) -> None:
        """Kill the child now."""
        self._stop.set()
        self._kill()

    def _kill(self) -> None:
        if self._process is not None and not self._process.ended:
            self._killed = True
            self._process.kill()

    async def _keep(self) -> None:
        quick_deaths = own_deaths = 0
        while not self._stop.is_set():
            started = time.monotonic()
            code: int | str
            try:
                code = await self._run_once()
            except OSError as error:  # no process or no memory to be had: a death like others
                code = str(error)
            if self._stop.is_set():
                return
            lived = time.monotonic() - started
            quick_deaths = 0 if lived > STEADY_S else quick_deaths + 1
            own_deaths = 0 if lived > STEADY_S else own_deaths + (code not in KILLED)
            wait_s = 0.0 if quick_deaths <= 1 else min(0.1 * 2**quick_deaths, MAX_WAIT_S)
            telemetry.PROCESS_RESTARTS.labels(role=self.name.partition("-")[0]).inc()
            log.error("process_died", process=self.name, code=code, lived_s=round(lived, 1), again_in_s=wait_s)
            self._hear(self, Died())
            if (own_deaths >= HOPELESS or quick_deaths >= HOPELESS_KILLED) and not self.ready.is_set():
                text = f"the process {self.name} ended {quick_deaths} times before it could work; the log says why"
                self._hear(self, Failed(text))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._stop.wait()

    async def _run_once(self) -> int | str:
        """Run one child to its end; gives its exit code. Raises OSError when it cannot be started."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = await self._spawn(self.name, theirs)
        except OSError:
            ours.close()
            raise
        self.starts += 1
        self.started_at = rfc3339(system_clock())
        self._killed = False
        self._watch = Watch(STUCK_S)
        self._link = await Link.over(ours)
        self._link.send(self._boot(self.name, self.roles, first=self.starts == 1))
        while self._untold:
            self._link.send(self._untold.popleft())
        if self._stop.is_set():
            self._link.send(Drain(0))  # it was told so while it was being started
        try:
            await self._listen(self._link)
        finally:
            await self._link.close()
            self._link = None
        code = await self._process.wait()
        telemetry.forget_process(self._process.pid, self._metrics_dir)
        return code

    async def _listen(self, link: Link) -> None:
        while True:
            try:
                message = await link.receive()
            except EOFError:
                return
            if isinstance(message, Turns):
                self._watch.update(message.counts, time.monotonic())
            else:
                self._hear(self, message)
