"""Alerting outranks the archive: when Redis fills up, the oldest part of the journal goes first.

A full Redis takes no event and no alert any more. What is dropped is told: the journal gets a line that names the
gap, the operator a notice, and `alertd why` no longer reaches behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import structlog

from alertd import telemetry
from alertd.base.clock import rfc3339
from alertd.model import JournalRecord
from alertd.store.types import Memory
from alertd.workers.notices import Notices

log = structlog.get_logger(__name__)

FULL = 0.7
"""Share of Redis's memory above which the journal gives way."""
STEPS = 5
"""Tenths of the journal's time that one turn may drop: the memory that comes free shows with some delay."""


class ReliefStore(Protocol):
    """What making room needs of the store."""

    async def memory(self) -> Memory:
        """Say what Redis uses and may use."""
        ...

    async def read_journal(self, after_id: str, count: int, block_ms: int) -> Sequence[tuple[str, JournalRecord]]:
        """Read the journal."""
        ...

    async def trim_journal(self, older_than_ms: int) -> int:
        """Drop the oldest part of the journal."""
        ...


async def make_room(store: ReliefStore, notices: Notices, now: int) -> int:
    """Drop the oldest part of the journal while Redis is too full; gives how many lines went."""
    dropped, since, until = 0, 0, 0
    for _ in range(STEPS):
        memory = await store.memory()
        if not memory.limit or memory.used <= FULL * memory.limit:
            break
        oldest = await store.read_journal("", 1, 0)
        if not oldest:
            break
        begin = int(oldest[0][0].partition("-")[0])
        since = since or begin
        until = begin + max(1, (now - begin) // 10)
        dropped += await store.trim_journal(until)
    if dropped:
        telemetry.JOURNAL_DROPPED.inc(dropped)
        text = (
            f"Redis is more than {FULL:.0%} full: {dropped} lines of the journal, from {rfc3339(since)} to "
            f"{rfc3339(until)}, were dropped. Give Redis more memory or keep the journal for a shorter time."
        )
        log.warning("journal_gave_way", lines=dropped, since=rfc3339(since), until=rfc3339(until))
        await notices.tell("journal_gap", "journal", text, str(until))
    return dropped
