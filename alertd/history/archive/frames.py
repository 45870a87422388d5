"""The frames of zstd in a file, one behind the other (RFC 8878 section 3.1.1): found without unpacking them.

Each frame holds whole lines, says how long its text is and bears a checksum. So a frame that a crash cut off is told
from one that was damaged, what stands behind a damaged one is still read, and none unpacks to more than it may.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import zstandard

from alertd.errors import Corrupt

MAX_TEXT = 16 << 20
"""Bytes that a frame may unpack to: about a megabyte is written, or a single long line."""
MAX_FRAME = 17 << 20
"""Bytes of a frame."""
_MAGIC = b"\x28\xb5\x2f\xfd"
_HEADER = 18
"""Bytes of the longest header."""
_TRIES = 1_000
"""Places behind damaged bytes that are looked at for the next frame."""


class Span(NamedTuple):
    """A frame, or bytes that are none."""

    offset: int
    size: int
    fault: str = ""
    """Why it is no frame; empty for one."""
    torn: bool = False
    """The file ends in it: what a crash left."""


def pack(text: bytes, level: int) -> bytes:
    """Make a frame."""
    return zstandard.ZstdCompressor(level=level, write_checksum=True, write_content_size=True).compress(text)


def unpack(frame: bytes) -> bytes:
    """Give the text of a frame. Raises Corrupt, also for one that would unpack to too much."""
    try:
        size = zstandard.get_frame_parameters(frame).content_size
        if size > MAX_TEXT:  # also where it is not said
            raise Corrupt(f"a frame must say its size, at most {MAX_TEXT >> 20} MiB")
        if size == 0:
            return b""
        packer = zstandard.ZstdDecompressor(max_window_size=MAX_TEXT)
        return packer.decompress(frame, max_output_size=MAX_TEXT, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise Corrupt(f"unreadable frame: {str(error).removeprefix('decompression error: ')}") from error


def spans(file: BinaryIO, offset: int = 0, end: int | None = None) -> Iterator[Span]:
    """Give the frames of a file from an offset on, and the bytes between them that are none."""
    if end is None:
        end = file.seek(0, 2)
    while offset < end:
        found = _measure(file, offset, end)
        if found.fault:
            behind = _next(file, offset + 1, end)
            found = Span(offset, (behind or end) - offset, found.fault, torn=behind is None)
        yield found
        offset += found.size


def frame_at(file: BinaryIO, span: Span) -> bytes:
    """Give the bytes of a frame."""
    file.seek(span.offset)
    return file.read(span.size)


def _measure(file: BinaryIO, offset: int, end: int) -> Span:
    """Give the frame at an offset by going from block to block."""
    file.seek(offset)
    head = file.read(min(_HEADER, end - offset))
    if head[:4] != _MAGIC[: len(head)]:
        return Span(offset, 0, "no frame of zstd")
    try:
        at = offset + zstandard.frame_header_size(head)
        checksum = zstandard.get_frame_parameters(head).has_checksum
    except zstandard.ZstdError:
        return Span(offset, 0, "the frame's head is damaged or cut off")
    last = False
    while not last:
        file.seek(at)
        block = file.read(3)
        if len(block) < 3 or at + 3 > end:
            return Span(offset, 0, "the frame is cut off")
        number = int.from_bytes(block, "little")
        last, kind, size = bool(number & 1), number >> 1 & 3, number >> 3
        at += 3 + (1 if kind == 1 else size)  # a run of one byte is one byte long
        if kind == 3 or at - offset > MAX_FRAME:
            return Span(offset, 0, "the frame is damaged")
    at += 4 if checksum else 0
    return Span(offset, at - offset) if at <= end else Span(offset, 0, "the frame is cut off")


def _next(file: BinaryIO, offset: int, end: int) -> int | None:
    """Give where the next whole frame begins that unpacks; None if there is none."""
    tries = 0
    for candidate in _magics(file, offset, end):
        tries += 1
        if tries > _TRIES:
            return None
        span = _measure(file, candidate, end)
        if span.fault:
            continue
        try:
            unpack(frame_at(file, span))
        except Corrupt:
            continue
        return candidate
    return None


def _magics(file: BinaryIO, offset: int, end: int) -> Iterator[int]:
    """Give where a frame might begin."""
    step = 1 << 20
    while offset < end:
        file.seek(offset)
        chunk = file.read(min(step + 3, end - offset))
        at = chunk.find(_MAGIC)
        while at >= 0:
            yield offset + at
            at = chunk.find(_MAGIC, at + 1)
        offset += step
