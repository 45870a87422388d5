"""Pollers over one Redis divide the sources among themselves, without a leader.

Each says now and then that it lives; each computes by rendezvous hashing (Thaler and Ravishankar, 1998) who polls
what. When one goes, only its sources move. While two disagree for a moment a source is polled twice, which is
harmless: what is known is known in the store.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog

from alertd.base.clock import Clock
from alertd.errors import StoreUnavailable
from alertd.workers.outage import Outage
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

BEAT_S = 3.0
"""The store counts a member as living for ten seconds after it spoke."""


def owner(source: str, members: Sequence[str]) -> str:
    """Give the member that polls a source: the one whose hash with it is highest."""
    return max(members, key=lambda member: hashlib.sha256(f"{member}\x00{source}".encode()).digest())


class MemberStore(Protocol):
    """What membership needs of the store."""

    async def heartbeat(self, member: str, role: str, now: int) -> None:
        """Say that a member lives."""
        ...

    async def members(self, role: str, now: int) -> list[str]:
        """Give those that live."""
        ...


class Members:
    """Says that this poller lives, and tells when the set of the living changes."""

    def __init__(
        self,
        store: MemberStore,
        me: str,
        clock: Clock,
        progress: Progress,
        changed: Callable[[Sequence[str]], Awaitable[None]],
    ) -> None:
        self._store = store
        self._me = me
        self._clock = clock
        self._progress = progress
        self._changed = changed
        self._outage = Outage("members")
        self._known: list[str] = [me]
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """End the loop."""
        self._stop.set()

    async def run(self) -> None:
        """Beat until told to stop. With the store away the division stays as it was."""
        while not self._stop.is_set():
            self._progress.tick("members")
            try:
                await self._store.heartbeat(self._me, "poll", self._clock())
                living = await self._store.members("poll", self._clock())
                if living and living != self._known:
                    await self._changed(living)
                    self._known = living
                    log.info("pollers_changed", living=len(living))
                self._outage.ended()
            except StoreUnavailable as error:
                self._outage.began(error)
            try:
                async with asyncio.timeout(BEAT_S):
                    await self._stop.wait()
            except TimeoutError:
                continue
