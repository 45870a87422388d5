"""MemoryStore: the same behaviour as RedisStore without a server, for filters, backtests and tests.

Nothing survives the process. Leases, pauses and chains work as in Redis, because the same contract tests and a
differential test hold both to it.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import AbstractAsyncContextManager, nullcontext

from alertd.base.clock import Clock, system_clock
from alertd.store.keys import LANES
from alertd.store.memory_alerts import MemoryAlerts
from alertd.store.memory_answers import MemoryAnswers
from alertd.store.memory_archive import MemoryArchive
from alertd.store.memory_base import place
from alertd.store.memory_indices import MemoryIndices
from alertd.store.memory_jobs import MemoryJobs
from alertd.store.memory_limits import MemoryLimits
from alertd.store.memory_requests import MemoryRequests
from alertd.store.memory_spending import DaySpent, MemorySpending
from alertd.store.memory_state import MemoryState
from alertd.store.memory_stories import MemoryStories, StoryBook
from alertd.store.memory_texts import MemoryTexts
from alertd.store.records import DEAD_MS, ENDED_MS, LIVING_MS
from alertd.store.types import Finding, Memory


class MemoryStore(
    MemoryTexts,
    MemoryAlerts,
    MemoryState,
    MemoryStories,
    MemoryLimits,
    MemorySpending,
    MemoryAnswers,
    MemoryArchive,
    MemoryIndices,
    MemoryRequests,
    MemoryJobs,
):
    """See `alertd.store.protocol.Store` for what each method promises."""

    def __init__(self, clock: Clock = system_clock) -> None:
        """`clock` stands for the server's: idle times, stream ids, expiry."""
        super().__init__(clock)
        self._sets, self._states, self._placed = {}, {}, {}
        self._stories = StoryBook()
        self._members: dict[str, dict[str, int]] = defaultdict(dict)
        self._turns, self._quiet = {}, {}
        self._spent = defaultdict(DaySpent)
        self._kept_answers = {}
        self._archived = {}
        self._indices, self._indices_at = {}, 0
        self._requests = {}
        self._jobs, self._job_due, self._job_holds = {}, {}, {}
        self._epoch = ""

    async def aclose(self) -> None:
        """Do nothing."""

    def replicated(self) -> AbstractAsyncContextManager[None]:
        """Do nothing: there are no replicas."""
        return nullcontext()

    async def ping(self) -> float:
        """Give 0."""
        return 0.0

    async def memory(self) -> Memory:
        """Know no limit: there is no server."""
        return Memory(used=0, limit=0)

    async def probe(self, now: int) -> None:
        """Do nothing: it is never full."""

    async def check_server(self, *, relaxed: bool = False) -> list[Finding]:
        """Find nothing: there is no server."""
        return []

    async def prepare(self) -> None:
        """Give the store its id."""
        self._epoch = self._epoch or f"memory-{id(self):x}"

    async def epoch(self) -> str:
        """Give the id this store got when it was first prepared; empty before that."""
        return self._epoch

    async def key_counts(self) -> dict[str, int]:
        """Give the size of each kind of key; `keys` is everything."""
        counts = {
            "events": len(self._events),
            "dead_events": len(self._dead_events),
            "journal": len(self._journal),
            "sources": len(self._sources),
            "alerts": len(self._alerts),
            "deliveries": len(self._deliveries),
            "bodies": len(self._bodies),
            "payloads": len(self._payloads),
            "chains": len(self._chains),
            "done": len(self._ended),
            "dead": len(self._dead),
            "wake": len(self._wake),
            "seen": sum(len(self._memory[s].owners) + len(self._memory[s].aliases) for s in self._sources),
            "queued": sum(len(queue) for queue in self._queues.values()),
            "fetches": len(self._fetches.jobs),
            "states": len(self._states),
            "stories": len(self._stories.index),
            "standings": len(self._standings),
            "indices": len(self._indices),
            "answers": len(self._kept_answers),
            "jobs": len(self._job_due),
        }
        counts |= self._life.sizes()
        return counts | {"keys": sum(1 for size in counts.values() if size) + len(self._traces)}

    async def heartbeat(self, member: str, role: str, now: int) -> None:
        """Say that a process is living."""
        self._members[role][member] = now

    async def leave(self, member: str, role: str) -> None:
        """Say that a process has ended."""
        self._members[role].pop(member, None)

    async def members(self, role: str, now: int) -> list[str]:
        """Give the processes of a role that spoke within 10 seconds, sorted."""
        return sorted(member for member, spoke in self._members[role].items() if spoke > now - LIVING_MS)

    async def sweep(self, now: int) -> dict[str, int]:
        """Drop what is over: ended deliveries, expired ones nobody serves, old dead events. Gives counts."""
        ended = [i for i, at in self._ended.items() if at <= now - ENDED_MS]
        dead = [i for i, at in self._dead.items() if at <= now - DEAD_MS]
        for delivery_id in [*ended, *dead]:
            self._forget_delivery(delivery_id)
        expired = sum(self._expire_all(receiver, now) for receiver in sorted(self._recv))
        buried = [entry for entry in self._dead_events if place(entry) < (now - DEAD_MS, 0)]
        for entry in buried:
            del self._dead_events[entry]
        counts = {"ended": len(ended) + len(dead), "expired": expired, "orphans": 0, "states": self._forget_sets(now)}
        counts["stories"] = self._forget_stories(now)
        counts |= {"alerts": self._forget_alerts(), "dead_events": len(buried), "timers": self._forget_timers(now)}
        return counts | self._life.forget(now)

    def _forget_delivery(self, delivery_id: str) -> None:
        record = self._deliveries.pop(delivery_id)
        self._ended.pop(delivery_id, None)
        if self._dead.pop(delivery_id, None) is not None:
            self._count(record.receiver, dead=-1)
        self._bodies.pop(delivery_id, None)
        self._payloads.pop(delivery_id, None)

    def _expire_all(self, receiver: str, now: int) -> int:
        expired = 0
        while done := sum(self._expire_queue(receiver, lane, now) for lane in LANES):
            expired += done
        return expired

    def _expire_queue(self, receiver: str, lane: str, now: int) -> int:
        past = [i for i in self._in_order(receiver, lane) if 0 < self._deliveries[i].expires_ms <= now]
        return sum(self._complete(i, "", now, "expired", "") for i in past)
