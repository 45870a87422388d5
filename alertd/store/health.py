"""The server's state, the sizes of everything, and who is living."""

from __future__ import annotations

import contextlib
import time

from alertd.base.clock import machine_ms
from alertd.errors import StoreFull, StoreRefused
from alertd.store.keys import TYPE_OF
from alertd.store.part import Part
from alertd.store.records import LIVING_MS
from alertd.store.server import ServerFacts, judge, parse_info
from alertd.store.types import Finding, Memory

_STALE_MS = 3_600_000
_SIZES = (
    ("events", "XLEN", "events"),
    ("dead_events", "XLEN", "dead_events"),
    ("journal", "XLEN", "journal"),
    ("sources", "HLEN", "sources"),
    ("alerts", "ZCARD", "alerts"),
    ("deliveries", "HLEN", "deliveries"),
    ("bodies", "HLEN", "bodies"),
    ("payloads", "HLEN", "payloads"),
    ("chains", "HLEN", "chains"),
    ("done", "ZCARD", "done"),
    ("dead", "ZCARD", "dead"),
    ("wake", "LLEN", "wake"),
    ("fetches", "HLEN", "fetches"),
    ("states", "ZCARD", "states"),
    ("stories", "ZCARD", "stories"),
    ("standings", "HLEN", "standings"),
    ("indices", "HLEN", "indices"),
    ("silences", "ZCARD", "silence_ends"),
    ("marks", "ZCARD", "mark_ends"),
    ("counters", "ZCARD", "counter_ends"),
    ("windows", "ZCARD", "windows"),
    ("parts", "ZCARD", "part_ends"),
    ("timers", "ZCARD", "timers"),
    ("note_due", "ZCARD", "note_due"),
    ("feedback", "ZCARD", "feedback_ends"),
    ("answers", "ZCARD", "answer_ends"),
    ("jobs", "ZCARD", "job_due"),
)


class HealthPart(Part):
    """`ping`, `memory`, `probe`, `check_server`, `server_facts`, `key_counts`, `heartbeat`, `members`."""

    async def ping(self) -> float:
        """Give the time of one round trip in milliseconds."""
        began = time.perf_counter()
        with contextlib.suppress(StoreFull):  # one that cannot write to its disk says so even to PING: it is there
            await self.link.call("PING")
        return (time.perf_counter() - began) * 1000

    async def memory(self) -> Memory:
        """Say what the server uses and may use."""
        info = parse_info((await self.link.call("INFO", "memory")).decode("utf-8", "replace"))
        # Buffers of replicas and of the append-only file do not count against maxmemory (evict.c).
        used = int(info.get("used_memory", "0")) - int(info.get("mem_not_counted_for_evict", "0"))
        return Memory(used=used, limit=int(info.get("maxmemory", "0")))

    async def probe(self, now: int) -> None:
        """Write one small thing. Raises StoreFull where nothing that grows is taken."""
        await self.link.call("HSET", self.keys("meta"), "probed_at", now)

    async def check_server(self, *, relaxed: bool = False) -> list[Finding]:
        """Check the start-up contract; nothing found is an empty list."""
        return judge(await self.server_facts(relaxed=relaxed))

    async def server_facts(self, *, relaxed: bool = False) -> ServerFacts:
        """Ask the server what it says of itself, and look at its clock."""
        before = machine_ms(self.clock())  # a replay goes by a clock of the past, its server does not
        seconds, micros = await self.link.call("TIME")
        skew = int(seconds) * 1000 + int(micros) // 1000 - (before + machine_ms(self.clock())) // 2
        info = await self.link.call("INFO")
        return ServerFacts(
            info=parse_info(info.decode("utf-8", "replace")),
            config=await self._config(),
            skew_ms=skew,
            over_socket=self.link.over_socket,
            relaxed=relaxed,
            several=self.link.kind != "one",
            types=await self._types(),
        )

    async def _config(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for pattern in ("appendfsync", "maxmemory*", "min-replicas-*"):
            try:
                flat = await self.link.call("CONFIG", "GET", pattern)
            except StoreRefused:
                return {}  # forbidden or renamed, as at most hosting providers: INFO says most of it too
            found |= {flat[i].decode(): flat[i + 1].decode() for i in range(0, len(flat), 2)}
        return found

    async def _types(self) -> dict[str, str]:
        kinds = await self.link.pipeline([["TYPE", self.keys(name)] for name in TYPE_OF])
        return {name: kind.decode() for name, kind in zip(TYPE_OF, kinds, strict=True)}

    async def key_counts(self) -> dict[str, int]:
        """Give the size of each kind of key; `keys` is everything in this database, traces included."""
        sizes = await self.link.pipeline([[command, self.keys(key)] for _, command, key in _SIZES])
        counts = {name: size for (name, _, _), size in zip(_SIZES, sizes, strict=True)}
        counts["seen"] = await self._total("HLEN", "seen:", await self.link.call("HKEYS", self.keys("sources")))
        receivers = await self.link.call("SMEMBERS", self.keys("receivers"))
        counts["queued"] = sum(
            [await self._total("ZCARD", f"q:{r.decode()}:", [b"critical", b"normal"]) for r in receivers]
        )
        windows = await self.link.call("ZRANGE", self.keys("windows"), 0, -1)
        counts["held"] = await self._total("HLEN", "held:", windows)
        counts["keys"] = await self.link.call("DBSIZE")
        return counts

    async def _total(self, command: str, prefix: str, names: list[bytes]) -> int:
        if not names:
            return 0
        return sum(await self.link.pipeline([[command, self.keys(prefix + name.decode())] for name in names]))

    async def heartbeat(self, member: str, role: str, now: int) -> None:
        """Say that a process is living."""
        key = self.keys(f"members:{role}")
        await self.link.pipeline([["ZADD", key, now, member], ["ZREMRANGEBYSCORE", key, "-inf", now - _STALE_MS]])

    async def leave(self, member: str, role: str) -> None:
        """Say that a process has ended, so that the others need not wait until it is missed."""
        await self.link.call("ZREM", self.keys(f"members:{role}"), member)

    async def members(self, role: str, now: int) -> list[str]:
        """Give the processes of a role that spoke within 10 seconds, sorted."""
        found = await self.link.call("ZRANGEBYSCORE", self.keys(f"members:{role}"), f"({now - LIVING_MS}", "+inf")
        return sorted(member.decode() for member in found)
