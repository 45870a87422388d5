"""The one that writes `history.db`: reads on in the archive, and takes out what the archive has removed.

    archive -lines-> project (pure) -rows-> Tables -> history.db
                                              `- where it stands, in the same transaction

Killed anywhere it goes on from the last whole transaction. SQLite's own lock parts two that write; each looks where
the other left off before it writes. Blocks: to be called in a thread, one call at a time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from alertd.base.failpoints import failpoint
from alertd.errors import HistoryRefused
from alertd.history.archive.line import Line, Place
from alertd.history.projection.database import REBUILD, empty, open_to_write, translated
from alertd.history.projection.position import Position
from alertd.history.projection.project import Projected, project
from alertd.history.projection.removal import Lines as Removable
from alertd.history.projection.removal import Pruned, Removal
from alertd.history.projection.tables import Tables

BATCH = 500
"""Lines of one transaction."""
DAYS = 100
"""Days of which what was removed is taken out in one transaction."""


class Lines(Removable, Protocol):
    """What is read of an archive."""

    def lines(self, after: Place | None = None) -> Iterator[Line]:
        """Give the lines behind a place, in order; also those that were removed."""


@dataclass(frozen=True, slots=True)
class Advanced:
    """What a call brought."""

    lines: int
    unreadable: int
    """Lines of which only the ids could be taken."""
    position: Position | None


class Projector:
    """Writes one projection."""

    def __init__(self, path: Path) -> None:
        """`path` of the database; it is opened, and made, with the first call."""
        self._path = path
        self._db: sqlite3.Connection | None = None
        self._inode = 0
        self._continues = False

    def close(self) -> None:
        """Close the database."""
        if self._db is not None:
            self._db.close()
        self._db, self._continues = None, False

    def position(self) -> Position | None:
        """Give where it stands; None before the first line. Raises HistoryUnavailable, HistoryRefused."""
        with self._using() as db:
            return Tables(db).position()

    def advance(
        self,
        archive: Lines,
        *,
        most: int | None = None,
        told: Callable[[int, Position], None] | None = None,
    ) -> Advanced:
        """Read on to the archive's end, or at most so many lines; `told` hears after each batch how far it is.

        Raises HistoryUnavailable (locked, disk full: try again), HistoryRefused, and what the archive raises.
        """
        with self._using() as db:
            tables = Tables(db)
            self._check_continues(archive, tables)
            done = unreadable = 0
            at = tables.position()
            lines = iter(archive.lines(after=at.place if at is not None else None))
            while batch := list(islice(lines, BATCH if most is None else min(BATCH, most - done))):
                found = [project(line) for line in batch]
                end = Position(batch[-1].place, batch[-1].journal_id)
                if not self._write(tables, at, found, end, archive.id):  # another was here meanwhile: on from there
                    at = tables.position()
                    lines = iter(archive.lines(after=at.place if at is not None else None))
                    continue
                at = end
                done += len(batch)
                unreadable += sum(bool(one.unreadable) for one in found)
                if told is not None:
                    told(done, end)
            return Advanced(done, unreadable, at)

    def sync_removed(self, archive: Lines, pruned: Iterable[Pruned]) -> int:
        """Take out what the archive does not say any more; gives how many lines that were.

        What is left is what a projection made anew would hold. Raises as `advance`.
        """
        count, days = 0, iter(pruned)
        with self._using() as db:
            while part := list(islice(days, DAYS)):  # each part goes once through the tables
                with _transaction(db):
                    count += Removal(Tables(db), archive).days(part)
                    failpoint("projection.remove")
            if count:
                with _transaction(db):
                    Tables(db).forget_words()
        return count

    def rebuild(self, archive: Lines, told: Callable[[int, Position], None] | None = None) -> Advanced:
        """Make it anew from the archive's beginning; a file that is of no use is put aside. Raises as `advance`."""
        try:
            with self._using() as db:
                empty(db)
        except HistoryRefused:
            with translated(self._path):
                self._path.replace(self._path.with_name(f"{self._path.name}.refused"))
                for suffix in ("-wal", "-shm"):
                    self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self._continues = True
        done = self.advance(archive, told=told)
        with self._using() as db, _transaction(db):
            Removal(Tables(db), archive).note(archive.sealed())
        return done

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        """Give the open database; after trouble it is opened again by the next call."""
        try:
            with translated(self._path):
                yield self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> sqlite3.Connection:
        if self._db is not None and (not self._path.exists() or self._path.stat().st_ino != self._inode):
            self.close()  # somebody removed the file
        if self._db is None:
            self._db = open_to_write(self._path)
            self._inode = self._path.stat().st_ino
        return self._db

    def _check_continues(self, archive: Lines, tables: Tables) -> None:
        """Look once whether the archive is the one that was read so far. Raises HistoryRefused."""
        at = tables.position()
        if self._continues or at is None:
            self._continues = True
            return
        there = archive.at([at.place])
        if tables.archive() not in ("", archive.id) or (there and there[0].journal_id != at.journal_id):
            raise HistoryRefused(f"{self._path} was made from another archive than this one; {REBUILD}")
        self._catch_up(archive, tables)
        self._continues = bool(there)  # an archive that lost its last lines may get others in their place

    @staticmethod
    def _catch_up(archive: Lines, tables: Tables) -> None:
        """Take out what the archive removed while nobody told of it."""
        removal = Removal(tables, archive)
        days = removal.due()
        for start in range(0, len(days), DAYS):
            with _transaction(tables.db):
                removal.again(days[start : start + DAYS])
        if days:
            with _transaction(tables.db):
                tables.forget_words()

    @staticmethod
    def _write(
        tables: Tables, expected: Position | None, found: Sequence[Projected], end: Position, archive: str
    ) -> bool:
        """Write a batch, if the projection still stands where it was read; tell whether it did."""
        with _transaction(tables.db):
            if tables.position() != expected:
                return False
            tables.write(found)
            failpoint("projection.before_position")
            tables.stand_at(end, archive)
            failpoint("projection.before_commit")
        failpoint("projection.after_commit")
        return True


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
