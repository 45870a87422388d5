"""Redis went back, the archive did not: what the journal lost is counted, and what it decided since is archived."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.history.archive.verify import verify
from alertd.model import JournalRecord
from alertd.store.memory import MemoryStore
from alertd.workers.archive_past import CHUNK, Lost
from tests.workers.archiving import NOW, Rig, names, record


class Heard:
    """Hears of what was lost."""

    def __init__(self) -> None:
        self.lost: list[Lost] = []

    async def compared(self, lost: Lost) -> None:
        self.lost.append(lost)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def rig(tmp_path: Path, heard: Heard) -> Rig:
    rig = Rig(tmp_path)
    rig.past = heard
    return rig


async def copied(rig: Rig) -> MemoryStore:
    """Give a copy of the journal as it is now: a replica that hears nothing from here on."""
    back = MemoryStore(clock=lambda: rig.now)
    now = rig.now
    for name, line in await rig.journalled():
        rig.now = int(name.partition("-")[0])
        await back.journal(line)
    rig.now = now
    return back


async def test_each_archived_line_that_the_journal_has_no_more_is_counted(rig: Rig, heard: Heard) -> None:
    await rig.write(*(f"n{number}" for number in range(CHUNK + 5)))
    back = await copied(rig)
    await rig.write(*(f"lost-{number}" for number in range(CHUNK + 7)))
    await rig.archive()
    rig.store = back
    await rig.write("new")
    await rig.archive()
    (lost,) = heard.lost
    assert lost.lines == CHUNK + 7
    assert names(rig.lines())[-1] == "new"
    assert await rig.told() == [], "whoever hears of it tells"
    await rig.write("newer")
    await rig.archive()
    assert len(heard.lost) == 1
    assert list(verify(rig.path)) == []


async def test_only_what_was_archived_since_the_store_heard_of_the_archive_is_compared(
    rig: Rig, heard: Heard
) -> None:
    await rig.write("a", "b")
    await rig.archive()
    back = await copied(rig)
    (archive, archived), *_ = (await rig.store.archived(rig.now)).items()
    await back.note_archived(archive, archived.position, rig.now)
    await rig.write("c")
    await rig.archive()
    rig.store = back
    await rig.write("d")
    await rig.archive()
    (lost,) = heard.lost
    assert lost.kinds == {"source": 1}
    assert lost.since == archived.position


async def test_what_is_decided_under_ids_that_the_archive_is_past_is_archived_under_others(
    rig: Rig, heard: Heard
) -> None:
    """The clock of the new primary is a minute behind."""
    await rig.write("a")
    back = await copied(rig)
    await rig.write("b")
    await rig.archive()
    rig.store = back
    rig.now -= 60_000
    await rig.write("c", "d")
    await rig.archive()
    await rig.write("e")
    await rig.archive()
    found = [(line.ids[0], line.data.get("journal_id", "")) for _, line in rig.lines()]
    assert [name for name, _ in found if name not in ("archive", "ops")] == ["a", "b", "c", "d", "e"]
    assert [bool(own) for name, own in found if name in "cde"] == [True, True, False]
    assert heard.lost[0].lines == 1
    assert list(verify(rig.path)) == []


async def test_another_line_under_the_id_of_the_last_one_is_another_history(rig: Rig, heard: Heard) -> None:
    await rig.write("a")
    back = await copied(rig)
    await rig.write("b")
    archiver = rig.made()
    await archiver._turn()
    assert await back.journal(record("instead of b"))
    await back.journal(record("c"))
    archiver._store = archiver._seam._store = back
    assert [name for name, _ in await back.read_journal("", 9, 0)][1] == f"{NOW + 2000}-0", "the id that b had"
    await archiver._turn()
    assert heard.lost[0].lines == 1
    assert [name for name in names(rig.lines()) if name != "archive"] == ["a", "b", "instead of b", "c"]


def test_what_people_said_and_what_was_sent_is_kept_by_name() -> None:
    lost = Lost()
    lost.add(record("wire"))
    lost.add(JournalRecord(kind="event", at="", ids=["ev_a"], reason="", data={"event": {"title": "T"}}))
    lost.add(JournalRecord(kind="delivery", at="", ids=["dl_a"], reason="sent", data={"delivery": "dl_a"}))
    lost.add(JournalRecord(kind="answer", at="", ids=["al_a"], reason="acknowledge", data={}))
    assert (lost.lines, lost.events, lost.sent, len(lost.people)) == (4, {"ev_a": "T"}, ["dl_a"], 1)
