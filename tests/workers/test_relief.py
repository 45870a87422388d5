"""A Redis that fills up keeps alerting: the oldest part of the journal gives way, and it is said."""

from __future__ import annotations

from alertd.base.clock import rfc3339
from alertd.model import JournalRecord
from alertd.store.memory import MemoryStore
from alertd.store.types import Archived, Memory
from alertd.workers.notices import Notices
from alertd.workers.relief import make_room, trimmed_before
from tests.store.make import delivery

NOW = 1_768_000_000_000


class Filling(MemoryStore):
    """A store whose journal is all that uses memory: one byte a line, of which it may have a hundred."""

    def __init__(self) -> None:
        self.now = NOW
        super().__init__(clock=lambda: self.now)

    async def memory(self) -> Memory:
        lines = await self.read_journal("", 1000, 0)
        return Memory(used=len(lines) + len(self._payloads), limit=100)


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


async def test_the_operator_is_told_once_an_hour_and_each_gap_is_recorded() -> None:
    store = await filled(80)
    for _ in range(3):
        await make_room(store, Notices(store, {"ops": "every"}, lambda: store.now), store.now)
        for _ in range(20):
            store.now += 1000
            await store.journal(JournalRecord(kind="source", at=rfc3339(store.now), ids=["wire"], reason="fine"))
    due, _ = await store.due("ops", store.now, 10)
    assert len(due) == 1
    gaps = [record for _, record in await store.read_journal("", 1000, 0) if record.reason == "journal_gap"]
    assert len(gaps) == 3


async def test_the_line_of_a_gap_makes_no_gap_of_its_own() -> None:
    store = await filled(80)

    async def full() -> Memory:
        return Memory(used=99, limit=100)

    store.memory = full  # type: ignore[method-assign]
    dropped = []
    for _ in range(9):
        store.now += 10_000
        dropped.append(await make_room(store, Notices(store, {}, lambda: store.now), store.now))
    assert dropped[0] > 0
    assert dropped[-4:] == [0, 0, 0, 0], "when only such lines are left, they stay"


async def test_messages_that_wait_to_be_archived_go_first() -> None:
    store = await filled(60)
    store.keep_payloads = True
    for n in range(15):
        await store.enqueue([delivery(str(n))], store.now)
        await store.claim("desk", f"dl_{n}", "t", store.now, 60_000, 0, b"words")
        await store.finish(f"dl_{n}", "t", store.now, "200 OK")
    assert (await store.memory()).used == 75 + 15
    assert await make_room(store, Notices(store, {}, lambda: store.now), store.now) < 15
    assert await store.ended_payloads([f"dl_{n}" for n in range(15)]) == {}
    (told,) = [record for _, record in await store.read_journal("", 1000, 0) if record.reason == "journal_gap"]
    assert "15 messages that were sent and waited to be archived" in told.data["text"]


def test_the_journal_stays_until_it_is_archived_whatever_its_age() -> None:
    def at(*positions: str) -> int:
        return trimmed_before(NOW, {str(n): Archived(position=one, at_ms=NOW) for n, one in enumerate(positions)})

    assert at() == NOW, "no archive: by its age alone"
    assert at(f"{NOW + 5}-0") == NOW, "what is archived goes when it is old enough"
    assert at(f"{NOW + 5}-0", f"{NOW - 5}-3") == NOW - 5, "the slowest archive counts"
    assert at("") == 0, "one that has read nothing yet waits for all of it"


async def test_an_empty_journal_is_not_to_blame() -> None:
    store = Filling()

    async def full() -> Memory:
        return Memory(used=99, limit=100)

    store.memory = full  # type: ignore[method-assign]
    assert await make_room(store, Notices(store, {}, lambda: store.now), store.now) == 0
