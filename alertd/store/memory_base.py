"""What MemoryStore's parts share: the journal, stream ids, and waiting without sleeping."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TypeVar

from alertd.base.clock import Clock, rfc3339
from alertd.model import JournalRecord
from alertd.store.journal import ALL, TRACED, Instead, next_id, once_name
from alertd.store.records import ONCE_S, from_json, record_ids, to_json

T = TypeVar("T", bound=Sequence[object])


def place(entry_id: str) -> tuple[int, int]:
    """Give the order of a stream id."""
    ms, _, sequence = entry_id.partition("-")
    return int(ms), int(sequence or 0)


class MemoryBase:
    """State lives in plain dicts; no method gives way to the event loop half-way: each is as atomic as a script."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._last_id = (0, 0)
        self._journal: dict[str, JournalRecord] = {}
        self._traces: dict[str, list[str]] = defaultdict(list)
        self._once: dict[str, int] = {}
        self._bell = asyncio.Event()

    def _next_id(self) -> str:
        ms, sequence = self._last_id
        now = self.clock()
        self._last_id = (now, 0) if now > ms else (ms, sequence + 1)
        return f"{self._last_id[0]}-{self._last_id[1]}"

    async def _wait(self, look: Callable[[], T], timeout_ms: int) -> T:
        """Look, and look again whenever something was written, until something is found or the time is up."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_ms / 1000
        found = look()
        while not found and (left := deadline - loop.time()) > 0:
            self._bell.clear()
            try:
                await asyncio.wait_for(self._bell.wait(), left)
            except TimeoutError:
                return look()
            found = look()
        return found

    def _write_journal(self, record: JournalRecord, behind: str = "") -> None:
        if behind and place(behind) >= self._last_id:
            self._last_id = place(next_id(behind))
            entry = next_id(behind)
        else:
            entry = self._next_id()
        self._journal[entry] = from_json(to_json(record), JournalRecord, "a journal record")
        for traced in record_ids(record):
            self._traces[traced].append(entry)
            del self._traces[traced][:-TRACED]
        self._bell.set()

    def _journal_line(self, kind: str, now: int, ids: list[str], reason: str, data: dict[str, str | int]) -> None:
        fields = {"kind": kind, "at": rfc3339(now), "ids": ids, "reason": reason, "data": data}
        self._write_journal(from_json(to_json(fields), JournalRecord, "a journal record"))

    async def journal(self, record: JournalRecord, once: str = "", behind: str = "") -> bool:
        """Write a record; under a `once` key a single time in 24 hours (False: it was)."""
        mark = once_name(once)
        if mark and self._once.get(mark, 0) > self.clock():
            return False
        self._write_journal(record, behind)
        if mark:
            self._once[mark] = self.clock() + ONCE_S * 1000
        return True

    async def trace(self, id: str, most: int = TRACED, enough: int = ALL) -> list[tuple[str, JournalRecord]]:
        """Give the newest records that concern an id, at most 1,000, oldest first; of older ones none where the newer
        have `enough` bytes.
        """
        found, size = list[tuple[str, JournalRecord]](), 0
        for entry in reversed(list(self._traces.get(id, []))[-most:]):
            if entry in self._journal and size < enough:
                found.append((entry, self._journal[entry]))
                size += len(to_json(self._journal[entry])) if enough < ALL else 0
        return found[::-1]

    async def read_journal(
        self, after_id: str, count: int, block_ms: int, *, instead: Instead | None = None
    ) -> list[tuple[str, JournalRecord]]:
        """Give the records behind an id ("" = from the start, "$" = those to come)."""
        after = self._last_id if after_id == "$" else place(after_id or "0")

        def look() -> list[tuple[str, JournalRecord]]:
            return [(entry, record) for entry, record in self._journal.items() if place(entry) > after][:count]

        return await self._wait(look, block_ms)

    async def journal_end(self) -> str:
        """Give the id of the newest record, to read on from; "0" if there is none."""
        return next(reversed(self._journal), "0")

    async def journal_start(self) -> str:
        """Give the id of the oldest record that is there; "0" if there is none."""
        return next(iter(self._journal), "0")

    async def trim_journal(self, older_than_ms: int) -> int:
        """Drop the records from before a time; gives how many."""
        old = [entry for entry in self._journal if place(entry) < (older_than_ms, 0)]
        for entry in old:
            del self._journal[entry]
        return len(old)
