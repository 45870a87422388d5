"""`alertd archive rebuild`: the database that alerts are searched in, made anew from the archive."""

from __future__ import annotations

import sqlite3

import pytest

from alertd.history.projection.schema import VERSION
from tests.cli.conftest import Desk
from tests.cli.keeping import keep
from tests.cli.test_why import decision, delivery_record, event_record
from tests.history.projection.past import dump


@pytest.fixture
def kept(desk: Desk) -> Desk:
    desk.journal(event_record(decision()), delivery_record("1"))
    keep(desk)
    return desk


def test_it_holds_the_same_as_the_one_that_grew(kept: Desk) -> None:
    path = kept.folder / "var/history.db"
    before = dump(path)
    done = kept.run("archive", "rebuild")
    assert (done.code, done.err) == (0, "")
    assert "history.db: 2 lines up to 20" in done.out
    assert dump(path) == before
    path.unlink()
    assert kept.run("archive", "rebuild", "--json").json["lines"] == 2
    assert dump(path) == before


def test_a_file_that_cannot_be_used_is_put_aside(kept: Desk) -> None:
    path = kept.folder / "var/history.db"
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()
    assert "newer alertd" in kept.run("alerts", "lease").err
    assert kept.run("archive", "rebuild").code == 0
    assert path.with_name("history.db.refused").exists()
    assert kept.run("why", "vega orion").code == 0


def test_without_an_archive_that_is_said(desk: Desk) -> None:
    done = desk.run("archive", "rebuild")
    assert (done.code, done.out, "archive" in done.err) == (1, "", True)
