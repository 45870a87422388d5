"""Guards one child process: starts it, hears it, starts it again when it dies, drains it."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import structlog

from alertd import telemetry
from alertd.app.link import Boot, Drain, Link, Turns
from alertd.workers.progress import Watch

log = structlog.get_logger(__name__)

STUCK_S = 60.0
"""A loop that has not come round for this long has its process killed and started again."""
STEADY_S = 60.0
"""A child that lived this long is started again at once when it dies."""
MAX_WAIT_S = 10.0
GRACE_S = 2.0
"""What a child gets beyond its drain time before it is killed."""


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
    ) -> None:
        self.name = name
        self.roles = roles
        self.starts = 0
        self.ready = asyncio.Event()
        self._boot = boot
        self._hear = hear
        self._metrics_dir = metrics_dir
        self._process: asyncio.subprocess.Process | None = None
        self._link: Link | None = None
        self._watch = Watch(STUCK_S)
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def pid(self) -> int | None:
        """The process id of the living child."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    def start(self) -> None:
        """Begin to keep a child running."""
        self._task = asyncio.create_task(self._keep(), name=f"guard:{self.name}")

    def send(self, message: object) -> None:
        """Tell the child something; one that is being started gets the newest state with its boot."""
        if self._link is not None:
            self._link.send(message)

    def alive(self) -> bool:
        """Tell whether the child's loops come round; one whose loops stand still is killed, to be started again."""
        loops = self._watch.stuck(time.monotonic())
        if loops and self.pid is not None:
            log.error("process_stuck", process=self.name, loops=loops)
            self._kill()
        return not loops and self._link is not None

    async def drain(self, seconds: float) -> None:
        """Let the child end what is under way; past its time it is killed."""
        self._stopping = True
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
        self._stopping = True
        self._kill()

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    def _told_to_stop(self) -> bool:
        return self._stopping

    async def _keep(self) -> None:
        quick_deaths = 0
        while not self._told_to_stop():
            started = time.monotonic()
            code = await self._run_once()
            if self._told_to_stop():
                return
            lived = time.monotonic() - started
            quick_deaths = 0 if lived > STEADY_S else quick_deaths + 1
            wait_s = 0.0 if quick_deaths <= 1 else min(0.1 * 2**quick_deaths, MAX_WAIT_S)
            telemetry.PROCESS_RESTARTS.labels(role=self.name.partition("-")[0]).inc()
            log.error("process_died", process=self.name, code=code, lived_s=round(lived, 1), again_in_s=wait_s)
            await asyncio.sleep(wait_s)

    async def _run_once(self) -> int:
        """Run one child to its end; gives its exit code."""
        ours, theirs = socket.socketpair()
        env = os.environ | {telemetry.METRICS_DIR_VARIABLE: str(self._metrics_dir)}
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "alertd.app.child", str(theirs.fileno()),
                stdin=asyncio.subprocess.DEVNULL, pass_fds=[theirs.fileno()], env=env,
                start_new_session=True,  # Ctrl-C in a terminal is the supervisor's to answer
            )  # fmt: skip
        self.starts += 1
        self._watch = Watch(STUCK_S)
        self._link = await Link.over(ours)
        self._link.send(self._boot(self.name, self.roles, first=self.starts == 1))
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
