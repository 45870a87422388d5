"""How hard we may press on others: for each host requests at a time and their spacing, and a bound on the sum."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from alertd.errors import FetchTemporary

AT_ONCE: Final = 400
"""Requests of all hosts together, where the process may have files enough."""
KEPT_BACK: Final = 48
"""Files that requests leave to Redis, receivers, the log and the archive."""
_TIDY_ABOVE: Final = 4096


def at_once(files: int) -> int:
    """Give how many requests there may be at once in a process that may have so many files open: each may need one
    for its connection and one for its name. Hosts that say nothing must not take from receivers what they need."""
    return max(min((files - KEPT_BACK) // 2, AT_ONCE), 4)


def own_files() -> int:
    """Give how many files this process may have open (getrlimit(2), RLIMIT_NOFILE)."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft != resource.RLIM_INFINITY else 1 << 20


@dataclass(frozen=True, slots=True)
class HostLimit:
    """How many requests one host gets at a time, and the least time between the starts of two, in seconds."""

    concurrency: int = 2
    spacing_s: float = 0.1


POLITE: Final = HostLimit()
"""For hosts on the public internet: no more than a reader with two open tabs."""
INSIDE: Final = HostLimit(concurrency=16, spacing_s=0.0)
"""For sources inside the house (`allow_private`)."""


class HostBudget:
    """Hands out turns. Keep one for all requests of a process; it belongs to one event loop.

    `total` bounds the requests of all hosts together, by default so that files are left for other things. `limits`
    overrides the limit of a host by its name. Who waits longer than `max_wait_s` gets FetchTemporary: a hundred feeds
    on one hanging host do not queue for an hour.
    """

    def __init__(
        self,
        *,
        usual: HostLimit = POLITE,
        inside: HostLimit = INSIDE,
        limits: Mapping[str, HostLimit] | None = None,
        total: int | None = None,
        max_wait_s: float = 60.0,
    ) -> None:
        self._usual = usual
        self._inside = inside
        self._limits = dict(limits or {})
        self._total = asyncio.Semaphore(at_once(own_files()) if total is None else total)
        self._max_wait_s = max_wait_s
        self._lanes: dict[tuple[str, bool], _Lane] = {}

    @property
    def hosts(self) -> int:
        """How many hosts that are remembered: busy ones, and those whose spacing is still running."""
        return len(self._lanes)

    @asynccontextmanager
    async def turn(self, host: str, *, inside: bool = False) -> AsyncIterator[None]:
        """Wait for a turn at `host` and hold it for the length of the block. Raises FetchTemporary."""
        host = host.lower().rstrip(".")
        key = (host, inside)
        if len(self._lanes) > _TIDY_ABOVE:
            self._tidy()
        lane = self._lanes.get(key)
        if lane is None:
            limit = self._limits.get(host, self._inside if inside else self._usual)
            lane = self._lanes[key] = _Lane(limit)
        lane.users += 1
        try:
            try:
                async with asyncio.timeout(self._max_wait_s):
                    await self._enter(lane)
            except TimeoutError as exc:
                raise FetchTemporary(
                    f"no turn at {host} within {self._max_wait_s:g} s, too much waits there"
                ) from exc
            try:
                yield
            finally:
                self._total.release()
                lane.free.release()
        finally:
            lane.users -= 1
            if not lane.users and not lane.limit.spacing_s:
                del self._lanes[key]

    async def _enter(self, lane: _Lane) -> None:
        # The host's own limits first: who waits for a slow host must not hold one of the common places.
        await lane.free.acquire()
        try:
            await lane.pace()
            await self._total.acquire()
        except BaseException:
            lane.free.release()
            raise

    def _tidy(self) -> None:
        now = asyncio.get_running_loop().time()
        self._lanes = {key: lane for key, lane in self._lanes.items() if lane.users or lane.next_at > now}


class _Lane:
    """The state of one host."""

    def __init__(self, limit: HostLimit) -> None:
        self.limit = limit
        self.free = asyncio.Semaphore(limit.concurrency)
        self.users = 0
        self.next_at = 0.0

    async def pace(self) -> None:
        """Take the next start and wait for it."""
        now = asyncio.get_running_loop().time()
        start = max(now, self.next_at)
        self.next_at = start + self.limit.spacing_s
        if start > now:
            await asyncio.sleep(start - now)
