"""What is wrong with a file is said, with what to do; nothing in it is run."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from alertd.errors import HistoryRefused, HistoryUnavailable
from alertd.history.archive.line import Place
from alertd.history.archive.wire import MAX_NUMBER
from alertd.history.projection.projector import Projector
from alertd.history.projection.query import AlertFilter
from alertd.history.projection.read import History
from alertd.history.projection.schema import CARDS, VERSION, place_of, seq_of
from tests.history.projection.past import Archive, card, dump, event


@pytest.fixture
def archive() -> Archive:
    made = Archive()
    made.add(event("ev_a", card()), event("ev_b", card("al_b")))
    return made


@pytest.fixture
def path(tmp_path: Path, archive: Archive) -> Path:
    projector = Projector(tmp_path / "history.db")
    projector.advance(archive)
    projector.close()
    return tmp_path / "history.db"


def changed(path: Path, statement: str) -> None:
    db = sqlite3.connect(path)
    db.execute(statement)
    db.commit()
    db.close()


def test_there_may_be_none_yet(tmp_path: Path) -> None:
    with pytest.raises(HistoryUnavailable, match="no history yet"):
        History(tmp_path / "history.db")


def test_it_is_for_its_owner_alone(path: Path) -> None:
    assert path.stat().st_mode & 0o077 == 0


def test_a_newer_one_is_refused_with_what_to_do(path: Path, archive: Archive) -> None:
    changed(path, f"PRAGMA user_version = {VERSION + 1}")
    for use in (lambda: Projector(path).advance(archive), lambda: History(path)):
        with pytest.raises(HistoryRefused, match=r"newer alertd.*alertd archive rebuild"):
            use()


def test_an_older_one_is_made_anew_by_whoever_writes(path: Path, archive: Archive) -> None:
    before = dump(path)
    changed(path, "PRAGMA user_version = 0")
    changed(path, "DELETE FROM alerts")
    with pytest.raises(HistoryUnavailable, match="older version"):
        History(path)
    projector = Projector(path)
    projector.advance(archive)
    projector.close()
    assert dump(path) == before


def test_one_that_was_only_just_made_is_none_yet(tmp_path: Path) -> None:
    for made in (False, True):
        if made:
            (tmp_path / "history.db").touch()
        with pytest.raises(HistoryUnavailable, match="there is no history yet") as raised:
            History(tmp_path / "history.db")
        assert raised.value.none_yet


@pytest.mark.parametrize("content", [b"no database at all" * 500, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_damaged_one_is_refused_and_rebuild_replaces_it(path: Path, archive: Archive, content: bytes) -> None:
    before = dump(path)
    path.write_bytes(content)
    projector = Projector(path)
    with pytest.raises(HistoryRefused, match="alertd archive rebuild"):
        projector.advance(archive)
    with pytest.raises(HistoryRefused, match="alertd archive rebuild"):
        History(path)
    projector.rebuild(archive)
    projector.close()
    assert dump(path) == before


def test_a_damaged_page_is_an_error_of_ours(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * 3 :] = b"\xa5" * (len(content) - 4096 * 3)
    path.write_bytes(content)
    with pytest.raises(HistoryRefused, match="damaged"), History(path) as history:
        history.search("vega", AlertFilter())


def test_another_programs_database_is_left_alone(tmp_path: Path, archive: Archive) -> None:
    path = tmp_path / "history.db"
    changed(path, "CREATE TABLE precious(x)")
    with pytest.raises(HistoryRefused, match="no history of alertd"):
        Projector(path).advance(archive)


def test_one_with_triggers_is_refused(path: Path) -> None:
    changed(path, "CREATE TRIGGER evil AFTER INSERT ON ids BEGIN DELETE FROM alerts; END")
    with pytest.raises(HistoryRefused, match="no history of alertd"):
        History(path)


def test_that_of_another_archive_is_not_carried_on(path: Path) -> None:
    other = Archive()
    other.add(event("ev_x"), event("ev_y"))
    other.written = [line._replace(journal_id=f"5{line.journal_id}") for line in other.written]
    projector = Projector(path)
    with pytest.raises(HistoryRefused, match=r"another archive.*alertd archive rebuild"):
        projector.advance(other)
    projector.rebuild(other)
    projector.close()
    assert [row[1] for row in dump(path)["events"]] == ["ev_x", "ev_y"]


def test_that_of_another_archive_is_told_also_from_a_shorter_one(path: Path) -> None:
    other = Archive(id="fedcba9876543210")
    other.add(event("ev_x"))
    projector = Projector(path)
    with pytest.raises(HistoryRefused, match=r"another archive.*alertd archive rebuild"):
        projector.advance(other)
    projector.close()


def test_each_place_that_an_archive_can_have_fits_into_a_number() -> None:
    for day, number in (("2199-12-31", MAX_NUMBER - 1), ("1970-01-01", 1)):
        assert place_of(seq_of(Place(day, number))) == Place(day, number)
    assert seq_of(Place("2199-12-31", MAX_NUMBER - 1)) * CARDS < 2**63


def test_lines_that_took_the_place_of_lost_ones_are_told(path: Path, archive: Archive) -> None:
    lost = archive.written.pop()
    projector = Projector(path)
    assert projector.advance(archive).lines == 0
    archive.written.append(lost._replace(journal_id=f"5{lost.journal_id}"))
    with pytest.raises(HistoryRefused, match="another archive"):
        projector.advance(archive)
    projector.close()


def test_whoever_reads_sees_the_same_while_another_writes(path: Path, archive: Archive) -> None:
    with History(path) as history:
        history.connection.execute("BEGIN")
        before = history.position()
        archive.add(event("ev_c"))
        projector = Projector(path)
        projector.advance(archive)
        assert history.position() == before
        history.connection.execute("COMMIT")
        assert history.position() != before
        projector.close()


def test_one_that_is_deleted_while_it_grows_is_made_anew(path: Path, archive: Archive) -> None:
    projector = Projector(path)
    projector.advance(archive)
    for name in ("", "-wal", "-shm"):
        path.with_name(path.name + name).unlink(missing_ok=True)
    projector.advance(archive)
    projector.close()
    assert len(dump(path)["events"]) == 2


def test_what_it_held_is_not_in_the_file_any_more_when_it_is_made_anew(path: Path) -> None:
    assert b"Orion supercomputer" in path.read_bytes()
    projector = Projector(path)
    projector.rebuild(Archive())
    projector.close()
    assert b"Orion supercomputer" not in path.read_bytes()


def test_nobody_writes_through_it(path: Path) -> None:
    with History(path) as history, pytest.raises(sqlite3.OperationalError):
        history.connection.execute("DELETE FROM main.alerts")
