"""Reads the daemon's own account of itself out of Redis: its journal, and what is still under way."""

from __future__ import annotations

from collections import Counter
from typing import Any

from alertd.store.redis import RedisStore
from tests.faults.checker import Ledger
from tests.faults.feeds import TOKEN

ENDS = frozenset({"sent", "dead", "superseded", "expired"})
"""States in which nothing more becomes of a delivery."""
READ = 1_000
OVERDUE_MS = 10_000


class LedgerReader:
    """Follows the journal, and keeps of it what counts: it is read once, however often it is asked for."""

    def __init__(self) -> None:
        self._after = "0"
        self._events: dict[str, str] = {}
        self._records: Counter[tuple[str, int]] = Counter()
        self._open: set[str] = set()

    def begin_anew(self) -> None:
        """Forget all but which events were recorded: the store went back, and records again what it had not kept."""
        self._after = "0"
        self._records.clear()
        self._open.clear()

    async def read_on(self, store: RedisStore) -> Ledger:
        """Read what is new; gives all that was read so far. Raises StoreUnavailable."""
        while lines := await store.read_journal(self._after, READ, 0):
            self._after = lines[-1][0]
            for _, record in lines:
                if record.kind == "event":
                    self._event(record.data["event"])
                elif record.kind == "delivery":
                    self._delivery(record.ids, record.reason)
        return Ledger(self._events, sum(count - 1 for count in self._records.values()), len(self._open))

    def _event(self, event: dict[str, Any]) -> None:
        self._records[event["id"], event["revision"]] += 1
        for token in TOKEN.findall(event["title"]):
            self._events[token] = event["id"]

    def _delivery(self, ids: list[str], state: str) -> None:
        for id in ids:
            if id.startswith("dl_"):
                (self._open.discard if state in ENDS else self._open.add)(id)


async def under_way(store: RedisStore, now: int) -> dict[str, int]:
    """Count everything that is not at its end, by its kind; zeros included. Raises StoreUnavailable."""
    keys, link = store.keys, store.link
    backlog = await store.backlog()
    left = {
        "events not finished": backlog.events,
        "pending entries": backlog.pending,
        "chains": await link.call("HLEN", keys("chains")),
        "fetch jobs": await link.call("HLEN", keys("fetches")),
        "windows": await link.call("ZCARD", keys("windows")),
        # an alert's end is a timer far ahead; one that has not rung long after its time never will
        "overdue timers": await link.call("ZCOUNT", keys("timers"), "-inf", now - OVERDUE_MS),
        "dead events": await link.call("XLEN", keys("dead_events")),
        "dead letters": await link.call("ZCARD", keys("dead")),
        "queued": 0,
        "waiting": 0,
    }
    for health in (await store.receiver_health()).values():
        left["queued"] += health.queued
        left["waiting"] += health.waiting
    return left


async def leftover(store: RedisStore, now: int) -> dict[str, int]:
    """Count what is under way, and what `under_way` cannot see because nothing points to it any more."""
    left = await under_way(store, now)
    states: Counter[str] = Counter()
    cursor: bytes | int = 0
    while True:
        cursor, flat = await store.link.call("HSCAN", store.keys("deliveries"), cursor, "COUNT", 1_000)
        for raw in flat[1::2]:
            states[_state(raw)] += 1
        if int(cursor) == 0:
            break
    left["live deliveries"] = sum(count for state, count in states.items() if state not in ENDS)
    left["held windows"] = await _count(store, "held:*")
    return left


def _state(raw: bytes) -> str:
    """Take the state out of a record, which is JSON of scalars."""
    return raw.partition(b'"state":"')[2].partition(b'"')[0].decode()


async def _count(store: RedisStore, pattern: str) -> int:
    cursor: bytes | int = 0
    found = 0
    while True:
        cursor, names = await store.link.call("SCAN", cursor, "MATCH", store.keys(pattern), "COUNT", 1_000)
        found += len(names)
        if int(cursor) == 0:
            return found
