"""Alerting outranks the archive: when Redis fills up, the oldest part of the journal goes first.

A full Redis takes no event and no alert any more. Before that, messages go that were sent and wait to be archived.
What is dropped is told: the journal gets a line that names the gap, the operator a notice, and `alertd why` no longer
reaches behind it. The archive names the gap by itself, where it had not read so far.

Otherwise the journal is kept for as long as the settings say, and until it is archived.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from alertd import telemetry
from alertd.base.clock import rfc3339
from alertd.model import JournalRecord
from alertd.store.types import Archived, Memory
from alertd.workers.notices import Notices

log = structlog.get_logger(__name__)

FULL = 0.7
"""Share of Redis's memory above which the journal gives way."""
HOUR_MS = 3_600_000
"""The operator is told once an hour at most; the journal has a line for each gap."""
FEW = 32
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

    async def journal_end(self) -> str:
        """Give the id of its newest record."""
        ...

    async def drop_ended_payloads(self) -> int:
        """Drop what was sent and waits to be archived."""
        ...


def trimmed_before(older_than_ms: int, archived: Mapping[str, Archived]) -> int:
    """Give from when on the journal stays: what some archive has not read yet stays, whatever its age. Pure.

    The record that an archive read last stays too: by that it sees that nothing is missing behind it.
    """
    return min([older_than_ms, *(int(one.position.partition("-")[0] or 0) for one in archived.values())])


async def make_room(store: ReliefStore, notices: Notices, now: int) -> int:
    """Drop the oldest part of the journal while Redis is too full; gives how many lines went."""
    dropped, since, until, messages = 0, 0, 0, 0
    for step in range(STEPS):
        memory = await store.memory()
        if not memory.limit or memory.used <= FULL * memory.limit:
            break
        if step == 0 and (messages := await store.drop_ended_payloads()):
            log.warning("messages_gave_way", messages=messages)
            continue
        oldest = await store.read_journal("", FEW, 0)
        if len(oldest) < FEW and all(record.kind == "notice" for _, record in oldest):
            break  # what is left is what was told of the last gap: dropping that frees nothing, and tells of itself
        begin = int(oldest[0][0].partition("-")[0])
        since = since or begin
        newest = int((await store.journal_end()).partition("-")[0])  # stays: by it the archive sees that it has all
        until = min(begin + max(1, (now - begin) // 10), newest)
        dropped += await store.trim_journal(until)
    what = [f"{messages} messages that were sent and waited to be archived"] if messages else []
    if dropped:
        telemetry.JOURNAL_DROPPED.inc(dropped)
        what.append(f"{dropped} lines of the journal, from {rfc3339(since)} to {rfc3339(until)},")
        log.warning("journal_gave_way", lines=dropped, since=rfc3339(since), until=rfc3339(until))
    if what:
        text = (
            f"Redis is more than {FULL:.0%} full: {' and '.join(what)} were dropped. Give Redis more memory, keep "
            "the journal for a shorter time, and see whether the archive is written (`alertd status`)."
        )
        await notices.tell("journal_gap", "journal", text, str(until or now), once=f"hour:{now // HOUR_MS}")
    return dropped
