"""A projection of a real archive: killed as the system kills, pruned, and held against one made anew."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from alertd.base.failpoints import arm
from alertd.history.archive.prune import prune
from alertd.history.archive.reader import Reader
from alertd.history.archive.writer import Writer
from alertd.history.config import DAY, KeepConfig
from alertd.history.projection.projector import Projector
from alertd.history.projection.read import History
from alertd.model import JournalRecord
from tests.history.projection.past import NOW, answer, card, delivery, dump, event

KILLED = 137
DAY_MS = 86_400_000


def journal(days: int = 3, each: int = 240) -> Iterator[tuple[str, JournalRecord]]:
    for number in range(days * each):
        ms = NOW - 8 * 3_600_000 + number // each * DAY_MS + number % each * 1_000
        name = f"{number % 100}"
        one = card(f"al_{name}", number // 100 + 1)
        made = (event(f"ev_{name}", one, revision=number // 100 + 1), answer(one), delivery(f"dl_{name}", one["id"]))
        yield f"{ms}-0", made[number % 3]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    with closing(Writer(tmp_path / "archive")) as writer:
        writer.append(list(journal()))
        for day in writer.unsealed:
            writer.seal(day)
    return tmp_path / "archive"


def grow(path: Path, archive: Path, spec: str) -> None:
    arm(spec)
    Projector(path).advance(Reader(archive))


@pytest.mark.parametrize("point", ["before_position", "before_commit", "after_commit"])
def test_killed_at_each_place_it_goes_on_and_holds_the_same(tmp_path: Path, archive: Path, point: str) -> None:
    context = multiprocessing.get_context("fork")
    for turn in (1, 2):
        process = context.Process(
            target=grow, args=(tmp_path / "grown.db", archive, f"projection.{point}:{turn}:exit")
        )
        process.start()
        process.join()
        assert process.exitcode == KILLED or turn == 2
    for name, anew in (("grown.db", False), ("anew.db", True)):
        with closing(Projector(tmp_path / name)) as projector:
            (projector.rebuild if anew else projector.advance)(Reader(archive))
    assert dump(tmp_path / "grown.db") == dump(tmp_path / "anew.db")


def test_what_retention_removed_is_gone_here_too(tmp_path: Path, archive: Path) -> None:
    told = Projector(tmp_path / "told.db")
    asks_itself = Projector(tmp_path / "asks.db")
    for projector in (told, asks_itself):
        projector.advance(Reader(archive))
        projector.close()
    keep = KeepConfig(answer=DAY, event=2 * DAY, delivery=DAY)
    pruned = list(prune(archive, keep, NOW + int(4.5 * DAY * 1000)))
    assert any(day.removed or day.gone for day in pruned)
    told.sync_removed(Reader(archive), pruned)
    anew = Projector(tmp_path / "anew.db")
    anew.rebuild(Reader(archive))
    for projector in (told, asks_itself):
        projector.advance(Reader(archive))
    for projector in (told, asks_itself, anew):
        projector.close()
    wanted = dump(tmp_path / "anew.db")
    assert len(wanted["lines"]) < 720
    assert dump(tmp_path / "told.db") == wanted
    assert dump(tmp_path / "asks.db") == wanted


def test_every_id_leads_to_its_lines_in_the_archive(tmp_path: Path, archive: Path) -> None:
    with closing(Projector(tmp_path / "history.db")) as projector:
        projector.advance(Reader(archive))
    with History(tmp_path / "history.db", archive=Reader(archive)) as history:
        records = [record for _, record in history.trace("al_7")]
    assert len(records) == 7 + 1
    assert all("al_7" in record.ids for record in records)
    ids = [journal_id for journal_id, record in journal() if "al_7" in record.ids]
    assert len(ids) == len(records)
