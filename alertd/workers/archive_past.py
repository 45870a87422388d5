"""What an archive has of a past that is no more: Redis went back (a failover, a restored copy), the archive did not.

The archive is the ledger: each of its lines that the journal has no more is lost there, by name. The other way round,
what was decided since under ids below the archive's last one (the clock of the new primary is behind) is given to the
archive under ids of its own, or it would never get there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from alertd.history.archive.reader import Reader
from alertd.model import JournalRecord
from alertd.store.types import Archived
from alertd.workers.archive_lines import GAP, UNREADABLE, just_before, place

CHUNK = 1_000
"""Lines that are compared at once."""
MOST_NAMED = 20_000
"""Ids of each kind that are kept; beyond that they are only counted."""

Line = tuple[str, JournalRecord]


class PastSource(Protocol):
    """What comparing needs of the store."""

    async def archived(self, now: int) -> Mapping[str, Archived]:
        """Say how far archives are, as the store remembers it."""
        ...

    async def journal_start(self) -> str:
        """Say where the journal begins."""
        ...

    async def journal_rows(self, names: Sequence[str]) -> Mapping[str, JournalRecord]:
        """Give records by their ids."""
        ...

    async def read_journal(self, after_id: str, count: int, block_ms: int) -> Sequence[Line]:
        """Read the journal on."""
        ...


@dataclass(slots=True)
class Lost:
    """What the archive has and the journal has no more."""

    since: str = ""
    """Journal id of the last line that both have; empty if there is none."""
    until: str = ""
    """Of the archive's last line."""
    kinds: Counter[str] = field(default_factory=Counter)
    """Lines by their kind."""
    events: dict[str, str] = field(default_factory=dict)
    """Event -> its title."""
    sent: list[str] = field(default_factory=list)
    """Deliveries that were sent."""
    people: list[JournalRecord] = field(default_factory=list)
    """What people said: answers and silences."""

    @property
    def lines(self) -> int:
        """How many."""
        return self.kinds.total()

    def add(self, record: JournalRecord) -> None:
        """Take in a line that is lost."""
        self.kinds[record.kind] += 1
        if record.kind == "event" and record.ids and len(self.events) < MOST_NAMED:
            event = record.data.get("event")
            self.events[record.ids[0]] = str(event.get("title", "")) if isinstance(event, dict) else ""
        elif record.kind == "delivery" and record.reason == "sent" and len(self.sent) < MOST_NAMED:
            self.sent.append(str(record.data.get("delivery", "")))
        elif record.kind in ("answer", "silence") and len(self.people) < MOST_NAMED:
            self.people.append(record)


class Past(Protocol):
    """Hears of what was lost."""

    async def compared(self, lost: Lost) -> None:
        """Take in what an archive has and the journal has no more."""
        ...


def same(one: JournalRecord, other: JournalRecord) -> bool:
    """Tell whether two records say the same; the archive's has what was sent beside it."""
    return (one.kind, one.at, one.reason, one.ids) == (other.kind, other.at, other.reason, other.ids)


def own_line(record: JournalRecord) -> bool:
    """Tell whether a line is about the archive itself, which the journal need not have."""
    return record.kind == "notice" and record.reason in (GAP, UNREADABLE)


class Comparison:
    """Compares the end of an archive with the journal, some lines at a time: the archive's are read in a thread."""

    def __init__(self, path: Path, position: str, known: str) -> None:
        """`position` is that of the archive's last line; `known` one up to which both surely agree."""
        self.lost = Lost(since=known, until=position)
        self._lines = self._behind(path, known)

    def read(self) -> list[Line]:
        """Give the archive's next lines; blocking."""
        return list(islice(self._lines, CHUNK))

    def judge(self, lines: Sequence[Line], there: Mapping[str, JournalRecord]) -> None:
        """Take in some lines of the archive with what the journal has under their ids."""
        for name, record in lines:
            found = there.get(name)
            if found is not None and same(found, record):
                self.lost.since = name
            elif not own_line(record):
                self.lost.add(record)

    def _behind(self, path: Path, known: str) -> Iterator[Line]:
        after = place(known)
        for line in Reader(path).lines(since_ms=after[0] or None):
            if line.record is not None and place(line.journal_id) > after:
                yield line.journal_id, line.record


async def begin(store: PastSource, path: Path, archive: str, position: str, now: int) -> Comparison:
    """Begin to compare: behind what the store remembers of this archive, or else where the journal begins."""
    remembered = (await store.archived(now)).get(archive)
    known = remembered.position if remembered is not None else just_before(await store.journal_start())
    return Comparison(path, position, known if place(known) <= place(position) else position)


async def unarchived(store: PastSource, lost: Lost) -> list[Line]:
    """Give, under new ids, what was journalled since the store went back under ids that the archive is past."""
    found: list[Line] = []
    end, after = place(lost.until), lost.since
    while rows := await store.read_journal(after, CHUNK, 0):
        found += [row for row in rows if place(row[0]) <= end]
        after = rows[-1][0]
        if place(after) > end:
            break
    ms, number = end
    return [
        (f"{ms}-{number + place_in}", replace(record, data=record.data | {"journal_id": name}))
        for place_in, (name, record) in enumerate(found, 1)
    ]
