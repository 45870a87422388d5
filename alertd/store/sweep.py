"""Housekeeping: whatever nobody else will ever touch again. Run about once a minute by one process or by many."""

from __future__ import annotations

from alertd.errors import Corrupt
from alertd.store.keys import QUEUE_NAMES
from alertd.store.queue import QueuePart
from alertd.store.records import ALERT_MS, DEAD_MS, ENDED_MS, LATE_MS, SILENCE_MS, own_record

BATCH = 500
ROUNDS = 20
"""Batches of one sweep at most: the rest is for the next one."""


class SweepPart(QueuePart):
    """`sweep`, which uses the queue's own scripts."""

    async def sweep(self, now: int) -> dict[str, int]:
        """Drop what is over: ended deliveries, expired ones nobody serves, orphans, old dead events. Gives counts."""
        return {
            "ended": await self._purge("done", now - ENDED_MS) + await self._purge("dead", now - DEAD_MS),
            "expired": await self._expire_all(now),
            "orphans": await self._drop_orphans("bodies") + await self._drop_orphans("payloads"),
            "alerts": await self._forget_alerts(now - ALERT_MS),
            "dead_events": await self._forget_dead_events(now - DEAD_MS),
            "timers": await self._forget_timers(now - LATE_MS),
            "silences": await self._forget("silence_ends", "silences", now - SILENCE_MS),
            "marks": await self._forget("mark_ends", "marks", now),
            "counters": await self._forget("counter_ends", "counters", now),
            "parts": await self._forget("part_ends", "parts", now),
            "feedback": await self._forget("feedback_ends", "feedback:", now),
            "states": int(await self.link.call("ZREMRANGEBYSCORE", self.keys("states"), "-inf", now)),
            "stories": int(await self.link.call("ZREMRANGEBYSCORE", self.keys("stories"), "-inf", now)),
        }

    async def _purge(self, index: str, cutoff: int) -> int:
        purged = 0
        for _ in range(ROUNDS):
            ids = await self.link.call("ZRANGEBYSCORE", self.keys(index), "-inf", cutoff, "LIMIT", 0, BATCH)
            if not ids:
                break
            reply = await self.link.run("purge", QUEUE_NAMES, cutoff, *ids)
            purged += reply[1]
            if reply[1] < len(ids):
                # index entries without a record behind them would be found again for ever
                raws = await self.link.call("HMGET", self.keys("deliveries"), *ids)
                lost = [i for i, raw in zip(ids, raws, strict=True) if raw is None]
                if lost:
                    await self.link.call("ZREM", self.keys(index), *lost)
                break
        return purged

    async def _expire_all(self, now: int) -> int:
        """Expire what is past its time, also for receivers that no settings name any more."""
        receivers = await self.link.call("SMEMBERS", self.keys("receivers"))
        expired = 0
        for receiver in sorted(r.decode() for r in receivers):
            for _ in range(ROUNDS):
                # once more after each find: the next of its chain is in a queue now, perhaps the other one
                done = sum([await self._expire_queue(receiver, queue, now) for queue in self.keys.queues(receiver)])
                expired += done
                if not done:
                    break
        return expired

    async def _expire_queue(self, receiver: str, queue: str, now: int) -> int:
        ids = await self.link.call("ZRANGE", queue, 0, BATCH - 1)
        raws = await self.link.call("HMGET", self.keys("deliveries"), *ids) if ids else []
        expired = 0
        for delivery_id, raw in zip(ids, raws, strict=True):
            try:
                expires = own_record(delivery_id.decode(), raw).expires_ms
            except Corrupt as error:  # not left to `due`: nobody may be looking at this queue any more
                await self._set_aside(receiver, delivery_id.decode(), raw, error, now)
                continue
            if 0 < expires <= now:
                expired += await self.expire(delivery_id.decode(), "", now)
        return expired

    async def _drop_orphans(self, kind: str) -> int:
        """Drop bodies and payloads without a record; there should be none, as scripts write them together."""
        names = await self.link.call("HKEYS", self.keys(kind))
        dropped = 0
        for start in range(0, len(names), BATCH):
            batch = names[start : start + BATCH]
            raws = await self.link.call("HMGET", self.keys("deliveries"), *batch)
            orphans = [name for name, raw in zip(batch, raws, strict=True) if raw is None]
            if orphans:
                dropped += await self.link.call("HDEL", self.keys(kind), *orphans)
        return dropped

    async def _forget_dead_events(self, cutoff: int) -> int:
        return int(await self.link.call("XTRIM", self.keys("dead_events"), "MINID", "=", f"{max(cutoff, 0)}-0"))

    async def _forget_alerts(self, cutoff: int) -> int:
        ids = await self.link.call("ZRANGEBYSCORE", self.keys("alerts"), "-inf", cutoff, "LIMIT", 0, BATCH)
        if not ids:
            return 0
        present = await self.link.pipeline([["EXISTS", self.keys(f"alert:{i.decode()}")] for i in ids])
        gone = [i for i, exists in zip(ids, present, strict=True) if not exists]
        return int(await self.link.call("ZREM", self.keys("alerts"), *gone)) if gone else 0

    async def _forget(self, index: str, into: str, until_ms: int) -> int:
        """Drop the fields of a hash, or of several, whose ends in a sorted set have come (scripts/forget.lua)."""
        forgotten, names = 0, [index] if into.endswith(":") else [index, into]
        for _ in range(ROUNDS):
            reply = await self.link.run("forget", names, index, into, until_ms, BATCH)
            forgotten += reply[1]
            if reply[1] < BATCH:
                break
        return forgotten

    async def _forget_timers(self, cutoff: int) -> int:
        """Drop the timers that nobody serves: theirs is no alert any more."""
        oldest = ("ZRANGEBYSCORE", self.keys("timers"), "-inf", cutoff, "WITHSCORES", "LIMIT", 0, BATCH)
        flat = await self.link.call(*oldest)
        late = [(flat[i].decode(), int(float(flat[i + 1]))) for i in range(0, len(flat), 2)]
        if not late:
            return 0
        alerts = [name.split("/")[1] if name.count("/") == 2 else "" for name, _ in late]
        there = await self.link.pipeline([["EXISTS", self.keys(f"alert:{alert}")] for alert in alerts])
        lost = [timer for timer, exists in zip(late, there, strict=True) if not exists]
        for name, due_ms in lost:
            await self.link.run("drop_timer", ["timers"], name, due_ms)
        return len(lost)
