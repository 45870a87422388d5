"""Files by content that no line names any more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from alertd.history.archive import wire
from alertd.history.archive.blobs import Blobs, named_in
from alertd.history.archive.layout import Layout
from alertd.history.archive.line import Place
from alertd.history.archive.reader import Reader
from alertd.model import JournalRecord

YOUNG_MS = 2 * 86_400_000
"""A file that was put there a moment ago waits for the line that names it."""


def versions(path: Path | str, reader: Reader | None = None) -> Iterator[tuple[Place, JournalRecord]]:
    """Give the lines of the kind `version`, in order, without reading days that have none. Raises OSError."""
    reader = reader or Reader(path)
    sealed = reader.sealed()
    for day in reader.days():
        entry = sealed.get(day)
        if entry is not None and Layout(Path(path)).sealed(day).exists():
            lines = reader.at(Place(day, n) for n in entry.versions)
        else:
            found = (line for frame in reader.frames(day) for line in frame.lines)
            places = [Place(day, line.n) for line in found if wire.kind_of(line.record) == "version"]
            lines = reader.at(places)
        yield from ((line.place, line.record) for line in lines if line.record is not None)


def remove_unused(path: Path | str, now: int, *, dry_run: bool = False) -> list[str]:
    """Remove files that no line names, and give their names; none where not all lines can be read."""
    blobs, reader = Blobs(path), Reader(path)
    used = {name for _, record in versions(path, reader) for name in named_in(record.data)}
    if reader.findings:
        return []
    unused = [name for name in blobs.names() if name not in used and _age(blobs.path(name), now) > YOUNG_MS]
    for name in unused if not dry_run else []:
        blobs.path(name).unlink(missing_ok=True)
    return unused


def _age(file: Path, now: int) -> float:
    return now - file.stat().st_mtime_ns / 1e6
