"""Puts the archive's loop together."""

from __future__ import annotations

import asyncio

import structlog

from alertd.base.clock import system_clock
from alertd.settings import Settings
from alertd.store.redis import RedisStore
from alertd.workers.archive import Archiver
from alertd.workers.archive_version import InForce
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)


class Archiving:
    """The archive of one process, if it keeps one: begun with the rest, ended after all others."""

    def __init__(
        self, settings: Settings, roles: frozenset[str], store: RedisStore, notices: Notices, progress: Progress
    ) -> None:
        config = settings.archive
        if config.enabled and "deliver" in roles:
            store.keep_payloads = True  # until they are archived, by whichever process does that
        self._task: asyncio.Task[None] | None = None
        self._archiver: Archiver | None = None
        if config.enabled and "archive" in roles:
            self._archiver = Archiver(store, config, settings.state_dir, notices, system_clock, progress)

    def start(self, found: InForce | None) -> None:
        """Begin; `found` is what is in force."""
        if self._archiver is not None:
            self.take(found)
            self._task = asyncio.create_task(self._archiver.run(), name="archive")

    def take(self, found: InForce | None) -> None:
        """Take what is in force since a reload."""
        if self._archiver is not None and found is not None:
            self._archiver.versions.take(found)

    async def stop(self, seconds: float) -> None:
        """Archive what is there, within the time: what is left waits in the store."""
        if self._archiver is None or self._task is None:
            return
        self._archiver.stop()
        _, late = await asyncio.wait([self._task], timeout=seconds)
        if late:
            log.warning("archive_unfinished_at_stop")

    def status(self) -> dict[str, object]:
        """Say how far it is; empty without an archive here."""
        return self._archiver.status() if self._archiver is not None else {}
