"""A test message to a receiver: at once and past the queue."""

from __future__ import annotations

import secrets
from collections.abc import Collection

from alertd import __version__, telemetry
from alertd.base.clock import rfc3339, system_clock
from alertd.base.ids import make_id
from alertd.model import Message
from alertd.notify.catalog import build_notifier
from alertd.notify.config import ReceiverConfig
from alertd.notify.outcome import Outcome, Sent, masked
from alertd.notify.protocol import Attempt, NotifierDeps
from alertd.store.redis import RedisStore


async def send_one(config: ReceiverConfig, deps: NotifierDeps) -> Outcome:
    """Send it, and say what came of it: without what is secret."""
    notifier = build_notifier(config, deps)
    now = system_clock()
    delivery = make_id("dl", config.id, "test", secrets.token_hex(8))
    message = Message(
        type="test",
        delivery=delivery,
        receiver=config.id,
        at=rfc3339(now),
        reason="alertd send-test",
        dispatched_by=f"alertd {__version__}",
    )
    try:
        attempt = Attempt(delivery_id=delivery, number=1, in_doubt=False, now=now)
        return masked(await notifier.send(notifier.render(message), attempt), telemetry.safe_text)
    finally:
        await notifier.close()


async def end_pauses(store: RedisStore, receivers: Collection[str]) -> None:
    """Let the daemon ask receivers that took the message now: one that was parked, or failed, has been mended."""
    health = await store.receiver_health()
    for receiver in receivers:
        if receiver in health and health[receiver].parked:
            await store.pause_receiver(receiver, 0)
        await store.hurry(receiver, system_clock())


def detail_of(outcome: Outcome) -> str:
    """Say more of what came of it."""
    return outcome.detail if isinstance(outcome, Sent) else outcome.error
