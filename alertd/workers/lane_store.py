"""What delivering to one receiver needs of the store."""

from __future__ import annotations

from typing import Protocol

from alertd.model import Claim, ClaimRefused, DueDelivery


class LaneStore(Protocol):
    """What a lane needs of the store."""

    async def due(self, receiver: str, now: int, limit: int) -> tuple[list[DueDelivery], int | None]:
        """Peek at what is due, critical first, and tell when the next is."""
        ...

    async def claim(
        self,
        receiver: str,
        delivery_id: str,
        token: str,
        now: int,
        lease_ms: int,
        pace_ms: int,
        payload: bytes,
        *,
        pace_key: str = "",
    ) -> Claim | ClaimRefused:
        """Take the lease of one attempt."""
        ...

    async def finish(
        self, delivery_id: str, token: str, now: int, detail: str, *, thread: str = "", wire: bytes = b""
    ) -> bool:
        """Record that it was sent."""
        ...

    async def retry(
        self,
        delivery_id: str,
        token: str,
        now: int,
        due_ms: int,
        error: str,
        *,
        counts: bool,
        progress: str = "",
        pause_until_ms: int = 0,
        gone: bool = False,
    ) -> bool:
        """Record that it is to be tried again."""
        ...

    async def bury(self, delivery_id: str, token: str, now: int, error: str) -> bool:
        """Record that it will never be sent."""
        ...

    async def expire(self, delivery_id: str, token: str, now: int) -> bool:
        """Record that its time was over before it could be sent."""
        ...

    async def pause_receiver(self, receiver: str, until_ms: int) -> None:
        """Let nothing be claimed for a receiver until then; 0 ends the pause."""
        ...

    async def hurry(self, receiver: str, now: int) -> int:
        """Let what waits to be tried again after a failure be due now; gives how much was moved."""
        ...
