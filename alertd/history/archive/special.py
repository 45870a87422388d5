"""Lines that are looked for among all: which rules were in force, and what is missing. The manifest knows where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from alertd.history.archive import wire
from alertd.history.archive.line import Place
from alertd.history.archive.manifest import Entry
from alertd.history.archive.reader import Reader
from alertd.model import JournalRecord


def versions(path: Path | str, reader: Reader | None = None) -> Iterator[tuple[Place, JournalRecord]]:
    """Give the lines of the kind `version`, in order, without reading days that have none. Raises OSError."""
    return _lines(reader or Reader(path), lambda entry: entry.versions, lambda raw: wire.kind_of(raw) == "version")


def gaps(path: Path | str, reader: Reader | None = None) -> Iterator[tuple[Place, JournalRecord]]:
    """Give the lines about what never came into the archive, in order. Raises OSError."""
    return _lines(reader or Reader(path), lambda entry: entry.gaps, wire.tells_gap)


def _lines(
    reader: Reader, listed: Callable[[Entry], list[int]], wanted: Callable[[bytes], bool]
) -> Iterator[tuple[Place, JournalRecord]]:
    for day in reader.days():
        if (entry := reader.entry(day)) is not None:
            places = [Place(day, n) for n in listed(entry)]
        else:
            found = (line for frame in reader.frames(day) for line in frame.lines)
            places = [Place(day, line.n) for line in found if wanted(line.record)]
        yield from ((line.place, line.record) for line in reader.at(places) if line.record is not None)
