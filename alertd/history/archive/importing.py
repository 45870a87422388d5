"""Archives of elsewhere, beside our own: `imported/<id>/`, each an archive like any other.

One is checked before anything of it is taken. What comes again is one: days that are there already stay, a day of
which more lines come now is replaced, and a day with other lines under the same numbers is refused.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from alertd.base.clock import rfc3339
from alertd.base.files import sha256_of
from alertd.errors import ArchiveRefused
from alertd.history.archive import manifest, sealing
from alertd.history.archive.blobs import Blobs
from alertd.history.archive.chain import START
from alertd.history.archive.finding import Finding
from alertd.history.archive.layout import IMPORTED, Layout, about, create, locked, rewriting
from alertd.history.archive.manifest import Entry
from alertd.history.archive.package import opened
from alertd.history.archive.reader import Reader
from alertd.history.archive.sealed_file import SEALED_LEVEL, SealedFile
from alertd.history.archive.verify import verify

MAX_SHOWN = 20


@dataclass(slots=True)
class Imported:
    """What was taken."""

    id: str
    path: Path
    added: int = 0
    """Days that were not there."""
    grown: int = 0
    """Days of which there are more lines now."""
    same: int = 0
    """Days that were there."""
    lines: int = 0
    """In the days that were added, and more in those that grew."""


class NotWhole(ArchiveRefused):
    """The archive does not stand up to its own chain; carries the first findings."""

    def __init__(self, source: Path, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__(f"{source} is not whole, so nothing of it is taken: {findings[0]}")


def import_archive(
    source: Path, archive: Path | str, now: int, *, told: Callable[[int], None] = lambda size: None
) -> Imported:
    """Take an archive (a directory, or a tar of `export`) into `imported/` of another, made where there is none.

    Raises NotWhole, ArchiveRefused, OSError.
    """
    if not source.exists():
        raise ArchiveRefused(f"{source} is not there")
    create(Path(archive), now)
    room = Path(archive) / IMPORTED
    room.mkdir(mode=0o700, exist_ok=True)
    with opened(source, room) as folder:
        there = about(folder)
        findings = [finding for finding, _ in zip(verify(folder, told=told), range(MAX_SHOWN), strict=False)]
        if findings:
            raise NotWhole(source, findings)
        target = room / there.id
        if target.resolve() == folder.resolve() or Path(archive).resolve() == folder.resolve():
            raise ArchiveRefused(f"{source} is this archive itself")
        create(target, now, id=there.id, origin=there.origin)
        sealing.mend(Layout(target))
        done = Imported(there.id, target)
        for name in Blobs(folder).names():
            if not Blobs(target).path(name).exists():
                Blobs(target).put(Blobs(folder).get(name) or b"")
        with locked(rewriting(target)):
            _take_days(folder, target, now, done)
        return done


def imported(archive: Path | str) -> list[Path]:
    """Give the archives that were imported, in the order of their ids."""
    room = Path(archive) / IMPORTED
    return sorted(path.parent for path in room.glob("[0-9a-f]*/archive.json")) if room.is_dir() else []


def _take_days(folder: Path, target: Path, now: int, done: Imported) -> None:
    source, at = Layout(folder), Layout(target)
    theirs = manifest.read(source.manifest).days()
    before = START
    for day in sorted({*theirs, *Reader(folder).days()}):
        ours, entry = manifest.read(at.manifest).days().get(day), theirs.get(day)
        if entry is not None and entry.t == "removed":
            made: Entry | None = entry if ours is None else None
        else:
            made = _copy(source, at, day, entry, before, now)
        before = made.head if made is not None else entry.head if entry is not None else before
        if made is None or not _more(folder, target, day, made, ours):
            at.scratch(day).unlink(missing_ok=True)
            done.same += 1
            continue
        sealing.replace(at, made)
        done.lines += made.lines - (ours.lines if ours is not None else 0)
        done.added += ours is None
        done.grown += ours is not None


def _copy(source: Layout, at: Layout, day: str, entry: Entry | None, before: str, now: int) -> Entry | None:
    """Make the new file of a day: a copy of a sealed one; one that is being written is sealed on the way."""
    if entry is not None:
        at.scratch(day).parent.mkdir(mode=0o700, exist_ok=True)
        _copy_file(source.sealed(day), at.scratch(day))
        if sha256_of(at.scratch(day)) != entry.sha256:
            raise ArchiveRefused(f"{source.sealed(day)} changes while it is read")
        return entry
    with SealedFile(at.scratch(day), SEALED_LEVEL) as made:
        for frame in Reader(source.root).frames(day):
            for line in frame.lines:
                made.add(line)
        return made.finish("sealed", day, rfc3339(now), before) if made.last is not None else None


def _copy_file(source: Path, target: Path) -> None:
    with source.open("rb") as file, target.open("wb") as copy:
        shutil.copyfileobj(file, copy, 1 << 20)
        copy.flush()
        os.fsync(copy.fileno())


def _more(folder: Path, target: Path, day: str, new: Entry, ours: Entry | None) -> bool:
    """Tell whether a day brings more than what is there. Raises ArchiveRefused where it is another."""
    if ours is None:
        return True
    shared = min(new.lines, ours.lines)
    if (new.t == "removed") != (ours.t == "removed"):
        return ours.t == "removed"
    if new.t != "removed" and _chain_at(folder, day, shared) != _chain_at(target, day, shared):
        raise ArchiveRefused(f"{day} is there already, with other lines: this is not the same archive")
    return (new.lines, -new.gone) > (ours.lines, -ours.gone)


def _chain_at(path: Path, day: str, n: int) -> str:
    return next((line.c for frame in Reader(path).frames(day) for line in frame.lines if line.n == n), "")
