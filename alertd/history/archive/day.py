"""The lines of one day's file, frame by frame; what cannot be read is said and passed over."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import BinaryIO, NamedTuple

from alertd.errors import Corrupt
from alertd.history.archive import wire
from alertd.history.archive.finding import Finding
from alertd.history.archive.frames import Span, frame_at, spans, unpack
from alertd.history.archive.wire import Wire, journal_ms


class FrameLines(NamedTuple):
    """A frame of a day with what stands in it."""

    span: Span
    lines: list[Wire]
    findings: list[Finding]

    @property
    def torn(self) -> bool:
        """Tell whether it is what a crash, or a writer at work, left at the end."""
        return self.span.torn


class Mark(NamedTuple):
    """Where a frame begins, and with which line."""

    offset: int
    first: int
    ms: int


def frames_of(file: BinaryIO, day: str, offset: int = 0, after: int = 0) -> Iterator[FrameLines]:
    """Give the frames of a file from an offset on; `after` is the number of the line before it."""
    for span in spans(file, offset):
        found = read_frame(file, day, span, after)
        if found.lines:
            after = found.lines[-1].n
        yield found


def read_frame(file: BinaryIO, day: str, span: Span, after: int) -> FrameLines:
    """Read one frame."""
    if span.fault:
        where = f"{span.size} bytes from byte {span.offset} cannot be read: {span.fault}"
        return FrameLines(span, [], [Finding("torn" if span.torn else "unreadable", day, after + 1, where)])
    try:
        text = unpack(frame_at(file, span))
    except Corrupt as error:
        what = f"{span.size} bytes from byte {span.offset} cannot be read: {error}"
        return FrameLines(span, [], [Finding("unreadable", day, after + 1, what)])
    lines: list[Wire] = []
    findings: list[Finding] = []
    rows = text.split(b"\n")
    if rows[-1]:
        findings.append(Finding("unreadable", day, after + len(rows), "the line has no end"))
    for row in rows[:-1]:
        try:
            lines.append(wire.read(row))
        except Corrupt as error:
            last = lines[-1].n if lines else after
            findings.append(Finding("unreadable", day, last + 1, str(error)))
    return FrameLines(span, lines, findings)


def mark_of(frame: FrameLines) -> Mark | None:
    """Give where a frame begins; None for one without lines."""
    if not frame.lines:
        return None
    return Mark(frame.span.offset, frame.lines[0].n, journal_ms(frame.lines[0].j))


def whole_spans(file: BinaryIO) -> list[Span]:
    """Find the frames of a file that has no index."""
    return [span for span in spans(file) if not span.fault]


def find_mark(file: BinaryIO, day: str, found: list[Span], n: int) -> Mark | None:
    """Find among frames the one in which a line stands: by halving. None: it stands before all of them."""
    low, high, best = 0, len(found), None
    while low < high:
        middle = (low + high) // 2
        mark = mark_of(read_frame(file, day, found[middle], 0))
        if mark is None:  # damaged
            found.pop(middle)
            high -= 1
        elif mark.first <= n:
            best, low = mark, middle + 1
        else:
            high = middle
    return best


def last_before(marks: Sequence[Mark], n: int, ms: int) -> Mark | None:
    """Give the last frame that begins neither after a line nor, if that is given (not 0), at or after a time."""
    end = bisect_right(marks, n, key=lambda mark: mark.first)
    if ms:  # not sorted by time where a clock went back
        end = next((i for i, mark in enumerate(islice(marks, end)) if mark.ms >= ms), end)
    return marks[end - 1] if end else None
