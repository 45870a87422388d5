"""The queue of deliveries: sorted sets by due time, a lease for each attempt, chains that keep order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog

from alertd.base.clock import rfc3339
from alertd.errors import Corrupt
from alertd.model import Claim, ClaimRefused, Delivery, DueDelivery, NewDelivery
from alertd.store.alerts import delivery_args, delivery_names
from alertd.store.keys import QUEUE_NAMES, queue_names
from alertd.store.part import Part
from alertd.store.records import (
    GRACE_MS,
    MAX_THREAD,
    claim_from,
    clean,
    dead_record,
    delivery_from,
    message_from,
    own_record,
    pairs,
    to_json,
    unique,
)
from alertd.store.types import ReceiverHealth

log = structlog.get_logger(__name__)

READ_AT_ONCE = 200
"""Deliveries that are read at once: there may be many, and the loop is others', too."""
MOST_HURRIED = 1_000
"""Of each queue: the server is not blocked for long. The rest comes when its time does."""


def soonest(scores: Sequence[float]) -> int | None:
    """Give the least of some due times."""
    return int(min(scores)) if scores else None


class QueuePart(Part):
    """From `enqueue` to `retry_dead`."""

    async def enqueue(self, deliveries: Sequence[NewDelivery], now: int) -> list[str]:
        """Queue deliveries outside an alert; gives the ids that were not known. An id is queued once."""
        if not deliveries:
            return []
        reply = await self.link.run(
            "enqueue", delivery_names(deliveries), now, rfc3339(now), *delivery_args(deliveries, now)
        )
        return [i.decode() for i in reply[1]]

    async def due(self, receiver: str, now: int, limit: int) -> tuple[list[DueDelivery], int | None]:
        """Give what is due, critical before normal, and the time at which the next is due. Changes nothing."""
        names = ["deliveries", "bodies", "payloads", *queue_names(receiver)]
        reply = await self.link.run("due", names, receiver, now, max(limit, 0))
        following = int(float(reply[1])) if reply[1] else None
        opened = [await self._open_delivery(receiver, now, *row) for row in reply[2]]
        return [delivery for delivery in opened if delivery], following

    async def _open_delivery(
        self, receiver: str, now: int, raw_id: bytes, record: bytes | None, body: bytes | None, payload: bytes | None
    ) -> DueDelivery | None:
        delivery_id = raw_id.decode()
        try:
            delivery = own_record(delivery_id, record)
            if body is None:
                raise Corrupt(f"the message of delivery {delivery_id} is missing")
            self.hints.remember(delivery)
            return DueDelivery(delivery=delivery, message=message_from(body), payload=payload)
        except Corrupt as error:
            await self._set_aside(receiver, delivery_id, record, error, now)
            return None

    async def _set_aside(
        self, receiver: str, delivery_id: str, record: bytes | None, error: Corrupt, now: int
    ) -> None:
        """Take a delivery that cannot be read out of everybody's way: it is dead, and its chain goes on."""
        log.error("delivery_corrupt", delivery=delivery_id, receiver=receiver, error=str(error))
        reason = clean(f"corrupt: {error}")
        try:
            own_record(delivery_id, record)
            filed = await self.bury(delivery_id, "", now, reason)
        except Corrupt:
            filed = await self._file_unreadable(receiver, delivery_id, record, reason, now)
        if not filed:
            await self.link.pipeline([["ZREM", queue, delivery_id] for queue in self.keys.queues(receiver)])

    async def _file_unreadable(
        self, receiver: str, delivery_id: str, record: bytes | None, reason: str, now: int
    ) -> bool:
        """Put a dead record in the place of one that cannot be read. False: no chain and no record knows of it."""
        field = await self._chain_of(receiver, delivery_id)
        if record is None and not field:
            return False
        dead = dead_record(delivery_id, receiver, field.removesuffix(f"/{receiver}") or delivery_id, now, reason)
        names = [
            *QUEUE_NAMES,
            *queue_names(receiver),
            f"recv:{receiver}",
            f"trace:{delivery_id}",
            f"trace:{receiver}",
        ]
        await self.link.run("set_aside", names, delivery_id, record or b"", to_json(dead), field, now, rfc3339(now))
        return True

    async def _chain_of(self, receiver: str, delivery_id: str) -> str:
        """Find the field of the chain that holds a delivery whose own record cannot tell; "" if there is none."""
        cursor, key = b"0", self.keys("chains")
        while True:
            cursor, flat = await self.link.call("HSCAN", key, cursor, "COUNT", 500)
            for field, ids in pairs(flat).items():
                if field.endswith(f"/{receiver}") and delivery_id in ids.decode("utf-8", "replace").split(","):
                    return field
            if cursor == b"0":
                return ""

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
        """Begin an attempt: it is recorded before anything is sent. `payload` counts only at the first attempt."""
        names = [*QUEUE_NAMES, "pace", "doubtful", *queue_names(receiver), f"recv:{receiver}"]
        names += self.hints.names(delivery_id)
        args = (
            delivery_id,
            receiver,
            _token(token),
            now,
            rfc3339(now),
            lease_ms,
            pace_ms,
            payload,
            pace_key or receiver,
            int(self.keep_payloads),
        )
        reply = await self.link.run("claim", names, *args)
        if reply[0] == b"ok":
            claim = claim_from(reply[1], reply[2], reply[3])
            self.hints.remember(claim.delivery)
            return claim
        return ClaimRefused(reason=reply[0].decode(), retry_ms=reply[1])

    async def finish(
        self, delivery_id: str, token: str, now: int, detail: str, *, thread: str = "", wire: bytes = b""
    ) -> bool:
        """Record that it was sent. False: the lease is another's by now."""
        return await self._complete(delivery_id, _token(token), now, "sent", detail, thread, wire)

    async def bury(self, delivery_id: str, token: str, now: int, error: str) -> bool:
        """Give up. With an empty token: only if nobody is at work on it."""
        return await self._complete(delivery_id, token, now, "dead", error)

    async def expire(self, delivery_id: str, token: str, now: int) -> bool:
        """Drop a delivery whose time has passed. With an empty token: only if nobody is at work on it."""
        return await self._complete(delivery_id, token, now, "expired", "")

    async def _complete(
        self, delivery_id: str, token: str, now: int, state: str, detail: str, thread: str = "", wire: bytes = b""
    ) -> bool:
        names = [*QUEUE_NAMES, *self.hints.names(delivery_id)]
        kept = wire if self.keep_payloads else b""
        args = (delivery_id, token, now, rfc3339(now), state, clean(detail), clean(thread, MAX_THREAD), kept)
        reply = await self.link.run("complete", names, *args)
        self.hints.forget(delivery_id)
        return bool(reply[0] == b"ok")

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
        """Record a failed attempt and when to try again. False: the lease is another's by now."""
        names = [*QUEUE_NAMES, *self.hints.names(delivery_id)]
        head = (delivery_id, _token(token), now, rfc3339(now), due_ms, clean(error), int(counts))
        reply = await self.link.run("retry", names, *head, progress, pause_until_ms, int(gone))
        self.hints.forget(delivery_id)
        return bool(reply[0] == b"ok")

    async def wait_wake(self, timeout_ms: int) -> str | None:
        """Wait for a receiver that got something to do."""
        reply = await self.link.block(timeout_ms, "BLPOP", self.keys("wake"), max(timeout_ms, 1) / 1000)
        return reply[1].decode() if reply else None

    async def wake(self, receiver: str) -> None:
        """Wake whoever waits, as if the receiver had got something to do."""
        await self.link.run("wake", ["wake"], receiver)

    async def pause_receiver(self, receiver: str, until_ms: int) -> None:
        """Let nothing be claimed for a receiver until then; 0 ends the pause."""
        await self.link.run("pause", [f"recv:{receiver}", "receivers", "wake"], receiver, until_ms)

    async def hurry(self, receiver: str, now: int) -> int:
        """Let what waits to be tried again after a failure be due now; gives how much was moved."""
        names = ["deliveries", "wake", f"recv:{receiver}", *queue_names(receiver)]
        reply = await self.link.run("hurry", names, receiver, now, MOST_HURRIED)
        return int(reply[1])

    async def set_back(self, back_ms: int, now: int) -> int:
        """Let all that waits for its time wait no longer, after the clock was set back; gives how much was moved."""
        receivers = sorted(r.decode() for r in await self.link.call("SMEMBERS", self.keys("receivers")))
        names = ["fetch_due", *(f"recv:{receiver}" for receiver in receivers)]
        names += [queue for receiver in receivers for queue in queue_names(receiver)]
        reply = await self.link.run("set_back", ["meta", *names], back_ms, now, *names)
        return int(reply[1])

    async def receiver_health(self) -> dict[str, ReceiverHealth]:
        """Say how every receiver that ever had a delivery is doing."""
        receivers = sorted(r.decode() for r in await self.link.call("SMEMBERS", self.keys("receivers")))
        found = {}
        for receiver in receivers:
            queues = self.keys.queues(receiver)
            commands: list[Sequence[str | int]] = [["HGETALL", self.keys(f"recv:{receiver}")]]
            commands += [["ZCARD", q] for q in queues]
            commands += [["ZRANGE", q, 0, 0, "WITHSCORES"] for q in queues]
            flat, critical, normal, *oldest = await self.link.pipeline(commands)
            found[receiver] = ReceiverHealth(
                **_counters(flat),
                queued=critical + normal,
                oldest_due_ms=soonest([float(pair[1]) for pair in oldest if pair]),
            )
        return found

    async def dead_deliveries(self, count: int) -> list[Delivery]:
        """Give the newest dead letters, newest first."""
        ids = await self.link.call("ZREVRANGE", self.keys("dead"), 0, count - 1) if count > 0 else []
        return await self.deliveries([i.decode() for i in ids])

    async def retry_dead(self, ids: Sequence[str], now: int) -> list[str]:
        """Queue dead letters again, due now, with at least a day to live; gives the ids that were dead."""
        if not ids:
            return []
        reply = await self.link.run("retry_dead", QUEUE_NAMES, now, rfc3339(now), GRACE_MS, *unique(ids))
        return [i.decode() for i in reply[1]]

    async def deliveries(self, ids: Sequence[str]) -> list[Delivery]:
        """Give the records of those that are known."""
        found = list[Delivery]()
        for start in range(0, len(ids), READ_AT_ONCE):
            raws = await self.link.call("HMGET", self.keys("deliveries"), *ids[start : start + READ_AT_ONCE])
            found += [delivery_from(raw) for raw in raws if raw is not None]
        return found

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """Give a delivery's record."""
        raw = await self.link.call("HGET", self.keys("deliveries"), delivery_id)
        return None if raw is None else delivery_from(raw)


def _token(token: str) -> str:
    if not token:
        raise ValueError("an attempt needs a token")
    return token


def _counters(flat: list[Any]) -> dict[str, Any]:
    names = ("failures", "paused_until_ms", "last_sent_ms", "waiting", "dead")
    stored = {flat[i].decode(): flat[i + 1] for i in range(0, len(flat), 2)}
    texts = {name: stored.get(name, b"").decode("utf-8", "replace") for name in ("parked", "error")}
    return {name: int(stored.get(name, 0)) for name in names} | texts
