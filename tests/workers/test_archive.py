"""The journal goes into the archive: every line once, whatever is away or broken meanwhile, and gaps are named."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard

from alertd.base.failpoints import arm
from alertd.history.archive.blobs import Blobs
from alertd.history.archive.layout import Layout
from alertd.history.archive.reader import Reader
from alertd.history.archive.verify import verify
from alertd.history.projection.read import History
from alertd.model import JournalRecord
from alertd.rules.files import fingerprint
from alertd.store.memory import MemoryStore
from alertd.store.redis import open_store
from alertd.store.types import Memory
from alertd.workers import archive, progress
from alertd.workers.archive import BATCH
from alertd.workers.archive_version import InForce
from alertd.workers.notices import Notices
from alertd.workers.relief import make_room
from tests.history.archive.making import rewritten
from tests.store.make import delivery
from tests.support.daemon import eventually
from tests.workers.archiving import Rig, names, record

DAY = 86_400_000


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


async def test_every_record_is_in_the_archive_once_in_its_order(rig: Rig) -> None:
    await rig.write(*(f"n{n}" for n in range(2 * BATCH + 3)))
    await rig.archive()
    assert rig.lines() == await rig.journalled()
    await rig.write("later")
    await rig.archive()
    assert rig.lines() == await rig.journalled()
    assert list(verify(rig.path)) == []


async def test_the_store_hears_how_far_it_is(rig: Rig) -> None:
    await rig.write("a", "b")
    await rig.archive()
    ((_, found),) = (await rig.store.archived(rig.now)).items()
    assert found.position == (await rig.journalled())[-1][0]


async def test_history_goes_on_with_the_lines(rig: Rig) -> None:
    await rig.write("a", "b")
    await rig.archive()
    at = History(rig.folder / "history.db").position()
    assert at is not None
    assert at.journal_id == (await rig.journalled())[-1][0]


# --- what was sent --------------------------------------------------------------------------------------------


async def test_what_was_sent_is_in_the_line_that_says_so_and_leaves_the_store(rig: Rig) -> None:
    rig.store.keep_payloads = True
    limited = msgspec.structs.replace(delivery("b"), keep_body_s=30 * 86400, export=False)
    await rig.store.enqueue([delivery("a"), limited], rig.now)
    for name, payload in {"a": '{"text":"Über"}'.encode(), "b": b"\xff\x00"}.items():
        await rig.store.claim("desk", f"dl_{name}", name, rig.now, 60_000, 0, payload)
        await rig.store.finish(f"dl_{name}", name, rig.now, "200 OK")
    await rig.archive()
    (first, second) = (one.data for _, one in rig.lines() if one.reason == "sent")
    assert (first["payload"], first["detail"]) == ('{"text":"Über"}', "200 OK")
    assert "rights" not in first
    assert second["payload_base64"] == "/wA="
    assert second["rights"] == {"keep_body_s": 30 * 86400, "export": False}
    assert await rig.store.ended_payloads(["dl_a", "dl_b"]) == {}


async def test_of_two_archives_both_have_what_was_sent(rig: Rig, tmp_path: Path) -> None:
    rig.store.keep_payloads = True
    other = Rig(tmp_path / "other", rig.store)
    other.now = rig.now
    await rig.write("a")
    await rig.archive()
    await other.archive()
    await rig.store.enqueue([delivery("a")], rig.now)
    await rig.store.claim("desk", "dl_a", "t", rig.now, 60_000, 0, b"words")
    await rig.store.finish("dl_a", "t", rig.now, "200 OK")
    quicker = rig.made()
    await quicker._turn()
    assert list(await rig.store.ended_payloads(["dl_a"])) == ["dl_a"], "the other one has not read so far"
    await other.archive()
    assert await rig.store.ended_payloads(["dl_a"]) == {}, "all have it"
    await quicker._turn()
    quicker.stop()
    await quicker.run()
    for one in (rig, other):
        assert [line.data["payload"] for _, line in one.lines() if line.reason == "sent"] == ["words"]


async def test_a_dead_letter_is_archived_with_what_was_to_be_sent_and_can_be_tried_again(rig: Rig) -> None:
    rig.store.keep_payloads = True
    await rig.store.enqueue([delivery("a")], rig.now)
    await rig.store.claim("desk", "dl_a", "t", rig.now, 60_000, 0, b"words")
    await rig.store.bury("dl_a", "t", rig.now, "404")
    await rig.archive()
    (line,) = [one for _, one in rig.lines() if one.reason == "dead"]
    assert line.data["payload"] == "words"
    assert list(await rig.store.ended_payloads(["dl_a"])) == ["dl_a"]


# --- gaps -----------------------------------------------------------------------------------------------------


async def test_what_was_dropped_before_it_was_archived_is_named(rig: Rig) -> None:
    await rig.write("a")
    await rig.archive()
    await rig.write("lost", "lost", "b")
    (last, _), *_, (first, _) = await rig.journalled()
    await rig.store.trim_journal(rig.now)
    await rig.archive()
    assert names(rig.lines())[:3] == ["a", "archive", "b"]
    gap = rig.lines()[1][1]
    assert (gap.kind, gap.reason, gap.data["from"], gap.data["to"]) == ("notice", "archive_gap", last, first)
    assert "archive_gap" in await rig.told()
    assert list(verify(rig.path)) == []


async def test_a_journal_that_was_trimmed_behind_what_is_archived_has_no_gap(rig: Rig) -> None:
    await rig.write("a", "b", "c")
    await rig.archive()
    await rig.store.trim_journal(rig.now)  # as the timers do: the record that was archived last stays
    await rig.write("d")
    await rig.archive()
    assert names(rig.lines()) == ["a", "b", "c", "d"]


async def test_the_first_archive_of_a_journal_begins_where_that_does(rig: Rig) -> None:
    await rig.write("a", "b")
    await rig.store.trim_journal(rig.now)
    await rig.archive()
    assert names(rig.lines()) == ["b"]


async def test_a_store_that_lost_its_memory_goes_on_behind_the_archive_and_the_gap_is_named(rig: Rig) -> None:
    await rig.write("a", "b")
    await rig.archive()
    rig.now -= 5000  # and its clock is behind
    rig.store = MemoryStore(clock=lambda: rig.now)
    await rig.archive()
    await rig.write("c")
    await rig.archive()
    told = [one for _, one in rig.lines()]
    assert [one.ids[0] for one in told if one.reason in ("fine", "archive_gap") and one.kind != "delivery"] == [
        "a", "b", "archive", "archive", "c",
    ]  # fmt: skip
    assert list(verify(rig.path)) == []


async def test_a_store_that_went_back_is_archived_on_and_it_is_said(rig: Rig) -> None:
    await rig.write("a")
    back = MemoryStore(clock=lambda: rig.now)
    await back.journal(record("a"))
    assert await back.read_journal("", 10, 0) == await rig.journalled()
    await rig.write("b")
    await rig.archive()
    rig.store = back
    await rig.archive()
    await rig.write("b again")
    await rig.archive()
    (gap,) = [one for _, one in rig.lines() if one.reason == "archive_gap" and "from" in one.data]
    assert "older state" in gap.data["text"]
    assert names(rig.lines())[-1] == "b again"


async def test_a_store_that_went_back_and_went_on_at_once_is_found_by_what_it_lacks(rig: Rig) -> None:
    """A replica took over that had not heard of the last lines yet."""
    await rig.write("a")
    back = MemoryStore(clock=lambda: rig.now)
    await back.journal(record("a"))
    await rig.write("b")
    await rig.archive()
    rig.store = back
    await rig.write("b again", "c")
    await rig.archive()
    assert [name for name in names(rig.lines()) if name != "ops"] == ["a", "b", "archive", "b again", "c"]
    (gap,) = [one for _, one in rig.lines() if one.reason == "archive_gap"]
    assert "older state" in gap.data["text"]
    assert "archive_gap" in await rig.told()
    await rig.write("d")
    await rig.archive()
    assert sum(one.reason == "archive_gap" and "from" in one.data for _, one in rig.lines()) == 1


# --- trouble --------------------------------------------------------------------------------------------------


async def test_what_stands_in_the_way_of_the_archive_is_told_once_and_then_all_is_added(rig: Rig) -> None:
    rig.path.write_text("a file where the directory should be")
    await rig.write("a")
    archiver = rig.made()
    assert await archiver._turn() == 1.0
    assert await archiver._turn() == 2.0
    assert archiver.status()["archive"]["error"]
    assert await rig.told() == ["archive_failing"]
    rig.path.unlink()
    await rig.write("b")
    await archiver._turn()
    assert archiver.status()["archive"]["error"] is None
    archiver.stop()
    await archiver.run()
    assert [name for name, _ in rig.lines()] == [name for name, _ in await rig.journalled()]
    assert await rig.told() == ["archive_failing", "archive_healed"]


async def test_an_archive_that_was_removed_begins_anew_with_what_the_journal_still_has(rig: Rig) -> None:
    await rig.write("a", "b")
    archiver = rig.made()
    await archiver._turn()
    assert await archiver._history.advance() == 2
    shutil.rmtree(rig.path)
    await rig.write("c")
    await archiver._turn()
    archiver.stop()
    await archiver.run()
    assert names(rig.lines()) == ["a", "b", "c", "archive"]
    assert rig.lines()[-1][1].reason == "archive_replaced"
    assert list(verify(rig.path)) == []
    assert (await rig.store.archived(rig.now)).keys() >= {Reader(rig.path).about.id}
    at = History(rig.folder / "history.db").position()
    assert at is not None
    assert at.journal_id == rig.lines()[-1][0]


async def test_an_archive_made_anew_gets_the_files_in_force_and_the_operator_hears_of_it(rig: Rig) -> None:
    rules = rig.folder / "rules"
    rules.mkdir()
    (rules / "a.yaml").write_text("portfolio: a")
    archiver = rig.made()
    mark = fingerprint((rules / "a.yaml").read_bytes())
    archiver.versions.take(InForce("v1", rules, {str(rules / "a.yaml"): mark}))
    await archiver._turn()
    shutil.rmtree(rig.path)
    await rig.write("b")
    await archiver._turn()
    archiver.stop()
    await archiver.run()
    assert list(verify(rig.path)) == []
    assert len(list(Blobs(rig.path).names())) == 1
    assert await rig.told() == ["archive_replaced"]


async def test_a_line_altered_while_nobody_wrote_is_told_at_the_next_start(rig: Rig) -> None:
    await rig.write("a", "b", "c")
    await rig.archive()
    await rig.write("d")
    await rig.archive()
    assert await rig.told() == []
    (day,) = Layout(rig.path).open_days()
    rewritten(rig.path, day, lambda ls: [ls[0], ls[1].replace(b'"b"', b'"x"'), *ls[2:]])
    await rig.write("e")
    for _ in range(2):
        await rig.archive()
        assert await rig.told() == ["archive_damaged"]
    assert [(one.day, one.n) for one in verify(rig.path)] == [(day, 2)]


async def test_two_that_write_one_archive_do_not_mix_their_lines(rig: Rig, tmp_path: Path) -> None:
    await rig.write("a")
    first = rig.made()
    await first._turn()
    second = rig.made()
    await second._turn()
    assert "in use" in str(second.status()["archive"]["error"])
    second.stop()
    await second.run()
    first.stop()
    await first.run()
    assert names(rig.lines())[0] == "a"
    assert list(verify(rig.path)) == []


async def test_a_damaged_history_is_put_aside_and_made_anew(rig: Rig) -> None:
    await rig.write("a", "b")
    (rig.folder / "history.db").write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    archiver = rig.made()
    await archiver._turn()
    assert await archiver._history.advance() == 2
    archiver.stop()
    await archiver.run()
    assert len(list(rig.folder.glob("history.db.damaged-*"))) == 1


async def test_a_record_of_a_later_version_is_named_in_its_place(
    redis_url: str, namespace: str, tmp_path: Path
) -> None:
    redis_store = await open_store(redis_url, namespace, name="test")
    rig = Rig(tmp_path, redis_store)
    await redis_store.journal(record("a"))
    await redis_store.link.call("XADD", redis_store.keys("journal"), "*", "j", '{"kind":"from a later version"}')
    await redis_store.journal(record("b"))
    await rig.archive()
    assert [one.reason for _, one in rig.lines()] == ["fine", "archive_unreadable", "fine"]
    await redis_store.aclose()


async def test_fields_that_a_later_version_wrote_are_archived(redis_url: str, namespace: str, tmp_path: Path) -> None:
    redis_store = await open_store(redis_url, namespace, name="test")
    rig = Rig(tmp_path, redis_store)
    newer = msgspec.to_builtins(record("a", text="x")) | {"newer": {"list": [], "share": 0.25}}
    await redis_store.link.call("XADD", redis_store.keys("journal"), "*", "j", msgspec.json.encode(newer))
    await rig.archive()
    assert [one for _, one in rig.lines()] == [record("a", text="x")]
    (day,) = rig.path.rglob("*.open.jsonl.zst")
    with day.open("rb") as file:
        text = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True).read()
    assert b'"newer":{"list":[],"share":0.25}' in text
    await redis_store.aclose()


FULL = """
import asyncio, resource, signal, sys
from pathlib import Path
from tests.workers.archiving import Rig

async def main():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    rig = Rig(Path(sys.argv[1]))
    await rig.write(*(f"n{n}" for n in range(50)))
    archiver = rig.made()
    await archiver._turn()
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    await rig.write(*(f"n{n}" + "x" * n for n in range(50, 400)))
    await archiver._turn()
    assert archiver.status()["archive"]["error"], "the disk is full"
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    archiver.stop()
    await archiver.run()
    archived, journal = rig.lines(), await rig.journalled()
    assert journal[: len(archived)] == archived and len(archived) > 400, "what is told of it comes next"

asyncio.run(main())
"""


async def test_a_full_disk_loses_and_doubles_nothing(rig: Rig) -> None:
    done = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FULL, str(rig.folder), cwd=Path(__file__).parents[2], stderr=asyncio.subprocess.PIPE
    )
    _, said = await done.communicate()
    assert done.returncode == 0, said.decode()[-2000:]
    assert list(verify(rig.path)) == []


async def test_lines_that_a_full_redis_drops_while_the_archive_fails_are_named(tmp_path: Path) -> None:
    class Full(MemoryStore):
        async def memory(self) -> Memory:
            return Memory(used=len(self._journal), limit=100)

    rig = Rig(tmp_path)
    rig.store = Full(clock=lambda: rig.now)
    await rig.write("a")
    await rig.archive()
    rig.path.rename(tmp_path / "away")
    rig.path.write_text("what stands in the way")
    await rig.write(*(f"n{n}" for n in range(90)))
    archiver = rig.made()
    await archiver._turn()
    dropped = await make_room(rig.store, Notices(rig.store, {}, lambda: rig.now), rig.now)
    assert dropped > 0
    rig.path.unlink()
    (tmp_path / "away").rename(rig.path)
    archiver.stop()
    await archiver.run()
    archived = rig.lines()
    (gap,) = [one for _, one in archived if one.reason == "archive_gap" and "from" in one.data]
    assert (gap.data["from"], gap.data["to"]) == (archived[0][0], archived[2][0])
    assert "journal_gap" in [one.reason for _, one in archived], "and why"
    left = [name for name, _ in await rig.journalled()]
    assert left[: len(archived) - 2] == [name for name, _ in archived][2:], "what came after it was told comes next"


async def test_a_disk_that_hangs_is_told_and_keeps_no_other_loop_from_its_work(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process whose loops do not come round is killed, and with it all that delivers alerts."""
    monkeypatch.setattr(progress, "BEAT_S", 0.01)
    monkeypatch.setattr(archive, "STALLED_S", 0.05)
    await rig.write("a")
    arm("archive.append.before_sync:1:sleep=0.5")
    archiver = rig.made()
    running = asyncio.create_task(archiver.run())

    async def told(kind: str) -> bool:
        return kind in await rig.told()

    await eventually(lambda: told("archive_failing"), "the notice")
    turns = rig.progress.counts()["archive"]
    assert "hang" in str(archiver.status()["archive"]["error"])
    await eventually(lambda: came_round(rig, turns + 3), "more turns")
    await eventually(lambda: told("archive_healed"), "the notice that it is over")
    archiver.stop()
    await running
    assert names(rig.lines())[0] == "a"


async def test_a_failing_archive_comes_round_while_it_waits_to_try_again(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "BEAT_S", 0.01)
    monkeypatch.setattr(archive, "FIRST_WAIT_S", 600.0)
    rig.path.write_text("a file where the directory should be")
    archiver = rig.made()
    running = asyncio.create_task(archiver.run())
    await eventually(lambda: came_round(rig, 20), "turns while it waits")
    archiver.stop()
    await running


async def came_round(rig: Rig, times: int) -> bool:
    """Tell whether the archive's loop came round so often."""
    return rig.progress.counts().get("archive", 0) >= times


# --- days -----------------------------------------------------------------------------------------------------


async def test_a_day_is_sealed_when_the_next_has_begun(rig: Rig) -> None:
    await rig.write("a")
    await rig.archive()
    rig.now += DAY
    await rig.write("b")
    await rig.archive()
    assert [path.name for path in rig.path.glob("*/*.jsonl.zst")] == ["2027-01-15.jsonl.zst"]
    assert names(rig.lines()) == ["a", "b"]
    assert list(verify(rig.path)) == []


async def test_what_was_kept_long_enough_leaves_archive_and_history(rig: Rig) -> None:
    await rig.store.journal(JournalRecord(kind="entry", at="2027-01-15T08:00:00.000Z", ids=["old"], reason="known"))
    await rig.write("a")
    await rig.archive()
    rig.now += 100 * DAY
    await rig.write("b")
    await rig.archive()
    rig.now += DAY
    await rig.archive()
    assert names(rig.lines()) == ["a", "b"]
    assert found_by("old", rig) == []
    assert len(found_by("a", rig)) == 1


async def test_what_was_removed_before_removing_failed_leaves_history_at_once(rig: Rig) -> None:
    for day in ("first", "second", "third"):
        await rig.store.journal(JournalRecord(kind="entry", at="", ids=[day], reason="known"))
        await rig.archive()
        rig.now += DAY
    rig.now += 100 * DAY
    await rig.write("b")
    arm("archive.prune.after_entry:2:raise")
    await rig.archive()
    arm("")
    assert [len(found_by(day, rig)) for day in ("first", "second", "third")] == [0, 1, 1]
    rig.now += DAY
    await rig.archive()
    assert [len(found_by(day, rig)) for day in ("first", "second", "third")] == [0, 0, 0]
    assert list(verify(rig.path)) == []


def found_by(name: str, rig: Rig) -> list[Any]:
    """Give the lines that history.db finds by an id."""
    with History(rig.folder / "history.db") as history:
        return history.connection.execute("SELECT seq FROM ids WHERE id = ?", (name,)).fetchall()
