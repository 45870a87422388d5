"""A store with a journal, and the loop that takes it into an archive, one turn at a time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from alertd.base.clock import rfc3339
from alertd.history.archive.reader import Reader
from alertd.history.config import ArchiveConfig
from alertd.model import JournalRecord
from alertd.store.memory import MemoryStore
from alertd.store.protocol import Store
from alertd.workers.archive import Archiver
from alertd.workers.archive_past import Past
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress

NOW = 1_800_000_000_000
"""2027-01-15T08:00:00Z."""


def record(name: str = "wire", reason: str = "fine", **data: Any) -> JournalRecord:
    return JournalRecord(kind="source", at=rfc3339(NOW), ids=[name], reason=reason, data=data)


class Rig:
    """One archive of one store; the clock stands until it is moved."""

    def __init__(self, folder: Path, store: Store | None = None) -> None:
        self.now = NOW
        self.folder = folder
        self.path = folder / "archive"
        self.store: Store = store if store is not None else MemoryStore(clock=lambda: self.now)
        self.archiver: Archiver | None = None
        self.progress = Progress()
        self.past: Past | None = None

    async def write(self, *names: str) -> None:
        for name in names:
            self.now += 1000
            await self.store.journal(record(name))

    async def archive(self, path: Path | None = None) -> None:
        """Take all that is there, and stop: as a daemon that is started and stopped."""
        archiver = self.made(path)
        archiver.stop()
        await archiver.run()

    def made(self, path: Path | None = None) -> Archiver:
        config = ArchiveConfig(path=path or self.path)
        notices = Notices(self.store, {"ops": "every"}, lambda: self.now)
        clock = lambda: self.now  # noqa: E731
        self.archiver = Archiver(self.store, config, self.folder, notices, clock, self.progress, self.past)
        return self.archiver

    def lines(self) -> list[tuple[str, JournalRecord]]:
        """Give what the archive has."""
        found = Reader(self.path).lines()
        return [(line.journal_id, line.record) for line in found if line.record is not None]

    async def journalled(self) -> list[tuple[str, JournalRecord]]:
        return list(await self.store.read_journal("", 10_000, 0))

    async def told(self) -> list[str]:
        """Give the kinds of notices that the operator got."""
        rows, _ = await self.store.due("ops", self.now + 1, 100)
        return [row.message.notice.kind for row in rows if row.message.notice is not None]


def names(lines: Iterable[tuple[str, JournalRecord]]) -> list[str]:
    return [one.ids[0] for _, one in lines]
