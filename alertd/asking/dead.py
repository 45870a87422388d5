"""What could not be delivered or matched, and sending it again."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from alertd.asking.desk_view import DeskView
from alertd.base.clock import rfc3339
from alertd.model import Delivery
from alertd.store.redis import RedisStore
from alertd.store.types import DeadEvent

BATCH = 1000
MOST = 100_000
"""Dead deliveries among which a desk's are looked for: more than a store keeps."""


async def dead_letters(store: RedisStore, view: DeskView, limit: int) -> tuple[list[Delivery], list[DeadEvent]]:
    """Give the deliveries that were given up, and the events that could not be matched: these are no desk's."""
    if view.desk is None:
        return await store.dead_deliveries(limit), await store.dead_events(limit)
    return (await _seen(view, await store.dead_deliveries(MOST)))[:limit], []


async def send_again(
    store: RedisStore, view: DeskView, wanted: Collection[str], now: int, *, everything: bool = False
) -> list[str]:
    """Queue dead deliveries again, those of these ids or all of them, as far as the desk goes; gives which."""
    if view.desk is None:
        queued = await (_all(store, now) if everything else store.retry_dead(list(wanted), now))
    else:
        there = await _seen(view, await store.dead_deliveries(MOST))
        meant = [one.id for one in there if everything or one.id in wanted]
        queued = await store.retry_dead(meant, now)
    await _end_pauses(store, queued, everything=everything and view.desk is None)
    return queued


def letter_row(delivery: Delivery) -> dict[str, Any]:
    """Give one for machines."""
    return {
        "id": delivery.id,
        "receiver": delivery.receiver,
        "alert": delivery.alert or None,
        "alert_revision": delivery.alert_revision,
        "attempts": delivery.attempts,
        "created_at": rfc3339(delivery.created_ms),
        "died_at": rfc3339(delivery.finished_ms),
        "reason": delivery.error,
    }


async def _seen(view: DeskView, deliveries: list[Delivery]) -> list[Delivery]:
    return [one for one in deliveries if await view.sees_delivery(one)]


async def _all(store: RedisStore, now: int) -> list[str]:
    """Queue all of them; each once, also if one dies again meanwhile."""
    done: dict[str, None] = {}
    while letters := [d.id for d in await store.dead_deliveries(BATCH) if d.id not in done]:
        queued = await store.retry_dead(letters, now)
        done |= dict.fromkeys(queued)
        if len(queued) < len(letters):  # another hand is at work: what it took is not ours to take again
            break
    return list(done)


async def _end_pauses(store: RedisStore, queued: list[str], *, everything: bool) -> None:
    """Let the receivers be asked now: one that was gone is parked for an hour, but a person says that it is back."""
    deliveries = [await store.delivery(delivery_id) for delivery_id in queued]
    meant = {delivery.receiver for delivery in deliveries if delivery}
    if everything:
        meant |= {receiver for receiver, health in (await store.receiver_health()).items() if health.parked}
    for receiver in sorted(meant):
        await store.pause_receiver(receiver, 0)
