"""Each process says in the store that its loops come round, so that one of them can say it outside (`heartbeat.py`).

A process that hangs, or is stopped, says nothing; one whose loops stand still says nothing of the role that these are
of. Whoever asks sees those that spoke within ten seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Final, Protocol

import structlog

from alertd.base.clock import Clock
from alertd.errors import AlertdError, StoreUnavailable
from alertd.model import SourceState
from alertd.workers.outage import Outage
from alertd.workers.progress import Progress, Watch

log = structlog.get_logger(__name__)

BEAT_S = 3.0
PATIENCE_S = 15.0
"""A loop that has not come round for so long stands still."""
POLL_LATE_MS = 180_000
"""A poll that should have begun so long ago is not under way any more: each has a time of its own."""
WATCHED: Final = ("poll", "match", "deliver")
"""The roles without which nobody is told of anything."""


def alive(role: str) -> str:
    """Name the members of a role whose loops come round; `poll` alone names those that share the sources."""
    return f"alive-{role}"


def polls_go_on(states: Collection[SourceState], now: int) -> bool:
    """Tell whether polls begin and end in time: no source has its turn behind it, or some poll ended of late.

    A source that fails is polled; at night, when none is to be, nothing is late.
    """
    late = any(0 < state.due_ms < now - POLL_LATE_MS and state.state != "gone" for state in states)
    return not late or max((state.last_poll_ms for state in states), default=0) > now - POLL_LATE_MS


class BeatStore(Protocol):
    """What is asked of the store."""

    async def heartbeat(self, member: str, role: str, now: int) -> None:
        """Say that a member lives."""
        ...


class Beats:
    """Says of each of a process's roles that it goes on, every three seconds."""

    def __init__(self, store: BeatStore, me: str, roles: Collection[str], clock: Clock, progress: Progress) -> None:
        self._store = store
        self._me = me
        self._roles = [role for role in WATCHED if role in roles]
        self._clock = clock
        self._progress = progress
        self._watch = Watch(PATIENCE_S)
        self._stop = asyncio.Event()
        self._outage = Outage("beats")
        self.states: Callable[[], Mapping[str, SourceState]] = dict
        """The sources that this process polls, as it knows them."""

    def serve(self, roles: Collection[str]) -> None:
        """Take the process's roles: of those that it was made for, these are said to go on."""
        self._roles = [role for role in self._roles if role in roles]

    def stop(self) -> None:
        """End the loop."""
        self._stop.set()

    async def run(self) -> None:
        """Beat until told to stop."""
        loop = asyncio.get_running_loop()
        while self._roles and not self._stop.is_set():
            self._watch.update(self._progress.counts(), loop.time())
            stuck = self._watch.stuck(loop.time())
            try:
                for role in self._roles:
                    if self._goes_on(role, stuck):
                        await self._store.heartbeat(self._me, alive(role), self._clock())
                self._outage.ended()
            except StoreUnavailable as error:
                log.debug("beat_not_stored", error=str(error))  # other loops say that Redis is away
            except AlertdError as error:
                self._outage.began(error)
            try:
                async with asyncio.timeout(BEAT_S):
                    await self._stop.wait()
            except TimeoutError:
                continue

    def _goes_on(self, role: str, stuck: Collection[str]) -> bool:
        if any(name == role or name.startswith(f"{role}:") for name in stuck):
            return False
        return role != "poll" or polls_go_on(self.states().values(), self._clock())
