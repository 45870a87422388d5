"""Reading the projection: lists, searches, and where in the archive it says what became of something.

Walls stand before every query, also those of others on `connection`. Blocks; one thread at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import msgspec

from alertd.base.clock import rfc3339
from alertd.companies.model import Company
from alertd.errors import HistoryUnavailable
from alertd.history.projection.database import open_to_read, translated
from alertd.history.projection.newest import newest
from alertd.history.projection.position import Position
from alertd.history.projection.query import FEW, AlertFilter, Value, carried, utf8, where
from alertd.history.projection.schema import place_of
from alertd.history.projection.search import expression
from alertd.history.projection.shapes import NAMES, ROW, Archived
from alertd.history.projection.shapes import EventHit as EventHit
from alertd.history.projection.shapes import Kind as Kind
from alertd.history.projection.snippets import snippets
from alertd.history.projection.tables import Tables
from alertd.history.projection.views import put_up
from alertd.history.walls import UNKNOWN, DeskWall, cards_of, cut
from alertd.model import JournalRecord
from alertd.rules.walls import Walls

RANKED = 2_000
"""Hits that are ranked by how well they fit, the newest; words that stand in more would take too long."""
TRACED = 1_000
"""Lines that a trace gives at most, the newest."""
NAMED = 10_000
"""Names of a kind that are given at most."""
PATIENCE = 500_000_000
"""Instructions of SQLite before a query is given up: tens of seconds."""
LOOKS = 5_000
"""How often it is looked at until then."""
_WEIGHTS = "10.0, 2.0, 1.0, 6.0, 3.0"
"""Of title, changes, quotes, companies and rules."""
Sort = Literal["relevance", "time"]


class History:
    """One projection, opened for reading."""

    def __init__(
        self,
        path: Path,
        desk: str | None = None,
        *,
        archive: Archived | None = None,
        hidden: Collection[str] = (),
        patience: int = PATIENCE,
    ) -> None:
        """Open it as a desk, or as whoever runs alertd (None). `archive` is needed to trace; `hidden` are declared
        companies that belong to other desks.

        Raises HistoryUnavailable (there is none yet, disk) and HistoryRefused (damaged, not ours, newer).
        """
        self.desk = desk
        self._path = path
        self._archive = archive
        others = [Company(id=name, name=name, desk=UNKNOWN) for name in sorted(hidden)]
        self._wall = DeskWall(desk, Walls(others), alerts=self._owner) if desk is not None else None
        self.connection = open_to_read(path)
        """For reading; a desk's walls stand before it."""
        self._looks = 0
        with translated(path):
            if desk is not None:
                put_up(self.connection, desk, hidden)
            self.connection.execute("PRAGMA query_only = ON")
            self.connection.set_progress_handler(self._too_long, max(1, patience // LOOKS))

    def close(self) -> None:
        """Close it."""
        self.connection.close()

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def position(self) -> Position | None:
        """Give the last line of the archive that is in it; None: nothing is."""
        with self.bounded():
            return Tables(self.connection).position()

    def query(self, text: str, values: Mapping[str, Value] | Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """Ask in SQL of our own; a desk's walls stand before it. Raises HistoryUnavailable, HistoryRefused."""
        with self.bounded():
            return self.connection.execute(text, values).fetchall()

    def alerts(self, wanted: AlertFilter, limit: int = 50) -> list[dict[str, Any]]:
        """Give alerts as `alerts.rows.row` does, the one that changed last first."""
        with self.bounded():
            condition, values = where(wanted, self._few)
            rows = self.connection.execute(
                f"SELECT a.number FROM alerts a WHERE {condition} ORDER BY a.updated_ms DESC, a.number DESC LIMIT ?",
                [*values, limit],
            ).fetchall()
            return self._rows([number for (number,) in rows])

    def alert(self, alert: str, wanted: AlertFilter) -> dict[str, Any] | None:
        """Give one alert as `alerts` does; None where there is none that fits."""
        with self.bounded():
            condition, values = where(wanted, self._few)
            query = f"SELECT a.number FROM alerts a WHERE a.alert = ? AND {condition}"
            found = self.connection.execute(query, [utf8(alert), *values]).fetchall()
            rows = self._rows([number for (number,) in found])
        return rows[0] if rows else None

    def page(
        self, wanted: AlertFilter, limit: int, before: tuple[int, str] | None = None, text: str = ""
    ) -> list[tuple[int, dict[str, Any]]]:
        """Give alerts with when they changed, in ms, the one that changed last first, of the same moment by id.

        `before` is such a moment and id: only what comes behind it. With a text only those in which its words stand,
        as `search` gives them. Raises NotSearchable.
        """
        match = expression(text) if text else ""
        with self.bounded():
            condition, values = where(wanted, self._few)
            if before is not None:
                condition += " AND a.updated_ms <= ? AND (a.updated_ms, a.alert) < (?, ?)"
                values += [before[0], before[0], utf8(before[1])]
            found = newest(self.connection, condition, values, match, limit)
            numbers = [number for number, _, _ in found]
            rows = self._found(numbers, match) if match else self._rows(numbers)
        return [(at, row) for (_, at, _), row in zip(found, rows, strict=True)]

    def search(
        self, text: str, wanted: AlertFilter, limit: int = 50, sort: Sort = "relevance", skip: int = 0
    ) -> list[dict[str, Any]]:
        """Give the alerts in which words stand, with `snippet` and `hits` (places of the words in it, end exclusive).

        Ranked are the newest 2,000 that fit; of these the best ones may be skipped. Raises NotSearchable.
        """
        match = expression(text)
        with self.bounded():
            condition, values = where(wanted, self._few)
            found = (
                f"SELECT a.number AS number, bm25(alert_text, {_WEIGHTS}) AS score"
                " FROM alert_text CROSS JOIN alerts a ON a.number = alert_text.rowid"  # the words before all else
                f" WHERE alert_text MATCH ? AND {condition} ORDER BY alert_text.rowid DESC LIMIT ?"
            )
            ranked = f"SELECT number FROM ({found}) ORDER BY score, number DESC LIMIT ? OFFSET {skip:d}"
            newest = found.replace(f", bm25(alert_text, {_WEIGHTS}) AS score", "")
            query, limits = (ranked, [RANKED, limit]) if sort == "relevance" else (newest, [limit])
            numbers = [number for (number,) in self.connection.execute(query, [match, *values, *limits])]
            return self._found(numbers, match)

    def events(self, text: str, limit: int = 20) -> list[EventHit]:
        """Give the events in whose headlines words stand, the newest first. Raises NotSearchable."""
        seen = "1" if self.desk is None else "(e.shared OR e.source_desk IS NOT NULL)"
        with self.bounded():
            rows = self.connection.execute(
                "SELECT e.event, e.revision, e.decided_ms, e.source, e.title FROM event_text"
                f" JOIN events e ON e.seq = event_text.rowid WHERE event_text MATCH ? AND {seen}"
                " ORDER BY event_text.rowid DESC LIMIT ?",
                [expression(text), limit],
            ).fetchall()
        return [EventHit(event, rev, rfc3339(at or 0), source, title) for event, rev, at, source, title in rows]

    def trace(self, id: str) -> list[tuple[str, JournalRecord]]:
        """Give the newest 1,000 records that concern an id, oldest first, as the desk may see them.

        Raises what the archive raises.
        """
        if self._archive is None:
            return []
        with self.bounded():
            rows = self.connection.execute(
                "SELECT seq FROM main.ids WHERE id = ? ORDER BY seq DESC LIMIT ?", (utf8(id), TRACED)
            ).fetchall()
        lines = self._archive.at([place_of(seq) for (seq,) in reversed(rows)])
        seen = ((line.journal_id, self._cut(line.record, id)) for line in lines)
        return [(journal_id, record) for journal_id, record in seen if record is not None]

    def records(self, lines: Sequence[int]) -> list[JournalRecord]:
        """Give what stands in lines, by their numbers here, whole. Raises what the archive raises."""
        if self._archive is None or self.desk is not None:
            return []
        found = self._archive.at([place_of(seq) for seq in lines])
        return [line.record for line in found if line.record is not None]

    def portfolios(self) -> list[str]:
        """Name the portfolios that alerts are of."""
        with self.bounded():
            return [name for (name,) in self.connection.execute("SELECT DISTINCT portfolio FROM alerts ORDER BY 1")]

    def names(self, kind: Kind) -> list[str]:
        """Name what alerts and events have of a kind, at most 10,000; companies by ids and labels, case folded."""
        column, table = NAMES[kind]
        query = f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL LIMIT {NAMED}"
        with self.bounded():
            return [name for (name,) in self.connection.execute(query)]

    def owners(self, alerts: Sequence[str]) -> dict[str, tuple[str, str | None]]:
        """Say of alerts of which portfolio they are, and whose; those that are not there are left out."""
        with self.bounded():
            rows = [
                self.connection.execute(
                    "SELECT alert, portfolio, desk FROM main.alerts WHERE alert = ?", (name,)
                ).fetchone()
                for name in alerts
            ]
        return {alert: (portfolio, desk) for alert, portfolio, desk in filter(None, rows)}

    def carried_on_by(self, alert: str) -> list[str]:
        """Name the alerts that became part of this one, and not of another that it carries on."""
        with self.bounded():
            rows = self.connection.execute(
                "SELECT alert FROM alerts WHERE merged_into = ? ORDER BY 1", (utf8(alert),)
            )
            return [name for (name,) in rows]

    def open_to_all(self, alerts: Sequence[str]) -> set[str]:
        """Name those of alerts whose events everybody may be told of, as far as no source is their desk's own."""
        query = (
            "SELECT 1 FROM main.decisions d JOIN main.events e ON e.event = d.event AND e.revision = d.revision"
            " WHERE d.alert = ? AND NOT e.shared AND e.source_desk IS NOT d.desk LIMIT 1"
        )
        with self.bounded():
            return {one for one in alerts if self.connection.execute(query, (utf8(one),)).fetchone() is None}

    def beginning(self, begin: str, limit: int) -> list[str]:
        """Name the alerts whose ids begin so."""
        with self.bounded():
            rows = self.connection.execute(
                "SELECT alert FROM alerts WHERE alert >= ? AND alert < ? ORDER BY 1 LIMIT ?",
                (utf8(begin), utf8(begin) + "\U0010ffff", limit),
            )
            return [alert for (alert,) in rows]

    # --- inside ---------------------------------------------------------------------------------------------------

    def _few(self, query: str, value: Value) -> bool:
        counted = f"SELECT count(*) FROM ({query} LIMIT {FEW + 1})"
        return bool(self.connection.execute(counted, (value,)).fetchone()[0] <= FEW)

    def _rows(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        found = []
        for number in numbers:
            card, alert = self.connection.execute(
                "SELECT card, alert FROM alerts WHERE number = ?", (number,)
            ).fetchone()
            told = self.connection.execute(
                f"SELECT receiver, max(revision) FROM told WHERE alert IN ({carried('?')})"
                " GROUP BY receiver ORDER BY receiver",
                (alert,),
            )
            fields: dict[str, Any] = msgspec.json.decode(card)
            found.append({name: fields.get(name) for name in ROW} | {"told": dict(told.fetchall()), "waits_for": []})
        return found

    def _found(self, numbers: Sequence[int], match: str) -> list[dict[str, Any]]:
        """Give rows with the words around what was searched for."""
        texts = [
            self.connection.execute("SELECT rowid, * FROM alert_text WHERE rowid = ?", (number,)).fetchone()
            for number in numbers
        ]
        found_at, nowhere = snippets(texts, match), {"snippet": "", "hits": []}
        rows = self._rows(numbers)
        return [row | found_at.get(number, nowhere) for number, row in zip(numbers, rows, strict=True)]

    def _cut(self, record: JournalRecord | None, id: str) -> JournalRecord | None:
        """Give a record as the desk may see it; None where that has nothing to do with the id any more."""
        if record is None or self._wall is None:
            return record
        seen = cut(record, self._wall)
        there = seen is not None and (id in seen.ids or any(card.get("id") == id for card in cards_of(seen)))
        return seen if there else None

    def _owner(self, alert: str) -> str | None:
        """Say whose an alert is."""
        found = self.owners([alert])
        return found[alert][1] if found else UNKNOWN

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """Ask within: for so long, and with SQLite's errors as ours."""
        self._looks = 0
        try:
            with translated(self._path):
                yield
        except HistoryUnavailable as error:
            if self._looks > LOOKS:
                raise HistoryUnavailable("this takes too long: narrow it, by a time or a portfolio") from error
            raise

    def _too_long(self) -> int:
        self._looks += 1
        return int(self._looks > LOOKS)
