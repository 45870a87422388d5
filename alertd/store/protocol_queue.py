"""The queue of deliveries; a part of `alertd.store.protocol.Store`, whose promises count here too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from alertd.model import Claim, ClaimRefused, Delivery, DueDelivery, NewDelivery
from alertd.store.types import ReceiverHealth


class QueueStore(Protocol):
    """From `enqueue` to `retry_dead`: leases on what is due, chains that keep order."""

    keep_payloads: bool
    """What this process sends stays in the store until it is archived."""

    async def enqueue(self, deliveries: Sequence[NewDelivery], now: int) -> list[str]:
        """Queue deliveries outside an alert; gives the ids that were not known. An id is queued once."""

    async def due(self, receiver: str, now: int, limit: int) -> tuple[list[DueDelivery], int | None]:
        """Give what is due, critical before normal, and the time at which the next is due. Changes nothing."""

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
        """Begin an attempt: it is recorded before anything is sent. `payload` counts only at the first attempt.

        The token must be new for each attempt; repeated with the same token, the same claim is given. `pace_key` is
        what the pace is kept for, empty for the receiver. What goes `behind` a delivery that is still to be sent is
        refused; behind one that never was it expires. With `keep_payloads` the payload stays when the delivery
        ends, until it is archived (`drop_payloads`).
        """

    async def finish(
        self, delivery_id: str, token: str, now: int, detail: str, *, thread: str = "", wire: bytes = b""
    ) -> bool:
        """Record that it was sent. False: the lease is another's by now. Repeatable.

        `thread` is kept beside the alert, for the receiver: `claim` gives it to the later messages about it. `wire`
        is what the receiver got, where that is not the payload: it takes its place if that is kept.
        """

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
        """Record a failed attempt and when to try again. False: the lease is another's by now. Repeatable.

        An empty `progress` keeps the old one. `gone`: the receiver is no more; from now on it is asked with one
        message at a time, until it takes one: that ends its pause.
        """

    async def bury(self, delivery_id: str, token: str, now: int, error: str) -> bool:
        """Give up. With an empty token: only if nobody is at work on it. Repeatable."""

    async def expire(self, delivery_id: str, token: str, now: int) -> bool:
        """Drop a delivery whose time has passed. With an empty token: only if nobody is at work on it. Repeatable."""

    async def wait_wake(self, timeout_ms: int) -> str | None:
        """Wait for a receiver that got something to do. A hint only: the sweep by due time is what counts."""

    async def wake(self, receiver: str) -> None:
        """Wake whoever waits, as if the receiver had got something to do. As a hint, harmless if it is repeated."""

    async def pause_receiver(self, receiver: str, until_ms: int) -> None:
        """Let nothing be claimed for a receiver until then; 0 ends the pause. Repeatable."""

    async def hurry(self, receiver: str, now: int) -> int:
        """Let what waits to be tried again after a failure be due now; gives how much was moved. Repeatable."""

    async def set_back(self, back_ms: int, now: int) -> int:
        """Let all that waits for its time wait no longer, after the clock was set back by so much; gives how much was
        moved. A step of about the same size at about the same time is the same one. Repeatable."""

    async def receiver_health(self) -> dict[str, ReceiverHealth]:
        """Say how every receiver that ever had a delivery is doing."""

    async def dead_deliveries(self, count: int) -> list[Delivery]:
        """Give the newest dead letters, newest first."""

    async def retry_dead(self, ids: Sequence[str], now: int) -> list[str]:
        """Queue dead letters again, due now, with at least a day to live; gives the ids that were dead."""

    async def deliveries(self, ids: Sequence[str]) -> list[Delivery]:
        """Give the records of those that are known, in their order."""

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """Give a delivery's record."""
