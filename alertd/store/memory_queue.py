"""The queue of deliveries, in memory. The rules are those of scripts/claim.lua, complete.lua, retry.lua and so on."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from alertd.model import Claim, ClaimRefused, Delivery, DueDelivery, NewDelivery
from alertd.store.keys import LANES
from alertd.store.memory_deliveries import BEHIND_AGAIN_MS, ENDED, Ended, MemoryDeliveries, flying
from alertd.store.records import GRACE_MS, MAX_THREAD, StoredDelivery, clean, delivery_of, message_from, unique
from alertd.store.types import ReceiverHealth


class MemoryQueue(MemoryDeliveries):
    """From `enqueue` to `retry_dead`."""

    _set_back = (0, 0)
    """The last step of the clock that was followed: by how much, and the time right after."""

    async def enqueue(self, deliveries: Sequence[NewDelivery], now: int) -> list[str]:
        """Queue deliveries outside an alert; gives the ids that were not known. An id is queued once."""
        return self._queue_all(deliveries, now)

    async def due(self, receiver: str, now: int, limit: int) -> tuple[list[DueDelivery], int | None]:
        """Give what is due, critical before normal, and the time at which the next is due. Changes nothing."""
        ready: list[str] = []
        later: list[int] = []
        for lane in LANES:
            scores = self._queues[receiver, lane]
            by_time = self._in_order(receiver, lane)
            ready += [i for i in by_time if scores[i] <= now]
            later += [scores[i] for i in by_time if scores[i] > now][:1]
        found = [
            DueDelivery(
                delivery=delivery_of(self._deliveries[i]),
                message=message_from(self._bodies[i]),
                payload=self._payloads.get(i),
            )
            for i in ready[:limit]
        ]
        return found, min(later, default=None)

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
        if not token:
            raise ValueError("an attempt needs a token")
        record = self._deliveries.get(delivery_id)
        if record is None or record.receiver != receiver or record.state in ENDED:
            return ClaimRefused(reason="gone")
        due = self._queue(record).get(delivery_id, record.due_ms)
        if flying(record) and record.token == token and due > now:
            return self._claim_of(record)
        if record.state == "waiting" or due > now:
            return ClaimRefused(reason="not_due", retry_ms=due)
        held = "" if flying(record) else self._held_back(record)
        if held == "behind":
            return ClaimRefused(reason="behind", retry_ms=now + BEHIND_AGAIN_MS)
        if held == "unsent":
            self._close(record, "expired", now, "what it goes behind was never sent")
            self._leave_chain(record, now)
            return ClaimRefused(reason="unsent")
        paused = self._recv.get(receiver, ReceiverHealth()).paused_until_ms
        if paused > now:
            return ClaimRefused(reason="paused", retry_ms=paused)
        last = self._pace.get(pace_key or receiver, 0)
        if last <= now and now - last < pace_ms:
            return ClaimRefused(reason="paced", retry_ms=last + pace_ms)
        if flying(record):
            record = replace(record, state="in_doubt", doubt=True)
            self._line(record, now, "in_doubt", "an attempt began and its outcome was never recorded")
        else:
            record = replace(record, state="sending")
        record = replace(record, attempts=record.attempts + 1, started_ms=now, due_ms=now + lease_ms, token=token)
        record = replace(record, kept=self.keep_payloads)
        self._payloads.setdefault(delivery_id, bytes(payload))
        self._deliveries[delivery_id] = record
        self._queue(record)[delivery_id] = record.due_ms
        if pace_ms > 0:
            self._pace[pace_key or receiver] = now
        health = self._recv.get(receiver, ReceiverHealth())
        if health.parked:
            self._recv[receiver] = replace(health, paused_until_ms=now + lease_ms)
        return self._claim_of(record)

    def _claim_of(self, record: StoredDelivery) -> Claim:
        return Claim(
            delivery=delivery_of(record),
            payload=self._payloads[record.id],
            in_doubt=record.doubt,
            thread=self._threads.get(record.alert, {}).get(record.receiver, ""),
        )

    async def finish(
        self, delivery_id: str, token: str, now: int, detail: str, *, thread: str = "", wire: bytes = b""
    ) -> bool:
        """Record that it was sent. False: the lease is another's by now."""
        if not token:
            raise ValueError("an attempt needs a token")
        done = self._complete(delivery_id, token, now, "sent", detail, thread)
        if done and wire and self.keep_payloads and delivery_id in self._payloads:
            self._payloads[delivery_id] = bytes(wire)
        return done

    async def bury(self, delivery_id: str, token: str, now: int, error: str) -> bool:
        """Give up. With an empty token: only if nobody is at work on it."""
        return self._complete(delivery_id, token, now, "dead", error)

    async def expire(self, delivery_id: str, token: str, now: int) -> bool:
        """Drop a delivery whose time has passed. With an empty token: only if nobody is at work on it."""
        return self._complete(delivery_id, token, now, "expired", "")

    def _complete(self, delivery_id: str, token: str, now: int, state: Ended, detail: str, thread: str = "") -> bool:
        record = self._deliveries.get(delivery_id)
        if record is None:
            return False
        if record.state in ENDED:
            return record.state == state and token in ("", record.token)
        if token and not (flying(record) and record.token == token):
            return False
        if not token and flying(record) and self._queue(record).get(delivery_id, 0) > now:
            return False
        detail = clean(detail)
        if state != "expired":
            record = replace(record, error=detail if state == "dead" else "")
        self._close(record, state, now, detail)
        self._leave_chain(record, now)
        health = self._recv[record.receiver]
        if state == "sent":
            self._recv[record.receiver] = replace(health, last_sent_ms=now, failures=0)
            if thread and record.alert in self._threads:
                self._threads[record.alert][record.receiver] = clean(thread, MAX_THREAD)
            if health.parked:
                self._recv[record.receiver] = replace(self._recv[record.receiver], parked="", paused_until_ms=0)
                self._wake.append(record.receiver)
                self._bell.set()
        elif state == "dead":
            self._count(record.receiver, failures=1)
        return True

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
        if not token:
            raise ValueError("an attempt needs a token")
        record = self._deliveries.get(delivery_id)
        if record is None or record.token != token:
            return False
        if record.state == "queued":
            return True
        if not flying(record):
            return False
        record = replace(
            record,
            state="queued",
            due_ms=due_ms,
            failures=record.failures + int(counts),
            error=clean(error),
            progress=progress or record.progress,
        )
        self._deliveries[delivery_id] = record
        self._queue(record)[delivery_id] = due_ms
        self._count(record.receiver, failures=int(counts))
        health = self._recv[record.receiver]
        self._recv[record.receiver] = replace(
            health,
            paused_until_ms=max(health.paused_until_ms, pause_until_ms),
            parked=record.error if gone else health.parked,
            error=record.error if counts else health.error,
        )
        self._line(record, now, "retry", record.error)
        return True

    async def wait_wake(self, timeout_ms: int) -> str | None:
        """Wait for a receiver that got something to do."""
        await self._wait(lambda: list(self._wake), timeout_ms)
        return self._wake.popleft() if self._wake else None

    async def wake(self, receiver: str) -> None:
        """Wake whoever waits, as if the receiver had got something to do."""
        self._wake.append(receiver)
        self._bell.set()

    async def pause_receiver(self, receiver: str, until_ms: int) -> None:
        """Let nothing be claimed for a receiver until then; 0 ends the pause."""
        self._recv[receiver] = replace(self._recv.get(receiver, ReceiverHealth()), paused_until_ms=until_ms)
        if until_ms == 0:
            self._wake.append(receiver)
            self._bell.set()

    async def hurry(self, receiver: str, now: int) -> int:
        """Let what waits to be tried again after a failure be due now; gives how much was moved."""
        moved = 0
        for lane in LANES:
            for name, due in self._queues[receiver, lane].items():
                record = self._deliveries[name]
                if due > now and record.state == "queued" and record.failures > 0:
                    self._deliveries[name] = replace(record, due_ms=now)
                    self._queues[receiver, lane][name] = now
                    moved += 1
        if moved:
            self._wake.append(receiver)
            self._bell.set()
        return moved

    async def set_back(self, back_ms: int, now: int) -> int:
        """Let all that waits for its time wait no longer, after the clock was set back; gives how much was moved."""
        if abs(self._set_back[0] - back_ms) < 5_000 and abs(self._set_back[1] - now) < 10_000:
            return 0
        self._set_back = (back_ms, now)
        for receiver, health in self._recv.items():
            if health.paused_until_ms > now:
                paused = max(now, health.paused_until_ms - back_ms)
                self._recv[receiver] = replace(health, paused_until_ms=paused)
        moved = 0
        for scores in self._queues.values():
            later = {name: max(now, due - back_ms) for name, due in scores.items() if due > now}
            scores.update(later)
            moved += len(later)
        return moved

    async def receiver_health(self) -> dict[str, ReceiverHealth]:
        """Say how every receiver that ever had a delivery is doing."""
        found = {}
        for receiver, health in sorted(self._recv.items()):
            scores = [score for lane in LANES for score in self._queues[receiver, lane].values()]
            found[receiver] = replace(health, queued=len(scores), oldest_due_ms=min(scores, default=None))
        return found

    async def dead_deliveries(self, count: int) -> list[Delivery]:
        """Give the newest dead letters, newest first."""
        newest = sorted(self._dead.items(), key=lambda pair: (pair[1], pair[0]), reverse=True)
        return [delivery_of(self._deliveries[i]) for i, _ in newest[: max(count, 0)]]

    async def retry_dead(self, ids: Sequence[str], now: int) -> list[str]:
        """Queue dead letters again, due now, with at least a day to live; gives the ids that were dead."""
        dead = [i for i in unique(ids) if i in self._dead]
        for delivery_id in dead:
            record = self._deliveries[delivery_id]
            del self._dead[delivery_id]
            self._count(record.receiver, dead=-1, waiting=1)
            expires = max(record.expires_ms, now + GRACE_MS) if record.expires_ms > 0 else record.expires_ms
            record = replace(
                record, state="waiting", token="", failures=0, finished_ms=0, due_ms=now, expires_ms=expires
            )
            self._deliveries[delivery_id] = record
            self._line(record, now, "requeued", record.error)
            key = (record.chain, record.receiver)
            self._write_chain(key, [*self._chains.get(key, []), delivery_id], now)
        return dead

    async def deliveries(self, ids: Sequence[str]) -> list[Delivery]:
        """Give the records of those that are known."""
        return [delivery_of(self._deliveries[i]) for i in ids if i in self._deliveries]

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """Give a delivery's record."""
        record = self._deliveries.get(delivery_id)
        return None if record is None else delivery_of(record)
