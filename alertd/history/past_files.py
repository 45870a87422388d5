"""Files of plain events, a JSON object a line, plain or packed: `.gz`, `.zst`. Their time is what each event says.

    first pass   when each line happened, and where it stands           two numbers a line
    second pass  the lines in the order of their times; of one time in that of the file

What is packed is unpacked into a scratch file first, so that lines can be read in any order with flat memory.
"""

from __future__ import annotations

import gzip
import io
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import zstandard

from alertd.base.ids import mark
from alertd.errors import ConfigError
from alertd.history.past_line import RawPast, fault_of, plain_time
from alertd.history.past_skips import Skipped

MAX_LINE = 16 << 20
"""Bytes of a line; a longer one is left out without being kept in memory."""
MAX_UNPACKED = 64 << 30
"""Bytes that a packed file may unpack to."""
_SPOOL = 32 << 20
"""Bytes that are unpacked in memory; more goes to a scratch file."""
_PIECE = 1 << 20
_WINDOW = 1 << 27
"""Bytes of memory that a zstd file may ask for: those of `zstd --long` (RFC 8878 asks of decoders 8 MiB at least)."""
BOM = b"\xef\xbb\xbf"


def plain_lines(path: Path, since_ms: int, until_ms: int, skipped: Skipped) -> Iterator[RawPast]:
    """Give the lines of a file in the order of their times. Raises ConfigError where it cannot be read."""
    with _opened(path) as file:
        times, places = array("q"), array("q")
        numbers = array("q")
        last, sorted_ = -1, True
        for number, (offset, line) in enumerate(_lines(file, path, skipped), 1):
            if not line.strip():
                continue
            at = plain_time(line := line.removeprefix(BOM))
            if at is None:
                why, fault = fault_of(line)
                skipped(why, f"{path}:{number}: {fault}")
                continue
            if since_ms <= at < until_ms:
                times.append(at)
                places.append(offset)
                numbers.append(number)
                sorted_, last = sorted_ and at >= last, at
        order = range(len(times)) if sorted_ else sorted(range(len(times)), key=times.__getitem__)
        for i in order:
            file.seek(places[i])
            line = file.readline(MAX_LINE + 1)
            line = line.removeprefix(BOM).rstrip(b"\r\n")
            yield RawPast(times[i], "file", f"{path}:{numbers[i]}", line, mark(line.decode("utf-8", "replace")))


def _lines(file: BinaryIO, path: Path, skipped: Skipped) -> Iterator[tuple[int, bytes]]:
    number = 0
    while True:
        offset = file.tell()
        line = file.readline(MAX_LINE + 1)
        if not line:
            return
        number += 1
        if len(line) <= MAX_LINE:
            yield offset, line
            continue
        skipped("unreadable", f"{path}:{number}: the line is longer than {MAX_LINE >> 20} MiB")
        while line and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE)
        yield offset, b""


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            if path.suffix not in (".gz", ".zst"):
                yield file
                return
            with tempfile.SpooledTemporaryFile(_SPOOL) as scratch:
                _unpack(file, path, cast(BinaryIO, scratch))
                scratch.seek(0)
                yield cast(BinaryIO, scratch)
    except (OSError, EOFError, zstandard.ZstdError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error) or type(error).__name__
        raise ConfigError.at(path, f"the events cannot be read: {reason}") from error


def _unpack(file: BinaryIO, path: Path, into: BinaryIO) -> None:
    packed: BinaryIO | io.BufferedIOBase
    if path.suffix == ".gz":
        packed = gzip.GzipFile(fileobj=file)
    else:
        packed = zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(file, read_across_frames=True)
    size = 0
    while piece := packed.read(_PIECE):
        size += len(piece)
        if size > MAX_UNPACKED:
            raise ConfigError.at(path, f"it unpacks to more than {MAX_UNPACKED >> 30} GiB", "split it by time")
        into.write(piece)
