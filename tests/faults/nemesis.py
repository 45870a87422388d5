"""Kills, stops and lets go on the processes of a world, by their kind.

supervisor   `alertd run` itself; killed, it is started again, as a service manager does
fork-server  from which its children come
io, match    these (the name stands in their command line)
parse        the killable workers under io
redis        the embedded one under the supervisor, or the test's own, which is started again at once
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from collections import Counter
from collections.abc import Sequence

from tests.support.daemon import Daemon, eventually
from tests.support.processes import child_name, descendants
from tests.support.redis import RedisServer

KINDS = ("supervisor", "fork-server", "io", "match", "parse", "redis")


class Nemesis:
    """What goes wrong, on request or at random."""

    def __init__(self, daemons: Sequence[Daemon], redis: RedisServer | None, chance: random.Random) -> None:
        self._daemons = daemons
        self._redis = redis
        self._chance = chance
        self._stopped: dict[str, list[int]] = {}
        self.kills: Counter[str] = Counter()
        """Kind -> how many were killed."""

    @property
    def doubts(self) -> int:
        """How many kills could leave a send whose outcome is unknown: of who sends, and of what keeps the outcome."""
        return sum(self.kills[kind] for kind in ("supervisor", "io", "redis"))

    def pids(self, kind: str, daemon: int | None = None) -> list[int]:
        """Give the living processes of a kind: of one daemon, or of all."""
        chosen = self._daemons if daemon is None else [self._daemons[daemon]]
        found = [self._redis.pid] if kind == "redis" and self._redis is not None else []
        for each in chosen:
            if not each.running:
                continue
            found += [pid for pid, words in descendants(each.pid).items() if kind_of(pid, words, each.pid) == kind]
        return sorted(found)

    async def kill(self, kind: str, *, daemon: int | None = None, restart: bool = True) -> int:
        """Kill one process of a kind, waiting until there is one; gives its process id.

        A supervisor, and a Redis of the test's own, are started again unless `restart` is false.
        """
        pid = self._chance.choice(await self._some(kind, daemon))
        self.kills[kind] += 1
        if kind == "redis" and self._redis is not None and pid == self._redis.pid:
            await asyncio.to_thread(self._redis.kill)
            if restart:
                await asyncio.to_thread(self._redis.start)
            return pid
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        for each in self._daemons:
            if each.running and each.pid == pid:
                await each.wait()
                if restart:
                    await each.start(wait=False)
        return pid

    async def kill_one(self, kinds: Sequence[str] = KINDS) -> str:
        """Kill a process of a kind that chance chooses among those that live; gives the kind, or "" for none.

        While a whole daemon is being started all are spared: killed each second, it would never come to have work,
        and its supervisor would be all that ever dies.
        """
        living = [kind for kind in kinds if self.pids(kind)]
        if not living or ("supervisor" in kinds and not self.pids("io")):
            return ""
        kind = self._chance.choice(living)
        await self.kill(kind)
        return kind

    async def revive(self) -> int:
        """Start daemons again that have given up, as a service manager does; gives how many."""
        given_up = [each for each in self._daemons if not each.running]
        for each in given_up:
            await each.start(wait=False)
        return len(given_up)

    async def stop(self, kind: str, *, daemon: int | None = None) -> list[int]:
        """Stop all processes of a kind where they stand (SIGSTOP); gives their process ids."""
        pids = await self._some(kind, daemon)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        self._stopped.setdefault(kind, []).extend(pids)
        return pids

    def go_on(self, kind: str) -> None:
        """Let those that were stopped go on; one that was killed meanwhile is no error."""
        for pid in self._stopped.pop(kind, []):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def release(self) -> None:
        """Let everything go on, so that it can be ended."""
        for kind in list(self._stopped):
            self.go_on(kind)

    async def _some(self, kind: str, daemon: int | None) -> list[int]:
        async def living() -> list[int]:
            return self.pids(kind, daemon)

        found: list[int] = await eventually(living, f"there is a process of the kind {kind}")
        return found


def kind_of(pid: int, words: str, root: int) -> str:
    """Tell the kind of a process of a daemon from its command line; "" for another."""
    if pid == root:
        return "supervisor"
    if name := child_name(words):
        return name if name == "fork-server" else name.partition("-")[0]
    for kind, word in (("redis", "redis-server"), ("redis", "valkey-server"), ("parse", "parse_worker")):
        if word in words:
            return kind
    return ""
