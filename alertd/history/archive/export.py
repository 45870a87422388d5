"""A part of an archive as an archive of its own, for whoever asks, for backtests elsewhere, for safe keeping.

Whole days keep their chain, so the part can be compared with the whole; a text that its source does not allow to hand
on is taken out as retention does it. Narrowed to a portfolio, a desk, kinds or hours it gets a chain of its own: the
old one would tell of what was left out.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec.structs import replace

from alertd.base.clock import rfc3339, utc_day
from alertd.errors import ArchiveRefused, Corrupt
from alertd.history.archive import manifest, wire
from alertd.history.archive.blobs import Blobs, named_in
from alertd.history.archive.chain import START, digest, link
from alertd.history.archive.layout import Layout, Origin, about, create
from alertd.history.archive.limits import NOT_EXPORTED
from alertd.history.archive.manifest import Entry
from alertd.history.archive.narrowing import Narrowing, shareable
from alertd.history.archive.package import is_package, pack_folder
from alertd.history.archive.reader import Reader
from alertd.history.archive.sealed_file import SEALED_LEVEL, SealedFile
from alertd.history.archive.wire import Gone, Wire, journal_ms
from alertd.model import JournalRecord

_DAY = 86_400_000


@dataclass(slots=True)
class Exported:
    """What was exported."""

    id: str = ""
    days: int = 0
    lines: int = 0
    """Lines with a record."""
    bare: int = 0
    """Of these, lines whose text may not be handed on."""
    left_out: int = 0
    """Lines that were not asked for, or that nothing is left of."""
    size: int = 0
    """Bytes."""
    whole_days: bool = True
    """The chain is that of the archive."""
    unreadable: int = 0
    """Places in it that cannot be read."""


def export(
    path: Path | str,
    out: Path,
    *,
    since_ms: int | None = None,
    until_ms: int | None = None,
    narrowing: Narrowing | None = None,
    now: int,
    told: Callable[[int], None] = lambda size: None,
) -> Exported:
    """Write a part of an archive to a directory, or to a file that ends in `.tar`; it must not be there yet.

    `until_ms` is not included. Raises ArchiveRefused, OSError.
    """
    if out.exists():
        raise ArchiveRefused(f"{out} is there already: name another, or remove it")
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = out.with_name(f".{out.name}.{os.getpid()}.new")
    try:
        done = _Export(Path(path), folder, since_ms, until_ms, narrowing or Narrowing(), now, told).run()
        if not done.lines and not done.unreadable:
            raise ArchiveRefused(f"nothing is exported: {path} has no line of what was asked for")
        if is_package(out):
            file = folder.with_suffix(".tar-new")
            try:
                pack_folder(folder, file)
                file.rename(out)
            finally:
                file.unlink(missing_ok=True)
            done.size = out.stat().st_size
        else:
            done.size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
            folder.rename(out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return done


class _Export:
    def __init__(
        self, path: Path, folder: Path, since: int | None, until: int | None, narrowing: Narrowing, now: int,
        told: Callable[[int], None],
    ) -> None:  # fmt: skip
        self._from, self._to = Layout(path), Layout(folder)
        self._since, self._until = since or 0, until
        self._narrowing, self._now, self._told = narrowing, now, told
        self._reader = Reader(path)
        self._known = manifest.read(self._from.manifest)
        whole = self._since % _DAY == 0 and (until is None or until % _DAY == 0)
        self._done = Exported(whole_days=whole and not narrowing.narrows)
        self._head = START
        """The chain at the end of the last day that was written."""
        self._blobs: set[str] = set()

    def run(self) -> Exported:
        """Write it."""
        origin = self._origin()
        id = about(self._from.root).id if self._done.whole_days else _id_of(origin)
        self._done.id = create(self._to.root, self._now, id=id, origin=origin).id
        days = self._days()
        if self._done.whole_days and days:  # a day that is being written follows the last one that is known
            earlier = [entry.head for day, entry in self._known.days().items() if day < days[0]]
            self._head = earlier[-1] if earlier else START
        entries = [entry for day in days if (entry := self._day(day)) is not None]
        manifest.append(self._to.manifest, entries)
        mine, theirs = Blobs(self._to.root), Blobs(self._from.root)
        for name in sorted(self._blobs):
            if (content := theirs.get(name)) is not None:
                mine.put(content)
        self._done.unreadable = len(self._reader.findings)
        return self._done

    def _origin(self) -> Origin:
        words = self._narrowing.words()
        if not self._done.whole_days:
            words += [f"from {rfc3339(self._since)}"] if self._since else []
            words += [f"until {rfc3339(self._until)}"] if self._until is not None else []
        return Origin(archive=self._reader.about.id, head=self._known.head, at=rfc3339(self._now), narrowed=words)

    def _days(self) -> list[str]:
        """Give the days that are asked for; of whole days those of which nothing is left, too."""
        there = set(self._reader.days())
        if self._done.whole_days:
            there |= set(self._known.days())
        first = utc_day(self._since) if self._since else ""
        last = utc_day(self._until - 1) if self._until is not None else "9999"
        return sorted(day for day in there if first <= day <= last)

    def _day(self, day: str) -> Entry | None:
        known, whole = self._known.days().get(day), self._done.whole_days
        if known is not None and known.t == "removed":
            self._head = known.head
            return known if whole else None
        before = known.before if whole and known is not None else self._head
        with SealedFile(self._to.scratch(day), SEALED_LEVEL) as made:
            for frame in self._reader.frames(day):
                self._told(frame.span.size)
                for line in frame.lines:
                    last = made.last.n if made.last is not None else 0
                    self._add(made, self._whole(line) if whole else self._narrowed(line, last + 1), last)
            if made.last is None:
                return None
            entry = made.finish("sealed", day, rfc3339(self._now), before)
            lost = whole and known is not None and known.end_lost
            entry = replace(entry, t="pruned" if entry.gone else "sealed", end_lost=lost)
        self._to.scratch(day).rename(self._to.sealed(day))
        self._head = entry.head
        self._done.days += 1
        return entry

    def _add(self, made: SealedFile, line: Wire | None, last: int) -> None:
        if line is None or line.n <= last:  # a second line of a number would not fit the chain
            self._done.left_out += 1
            return
        made.add(line)
        self._done.lines += bool(line.record)
        if wire.kind_of(line.record) == "version" and (record := wire.record_of(line.record)) is not None:
            self._blobs.update(named_in(record.data))

    def _whole(self, line: Wire) -> Wire:
        """Give a line of a whole day: itself, or without a text that may not be handed on."""
        raw = line.record
        if not raw or not wire.may_be_limited(raw):
            return line
        record = _read(raw)
        if record is None or shareable(record) == record:
            return line
        self._done.bare += 1
        left = msgspec.json.encode(shareable(record))
        gone = Gone(NOT_EXPORTED, rfc3339(self._now)[:10], digest(left))
        return replace(line, d=line.d or digest(raw), x=gone, r=msgspec.Raw(left))

    def _narrowed(self, line: Wire, number: int) -> Wire | None:
        """Give a line of what was asked for, in a chain of its own; None if nothing of it was."""
        record = _read(line.record) if self._wanted(line) else None
        taken = self._narrowing.take(record) if record is not None else None
        if taken is None:
            return None
        bare = shareable(taken) != taken
        self._done.bare += bare
        raw = msgspec.json.encode(shareable(taken))
        mark = digest(raw)
        self._head = link(self._head, line.j, mark)
        gone = Gone(NOT_EXPORTED, rfc3339(self._now)[:10]) if bare else line.x
        if gone is None:
            return Wire(number, line.j, self._head, r=msgspec.Raw(raw))
        return Wire(number, line.j, self._head, mark, replace(gone, e=mark), msgspec.Raw(raw))

    def _wanted(self, line: Wire) -> bool:
        at = journal_ms(line.j)
        return bool(line.record) and at >= self._since and (self._until is None or at < self._until)


def _read(raw: bytes) -> JournalRecord | None:
    try:
        return wire.record_of(raw)
    except Corrupt:
        return None


def _id_of(origin: Origin) -> str:
    """Name an archive that is a part of another: the same part has the same name."""
    parts = "\n".join([origin.archive, origin.head, *origin.narrowed])
    return hashlib.sha256(parts.encode()).hexdigest()[:16]
