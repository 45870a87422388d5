"""Guards the processes of `alertd run`: starts them, starts them again, tells them of new rules, drains them.

    supervisor ─┬─ redis-server              (embedded only)
                └─ fork server               has imported everything, forks the rest
                    ├─ io                    poll, deliver, web, timers
                    │   └─ parse workers     killable, no secrets, no store
                    └─ match-0, match-1, …   one for each core but one

A child that dies is started again, at once at first and then more slowly. The service manager's watchdog is fed only
while every loop of every child comes round.
"""

from __future__ import annotations

import asyncio
import os
import platform
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import structlog

from alertd import __version__, telemetry
from alertd.app.forks import ForkServer
from alertd.app.guard import Died, Guard
from alertd.app.link import Boot, Failed, Ready, Snapshot, Tell
from alertd.app.orphans import adopt, reap_for_ever
from alertd.app.own_redis import OwnRedis
from alertd.app.reloading import Reloaded, Reloading
from alertd.app.reloads import Reloads
from alertd.app.snapshot import memory_bytes
from alertd.app.state import (
    ROLES,
    Process,
    RunState,
    hold,
    metrics_dir,
    prepare_state_dir,
    release,
    remove_run_state,
    write_run_state,
)
from alertd.base.clock import rfc3339, system_clock
from alertd.base.ids import mark
from alertd.base.sdnotify import SdNotify, watchdog_seconds
from alertd.companies.report import Trouble
from alertd.errors import AlertdError, StoreRefused, StoreUnavailable
from alertd.history.replay.staging import Staging
from alertd.store.embedded import EmbeddedRedis
from alertd.store.redis import open_store
from alertd.text.core import missing
from alertd.web.token import tokens_of
from alertd.workers.outage import Outage

log = structlog.get_logger(__name__)

REDIS_ATTEMPTS = 60
"""How often a Redis that does not answer is asked at the start, once a second, before the daemon gives up."""


async def first_of(*waiting: asyncio.Future[Any]) -> None:
    """Wait until one of them is done; neither cancels nor raises."""
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)


class Supervisor:
    """One daemon: `start`, `reload`, `stop`. Signals belong to the entry point."""

    def __init__(
        self,
        reloading: Reloading,
        found: Reloaded,
        env: Mapping[str, str],
        roles: frozenset[str],
        staging: Staging | None = None,
    ) -> None:
        """`staging`: it is the daemon of a replay."""
        snapshot = found.loaded.snapshot
        self._staging = staging
        self._env = env
        self._roles = roles
        self._children: list[Guard] = []
        self._redis: EmbeddedRedis | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._manager = SdNotify(env.get("NOTIFY_SOCKET"))
        self._started_at = rfc3339(system_clock())
        self._metrics_dir = metrics_dir(snapshot.settings.state_dir, sorted(roles))
        self._forks = ForkServer(self._metrics_dir)
        self._run_state = RunState(
            pid=os.getpid(),
            version=__version__,
            started_at=self._started_at,
            config=str(found.loaded.path),
            roles=sorted(roles),
            without_core=missing(),
        )
        self._locks: list[int] = []
        self._reloads = Reloads(reloading, found, self._manager, self._children, self)
        self.redis_url = ""
        self.web = ""
        """Where the web room listens, once it does."""
        self.failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Done when the daemon cannot go on; the text says why."""

    @property
    def snapshot(self) -> Snapshot:
        """The settings and rules in force."""
        return self._reloads.found.loaded.snapshot

    async def start(self) -> None:
        """Start Redis and the processes; returns when all of them work. Raises AlertdError."""
        settings = self.snapshot.settings
        prepare_state_dir(settings.state_dir)
        self._locks = hold(settings.state_dir, sorted(self._roles))
        # Of one that was killed: in a container it had our id.
        remove_run_state(settings.state_dir, sorted(self._roles))
        telemetry.prepare_metrics_dir(self._metrics_dir)
        telemetry.join_metrics(self._metrics_dir)
        adopt()
        self._tasks.append(asyncio.create_task(reap_for_ever(), name="orphans"))
        await self._forks.begin()
        await self._reloads.keep()
        await self._start_redis()
        await self._check_redis()
        self._plan()
        for child in self._children:
            child.start()
        ready = asyncio.create_task(self._all_ready())
        await first_of(ready, self.failed)
        ready.cancel()
        if self.failed.done():
            raise AlertdError(self.failed.result())
        self._tasks.append(asyncio.create_task(self._watchdog(), name="watchdog"))
        self._reloads.start()
        self._write_state()
        self._manager.ready(f"{len(self.snapshot.book.portfolios)} portfolios, {len(settings.sources)} sources")
        log.info("started", version=__version__, roles=sorted(self._roles), web=self.web)

    async def reload(self) -> bool:
        """Load settings and rules again; what is broken changes nothing and is said in three places."""
        return await self._reloads.reload()

    async def stop(self) -> None:
        """Drain: stop taking, end what is under way within the drain time, stop Redis last."""
        seconds = self.snapshot.settings.drain
        self._manager.stopping(f"draining for at most {seconds:.0f} s")
        self._manager.extend_timeout(seconds + 5)
        log.info("draining", seconds=seconds)
        await self._reloads.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(child.drain(seconds) for child in self._children))
        await self._forks.close()
        if self._redis is not None:
            await self._redis.stop()
        if self._locks:
            remove_run_state(self.snapshot.settings.state_dir, sorted(self._roles))
            release(self._locks)
        log.info("stopped")

    def kill(self) -> None:
        """Leave at once: everything durable is in the store."""
        for child in self._children:
            child.leave()

    def processes(self) -> dict[str, int]:
        """Give the process id of each child and of the embedded Redis."""
        found = {child.name: child.pid for child in self._children if child.pid is not None}
        if self._forks.pid is not None:
            found["fork-server"] = self._forks.pid
        if self._redis is not None and self._redis.pid is not None:
            found["redis"] = self._redis.pid
        return found

    async def _start_redis(self) -> None:
        settings = self.snapshot.settings
        if settings.redis.reveal() != "embedded":
            self.redis_url = settings.redis.reveal()
            return
        self._redis = EmbeddedRedis(settings.state_dir, max_memory=memory_bytes(settings.redis_maxmemory))
        own = OwnRedis(self._redis, self._manager, self._reloads.tell_operator)
        self.redis_url = await own.start()
        self._tasks.append(asyncio.create_task(own.guard(), name="guard:redis"))

    async def _check_redis(self) -> None:
        """Refuse a Redis that could lose alerts; wait for one that is still starting."""
        settings = self.snapshot.settings
        outage = Outage("supervisor")
        for attempt in range(1, REDIS_ATTEMPTS + 1):
            try:
                store = await open_store(self.redis_url, settings.namespace, name="alertd:supervisor")
                try:
                    findings = await store.check_server(relaxed=settings.redis_durability == "relaxed")
                finally:
                    await store.aclose()
                break
            except StoreUnavailable as error:
                if attempt == REDIS_ATTEMPTS:
                    raise
                outage.began(error)
                self._manager.status(f"waiting for Redis: {error}")
                self._manager.extend_timeout(30)
                await asyncio.sleep(1)
        outage.ended()
        for finding in findings:
            log.log(40 if finding.level == "refuse" else 30, "redis_contract", code=finding.code, text=finding.text)
        if refusals := [finding.text for finding in findings if finding.level == "refuse"]:
            raise StoreRefused("this Redis cannot be used: " + "; ".join(refusals))

    def _plan(self) -> None:
        if io_roles := self._roles - {"match"}:
            self._children.append(self._guard("io", io_roles))
        if "match" in self._roles:
            wanted = self.snapshot.settings.processes.match
            count = wanted if isinstance(wanted, int) else max(1, (os.cpu_count() or 2) - 1)
            self._children += [self._guard(f"match-{slot}", frozenset({"match"})) for slot in range(count)]

    def _guard(self, name: str, roles: frozenset[str]) -> Guard:
        spawn = self._forks.spawn
        return Guard(name, roles, boot=self._boot, hear=self._hear, metrics_dir=self._metrics_dir, spawn=spawn)

    async def _all_ready(self) -> None:
        for child in self._children:
            await child.ready.wait()

    def _boot(self, name: str, roles: frozenset[str], *, first: bool) -> Boot:
        settings = self.snapshot.settings
        return Boot(
            name=name,
            roles=roles,
            snapshot=self.snapshot if "match" in roles else self.snapshot.without_rules(),
            redis_url=self.redis_url,
            consumer=f"{platform.node()}:{mark(str(settings.state_dir))[:6]}:{name}",
            shared=self._redis is None,
            web_token=tokens_of(settings.web, settings.state_dir),
            # Only in its first life: a child that dies at the same place for ever would test nothing but that.
            failpoints=self._env.get("ALERTD_FAILPOINT", "") if first else "",
            reload_ok=self._run_state.reload_ok,
            zones=self.snapshot.zones(),
            reported=self.snapshot.reported(),
            portfolios=self.snapshot.portfolio_names() if "web" in roles else (),
            stage=self._staging,
            web=self.web,
        )

    def _hear(self, child: Guard, message: object) -> None:
        if isinstance(message, Ready):
            self.web = message.web or self.web
            child.ready.set()
            if child.starts > 1:  # of the first life `started` speaks, when all are ready
                log.info("process_ready", process=child.name, starts=child.starts)
            self._write_state()
        elif isinstance(message, Died):
            self._write_state()
        elif isinstance(message, Tell):
            self._reloads.tell_operator(message)
        elif isinstance(message, Failed) and not self.failed.done():
            self.failed.set_result(message.text)

    async def _watchdog(self) -> None:
        """Feed the service manager while all loops come round; kill a child whose loop stands still."""
        asked_s = watchdog_seconds(self._env, os.getpid())
        while True:
            await asyncio.sleep(min((asked_s or 10.0) / 2, 5.0))
            alive = [child.alive() for child in self._children]  # each of them is looked at
            if all(alive):
                self._manager.watchdog()

    def note_reload(self, *, ok: bool, faults: list[str], hangs: bool = False) -> None:
        """Write down how the last reload went."""
        self._run_state = msgspec.structs.replace(
            self._run_state, reload_ok=ok, reload_at=rfc3339(system_clock()), reload_hangs=hangs, faults=faults
        )
        self._write_state()

    def note_positions(self, trouble: Sequence[Trouble]) -> None:
        """Write down which positions are refused or stale."""
        self._run_state = msgspec.structs.replace(self._run_state, positions=list(trouble))
        self._write_state()

    def _write_state(self) -> None:
        self._run_state = msgspec.structs.replace(
            self._run_state,
            web=self.web,
            rules_version=self.snapshot.book.version,
            portfolios=len(self.snapshot.book.portfolios),
            processes={
                child.name: Process(starts=child.starts, pid=child.pid or 0, started_at=child.started_at)
                for child in self._children
            },
        )
        try:
            write_run_state(self.snapshot.settings.state_dir, self._run_state)
        except OSError as error:  # a full disk, say: it is for those who ask, and no reason to end a child
            log.warning("run_state_not_written", error=str(error))


ALL_ROLES = frozenset(ROLES)
