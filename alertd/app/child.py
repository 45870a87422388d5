"""What runs inside one child process: the roles it was given, over one connection to the store.

Forked by the fork server (`fork_server.py`). It leaves when told to drain, and at once when the supervisor is gone:
nothing that it holds is lost, because everything it holds is also in the store.
"""

from __future__ import annotations

import asyncio
import gc
import os
import platform
import signal
import socket
import sys
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import structlog

from alertd import __version__, telemetry
from alertd.app.compose import Parts
from alertd.app.feel import Stretches, feel, run_felt
from alertd.app.layout import mind_layout
from alertd.app.limits import raise_file_limit
from alertd.app.link import Boot, Drain, Failed, Link, Ready, Reload, Tell, Turns
from alertd.app.matching import pipeline_of, understanding_of
from alertd.app.receivers import read_calendars
from alertd.app.snapshot import secrets_of
from alertd.base.born import Born
from alertd.base.clock import follow_clock, system_clock
from alertd.base.failpoints import arm
from alertd.base.heap import give_back
from alertd.errors import AlertdError, StoreRefused, StoreUnavailable
from alertd.store.redis import RedisStore, open_store
from alertd.workers.beats import Beats
from alertd.workers.match import Matcher
from alertd.workers.outage import Outage
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

TURNS_S = 1.0
GIVE_BACK_S = 60.0
CONNECTIONS = 256
"""To Redis: polls store at the same time, and who waits for a connection too long takes the server for dead."""
RECONNECT_S = 0.5
RELOAD_AGAIN_S = 2.0
"""How soon a reload that needs Redis while it is away is tried again."""


@dataclass(frozen=True, slots=True)
class _Again:
    """Settings that could not be taken while Redis was away."""

    reload: Reload


class Child:
    """The roles of one process, with one start and one stop."""

    def __init__(self, boot: Boot, link: Link, stretches: Stretches, born: Sequence[Born]) -> None:
        self._boot = boot
        self._born = born
        self._link = link
        self._stretches = stretches
        self._progress = Progress()
        self._stack = AsyncExitStack()
        self._tasks: set[asyncio.Task[None]] = set()
        self._inbox: asyncio.Queue[object] = asyncio.Queue()
        self._newest: Reload | None = None
        self._version = boot.snapshot.book.version
        self._types = boot.snapshot.book.event_types
        self._line: list[asyncio.Task[None]] = []
        self._started = False
        self._matcher: Matcher | None = None
        self._parts: Parts | None = None

    async def main(self) -> int:
        """Start, work until told to leave, stop. Gives the exit code."""
        self._line = [
            self._begin(self._listen(), "link"),
            self._begin(self._report(), "turns"),
            self._begin(feel(self._boot.name, self._stretches), "lag"),
            self._begin(_keep_small(), "heap"),
        ]
        try:
            store = await self._open()
            self._line.append(self._begin(mind_layout(store, self._link, self._progress), "layout"))
            self._parts = Parts(self._boot, store, self._progress, self._born)
            await self._start(store)
        except StoreUnavailable as error:
            # It went away again meanwhile: not worth ending the daemon, the next life waits for it.
            log.warning("redis_unavailable", error=str(error))
            return 1
        except AlertdError as error:
            self._link.send(Failed(str(error)))
            await self._link.close()
            return 1
        self._started = True
        log.debug("ready", process=self._boot.name, roles=sorted(self._boot.roles))
        seconds = await self._serve()
        await self._stop(seconds)
        return 0

    async def _listen(self) -> None:
        """Take what the supervisor says, whatever else goes on; leave at once when it is gone."""
        while True:
            try:
                message = await self._link.receive()
            except EOFError:
                log.warning("supervisor_gone", process=self._boot.name)
                os._exit(1)
            if isinstance(message, Drain) and not self._started:
                log.debug("stopped", process=self._boot.name)
                os._exit(0)  # it waits for Redis, or has only just begun: there is nothing to end
            if isinstance(message, Reload):
                self._newest = message
            self._inbox.put_nowait(message)

    async def _open(self) -> RedisStore:
        """Connect, waiting for a Redis that is starting or away."""
        settings = self._boot.snapshot.settings
        outage = Outage("start")
        while True:
            self._progress.tick("start")
            try:
                store = await open_store(
                    self._boot.redis_url, settings.namespace, name=f"alertd:{self._boot.name}",
                    max_connections=CONNECTIONS,
                )  # fmt: skip
            except (StoreUnavailable, StoreRefused) as error:  # refused, where the supervisor was let in
                outage.began(error)
                await asyncio.sleep(RECONNECT_S)
                continue
            try:
                await store.prepare()
            except StoreUnavailable as error:
                await store.aclose()
                outage.began(error)
                await asyncio.sleep(RECONNECT_S)
                continue
            outage.ended()
            self._progress.forget("start")
            self._stack.push_async_callback(store.aclose)
            return store

    async def _start(self, store: RedisStore) -> None:
        boot, parts = self._boot, self._parts
        assert parts is not None
        web = ""
        await asyncio.to_thread(read_calendars, boot.snapshot.receivers, system_clock())
        if "match" in boot.roles:
            pipeline = pipeline_of(boot.snapshot.book, boot.snapshot.settings, boot.snapshot.receivers)
            self._matcher = Matcher(boot.consumer, pipeline, store, parts.notices, system_clock, self._progress)
            self._spawn(self._matcher.run(), "match")
            self._begin(Beats(store, boot.consumer, ("match",), system_clock, self._progress).run(), "beats")
        if boot.roles - {"match"}:
            web = await parts.start()
        _keep_for_good()
        telemetry.CONFIG_RELOAD_SUCCESSFUL.set(int(boot.reload_ok))
        telemetry.BUILD_INFO.labels(version=__version__, python=platform.python_version()).set(1)
        self._link.send(Ready(web))

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Begin a loop that ends when it is told to stop."""
        self._tasks.add(self._begin(work, name))

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A loop that ends by an error ends its process: the supervisor starts it afresh, and says so."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.critical("loop_died", loop=task.get_name(), exc_info=error)
            os._exit(70)

    async def _take_rules(self, message: Reload) -> None:
        """Bring the matcher to the version of a message. A whole book is indexed beside the one in force."""
        if self._matcher is None:
            return
        if message.book is not None:
            self._types = message.book.event_types
            self._matcher.use(await asyncio.to_thread(pipeline_of, message.book, message.settings, message.receivers))
            _keep_for_good()
        elif message.change is not None and message.change.before != self._version:
            # Cannot be: the line keeps their order. If it is, the next life begins with the newest rules.
            log.critical("rules_out_of_step", ours=self._version, expected=message.change.before)
            os._exit(70)
        else:
            await self._take_change(self._matcher, message)
        self._version = message.version

    async def _take_change(self, matcher: Matcher, message: Reload) -> None:
        """Bring the matcher on by what changed; companies are made ready beside those in force."""
        change, settings = message.change, message.settings
        understanding = None
        if change is not None and change.companies is not None:
            understanding = await asyncio.to_thread(understanding_of, self._types, change.companies, settings)
            _keep_for_good()
        matcher.apply(change, message.receivers, understanding, keep_s=settings.journal_keep)

    async def _serve(self) -> float:
        """Do what the supervisor says until it says drain; gives the time for that."""
        assert self._parts is not None
        while True:
            message = await self._inbox.get()
            if isinstance(message, Drain):
                return message.seconds
            if isinstance(message, Reload):
                await asyncio.to_thread(read_calendars, message.receivers, system_clock())
                await self._take_rules(message)
                await self._take_settings(message)
            elif isinstance(message, _Again):
                await self._take_settings(message.reload)
            elif isinstance(message, Tell):
                if message.kind in ("reload_refused", "reload_hangs"):
                    telemetry.CONFIG_RELOAD_SUCCESSFUL.set(0)
                tell = message
                await self._parts.notices.tell(
                    tell.kind, tell.subject, tell.text, tell.episode, desk=tell.desk, others=tell.others
                )

    async def _take_settings(self, message: Reload) -> None:
        assert self._parts is not None
        if message is not self._newest:
            return
        telemetry.hide_values(secrets_of(message.settings))
        try:
            await self._parts.replace(message)
        except StoreUnavailable as error:
            log.warning("reload_waits", process=self._boot.name, error=str(error))
            asyncio.get_running_loop().call_later(RELOAD_AGAIN_S, self._inbox.put_nowait, _Again(message))
            return
        telemetry.CONFIG_RELOAD_SUCCESSFUL.set(1)
        telemetry.CONFIG_RELOAD_TIMESTAMP.set(system_clock() / 1000)
        log.info("reloaded", process=self._boot.name, rules=message.version[:12])

    async def _stop(self, seconds: float) -> None:
        """Stop taking, end what is under way, close; within the time, or leave it to the next start."""
        assert self._parts is not None
        if self._matcher is not None:
            self._matcher.stop()
        await self._parts.stop(seconds)
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=seconds)
            for task in late:
                log.warning("loop_unfinished_at_stop", loop=task.get_name())
        await self._stack.aclose()
        log.debug("stopped", process=self._boot.name)

    async def _report(self) -> None:
        tasks = telemetry.TASKS.labels(process=self._boot.name)
        while True:
            tasks.set(len(asyncio.all_tasks()))
            self._link.send(Turns(self._progress.counts()))
            await asyncio.sleep(TURNS_S)


async def _keep_small() -> None:
    """Give back what a peak took."""
    while True:
        await asyncio.sleep(GIVE_BACK_S)
        await asyncio.to_thread(give_back)


def _keep_for_good() -> None:
    """Spare the garbage collector what stays: going through millions of rules would stop everything for a second."""
    gc.freeze()


async def _main(descriptor: int, stretches: Stretches, born: Sequence[Born]) -> None:
    loop = asyncio.get_running_loop()
    # Ctrl-C and a stop of the whole group are the supervisor's to answer; it tells us to drain.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, lambda: None)
    raise_file_limit()
    link = await Link.over(socket.socket(fileno=descriptor))
    boot = await link.receive()
    log_settings = boot.snapshot.settings.log
    telemetry.configure_logging(log_settings.level, log_settings.format, sys.stderr)
    telemetry.hide_values(secrets_of(boot.snapshot.settings))
    structlog.contextvars.bind_contextvars(process=boot.name)
    follow_clock(os.environ)
    if boot.stage is not None:
        boot.stage.enter()
    arm(boot.failpoints, environment=os.environ.get("ALERTD_ENV", ""))
    # Not back through asyncio.run, which waits for sends that take their time about being cancelled: all is stored.
    os._exit(await Child(boot, link, stretches, born).main())


def run(descriptor: int, born: Sequence[Born]) -> None:
    """Run the child whose line to the supervisor this descriptor is. It ends with its process."""
    run_felt(_main(descriptor, stretches := Stretches(), born), stretches)
