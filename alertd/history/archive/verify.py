"""Checks a whole archive: every line against the chain, every file against the manifest, the manifest against itself.

What it cannot know: lines cut from the end of the day that is being written, and a manifest that was written anew as
a whole, with all files. Against the second there is the manifest's head: noted elsewhere, it must still be among the
chains.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from alertd.base.files import sha256_of
from alertd.errors import Corrupt
from alertd.history.archive import manifest
from alertd.history.archive.blobs import SHA256, Blobs
from alertd.history.archive.chain import START, digest
from alertd.history.archive.checking import DayCheck
from alertd.history.archive.day import frames_of
from alertd.history.archive.finding import Finding
from alertd.history.archive.layout import Layout, about, locked, rewriting
from alertd.history.archive.manifest import Entry
from alertd.history.archive.wire import kind_of, record_of
from alertd.history.archive.writing import is_written

Told = Callable[[int], None]
"""Is told of so many more bytes that were read."""


@dataclass(slots=True)
class Looked:
    """What a check looked at, so far."""

    days: int = 0
    """Days with a file."""
    open_days: int = 0
    """Of these, those that are not sealed: lines that were cut from their end are not missed."""
    lines: int = 0
    blobs: int = 0
    told: Told = lambda size: None


_LOST = "lost"
"""In place of the chain at the end of a day whose end could not be read any more when it was sealed."""


def verify(
    path: Path | str, *, head: str = "", told: Told = lambda size: None, looked: Looked | None = None
) -> Iterator[Finding]:
    """Check an archive; each fault comes as it is found. Nothing is changed.

    `head`: a chain of the manifest that was noted once, which must still be in it. `looked` hears what was looked at.
    Raises ArchiveRefused, OSError.
    """
    looked = looked if looked is not None else Looked()
    looked.told = told
    at = Layout(Path(path))
    whole = about(at.root).origin is None
    known = manifest.read(at.manifest)
    yield from known.findings
    if head and head not in known.heads:
        yield Finding("manifest", "manifest", 0, f"{head} is not among its chains: it was written anew since")
    if whole:  # of a part there may be days here and there
        yield from _days_in_order(known)
    before = START if whole else None
    watched = manifest.Watched(at.manifest)
    for day in sorted({*known.days(), *at.sealed_days(), *at.open_days()}):
        before = yield from _day(at, watched, day, before, looked)
    yield from _blobs(at, looked)


def verify_open(path: Path | str) -> Iterator[Finding]:
    """Check only the days that are not sealed yet, against the chain. Raises ArchiveRefused, OSError."""
    at = Layout(Path(path))
    about(at.root)
    watched = manifest.Watched(at.manifest)
    entries = list(watched.days().values())
    before: str | None = entries[-1].head if entries else START
    if entries and entries[-1].end_lost:
        before = _LOST
    for day in sorted(set(at.open_days()) - set(watched.days())):
        before = yield from _day(at, watched, day, before, Looked())


def bytes_of(path: Path | str) -> int:
    """Give how many bytes `verify` will be told of. Raises OSError."""
    at = Layout(Path(path))
    files = [at.sealed(day) for day in at.sealed_days()] + [at.open(day) for day in at.open_days()]
    files += [Blobs(path).path(name) for name in Blobs(path).names()]
    return sum(file.stat().st_size for file in files if file.exists())


def _days_in_order(known: manifest.Manifest) -> Iterator[Finding]:
    """Check that each day follows the one before."""
    before = START
    for entry in known.days().values():
        if entry.before != before:
            yield Finding("manifest", entry.day, 0, "the day does not follow the one before it: days are missing")
        before = entry.head


def _day(
    at: Layout, watched: manifest.Watched, day: str, before: str | None, looked: Looked
) -> Generator[Finding, None, str | None]:
    """Check a day; returns the chain at its end."""
    with ExitStack() as stack:
        with suppress(OSError):  # so that nobody rewrites it meanwhile; a copy may lie where no lock can be made
            stack.enter_context(locked(rewriting(at.root), shared=True))
        entry = watched.days().get(day)
        sealed = at.sealed(day).exists()
        path = at.sealed(day) if sealed else at.open(day)
        if not path.exists():
            if entry is not None and entry.t != "removed":
                yield Finding("day_missing", day, 0, f"the day's file is missing; it had {entry.lines} lines")
            return before if entry is None else _LOST if entry.end_lost else entry.head
        looked.days += 1
        looked.open_days += not sealed
        if sealed and entry is None:
            yield Finding("manifest", day, 0, "the manifest does not know the day's file")
        removable = entry is not None and entry.t != "sealed"  # retention goes by days that are over
        follows = None if before == _LOST else entry.before if entry is not None else before
        check = DayCheck(day, follows, removable=removable)
        yield from _lines(at, path, day, check, looked, sealed=sealed)
        yield from check.end(entry if sealed else None)
        if sealed and entry is not None and not check.found and sha256_of(path) != entry.sha256:
            yield from _changed_frames(path, entry)
        return check.head if entry is None else _LOST if entry.end_lost else entry.head


def _lines(at: Layout, path: Path, day: str, check: DayCheck, looked: Looked, *, sealed: bool) -> Iterator[Finding]:
    with path.open("rb") as file:
        for frame in frames_of(file, day):
            looked.told(frame.span.size)
            if frame.torn and not sealed and is_written(at.root):  # it is under way
                return
            looked.lines += len(frame.lines)
            for line in frame.lines:
                yield from check.feed(line)
                if line.record and kind_of(line.record) == "version":
                    yield from _named_blobs(at, day, line.n, line.record)
            yield from (check.fault(finding) for finding in frame.findings)


def _changed_frames(path: Path, entry: Entry) -> Iterator[Finding]:
    """Say which frames of a file are not as they were, though their lines fit the chain."""
    found = False
    with path.open("rb") as file:
        ends = [frame.first - 1 for frame in entry.frames[1:]] + [entry.lines]
        for frame, last in zip(entry.frames, ends, strict=False):
            file.seek(frame.offset)
            if digest(file.read(frame.size)) != frame.digest:
                found = True
                where = f"lines {frame.first} to {last}"
                text = f"{where} are not as they were written: something was removed, or what was left was changed"
                yield Finding("altered", entry.day, frame.first, text)
    if not found:
        yield Finding("altered", entry.day, 0, "the file is not the one that was sealed")


def _named_blobs(at: Layout, day: str, n: int, raw: bytes) -> Iterator[Finding]:
    """Say which files a line of the kind `version` names that are not there."""
    try:
        record = record_of(raw)
    except Corrupt as error:
        yield Finding("unreadable", day, n, str(error))
        return
    data = record.data if record is not None else {}
    for group in ("files", "holdings"):
        names = data.get(group)
        for file, name in names.items() if isinstance(names, dict) else ():
            if isinstance(name, str) and SHA256.fullmatch(name) and not Blobs(at.root).path(name).exists():
                yield Finding("blob", day, n, f"the content of {file[:200]} is missing: blobs/{name[:2]}/{name}.zst")


def _blobs(at: Layout, looked: Looked) -> Iterator[Finding]:
    blobs = Blobs(at.root)
    for name in blobs.names():
        try:
            looked.told(blobs.path(name).stat().st_size)
            looked.blobs += 1
            blobs.get(name)
        except Corrupt as error:
            yield Finding("blob", "blobs", 0, str(error))
