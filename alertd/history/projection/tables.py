"""Writing rows into the tables: by the batch, and of several heads about one thing the one that counts."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence

from alertd.history.archive.line import Place
from alertd.history.projection.position import Position
from alertd.history.projection.project import Head, Projected, Value
from alertd.history.projection.schema import insert

_OF_EVENT = ("events", "mentions", "types", "matches", "touched", "decisions")
_OF_ALERT = ("alerts", "alert_rules", "alert_companies")


class Tables:
    """The tables of an open database, inside whoever's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def position(self) -> Position | None:
        """Give how far it has read; None: nothing yet."""
        found = dict(self.db.execute("SELECT k, v FROM meta WHERE k IN ('day', 'n', 'journal')"))
        if "day" not in found:
            return None
        return Position(Place(found["day"], int(found["n"])), found["journal"])

    def archive(self) -> str:
        """Name the archive that it is made of; empty: of none yet."""
        found = self.db.execute("SELECT v FROM meta WHERE k = 'archive'").fetchone()
        return str(found[0]) if found else ""

    def stand_at(self, position: Position, archive: str) -> None:
        """Write down how far it has read, and in which archive."""
        place = position.place
        values = {"day": place.day, "n": str(place.n), "journal": position.journal_id, "archive": archive}
        self.db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def write(self, found: Sequence[Projected]) -> None:
        """Write what lines give."""
        self._insert(row for one in found for row in one.rows)
        self.put([head for one in found for head in one.heads])

    def put(self, heads: Iterable[Head]) -> None:
        """Write what lines say about things, where it is not outdone by what other lines say."""
        newest: dict[tuple[str, tuple[str, int]], Head] = {}
        for head in heads:
            key = (head.kind, head.key)
            if head.kind == "alert":
                if self.winner(head.key[0]) == head.seq:
                    newest[key] = head
            elif key not in newest or newest[key].seq <= head.seq:
                newest[key] = head
        kept = [head for head in newest.values() if self._clear(head)]
        self._insert(row for head in kept for row in head.rows)

    def winner(self, alert: str) -> int | None:
        """Give the line with the newest card of an alert; None: no line has one."""
        found = self.db.execute(
            "SELECT seq FROM cards WHERE alert = ?"
            " ORDER BY first_ms DESC, revision DESC, voices DESC, seq DESC LIMIT 1",
            (alert,),
        ).fetchone()
        return int(found[0]) if found else None

    def take_out(self, kind: str, key: tuple[str, int]) -> None:
        """Remove what stands there about a thing."""
        if kind == "event":
            self.db.execute(
                "INSERT INTO event_text(event_text, rowid, title)"
                " SELECT 'delete', seq, title FROM events WHERE event = ? AND revision = ?",
                key,
            )
            for table in _OF_EVENT:
                self.db.execute(f"DELETE FROM {table} WHERE event = ? AND revision = ?", key)
        elif kind == "alert":
            self.db.execute(
                "DELETE FROM alert_text WHERE rowid = (SELECT number FROM alerts WHERE alert = ?)", key[:1]
            )
            for table in _OF_ALERT:
                self.db.execute(f"DELETE FROM {table} WHERE alert = ?", key[:1])
        else:
            self.db.execute("DELETE FROM deliveries WHERE delivery = ?", key[:1])

    def forget_words(self) -> None:
        """Write the indexes of words anew: words of rows that were deleted stay in them until then."""
        for words in ("alert_text", "event_text"):
            self.db.execute(f"INSERT INTO {words}({words}) VALUES ('optimize')")

    def _clear(self, head: Head) -> bool:
        """Make room for a head; False if what stands there is of a later line."""
        if head.kind == "event":
            found = self.db.execute("SELECT seq FROM events WHERE event = ? AND revision = ?", head.key).fetchone()
        elif head.kind == "alert":
            found = self.db.execute("SELECT 0 FROM alerts WHERE alert = ?", head.key[:1]).fetchone()
        else:
            found = self.db.execute("SELECT seq FROM deliveries WHERE delivery = ?", head.key[:1]).fetchone()
        if found is None:
            return True
        if found[0] > head.seq:
            return False
        self.take_out(head.kind, head.key)
        return True

    def _insert(self, rows: Iterable[tuple[str, tuple[Value, ...]]]) -> None:
        by_table: dict[str, list[tuple[Value, ...]]] = defaultdict(list)
        for table, values in rows:
            by_table[table].append(values)
        for table, many in by_table.items():
            self.db.executemany(insert(table), many)
