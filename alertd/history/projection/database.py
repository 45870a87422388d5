"""Opening `history.db`: as its one writer, or to read. What is wrong with a file is said with what to do about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from alertd.base.files import make_private
from alertd.errors import HistoryRefused, HistoryUnavailable
from alertd.history.projection.schema import APPLICATION, TABLES, VERSION

WAIT_S = 5.0
"""How long is waited for another process that writes."""
REBUILD = "make it anew with: alertd archive rebuild"


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open the database, making it where it is not there; one of an older version is emptied, to grow anew.

    Raises HistoryRefused (another program's, damaged, of a newer version) and HistoryUnavailable (locked, disk).
    """
    with translated(path):
        make_private(path.parent)
        path.touch(mode=0o600)
        db = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None, check_same_thread=False)
        try:
            _harden(db)
            version = _check(db, path)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")  # what a power cut takes is read from the archive again
            db.execute("PRAGMA cache_size = -32000")
            if version < VERSION:
                empty(db)
        except BaseException:
            db.close()
            raise
        return db


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open the database for reading alone. Raises as `open_to_write`; HistoryUnavailable also where there is none."""
    if not path.is_file():
        raise _none_yet(f"there is no history yet: {path} is not there")
    with translated(path):
        name = f"file:{quote(str(path.absolute()))}?mode=ro"
        db = sqlite3.connect(name, timeout=WAIT_S, isolation_level=None, uri=True, check_same_thread=False)
        try:
            _harden(db)
            version = _check(db, path)
            if not db.execute("SELECT 1 FROM sqlite_master").fetchone():  # whoever writes it has just made the file
                raise _none_yet(f"there is no history yet: {path} is empty")
            if version < VERSION:
                raise HistoryUnavailable(f"{path} is of an older version, and not made anew yet; {REBUILD}")
            db.execute("PRAGMA cache_size = -32000")
        except BaseException:
            db.close()
            raise
        return db


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Give SQLite's errors as ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise HistoryUnavailable(f"{path} cannot be used just now: {error}") from error
    except sqlite3.DatabaseError as error:
        raise HistoryRefused(f"{path} is damaged, or no history of alertd ({error}); {REBUILD}") from error
    except OSError as error:
        raise HistoryUnavailable(f"{path} cannot be used just now: {error.strerror or error}") from error


def empty(db: sqlite3.Connection) -> None:
    """Drop everything and make the tables anew: they grow again from the archive's beginning."""
    db.execute("PRAGMA secure_delete = OFF")  # the file is cut off as a whole instead
    db.execute("BEGIN IMMEDIATE")
    try:
        tables = "SELECT name, sql LIKE 'CREATE VIRTUAL%' FROM sqlite_master WHERE type = 'table' ORDER BY 2 DESC"
        for name, virtual in db.execute(tables).fetchall():  # with a virtual table go those that it is kept in
            if virtual or db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone():
                db.execute(f'DROP TABLE "{name}"')
        for statement in TABLES:
            db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    finally:
        db.execute("PRAGMA secure_delete = ON")
    with suppress(sqlite3.OperationalError):  # somebody writes already: then the file stays as long as it is
        db.execute("VACUUM")


def _none_yet(why: str) -> HistoryUnavailable:
    error = HistoryUnavailable(why)
    error.none_yet = True
    return error


def _harden(db: sqlite3.Connection) -> None:
    """Let a file that somebody made by hand run nothing; what is deleted is overwritten."""
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA cell_size_check = ON")
    db.execute("PRAGMA secure_delete = ON")


def _check(db: sqlite3.Connection, path: Path) -> int:
    """Give the version of a database; 0 for an empty one. Raises HistoryRefused: it is not ours, or newer."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    ours = int(db.execute("PRAGMA application_id").fetchone()[0]) == APPLICATION
    kinds = {kind for (kind,) in db.execute("SELECT DISTINCT type FROM sqlite_master")}
    if not kinds and not version:
        return 0
    if not ours or kinds & {"trigger", "view"}:
        raise HistoryRefused(f"{path} is no history of alertd; move it away, then {REBUILD}")
    if version > VERSION:
        error = HistoryRefused(
            f"{path} was made by a newer alertd (version {version}, this one knows {VERSION}): run that one, or "
            f"{REBUILD}"
        )
        error.newer = True
        raise error
    return version
