"""The indices of all companies as they are now, from the projection: at first of three months, then of what is new.

    history.db --events that everybody may be told of, merged stories, by line--> minutes --> what has changed

Blocks: to be called in a thread, one call at a time.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from alertd.history.analytics.indices import KEPT_MS, Report
from alertd.history.analytics.minutes import Minutes
from alertd.history.analytics.usual import DAY_MS, next_hour
from alertd.history.projection.database import open_to_read, translated
from alertd.history.projection.schema import DAY as LINES_OF_A_DAY
from alertd.model import CompanyIndex

_REPORTS = """
    SELECT e.seq, e.decided_ms, e.event, coalesce(e.story, e.event), m.company, e.event_ms, m.sentiment,
           coalesce(e.confidence, 1.0), coalesce(m.relevance, 1.0), e.withdrawn
    FROM events e CROSS JOIN mentions m ON m.event = e.event AND m.revision = e.revision
    WHERE e.seq > :after AND e.seq <= :until AND e.shared = 1 AND e.event_ms IS NOT NULL
    ORDER BY e.seq, m.company"""
_MERGED = """
    SELECT s.seq, l.at_ms, s.story, s.into_story FROM merged_stories s JOIN lines l ON l.seq = s.seq
    WHERE s.seq > :after AND s.seq <= :until ORDER BY s.seq, s.story"""
_STORIES = 4
"""Values of a row about merged stories; one about a report has more."""


READ_MS = KEPT_MS + 10 * DAY_MS
"""How far back is read: stories of the oldest day that counts may have begun seven days before."""
AT_ONCE = 20_000
"""Events that one look reads: a stop waits for no more."""


class Changed(NamedTuple):
    """What came of a look."""

    as_of_ms: int
    """0: there is more to be read first, or nothing yet."""
    values: dict[str, CompanyIndex | None]
    """Those that are not as they were when they were given last; None: there is none any more."""


class LiveIndices:
    """Belongs to one process."""

    def __init__(self, history: Path) -> None:
        """`history` is the database."""
        self._path = history
        self._minutes = Minutes()
        self._seq = 0
        self._hour_ms = 0
        self.more = False
        """There is more to be read than one look takes."""
        self.values: dict[str, CompanyIndex] = {}
        """All there are, without their times."""

    def look(self, now_ms: int, journal_end: str) -> Changed:
        """Take in what is new. As long as the projection is behind the journal, the values are as of where it stands.

        Raises HistoryUnavailable and HistoryRefused.
        """
        with translated(self._path), closing(open_to_read(self._path)) as db:
            db.execute("BEGIN")  # one state of all tables
            as_of_ms = min(now_ms, _covers(db, now_ms, journal_end))
            self.more = self._take(db, as_of_ms)
        if self.more or not as_of_ms:
            return Changed(0, {})
        self._minutes.advance(as_of_ms)
        return Changed(self._minutes.as_of_ms, self._changed())

    def _take(self, db: sqlite3.Connection, now_ms: int) -> bool:
        """Take in the next lines; tells whether there are more."""
        oldest = (now_ms - READ_MS) // DAY_MS * LINES_OF_A_DAY
        first = db.execute("SELECT decided_ms FROM events ORDER BY seq LIMIT 1").fetchone()
        last = db.execute("SELECT max(seq) FROM lines").fetchone()
        if first is None or last[0] is None:
            return False
        self._minutes.book.known_since_ms = first[0]
        after, until = max(self._seq, oldest), last[0]
        far = db.execute("SELECT seq FROM events WHERE seq > ? ORDER BY seq LIMIT 1 OFFSET ?", (after, AT_ONCE))
        further = far.fetchone()
        scope = {"after": after, "until": further[0] if further is not None else until}
        for at_ms, reports, merged in _by_line(db, scope):
            self._minutes.take(min(at_ms, now_ms), reports, merged)
            self._minutes.advance(min(at_ms, now_ms))  # of three months not all waits at once
        self._seq = scope["until"]
        return further is not None

    def _changed(self) -> dict[str, CompanyIndex | None]:
        minutes, book = self._minutes, self._minutes.book
        hour = next_hour(minutes.as_of_ms)
        asked = minutes.concerned if hour == self._hour_ms else {*minutes.concerned, *book.companies, *self.values}
        self._hour_ms, minutes.concerned = hour, set()
        changed: dict[str, CompanyIndex | None] = {}
        for company in sorted(asked):
            index = book.at(company, minutes.as_of_ms)
            value = None if index is None else _timeless(index)
            if value != self.values.get(company):
                changed[company] = value
        self.values = {company: value for company, value in (self.values | changed).items() if value is not None}
        return changed


def _by_line(
    db: sqlite3.Connection, scope: dict[str, int]
) -> Iterator[tuple[int, list[Report], list[tuple[str, str]]]]:
    """Give what each line says, in their order: its time, its reports, the stories that it merged."""
    both = heapq.merge(db.execute(_MERGED, scope), db.execute(_REPORTS, scope), key=itemgetter(0))
    for _, rows in groupby(both, itemgetter(0)):
        line = list(rows)
        reports = [Report._make((*row[2:9], bool(row[9]))) for row in line if len(row) > _STORIES]
        yield line[0][1], reports, [(row[2], row[3]) for row in line if len(row) == _STORIES]


def _covers(db: sqlite3.Connection, now_ms: int, journal_end: str) -> int:
    """Say up to when all that was decided is in the projection, as far as that can be told."""
    found = db.execute("SELECT v FROM meta WHERE k = 'journal'").fetchone()
    if found is None:
        return 0
    return now_ms if _place(found[0]) >= _place(journal_end) else _place(found[0])[0]


def _place(journal_id: str) -> tuple[int, int]:
    ms, _, number = journal_id.partition("-")
    return int(ms or 0), int(number or 0)


def _timeless(index: CompanyIndex) -> CompanyIndex:
    return replace(index, as_of="")
