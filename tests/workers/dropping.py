"""A watched directory, looked at step by step: real files, a real parse worker, a store that is looked into after."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from alertd.model import Event, JournalRecord, SourceState
from alertd.sources.files import FilesConfig
from alertd.store.protocol import Store
from alertd.workers.files_poll import THREADS, FilesPoll
from alertd.workers.intake import Intake
from alertd.workers.notices import Notices
from alertd.workers.poll import Poll, Polled
from alertd.workers.source_health import SourceHealth
from tests.workers.make import HandClock
from tests.workers.polling import CountingPool


class Drop:
    """The source `drop`, and what looking at it leaves behind."""

    def __init__(self, path: Path, store: Store, pool: CountingPool) -> None:
        self.path = path
        self.path.mkdir(exist_ok=True)
        self.store = store
        self.pool = pool
        self.clock = HandClock()
        self.state = SourceState(source="drop")
        self.settings: dict[str, Any] = {}
        self.patience_s = 30.0
        self.free = threading.Event()
        self.notices = Notices(store, {"ops": "every"}, self.clock)
        self.poller = self._poller()

    def _poller(self) -> Poll:
        health = SourceHealth(self.store, self.notices, self.clock)
        intake = Intake(self.store, self.notices, self.clock, health)
        self.files = FilesPoll(
            intake, self.pool, health, self.clock, self.notices, self.store, patience_s=self.patience_s
        )
        return Poll({"files": self.files}, health, self.clock)

    def hang(self) -> None:
        """Let all threads for the file system hang, as they do over dead mounts, until `go_on`."""
        self.patience_s = 0.2
        self.poller = self._poller()
        for _ in range(THREADS):
            self.files._threads.submit(self.free.wait)

    def go_on(self) -> None:
        self.free.set()

    async def takes(self) -> bool:
        """Look, and tell whether it worked."""
        return (await self.look()).outcome != "failed"

    def source(self) -> FilesConfig:
        return FilesConfig.model_validate({"id": "drop", "type": "files", "path": self.path, **self.settings})

    def put(self, name: str, body: bytes | str = "A title\nand its text\n", *, age_s: float = 60) -> Path:
        """Put a file there that was last written to so long ago."""
        path = self.path / name
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
        self.touch(path, age_s)
        return path

    def touch(self, path: Path, age_s: float) -> None:
        at = self.clock() / 1000 - age_s
        os.utime(path, (at, at))

    async def look(self) -> Polled:
        """Look once, two seconds later than the last time, and go on from what that leaves."""
        self.clock.pass_by(2)
        polled = await self.poller.poll(self.source(), self.state)
        self.state = polled.state
        return polled

    async def restart(self) -> None:
        """Go on as a new process would: from what the store has."""
        self.state = await self.store.source_state("drop") or SourceState(source="drop")
        self.poller = self._poller()

    def names(self, where: str = "") -> list[str]:
        """Name the files that are there, or in done or failed."""
        folder = self.path / where
        return (
            sorted(one.name for one in folder.iterdir() if one.is_file() or one.is_symlink())
            if folder.is_dir()
            else []
        )

    def reason(self, name: str, where: str = "failed") -> str:
        """Give the last line of what stands beside a file."""
        return (self.path / where / f"{name}.reason.txt").read_text().splitlines()[-1]

    async def events(self) -> list[Event]:
        """Take what is new on the stream."""
        return [item.event for item in await self.store.read_events("test", 1000, 0)]

    async def titles(self) -> list[str]:
        return [event.title for event in await self.events()]

    async def journal(self, kind: str) -> list[JournalRecord]:
        return [record for _, record in await self.store.read_journal("", 1000, 0) if record.kind == kind]

    async def reasons(self) -> list[str]:
        return [record.reason for record in await self.journal("entry")]

    async def told(self, kind: str) -> list[str]:
        """Give what the operator was told of a kind."""
        return [line.data["text"] for line in await self.journal("notice") if line.reason == kind]
