"""A Redis that fills up keeps alerting: the oldest part of the journal gives way, and it is said."""

from __future__ import annotations

from alertd.base.clock import rfc3339
from alertd.model import JournalRecord
from alertd.store.memory import MemoryStore
from alertd.store.types import Memory
from alertd.workers.notices import Notices
from alertd.workers.relief import make_room

NOW = 1_768_000_000_000


class Filling(MemoryStore):
    """A store whose journal is all that uses memory: one byte a line, of which it may have a hundred."""

    def __init__(self) -> None:
        self.now = NOW
        super().__init__(clock=lambda: self.now)

    async def memory(self) -> Memory:
        lines = await self.read_journal("", 1000, 0)
        return Memory(used=len(lines), limit=100)


async def filled(lines: int) -> Filling:
    store = Filling()
    for _ in range(lines):
        store.now += 1000
        await store.journal(JournalRecord(kind="source", at=rfc3339(store.now), ids=["wire"], reason="fine"))
    return store


async def test_while_there_is_room_nothing_is_dropped() -> None:
    store = await filled(70)
    assert await make_room(store, Notices(store, {}, lambda: store.now), store.now) == 0


async def test_above_seventy_percent_the_oldest_lines_go_until_there_is_room() -> None:
    store = await filled(80)
    dropped = await make_room(store, Notices(store, {}, lambda: store.now), store.now)
    assert 10 <= dropped < 20
    left = [record for _, record in await store.read_journal("", 1000, 0)]
    assert left[0].at > rfc3339(NOW + 10_000), "the oldest went"
    assert left[-1].reason == "journal_gap", "and the gap is recorded"


async def test_the_operator_is_told_of_the_gap() -> None:
    store = await filled(80)
    await make_room(store, Notices(store, {"ops": "every"}, lambda: store.now), store.now)
    (notice,), _ = await store.due("ops", store.now, 10)
    assert notice.message.notice is not None
    assert "70% full" in notice.message.notice.text


async def test_an_empty_journal_is_not_to_blame() -> None:
    store = Filling()

    async def full() -> Memory:
        return Memory(used=99, limit=100)

    store.memory = full  # type: ignore[method-assign]
    assert await make_room(store, Notices(store, {}, lambda: store.now), store.now) == 0
