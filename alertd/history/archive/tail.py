"""The end of the day that is being written: its last whole line; what a crash left behind it is cut off."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, NamedTuple

from alertd.history.archive import wire
from alertd.history.archive.day import FrameLines, read_frame
from alertd.history.archive.finding import Finding
from alertd.history.archive.frames import pack, spans
from alertd.history.archive.wire import Wire


class Tail(NamedTuple):
    """How a file ends."""

    size: int
    """Bytes of it that count."""
    last: Wire | None
    findings: tuple[Finding, ...]
    """What was cut off."""


def cut_torn(path: Path, day: str, level: int) -> Tail:
    """Cut off what is behind the last whole line, and give how the file ends then. Raises OSError."""
    with path.open("r+b") as file:
        end = file.seek(0, 2)
        good, frame = _last_readable(file, day)
        keep = good
        if frame is not None and frame.findings:  # a line in it has no end, or is none: what is whole is kept
            keep = _only_whole(file, frame, level)
        elif good < end:
            file.truncate(good)
        if keep == end:
            return Tail(end, frame.lines[-1] if frame is not None else None, ())
        file.flush()
        os.fsync(file.fileno())
    last = frame.lines[-1] if frame is not None else None
    lost = end - keep if end > keep else end - good
    text = f"the end, {lost} bytes that a crash left half written, was cut off"
    return Tail(keep, last, (Finding("mended", day, (last.n if last else 0) + 1, text),))


def _last_readable(file: BinaryIO, day: str) -> tuple[int, FrameLines | None]:
    """Find the last frame with a whole line, and where it ends."""
    found = [span for span in spans(file) if not span.fault]
    while found:
        span = found.pop()
        frame = read_frame(file, day, span, 0)
        if frame.lines:
            return span.offset + span.size, frame
    return 0, None


def _only_whole(file: BinaryIO, frame: FrameLines, level: int) -> int:
    """Write a frame again with its whole lines, as the last of the file; gives where it ends."""
    packed = pack(b"".join(wire.text_of(line) for line in frame.lines), level)
    file.truncate(frame.span.offset)
    file.seek(frame.span.offset)
    file.write(packed)
    return frame.span.offset + len(packed)
