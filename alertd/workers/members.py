"""Processes of one role over one Redis divide the work among themselves, without a leader.

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
from alertd.errors import AlertdError, StoreUnavailable
from alertd.workers.outage import Outage
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

BEAT_S = 3.0
"""The store counts a member as living for ten seconds after it spoke."""


def owner(work: str, members: Sequence[str]) -> str:
    """Give the member that does a piece of work, polls a source, say: the one whose hash with it is highest."""
    return max(members, key=lambda member: hashlib.sha256(f"{member}\x00{work}".encode()).digest())


class MemberStore(Protocol):
    """What membership needs of the store."""

    async def heartbeat(self, member: str, role: str, now: int) -> None:
        """Say that a member lives."""
        ...

    async def members(self, role: str, now: int) -> list[str]:
        """Give those that live."""
        ...

    async def leave(self, member: str, role: str) -> None:
        """Say that a member has ended."""
        ...


async def nobody(living: Sequence[str]) -> None:
    """Tell nobody that the set of the living has changed."""


class Members:
    """Says that this process lives in a role, and tells when the set of the living changes."""

    def __init__(
        self,
        store: MemberStore,
        me: str,
        clock: Clock,
        progress: Progress,
        changed: Callable[[Sequence[str]], Awaitable[None]] = nobody,
        role: str = "poll",
    ) -> None:
        self._store = store
        self._me = me
        self._clock = clock
        self._progress = progress
        self._changed = changed
        self._role = role
        self._loop = "members" if role == "poll" else f"members:{role}"
        self._outage = Outage(self._loop)
        self._known: list[str] = [me]
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """End the loop."""
        self._stop.set()

    def does(self, work: str) -> bool:
        """Tell whether a piece of work falls to this process among the living ones."""
        return owner(work, self._known) == self._me

    async def run(self) -> None:
        """Beat until told to stop. With the store away the division stays as it was."""
        while not self._stop.is_set():
            self._progress.tick(self._loop)
            try:
                await self._store.heartbeat(self._me, self._role, self._clock())
                living = await self._store.members(self._role, self._clock())
                if living and living != self._known:
                    await self._changed(living)
                    self._known = living
                    log.info("pollers_changed" if self._role == "poll" else "members_changed", living=len(living))
                self._outage.ended()
            except AlertdError as error:
                self._outage.began(error)
            try:
                async with asyncio.timeout(BEAT_S):
                    await self._stop.wait()
            except TimeoutError:
                continue
        self._progress.forget(self._loop)
        try:
            await self._store.leave(self._me, self._role)
        except StoreUnavailable as error:
            log.debug("members_left_unsaid", role=self._role, error=str(error))  # it is missed in ten seconds
