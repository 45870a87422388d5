"""Writes the file of a day that is over: frames of about a megabyte of text, and the manifest's entry about them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Literal, Self

from alertd.base.files import make_private
from alertd.errors import Corrupt
from alertd.history.archive import wire
from alertd.history.archive.chain import digest
from alertd.history.archive.frames import pack
from alertd.history.archive.limits import has_text, text_until
from alertd.history.archive.manifest import Entry, Frame
from alertd.history.archive.wire import Wire, journal_ms

FRAME_TEXT = 1 << 20
"""Bytes of text of a frame, more or less: small enough to read a line, large enough to be packed well."""
SEALED_LEVEL = 9
"""Of zstd, for days that are over, unless the settings say another; 19 saves 5 % more and takes 25 times as long."""


class SealedFile:
    """A file that grows line by line; `finish` makes it durable. Raises OSError."""

    def __init__(self, path: Path, level: int) -> None:
        """`level` is zstd's."""
        make_private(path.parent)
        self._path, self._level = path, level
        self._file = path.open("wb")
        path.chmod(0o600)
        self._hash = hashlib.sha256()
        self._waiting: list[bytes] = []
        self._waits = 0
        self._first: Wire | None = None
        self._frames: list[Frame] = []
        self._size = self._text = self._gone = 0
        self._kinds: dict[str, int] = {}
        self._versions: list[int] = []
        self._gaps: list[int] = []
        self._text_until = 0
        self._missing: list[tuple[int, int]] = []
        self._ids: tuple[str, str] = ("", "")
        self._finished = False
        self.last: Wire | None = None
        """The last line."""

    def add(self, line: Wire) -> None:
        """Add a line."""
        was = self.last.n if self.last is not None else 0
        if line.n > was + 1:
            self._missing.append((was + 1, line.n - 1))
        self._ids = (self._ids[0] or line.j, line.j)
        self.last = line
        if raw := line.record:
            kind = wire.kind_of(raw)
            self._kinds[kind] = self._kinds.get(kind, 0) + 1
            if kind == "version":
                self._versions.append(line.n)
            elif kind == "notice" and wire.tells_gap(raw):
                self._gaps.append(line.n)
            if line.x is None and (until := _text_until(raw, journal_ms(line.j))):
                self._text_until = min(until, self._text_until or until)
        self._gone += line.x is not None
        text = wire.text_of(line)
        self._first = self._first or line
        self._waiting.append(text)
        self._waits += len(text)
        if self._waits >= FRAME_TEXT:
            self._flush()

    def finish(self, t: Literal["sealed", "pruned"], day: str, at: str, before: str) -> Entry:
        """Make the file durable and give what the manifest is to say of it; there must be a line."""
        self._flush()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._finished = True
        assert self.last is not None
        return Entry(
            t=t,
            at=at,
            day=day,
            lines=self.last.n,
            first=self._ids[0],
            last=self._ids[1],
            before=before,
            head=self.last.c,
            sha256=self._hash.hexdigest(),
            size=self._size,
            text=self._text,
            kinds=dict(sorted(self._kinds.items())),
            gone=self._gone,
            missing=self._missing,
            versions=self._versions,
            gaps=self._gaps,
            text_until=self._text_until,
            frames=self._frames,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close it; unfinished, it is removed."""
        self._file.close()
        if not self._finished:
            self._path.unlink(missing_ok=True)

    def _flush(self) -> None:
        if self._first is None:
            return
        packed = pack(b"".join(self._waiting), self._level)
        self._file.write(packed)
        self._hash.update(packed)
        first = self._first
        self._frames.append(
            Frame(self._size, len(packed), first.n, len(self._waiting), journal_ms(first.j), digest(packed))
        )
        self._size += len(packed)
        self._text += self._waits
        self._waiting, self._waits, self._first = [], 0, None


def _text_until(raw: bytes, at_ms: int) -> int:
    """Give when (ms) the text in a record may not be kept any longer; 0: never, or there is none."""
    if not wire.may_be_limited(raw):
        return 0
    try:
        record = wire.record_of(raw)
    except Corrupt:
        return 0
    return (text_until(record, at_ms) or 0) if record is not None and has_text(record) else 0
