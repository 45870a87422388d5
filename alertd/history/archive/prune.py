"""Retention: takes out what was kept long enough, and texts that were kept as long as their source allows.

A removed line keeps its place, its chain and the digest of what it was, so that `verify` holds on; a day of which
nothing is left keeps only its entry in the manifest. It goes by whole days, once they are over. What a legal hold
covers, and a day that is not as it was sealed, is not touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec.structs import replace

from alertd.base.clock import day_start, rfc3339
from alertd.base.files import sha256_of
from alertd.errors import Corrupt
from alertd.history.archive import holds, manifest, sealing, wire
from alertd.history.archive.chain import digest
from alertd.history.archive.day import frames_of
from alertd.history.archive.layout import Layout, about, locked, rewriting
from alertd.history.archive.limits import RIGHTS_OVER, has_text, text_until, without_text
from alertd.history.archive.manifest import Entry
from alertd.history.archive.sealed_file import SEALED_LEVEL, SealedFile
from alertd.history.archive.unused import remove_unused
from alertd.history.archive.wire import Gone, Wire, journal_ms

KEPT = "kept long enough"
_DAY = 86_400_000


class Keep(Protocol):
    """How long kinds of lines are kept."""

    def of(self, kind: str) -> float:
        """Give how many seconds a kind is kept."""
        ...


@dataclass(frozen=True, slots=True)
class PrunedDay:
    """What was removed of a day."""

    day: str
    removed: list[int] = field(default_factory=list)
    """Lines whose record is gone."""
    redacted: list[int] = field(default_factory=list)
    """Lines whose text is gone."""
    gone: bool = False
    """Nothing is left of it."""
    before: int = 0
    after: int = 0
    """Bytes of its file."""
    fault: str = ""
    """Why it was not touched, though something should have been removed."""


def prune(
    path: Path | str, keep: Keep, now: int, *, dry_run: bool = False, level: int = SEALED_LEVEL
) -> Iterator[PrunedDay]:
    """Remove what is over, day by day; unused files by content at the end. `dry_run`: only say what would be.

    It may run beside the writer. Raises ArchiveRefused, OSError.
    """
    at = Layout(Path(path))
    about(at.root)
    if not dry_run:
        sealing.mend(at)  # where the last time was interrupted
    held = holds.read(at.root)
    for day, entry in manifest.read(at.manifest).days().items():
        if entry.t == "removed" or not _due(entry, keep, now) or holds.held(day, held):
            continue
        with locked(rewriting(at.root)):
            if holds.held(day, holds.read(at.root)):  # placed just now
                continue
            done = _day(at, entry, keep, now, level, dry_run=dry_run)
        if done is not None:
            yield done
    if not dry_run:
        remove_unused(at.root, now)


def _due(entry: Entry, keep: Keep, now: int) -> bool:
    """Tell by the manifest whether something in a day is over: so most days are not read at all."""
    return bool(_over(entry, keep, now)) or 0 < entry.text_until <= now + _DAY


def _over(entry: Entry, keep: Keep, now: int) -> set[str]:
    """Give the kinds of which a day's lines have been kept long enough."""
    end = day_start(entry.day) + _DAY
    return {kind for kind in entry.kinds if end + keep.of(kind) * 1000 <= now}


def _day(at: Layout, entry: Entry, keep: Keep, now: int, level: int, *, dry_run: bool) -> PrunedDay | None:
    day, over = entry.day, _over(entry, keep, now)
    try:
        if sha256_of(at.sealed(day)) != entry.sha256:
            return PrunedDay(
                day, fault="it is not as it was sealed, so nothing is removed; see alertd archive verify"
            )
    except FileNotFoundError:
        return PrunedDay(day, fault="its file is missing; see alertd archive verify")
    kept = _Kept(at.scratch(day), level, dry_run=dry_run)
    with kept.file or nullcontext(), at.sealed(day).open("rb") as file:
        for frame in frames_of(file, day):
            for line in frame.lines:
                kept.add(line, _line(line, over, now))
        if not kept.removed and not kept.redacted:
            return None
        new = _nothing_left(entry, now)
        if kept.left and kept.file is not None:
            new = replace(kept.file.finish("pruned", day, rfc3339(now), entry.before), end_lost=entry.end_lost)
    if not dry_run:
        sealing.replace(at, new)
    return PrunedDay(day, kept.removed, kept.redacted, not kept.left, entry.size, entry.size if dry_run else new.size)


class _Kept:
    """What is left of a day, and the file of it unless nothing is to be written."""

    def __init__(self, path: Path, level: int, *, dry_run: bool) -> None:
        self.file = None if dry_run else SealedFile(path, level)
        self.removed: list[int] = []
        self.redacted: list[int] = []
        self.left = 0

    def add(self, was: Wire, line: Wire) -> None:
        """Take a line as it is kept."""
        if self.file is not None:
            self.file.add(line)
        self.left += bool(line.record)
        if line is not was:
            (self.redacted if line.record else self.removed).append(line.n)


def _line(line: Wire, over: set[str], now: int) -> Wire:
    """Give a line as it may be kept: itself if nothing of it is over."""
    raw = line.record
    if not raw:
        return line
    was, at = line.d or digest(raw), rfc3339(now)[:10]
    if wire.kind_of(raw) in over:
        return replace(line, d=was, x=Gone(KEPT, at), r=msgspec.Raw(b""))
    if line.x is not None or not wire.may_be_limited(raw):
        return line
    try:
        record = wire.record_of(raw)
    except Corrupt:
        return line
    until = text_until(record, journal_ms(line.j)) if record is not None else None
    if record is None or until is None or until > now + _DAY or not has_text(record):
        return line
    left = msgspec.json.encode(without_text(record))
    return replace(line, d=was, x=Gone(RIGHTS_OVER, at, digest(left)), r=msgspec.Raw(left))


def _nothing_left(entry: Entry, now: int) -> Entry:
    return Entry(
        t="removed", at=rfc3339(now), day=entry.day, lines=entry.lines, first=entry.first, last=entry.last,
        before=entry.before, head=entry.head, gone=entry.lines, missing=entry.missing, end_lost=entry.end_lost,
    )  # fmt: skip
