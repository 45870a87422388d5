"""Deliveries in memory: how they enter and leave chains and queues, as in scripts/delivery.lua and queueing.lua."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from alertd.base.clock import Clock
from alertd.model import Delivery, NewDelivery
from alertd.store.memory_base import MemoryBase
from alertd.store.records import (
    StoredDelivery,
    carried,
    new_record,
    to_json,
)
from alertd.store.types import ReceiverHealth

Ended = Literal["sent", "dead", "expired", "superseded"]
ENDED = ("sent", "dead", "expired", "superseded")
WAKE_LENGTH = 1_000
BEHIND_AGAIN_MS = 1_000
"""When a message is looked at again that goes behind one which is still to be sent."""
MOST_TAKEN = 100
"""Messages of which each took the other's place that are followed to the one that was sent."""
BEHIND_MS = 60_000
"""How much later than what it waits behind a message may be due: several of one digest keep their order so."""


def flying(record: Delivery) -> bool:
    """Tell whether an attempt has begun and its outcome is not recorded."""
    return record.state in ("sending", "in_doubt")


class MemoryDeliveries(MemoryBase):
    """The moves that the queue's methods are made of."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._deliveries: dict[str, StoredDelivery] = {}
        self._bodies: dict[str, bytes] = {}
        self._payloads: dict[str, bytes] = {}
        self.keep_payloads = False
        self._chains: dict[tuple[str, str], list[str]] = {}
        self._queues: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        self._recv: dict[str, ReceiverHealth] = {}
        self._pace: dict[str, int] = {}
        self._threads: dict[str, dict[str, str]] = {}
        """Alert, as long as it is there -> receiver -> where its messages stand."""
        self._ended: dict[str, int] = {}
        self._dead: dict[str, int] = {}
        self._wake: deque[str] = deque(maxlen=WAKE_LENGTH)

    def _queue(self, record: Delivery) -> dict[str, int]:
        return self._queues[record.receiver, record.lane]

    def _held_back(self, record: Delivery) -> Literal["behind", "unsent", ""]:
        """Say whether what it goes behind is still to be sent, or never will be."""
        behind = record.behind
        for _ in range(MOST_TAKEN):
            ahead = self._deliveries.get(behind)
            if ahead is None:
                return ""
            if ahead.state not in ENDED:
                return "behind"
            if ahead.state != "superseded":
                return "" if ahead.state == "sent" else "unsent"
            behind = ahead.taken_by
        return ""

    def _in_order(self, receiver: str, lane: str) -> list[str]:
        queue = self._queues[receiver, lane]
        return sorted(queue, key=lambda i: (queue[i], i))

    def _count(self, receiver: str, *, failures: int = 0, waiting: int = 0, dead: int = 0) -> None:
        old = self._recv.get(receiver, ReceiverHealth())
        self._recv[receiver] = replace(
            old, failures=old.failures + failures, waiting=old.waiting + waiting, dead=old.dead + dead
        )

    def _line(self, record: Delivery, now: int, reason: str, detail: str) -> None:
        data: dict[str, str | int] = {
            "delivery": record.id,
            "receiver": record.receiver,
            "alert": record.alert,
            "alert_revision": record.alert_revision,
            "type": record.type,
            "queued_ms": record.created_ms,
            "attempts": record.attempts,
            "due_ms": record.due_ms,
            "detail": detail,
        }
        ids = [i for i in (record.id, record.alert, record.receiver) if i]
        self._journal_line("delivery", now, ids, reason, data)

    def _enter_queue(self, record: StoredDelivery) -> None:
        self._queue(record)[record.id] = record.due_ms
        self._wake.append(record.receiver)
        self._bell.set()

    def _close(self, record: StoredDelivery, state: Ended, now: int, detail: str) -> None:
        self._queue(record).pop(record.id, None)
        if record.state == "waiting":
            self._count(record.receiver, waiting=-1)
        if state == "dead":
            self._dead[record.id] = now
            self._count(record.receiver, dead=1)
        else:
            self._bodies.pop(record.id, None)
            if not record.kept:
                self._payloads.pop(record.id, None)
            self._ended[record.id] = now
        self._deliveries[record.id] = ended = replace(record, state=state, finished_ms=now)
        self._line(ended, now, state, detail)

    def _write_chain(self, key: tuple[str, str], ids: list[str], now: int) -> None:
        if not ids:
            self._chains.pop(key, None)
            return
        self._chains[key] = ids
        head = self._deliveries[ids[0]]
        if head.state == "waiting":
            head = replace(head, state="queued", due_ms=max(now, min(head.due_ms, now + BEHIND_MS)))
            self._count(head.receiver, waiting=-1)
            self._deliveries[head.id] = head
            self._enter_queue(head)

    def _leave_chain(self, record: Delivery, now: int) -> None:
        key = (record.chain, record.receiver)
        self._write_chain(key, [i for i in self._chains.get(key, []) if i != record.id], now)

    def _queue_one(self, new: NewDelivery, now: int) -> bool:
        record = StoredDelivery(
            **{f: getattr(r, f) for r in [new_record(new, now)] for f in Delivery.__struct_fields__}
        )
        if record.id in self._deliveries:
            return False
        key = (record.chain, record.receiver)
        older = [self._deliveries[i] for i in self._chains.get(key, [])]
        dropped = [o for o in older if record.mode == "latest" and o.state not in ("sending", "in_doubt")]
        chain = [*(o.id for o in older if o not in dropped), record.id]
        self._bodies[record.id] = to_json(new.message)
        for old in dropped:
            record = carried(record, old, self._bodies.get(old.id))
            self._close(replace(old, taken_by=record.id), "superseded", now, f"by {record.id}")
        self._count(record.receiver)
        if chain[0] == record.id:
            self._deliveries[record.id] = record
            self._enter_queue(record)
        else:
            self._deliveries[record.id] = replace(record, state="waiting")
            self._count(record.receiver, waiting=1)
        self._write_chain(key, chain, now)
        return True

    def _queue_all(self, deliveries: Sequence[NewDelivery], now: int) -> list[str]:
        for new in deliveries:
            new_record(new, now)  # refuse unusable ids before the first write
        return [new.id for new in deliveries if self._queue_one(new, now)]
