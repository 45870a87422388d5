"""The archive's files and the database made of them, as the loop uses them: each in a thread of its own.

What is appended must not wait for a day that is being sealed, nor for a database that catches up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TypeVar

import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.errors import AlertdError, ArchiveRefused, HistoryRefused
from alertd.history.archive.finding import Finding
from alertd.history.archive.layout import about
from alertd.history.archive.prune import PrunedDay, prune
from alertd.history.archive.reader import Reader
from alertd.history.archive.verify import verify_open
from alertd.history.archive.writer import Writer
from alertd.history.config import ArchiveConfig
from alertd.history.projection.projector import Projector
from alertd.workers.archive_lines import Rows

log = structlog.get_logger(__name__)

T = TypeVar("T")
AT_ONCE = 2_000
"""Lines that the database takes in one go: a stop waits for no more."""

FAULTS = 20
"""Faults of a day that are logged; `alertd archive verify` names all."""


class ArchiveFiles:
    """Writes the archive. Its methods raise what the archive raises; after that it is opened anew."""

    def __init__(self, config: ArchiveConfig, clock: Clock) -> None:
        assert config.path is not None
        self.path = config.path
        self._config, self._clock = config, clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="archive")
        self._days = ThreadPoolExecutor(1, thread_name_prefix="archive-days")
        self._writer: Writer | None = None
        self.id = ""
        self.position = ""
        """The journal id of the last line."""

    async def open(self) -> None:
        """Open the archive, unless it is; made where there is none, also if it was removed meanwhile."""
        await self._in(self._thread, self._open)

    async def append(self, rows: Rows) -> None:
        """Write lines, durably."""
        await self._in(self._thread, lambda: self._append(rows))

    async def seal(self) -> int:
        """Seal the days that are over; gives how many."""
        return await self._in(self._days, self._seal)

    async def prune(self, done: list[PrunedDay]) -> None:
        """Remove what was kept long enough; adds to `done` what was removed, also where it fails in the middle."""

        def work() -> None:
            for day in prune(self.path, self._config.keep, self._clock(), level=self._config.level):
                done.append(day)  # noqa: PERF402  one by one: what is gone stays gone if the next fails

        await self._in(self._days, work)

    async def check_open(self) -> list[Finding]:
        """Hold what is not sealed yet against its chain; gives the first faults."""
        return await self._in(self._days, lambda: list(islice(verify_open(self.path), FAULTS)))

    async def call(self, work: Callable[[], T]) -> T:
        """Do something that takes a while beside the archive's days."""
        return await self._in(self._days, work)

    async def close(self) -> None:
        """Let others write."""
        await self._in(self._thread, self._close)
        self._thread.shutdown(wait=False)
        self._days.shutdown(wait=False)

    async def drop(self) -> None:
        """Close what may be broken; the next call opens it anew."""
        await self._in(self._thread, self._close)

    async def _in(self, thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(thread, work)

    # --- in the thread ----------------------------------------------------------------------------------------

    def _open(self) -> None:
        if self._writer is not None:
            if self._about() == self.id:
                return
            self._close()
        self._writer = writer = Writer(self.path, level=self._config.level, clock=self._clock)
        if self.id and writer.id != self.id:  # not before: without a file left, say, it only could not be read
            log.error("archive_replaced", path=str(self.path))
        for finding in writer.findings:
            log.warning("archive_mended", finding=str(finding))
        self.id, self.position = writer.id, writer.position

    def _about(self) -> str:
        try:
            return about(self.path).id
        except ArchiveRefused:
            return ""

    def _append(self, rows: Rows) -> None:
        assert self._writer is not None
        try:
            self._writer.append(rows)
        finally:
            self.position = self._writer.position
        telemetry.ARCHIVE_LINES.inc(len(rows))

    def _seal(self) -> int:
        writer, sealed = self._writer, 0
        for day in list(writer.unsealed) if writer is not None else []:
            assert writer is not None
            entry = writer.seal(day)
            sealed += 1
            telemetry.ARCHIVE_SEALED.inc()
            log.info("archive_sealed", day=day, lines=entry.lines if entry is not None else 0)
        return sealed

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None


class HistoryFile:
    """`history.db`, which goes on with the archive's lines. A failing one stops nothing else."""

    def __init__(self, path: Path, archive: Path, clock: Clock) -> None:
        self._path, self._archive, self._clock = path, archive, clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="history")
        self._projector = Projector(path)
        self._reader: Reader | None = None
        self.position = ""
        """The journal id of the last line that is in it."""
        self.error = ""
        """Why it does not go on; empty while it does."""
        self._removed_days: list[PrunedDay] = []
        """What the archive has removed and is to be taken out here, too."""
        self._aside = False
        """A file that is of no use was put aside once: not again and again."""

    async def advance(self) -> int:
        """Take in lines that are new; gives how many. What fails is in `error`."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._advance)

    async def removed(self, days: list[PrunedDay]) -> None:
        """Take out what the archive has removed; what fails is tried again with the next lines."""
        await asyncio.get_running_loop().run_in_executor(self._thread, lambda: self._removed(days))

    async def close(self) -> None:
        """Close the database."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._projector.close)
        self._thread.shutdown(wait=False)

    def _advance(self) -> int:
        try:
            self._open()
            assert self._reader is not None
            done = self._projector.advance(self._reader, most=AT_ONCE)
            self._take_out(self._reader)
        except HistoryRefused as error:
            if self._put_aside(error):
                return self._advance()
            self._failed(error)
            return 0
        except (AlertdError, OSError) as error:
            self._failed(error)
            return 0
        except Exception as error:  # of ours: it must not end what else the process does
            log.exception("history_broke")
            self._failed(error)
            return 0
        self.error = ""
        if done.position is not None:
            self.position = done.position.journal_id
        telemetry.HISTORY_LINES.inc(done.lines)
        return done.lines

    def _open(self) -> None:
        """Read the archive that is there now; of another one than before the database does not go on."""
        if self._reader is None or self._reader.about.id != about(self._archive).id:
            self._projector.close()
            self._reader = Reader(self._archive)

    def _removed(self, days: list[PrunedDay]) -> None:
        self._removed_days += days
        try:
            self._take_out(self._reader or Reader(self._archive))
        except (AlertdError, OSError) as error:
            self._failed(error)

    def _take_out(self, reader: Reader) -> None:
        if self._removed_days:
            self._projector.sync_removed(reader, self._removed_days)
            self._removed_days = []

    def _failed(self, error: Exception) -> None:
        telemetry.HISTORY_FAILURES.inc()
        if str(error) != self.error:
            log.error("history_failing", error=str(error))
        self.error, self._reader = str(error) or type(error).__name__, None

    def _put_aside(self, error: HistoryRefused) -> bool:
        """Put a file that is damaged out of the way, so that a new one is made of the archive."""
        if self._aside or not self._path.exists() or error.newer:
            return False
        self._aside = True
        self._projector.close()
        to = self._path.with_name(f"{self._path.name}.damaged-{rfc3339(self._clock())[:19].replace(':', '')}")
        try:
            self._path.rename(to)
            for suffix in ("-wal", "-shm"):
                with suppress(FileNotFoundError):
                    self._path.with_name(self._path.name + suffix).unlink()
        except OSError:
            return False
        log.error("history_put_aside", error=str(error), to=str(to))
        return True
