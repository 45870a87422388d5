"""What is done with the archive's days: those that are over are sealed, what was kept long enough is removed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from alertd import telemetry
from alertd.base.clock import Clock
from alertd.errors import AlertdError
from alertd.history.archive.prune import PrunedDay
from alertd.workers.archive_files import ArchiveFiles, HistoryFile
from alertd.workers.archive_lines import ARCHIVE
from alertd.workers.notices import Notices

log = structlog.get_logger(__name__)

DAY_MS = 86_400_000
MEASURE_MS = 3_600_000
AGAIN_MS = 600_000
"""How soon a day that could not be sealed is tried again."""


class ArchiveDays:
    """Works beside the loop, one thing at a time: it may take minutes."""

    def __init__(self, files: ArchiveFiles, history: HistoryFile, notices: Notices, clock: Clock) -> None:
        self._files, self._history, self._notices, self._clock = files, history, notices, clock
        self._checked = ""
        """The archive whose open day was held against its chain since the start."""
        self._task: asyncio.Task[None] | None = None
        self._pruned_day = -1
        self._measured_ms = 0
        self._not_before_ms = 0

    def look(self) -> None:
        """Begin with what is due, unless something is under way."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="archive:days")

    async def close(self) -> None:
        """Wait for what is under way: a day is sealed, or shortened, whole."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _work(self) -> None:
        now = self._clock()
        if now < self._not_before_ms:
            return
        try:
            if self._files.id != self._checked:  # before it is sealed as it is
                await self._check(self._files.id)
            await self._files.seal()
            if now // DAY_MS != self._pruned_day:  # also at the start: it may not run at midnight
                await self._prune()
                self._pruned_day = now // DAY_MS
            if now - self._measured_ms >= MEASURE_MS:
                self._measured_ms = now
                telemetry.ARCHIVE_BYTES.set(await self._files.call(lambda: size_of(self._files.path)))
        except (AlertdError, OSError) as error:  # a day that stays open is read as well as one that is sealed
            self._not_before_ms = now + AGAIN_MS
            log.warning("archive_days_failed", error=str(error))
        except Exception:
            self._not_before_ms = now + AGAIN_MS
            log.exception("archive_days_broke")

    async def _check(self, id: str) -> None:
        self._checked = id  # once: a check that cannot be made does not keep days from being sealed
        faults = await self._files.check_open()
        if not faults:
            return
        for fault in faults:
            log.error("archive_damaged", fault=str(fault))
        text = (
            f"The archive is not as it was written: {faults[0]}. What comes now is written behind it, and is not "
            "affected; `alertd archive verify` names every fault."
        )
        await self._notices.tell("archive_damaged", ARCHIVE, text, f"{id} {faults[0]}")

    async def _prune(self) -> None:
        pruned: list[PrunedDay] = []
        try:
            await self._files.prune(pruned)
        finally:  # what is gone of the first days is not said again when the rest is tried again
            _say(pruned)
            if done := [one for one in pruned if not one.fault]:
                await self._history.removed(done)


def size_of(folder: Path) -> int:
    """Give the bytes of the files in a directory."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _say(pruned: list[PrunedDay]) -> None:
    for one in pruned:
        if one.fault:
            log.warning("archive_day_damaged", day=one.day, fault=one.fault)
        else:
            removed, redacted = len(one.removed), len(one.redacted)
            telemetry.ARCHIVE_REMOVED.inc(removed + redacted)
            log.info("archive_pruned", day=one.day, removed=removed, redacted=redacted, gone=one.gone)
