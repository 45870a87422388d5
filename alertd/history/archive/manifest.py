"""The manifest: a line for each day that was sealed or rewritten, each chained to the one before.

    {"t":"sealed","day":"2026-11-29","lines":…,"head":…,"sha256":…,"frames":[…],…,"h":"<chain>"}

It is only ever added to. Of several entries of a day the newest counts; the older ones say what the file was. The
chain covers an entry's bytes up to its `h`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from alertd.base.clock import utc_day
from alertd.errors import Corrupt
from alertd.history.archive.chain import CHAIN, START, manifest_link
from alertd.history.archive.finding import Finding
from alertd.history.archive.layout import is_day
from alertd.history.archive.wire import UNDECODABLE, journal_ms

MAX_ENTRY = 64 << 20
"""Bytes of an entry: a day of a million frames."""


class Frame(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A frame of a sealed day."""

    offset: int
    size: int
    first: int
    """Number of its first line."""
    lines: int
    ms: int
    """Time of its first line, by the journal id."""
    digest: str
    """Of its bytes as they stand in the file."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a day."""

    t: Literal["sealed", "pruned", "removed"]
    """`pruned`: of some lines the record, or a part of it, is not there, by retention or in an export. `removed`:
    nothing of it was to be kept any longer; only its place in the chain is left.
    """
    at: str
    day: str
    lines: int
    """How many it had, those that were removed since among them: the number of its last line."""
    first: str
    last: str
    """Journal ids."""
    before: str
    """The chain at the end of the day before."""
    head: str
    """The chain of its last line."""
    sha256: str = ""
    """Of the file."""
    size: int = 0
    """Of the file, in bytes."""
    text: int = 0
    """Of its lines, in bytes."""
    kinds: dict[str, int] = {}
    """Kind -> records that are there."""
    gone: int = 0
    """Lines whose record was removed, or a part of it."""
    missing: list[tuple[int, int]] = []
    """From line, to line: could not be read any more when the day was sealed."""
    end_lost: bool = False
    """What stood behind the last line could not be read any more when the day was sealed."""
    versions: list[int] = []
    """Which lines are of the kind `version`: they name the blobs that are needed."""
    gaps: list[int] = []
    """Which lines say that lines of the journal never came into the archive."""
    text_until: int = 0
    """When (ms) the first text in it may not be kept any longer, by its source's rights; 0: never."""
    frames: list[Frame] = []


_ENTRY = msgspec.json.Decoder(Entry)


class Manifest(NamedTuple):
    """What the manifest says, and what is wrong with it."""

    entries: tuple[Entry, ...]
    head: str
    """The chain of the last entry that can be read."""
    heads: tuple[str, ...]
    """The chain of each entry."""
    torn: int
    """Where a last line begins that has no end; the size of the file if there is none."""
    findings: tuple[Finding, ...]

    def days(self) -> dict[str, Entry]:
        """Give the newest entry of each day, in the order of the days."""
        newest = {entry.day: entry for entry in self.entries}
        return dict(sorted(newest.items()))


def read(path: Path) -> Manifest:
    """Read a manifest; one that is not there says nothing. Raises OSError."""
    entries: list[Entry] = []
    heads: list[str] = []
    findings: list[Finding] = []
    before, at, number = START, 0, 0
    try:
        with path.open("rb") as file:
            while line := file.readline(MAX_ENTRY):
                number += 1
                if not line.endswith(b"\n"):
                    findings.append(_finding(number, "is cut off", "torn"))
                    break
                at += len(line)
                body, chain = _parted(line)
                wanted = manifest_link(before, body)
                if chain != wanted:
                    findings.append(_finding(number, "was altered, or one before it is missing"))
                before = chain or wanted
                heads.append(before)
                try:
                    entry = _ENTRY.decode(body)
                    if not is_day(entry.day) or (chain != wanted and not _fits(entry)):
                        raise msgspec.ValidationError(f"it cannot be of the day {entry.day[:20]}")
                    entries.append(entry)
                except UNDECODABLE as error:
                    findings.append(_finding(number, f"cannot be read: {error}"))
    except FileNotFoundError:
        pass
    return Manifest(tuple(entries), before, tuple(heads), at, tuple(findings))


class Watched:
    """A manifest that is read again when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = (-1, -1)
        self._days: dict[str, Entry] = {}

    def days(self) -> dict[str, Entry]:
        """Give the newest entry of each day. Raises OSError."""
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return {}
        if self._seen != (seen := (stat.st_size, stat.st_mtime_ns)):
            self._days, self._seen = read(self._path).days(), seen
        return self._days


def append(path: Path, entries: Iterable[Entry]) -> None:
    """Add entries, durably; a torn last line is cut off before. Raises OSError."""
    known = read(path)
    before, text = known.head, b""
    for entry in entries:
        body = msgspec.json.encode(entry)
        before = manifest_link(before, body)
        text += body[:-1] + f',"h":"{before}"}}\n'.encode()
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.ftruncate(fd, known.torn)
        os.lseek(fd, 0, os.SEEK_END)
        written = 0
        while written < len(text):
            written += os.write(fd, text[written:])
        os.fsync(fd)
    finally:
        os.close(fd)


def _parted(line: bytes) -> tuple[bytes, str]:
    """Give an entry's bytes as they were chained, and its chain; empty if it bears none."""
    body, found, tail = line.rstrip(b"\n").rpartition(b',"h":"')
    chain = tail.removesuffix(b'"}').decode("ascii", "replace")
    return (body + b"}", chain) if found and CHAIN.fullmatch(chain) else (line.rstrip(b"\n"), "")


def _fits(entry: Entry) -> bool:
    """Tell whether an entry that was altered may be of the day that it names: whoever writes goes on behind that."""
    try:
        return utc_day(journal_ms(entry.last)) == entry.day
    except Corrupt:
        return False


def _finding(number: int, what: str, kind: Literal["torn", "manifest"] = "manifest") -> Finding:
    return Finding(kind, "manifest", number, f"line {number} of the manifest {what}")
