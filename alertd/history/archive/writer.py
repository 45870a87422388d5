"""Appends to the archive: a frame for each flush, durable when `append` returns. One process writes.

    append -> <day>.open.jsonl.zst           a day goes by the journal ids: by the store's clock
    seal   -> <year>/<day>.jsonl.zst         once the next day has begun (`sealing`)

Where it goes on is the id of the last whole line in the files, so a crash loses and doubles nothing: what a crash
left half written is cut off when the archive is opened, and whoever writes reads the journal again from `position`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import accumulate, groupby, islice
from operator import itemgetter
from pathlib import Path

import msgspec
from msgspec.structs import replace

from alertd.base.clock import Clock, system_clock, utc_day
from alertd.base.failpoints import failpoint
from alertd.base.files import make_private
from alertd.errors import ArchiveUnavailable
from alertd.history.archive import manifest, sealing, wire
from alertd.history.archive.chain import START, digest, link
from alertd.history.archive.finding import Finding
from alertd.history.archive.frames import pack
from alertd.history.archive.layout import Layout, create, locked, next_day, sync_folder, writing
from alertd.history.archive.limits import SHORT_S, rights_of, without_text
from alertd.history.archive.line import Place
from alertd.history.archive.sealed_file import FRAME_TEXT, SEALED_LEVEL
from alertd.history.archive.tail import cut_torn
from alertd.history.archive.wire import journal_ms
from alertd.model import JournalRecord, record_to_json

OPEN_LEVEL = 3
"""Of zstd, for what is written as it happens."""


@dataclass(slots=True)
class _End:
    """How far it is: the day that is written, its last line, the chain and the journal id there."""

    day: str = ""
    n: int = 0
    chain: str = START
    journal_id: str = ""
    size: int = 0
    """Bytes of the day's file that are known to be whole."""
    least: str = ""
    """The first day that lines may still be added to: those before are sealed."""


class Writer:
    """Writes an archive, made where there is none. `seal` may run in another thread than `append`.

    Raises ArchiveUnavailable (another process writes; the disk is full, or may not be written), ArchiveRefused.
    """

    def __init__(self, path: Path | str, *, level: int = SEALED_LEVEL, clock: Clock = system_clock) -> None:
        self._at, self._level, self._clock = Layout(Path(path)), level, clock
        self._stack, self._lock = ExitStack(), threading.Lock()
        self._fd = -1
        self.findings: list[Finding] = []
        """What was mended when it was opened, or after an append that failed."""
        try:
            make_private(self._at.root)
            lock = locked(writing(self._at.root), wait=False, who="another alertd writes this archive")
            self._stack.enter_context(lock)
            self.id = create(self._at.root, clock()).id
            self.findings += sealing.mend(self._at)
            self._end = self._find_end()
        except OSError as error:
            self._stack.close()
            raise _unavailable(error) from error
        except BaseException:
            self._stack.close()
            raise

    @property
    def position(self) -> str:
        """Give the journal id of the last whole line; empty for an archive without lines."""
        return self._end.journal_id

    @property
    def place(self) -> Place | None:
        """Give where the last line stands; None for an archive without lines in an open day."""
        return Place(self._end.day, self._end.n) if self._end.n else None

    @property
    def unsealed(self) -> list[str]:
        """Give the days that are over, in that a later one has lines, and are not sealed."""
        days = self._at.open_days()
        return [day for day in days if day < self._end.day or day < self._end.least]

    def append(self, records: Sequence[tuple[str, JournalRecord]]) -> None:
        """Write records with their journal ids, durably. Raises ArchiveUnavailable; then see `position`."""
        with self._lock:
            days = accumulate((utc_day(journal_ms(row[0])) for row in records), max, initial=self._least_day())
            for day, rows in groupby(zip(islice(days, 1, None), records, strict=True), key=itemgetter(0)):
                try:
                    self._write(day, [row for _, row in rows])
                except OSError as error:
                    self._give_up()
                    raise _unavailable(error) from error

    def seal(self, day: str) -> manifest.Entry | None:
        """Seal a day that is over; what comes later goes into the next. None if it has no lines.

        Raises ArchiveUnavailable.
        """
        with self._lock:
            if day >= self._end.day:
                self._close_file()
            self._end.least = max(self._end.least, next_day(day))
        entry = None
        try:
            for one in [one for one in self._at.open_days() if one <= day]:  # in order: each follows the one before
                entry = sealing.seal(self._at, one, self._level, self._clock())
            return entry if entry is not None and entry.day == day else None
        except OSError as error:
            raise _unavailable(error) from error

    def close(self) -> None:
        """Let others write."""
        self._close_file()
        self._stack.close()

    # --- appending --------------------------------------------------------------------------------------------

    def _least_day(self) -> str:
        """Give the first day that may be written: none before what is there, so that the order stands."""
        return max(self._end.day, self._end.least)

    def _write(self, day: str, rows: Sequence[tuple[str, JournalRecord]]) -> None:
        self._open(day)
        end = self._end
        n, chain, packed, text = end.n, end.chain, b"", bytearray()
        for journal_id, record in rows:
            raw = _encoded(record)
            n, chain = n + 1, link(chain, journal_id, digest(raw))
            text += wire.written(n, journal_id, chain, raw)
            if len(text) >= FRAME_TEXT:
                packed += pack(bytes(text), OPEN_LEVEL)
                text.clear()
        packed += pack(bytes(text), OPEN_LEVEL) if text else b""
        failpoint("archive.append.before_write")
        _write_at(self._fd, packed, end.size)
        failpoint("archive.append.before_sync")
        os.fsync(self._fd)
        self._end = _End(day, n, chain, rows[-1][0], end.size + len(packed), end.least)
        failpoint("archive.append.after_sync")

    def _open(self, day: str) -> None:
        """Have the file of a day open, and nothing in it behind what is known to be whole."""
        if self._fd >= 0 and os.fstat(self._fd).st_nlink == 0:  # somebody removed it
            self._close_file()
            self._end = self._find_end()
        if self._fd >= 0 and self._end.day == day:
            return
        self._close_file()
        if self._end.day != day:
            self._end = _End(day, 0, self._end.chain, self._end.journal_id, 0, self._end.least)
        self._at.root.mkdir(mode=0o700, exist_ok=True)
        self._fd = os.open(self._at.open(day), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.fstat(self._fd).st_size != self._end.size:
            os.ftruncate(self._fd, self._end.size)
        sync_folder(self._at.root)

    def _give_up(self) -> None:
        """Take back what was half written. What cannot be now is when the file is opened again: `size` stays."""
        if self._fd >= 0:
            with suppress(OSError):
                os.ftruncate(self._fd, self._end.size)
        self._close_file()

    def _close_file(self) -> None:
        if self._fd >= 0:
            with suppress(OSError):
                os.close(self._fd)
        self._fd = -1

    def _find_end(self) -> _End:
        """Read from the files how far it is."""
        known = manifest.read(self._at.manifest).days()
        sealed = list(known.values())[-1] if known else None
        end = _End(least=next_day(sealed.day)) if sealed else _End()
        if sealed is not None:
            end.chain, end.journal_id = sealed.head, sealed.last
        # Only the last day with a line goes on. An end of an earlier one that cannot be read is no crash's doing, and
        # not in the journal behind the position: it is left to be told of when that day is sealed.
        for day in reversed([day for day in self._at.open_days() if day >= end.least]):
            tail = cut_torn(self._at.open(day), day, OPEN_LEVEL)
            self.findings += tail.findings
            if tail.last is not None:
                return _End(day, tail.last.n, tail.last.c, tail.last.j, tail.size, end.least)
        return end


def _encoded(record: JournalRecord) -> bytes:
    """Give the bytes of a record as they may be kept."""
    rights = rights_of(record)
    if rights is not None and rights.keep_body_s is not None and rights.keep_body_s < SHORT_S:
        record = without_text(record)
    raw = record_to_json(record)
    if len(raw) > wire.MAX_LINE:
        dropped = {"dropped": f"{len(raw)} bytes are more than a line may have"}
        raw = msgspec.json.encode(replace(record, data=dropped, ids=record.ids[:1000]))
    return raw


def _write_at(fd: int, content: bytes, offset: int) -> None:
    done = 0
    while done < len(content):
        done += os.pwrite(fd, content[done:], offset + done)


def _unavailable(error: OSError) -> ArchiveUnavailable:
    return ArchiveUnavailable(f"{error.filename or 'the archive'}: {error.strerror or error}")
