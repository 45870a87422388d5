"""Reads an archive: line by line in the order of what happened, or single lines. Several may read while one writes.

Memory does not grow with the archive: a frame of about a megabyte is unpacked at a time. What cannot be read is
passed over and said in `findings`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, NamedTuple

from alertd.base.clock import parse_rfc3339, utc_day
from alertd.errors import Corrupt
from alertd.history.archive import manifest, wire
from alertd.history.archive.day import (
    FrameLines,
    Mark,
    find_mark,
    frames_of,
    last_before,
    mark_of,
    read_frame,
    whole_spans,
)
from alertd.history.archive.finding import Finding
from alertd.history.archive.layout import Layout, about
from alertd.history.archive.line import Line, Place
from alertd.history.archive.wire import Wire, journal_ms
from alertd.model import JournalRecord

MAX_FINDINGS = 1_000
_FAR = 1 << 62


class RawLine(NamedTuple):
    """A line whose record is not decoded yet."""

    place: Place
    journal_id: str
    raw: bytes
    """The record's JSON; empty where it was removed."""
    removed: str
    """Why it, or a part of it, is not there any more."""


class Reader:
    """Reads an archive. Raises ArchiveRefused where there is none, or one of a newer version; OSError."""

    def __init__(self, path: Path | str) -> None:
        self._at = Layout(Path(path))
        self.about = about(self._at.root)
        self.findings: list[Finding] = []
        """What could not be read, at most the first thousand."""
        self.skipped: Counter[str] = Counter()
        """Lines of kinds that this version does not know."""
        self._manifest = manifest.Watched(self._at.manifest)
        self._marks: tuple[str, list[Mark]] = ("", [])

    @property
    def id(self) -> str:
        """Give the id of the archive."""
        return self.about.id

    # --- reading on -------------------------------------------------------------------------------------------

    def lines(
        self, after: Place | None = None, since_ms: int | None = None, until_ms: int | None = None
    ) -> Iterator[Line]:
        """Give the lines behind a place, of a time (ms by the journal id, the end not included), one by one."""
        for raw in self.raw(after, since_ms, until_ms):
            if (line := self.line(raw)) is not None:
                yield line

    def raw(
        self, after: Place | None = None, since_ms: int | None = None, until_ms: int | None = None
    ) -> Iterator[RawLine]:
        """Give the same lines without decoding their records."""
        since, until = since_ms or 0, _FAR if until_ms is None else until_ms
        for day in self.days():
            if (after and day < after.day) or (since and day < utc_day(since)):
                continue
            if until < _FAR and day > utc_day(until):
                return
            passed = after.n if after and day == after.day else 0
            for line in self._day(day, passed, since):
                if line.n > passed and since <= journal_ms(line.j) < until:
                    yield _raw(day, line)

    def line(self, raw: RawLine) -> Line | None:
        """Decode a line; None, counted or with a finding, for one that cannot be."""
        at_ms, record = journal_ms(raw.journal_id), None
        if raw.raw:
            try:
                record = wire.record_of(raw.raw)
                if record is None:
                    self.skipped["kind"] += 1
                    return None
                at_ms = _moment(record, at_ms)
            except Corrupt as error:
                self._note([Finding("unreadable", raw.place.day, raw.place.n, str(error))])
                return None
        return Line(raw.place, raw.journal_id, at_ms, record, raw.removed)

    # --- single lines -----------------------------------------------------------------------------------------

    def at(self, places: Iterable[Place]) -> list[Line]:
        """Give the lines at places, in their order; those that are not there are left out."""
        found: list[Line] = []
        for day, wanted in groupby(sorted(set(places)), key=lambda place: place.day):
            lines = self._single(day, [place.n for place in wanted])
            found += [line for one in lines if (line := self.line(_raw(day, one))) is not None]
        return found

    def _single(self, day: str, numbers: Sequence[int]) -> Iterator[Wire]:
        opened = self._file(day)
        if opened is None:
            return
        file, sealed = opened
        with file:
            marks = self._index(day, file, sealed=True) if sealed else []
            known, ahead = [] if marks else whole_spans(file), list(numbers)
            while ahead:
                mark = last_before(marks, ahead[0], 0) if marks else find_mark(file, day, known, ahead[0])
                frame = next(frames_of(file, day, mark.offset), None) if mark else None
                there = {line.n: line for line in frame.lines} if frame else {}
                self._note(frame.findings if frame else [])
                end = max(there, default=0)
                if ahead[0] not in there:  # removed as a whole, or unreadable
                    end = max(end, ahead[0])
                yield from (there[n] for n in ahead if n in there)
                ahead = [n for n in ahead if n > end]

    # --- what there is ----------------------------------------------------------------------------------------

    def days(self) -> list[str]:
        """Give the days of which there is a file, in order."""
        return sorted({*self._at.sealed_days(), *self._at.open_days()})

    def sealed(self) -> dict[str, manifest.Entry]:
        """Give what the manifest says of each day now. Raises OSError."""
        return self._manifest.days()

    def entry(self, day: str) -> manifest.Entry | None:
        """Give what the manifest says of a day whose sealed file is there; None for one that is being written."""
        return self.sealed().get(day) if self._at.sealed(day).exists() else None

    def last(self, day: str) -> Place | None:
        """Give the last whole line of a day; None if there is none."""
        if (opened := self._file(day)) is None:
            return None
        with opened[0] as file:
            for span in reversed(whole_spans(file)):
                if lines := read_frame(file, day, span, 0).lines:
                    return Place(day, lines[-1].n)
        return None

    def frames(self, day: str) -> Iterator[FrameLines]:
        """Give a day frame by frame, with what is wrong in each."""
        if (opened := self._file(day)) is not None:
            file, sealed = opened
            with file:
                for frame in frames_of(file, day):
                    if sealed or not frame.torn:
                        self._note(frame.findings)
                    yield frame

    def _file(self, day: str) -> tuple[BinaryIO, bool] | None:
        """Open the file of a day, and say whether it is sealed; it may be sealed just now."""
        for path, sealed in ((self._at.sealed(day), True), (self._at.open(day), False), (self._at.sealed(day), True)):
            try:
                return path.open("rb"), sealed
            except FileNotFoundError:
                continue
        return None

    # --- a day ------------------------------------------------------------------------------------------------

    def _day(self, day: str, passed: int, since: int) -> Iterator[Wire]:
        """Give the lines of a day from the frame on in which the one behind `passed` stands."""
        opened = self._file(day)
        if opened is None:
            return
        file, sealed = opened
        with file:
            mark = last_before(self._index(day, file, sealed=sealed), passed + 1, since)
            if mark is None and passed and not sealed:
                mark = find_mark(file, day, whole_spans(file), passed + 1)
            start, before = (mark.offset, mark.first - 1) if mark else (0, 0)
            for frame in frames_of(file, day, start, before):
                if sealed or not frame.torn:  # the end of the day that is being written may be under way
                    self._note(frame.findings)
                if not sealed and (here := mark_of(frame)) is not None:
                    self._remember(day, here)
                yield from frame.lines

    def _index(self, day: str, file: BinaryIO, *, sealed: bool) -> Sequence[Mark]:
        """Give what is known of where the frames of a day begin."""
        if not sealed:
            return self._marks[1] if self._marks[0] == day else []
        entry = self.sealed().get(day)
        if entry is None or entry.size != file.seek(0, 2):
            return []
        return [Mark(frame.offset, frame.first, frame.ms) for frame in entry.frames]

    def _remember(self, day: str, mark: Mark) -> None:
        if self._marks[0] != day:
            self._marks = (day, [])
        marks = self._marks[1]
        if not marks or marks[-1].first < mark.first:
            marks.append(mark)

    def _note(self, findings: Sequence[Finding]) -> None:
        room = MAX_FINDINGS - len(self.findings)
        self.findings += [one for one in findings if one not in self.findings][:room]


def _raw(day: str, line: Wire) -> RawLine:
    return RawLine(Place(day, line.n), line.j, line.record, line.x.why if line.x is not None else "")


def _moment(record: JournalRecord, otherwise: int) -> int:
    try:
        return parse_rfc3339(record.at)
    except ValueError:
        return otherwise
