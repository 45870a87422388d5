"""Taking out what the archive does not say any more, so that what is left is what one made anew would hold.

Of each thing about which a removed line had the last word, the line before has it again: it is read from the archive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from alertd.history.archive.line import Line, Place
from alertd.history.projection.project import Head, project
from alertd.history.projection.schema import DAY, place_of, seq_of
from alertd.history.projection.tables import Tables

AT_ONCE = 200
"""Lines that are read again in one go."""
_BY_SEQ = ("lines", "ids", "merged_stories", "cards", "answers", "told")
Key = tuple[str, tuple[str, int]]


class Day(Protocol):
    """What the archive says of a day that is over (`archive.manifest.Entry`)."""

    @property
    def t(self) -> str:
        """What became of it: `sealed`, `pruned`, `removed`."""

    @property
    def gone(self) -> int:
        """Lines of which something was removed."""


class Lines(Protocol):
    """What is read of an archive."""

    @property
    def id(self) -> str:
        """Name the archive."""

    def sealed(self) -> Mapping[str, Day]:
        """Say of each day that is over what became of it."""

    def at(self, places: Sequence[Place]) -> list[Line]:
        """Give lines by their places."""


class Pruned(Protocol):
    """What the archive removed of one day (`archive.prune`)."""

    @property
    def day(self) -> str:
        """The day."""

    @property
    def removed(self) -> Sequence[int]:
        """Numbers of lines that are gone."""

    @property
    def redacted(self) -> Sequence[int]:
        """Numbers of lines that say less than before."""

    @property
    def gone(self) -> bool:
        """The whole day is gone."""


@dataclass(frozen=True, slots=True)
class _Whole:
    """All lines of a day, to be read again."""

    day: str
    redacted: Sequence[int]
    removed: Sequence[int] = ()
    gone: bool = False


class Removal:
    """Takes lines out, inside whoever's transaction."""

    def __init__(self, tables: Tables, archive: Lines) -> None:
        self._tables = tables
        self._db = tables.db
        self._archive = archive

    def due(self) -> list[str]:
        """Name the days of which the archive removed what was not taken out here: it was interrupted between."""
        known = dict(self._db.execute("SELECT k, v FROM meta WHERE k LIKE 'pruned %'"))
        days = self._archive.sealed()
        return [
            day for day, entry in days.items() if entry.t != "sealed" and known.get(f"pruned {day}") != _state(entry)
        ]

    def again(self, days: Sequence[str]) -> int:
        """Read whole days again, as they are now; gives how many of their lines were there."""
        return self.days([_Whole(day, self._numbers(day)) for day in days])

    def note(self, days: Iterable[str]) -> None:
        """Write down that what the archive removed of these days is not here."""
        there = self._archive.sealed()
        rows = [(f"pruned {day}", _state(there[day])) for day in days if day in there and there[day].t != "sealed"]
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)

    def days(self, pruned: Sequence[Pruned]) -> int:
        """Take out what was removed of days; gives how many of their lines were there."""
        self._db.execute("CREATE TEMP TABLE IF NOT EXISTS removed(seq INTEGER PRIMARY KEY)")
        self._db.execute("DELETE FROM temp.removed")
        position = self._tables.position()
        last = seq_of(position.place) if position is not None else 0  # what is behind it will be read as it is now
        left: list[int] = []
        for one in pruned:
            first = seq_of(Place(one.day, 1))
            numbers = self._numbers(one.day) if one.gone else [*one.removed, *one.redacted]
            seqs = [seq for n in numbers if (seq := first + n - 1) <= last]
            self._db.executemany("INSERT OR IGNORE INTO temp.removed VALUES (?)", [(seq,) for seq in seqs])
            if not one.gone:
                left += [seq for n in one.redacted if (seq := first + n - 1) <= last]
        there = int(self._db.execute("SELECT count(*) FROM lines JOIN temp.removed USING (seq)").fetchone()[0])
        keys = list(dict.fromkeys(self._spoken_of()))
        for kind, key in keys:
            self._tables.take_out(kind, key)
        for table in _BY_SEQ:
            self._db.execute(f"DELETE FROM {table} WHERE seq IN (SELECT seq FROM temp.removed)")
        self._read_again([place_of(seq) for seq in sorted(left)])
        self._give_back(keys)
        self.note([one.day for one in pruned])
        return there

    def _numbers(self, day: str) -> list[int]:
        """Give the numbers of a day's lines that are there."""
        first = seq_of(Place(day, 1))
        rows = self._db.execute("SELECT seq FROM lines WHERE seq BETWEEN ? AND ?", (first, first + DAY - 2))
        return [seq - first + 1 for (seq,) in rows]

    def _spoken_of(self) -> Iterator[Key]:
        """Name the things about which the removed lines have the last word."""
        for event, revision in self._db.execute("SELECT event, revision FROM events JOIN temp.removed USING (seq)"):
            yield "event", (event, revision)
        for (alert,) in self._db.execute("SELECT alert FROM alerts WHERE seq IN (SELECT seq FROM temp.removed)"):
            yield "alert", (alert, 0)
        for (delivery,) in self._db.execute("SELECT delivery FROM deliveries JOIN temp.removed USING (seq)"):
            yield "delivery", (delivery, 0)

    def _read_again(self, places: Sequence[Place]) -> None:
        """Put back what lines still say of which a part was removed."""
        for start in range(0, len(places), AT_ONCE):
            self._tables.write([project(line) for line in self._archive.at(places[start : start + AT_ONCE])])

    def _give_back(self, keys: Sequence[Key]) -> None:
        """Let the line before have the last word again."""
        wanted: dict[int, list[Key]] = {}
        for key in keys:
            if (seq := self._last(*key)) is not None:
                wanted.setdefault(seq, []).append(key)
        seqs = sorted(wanted)
        for start in range(0, len(seqs), AT_ONCE):
            part = [place_of(seq) for seq in seqs[start : start + AT_ONCE]]
            for line in self._archive.at(part):
                found = project(line)
                self._tables.put(_of(found.heads, wanted[found.seq]))

    def _last(self, kind: str, key: tuple[str, int]) -> int | None:
        """Name the line that has the last word about a thing now; None: none has."""
        if kind == "alert":
            return self._tables.winner(key[0])
        rows = self._db.execute(
            "SELECT seq FROM ids JOIN lines USING (seq) WHERE id = ? AND kind = ? ORDER BY seq DESC", (key[0], kind)
        ).fetchall()
        for (seq,) in rows:  # not all of these say something of it: another revision, or nothing that can be read
            heads = [head for line in self._archive.at([place_of(seq)]) for head in project(line).heads]
            if _of(heads, [(kind, key)]):
                return int(seq)
        return None


def _state(entry: Day) -> str:
    return f"{entry.t} {entry.gone}"


def _of(heads: Sequence[Head], keys: Sequence[Key]) -> list[Head]:
    return [head for head in heads if (head.kind, head.key) in keys]
