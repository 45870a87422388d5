"""Receivers on the stage of a replay: most are only played, those that were named get what is sent, marked as replay.

The pace of a real receiver is kept by the machine's clock: the past may go a thousand times as fast, the peer does
not. A failure rests for a while here, because the store's clock would have it tried again at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from alertd.history.replay.staging import Staging
from alertd.model import Message
from alertd.notify.outcome import Later, Outcome, Sent
from alertd.notify.protocol import Attempt, Notifier
from alertd.notify.webhook import WebhookNotifier

LEASE_MS = 30 * 86_400_000
"""Of the past's time: longer than anything is put off, so that nothing is taken for lost because the clock jumped."""
REST_S, LONGEST_REST_S = 2.0, 60.0
NOT_SENT = "replayed: written, not sent"
_PRIVATE = frozenset({"notice", "report"})
"""What is about the running of a daemon, or sent by the clock: a replay tells nobody."""


class Played:
    """Takes what a receiver would have got, and lets nothing out."""

    def __init__(self, inner: Notifier) -> None:
        self._inner = inner
        self.lease_ms, self.pace_ms, self.pace_key = LEASE_MS, 0, ""

    @property
    def mode(self) -> Literal["every", "latest"]:
        """As the receiver's."""
        return self._inner.mode

    @property
    def concurrency(self) -> int:
        """As the receiver's."""
        return self._inner.concurrency

    def render(self, message: Message) -> bytes:
        """Write it as the receiver would get it, with the mark."""
        return self._inner.render(msgspec.structs.replace(message, replay=True))

    async def send(self, payload: bytes, attempt: Attempt) -> Outcome:
        """Say that it would have been sent."""
        return Sent(NOT_SENT)

    async def close(self) -> None:
        """Let go of what the receiver holds."""
        await self._inner.close()


@dataclass(slots=True)
class Pace:
    """When the next may be sent, by the machine's monotonic clock; receivers that share a pace share it."""

    next_s: float = 0.0


class Performed(Played):
    """Really sends, marked, at the pace that the receiver's settings allow."""

    def __init__(self, inner: Notifier, pace: Pace) -> None:
        super().__init__(inner)
        self._every_s = inner.pace_ms / 1000
        self._pace = pace

    def render(self, message: Message) -> bytes:
        """Write it with the mark; of what no replay tells anybody nothing, and so it is not sent."""
        return b"" if message.type in _PRIVATE else super().render(message)

    async def send(self, payload: bytes, attempt: Attempt) -> Outcome:
        """Send it, when it is its turn."""
        at_s = max(time.monotonic(), self._pace.next_s)
        self._pace.next_s = at_s + self._every_s
        await asyncio.sleep(at_s - time.monotonic())
        if isinstance(self._inner, WebhookNotifier):
            # Signed for now: who checks the signature refuses what is older than minutes.
            attempt = msgspec.structs.replace(attempt, now=time.time_ns() // 1_000_000)
        outcome = await self._inner.send(payload, attempt)
        if isinstance(outcome, Later):
            asked_s = max(outcome.pause_s, outcome.after_s or 0.0, REST_S)
            await asyncio.sleep(min(asked_s, LONGEST_REST_S))
        return outcome


def staged(notifiers: Sequence[tuple[str, Notifier]], staging: Staging) -> list[tuple[str, Notifier]]:
    """Put receivers on the stage."""
    paces: dict[str, Pace] = {}
    return [
        (name, Performed(one, paces.setdefault(one.pace_key or name, Pace())))
        if name in staging.deliver_to
        else (name, Played(one))
        for name, one in notifiers
    ]
