"""Puts together the archive's loop, and what notices that the store is older than what was known of it."""

from __future__ import annotations

import asyncio

import structlog

from alertd.app.link import Boot
from alertd.app.state import ROLES
from alertd.base.clock import system_clock
from alertd.store.redis import RedisStore
from alertd.workers.answers import Answers
from alertd.workers.archive import Archiver
from alertd.workers.archive_version import InForce
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from alertd.workers.store_age import StoreAge

log = structlog.get_logger(__name__)


class Archiving:
    """The archive of one process, if it keeps one: begun with the rest, ended after all others."""

    def __init__(self, boot: Boot, store: RedisStore, notices: Notices, progress: Progress, answers: Answers) -> None:
        settings, roles = boot.snapshot.settings, boot.roles
        config = settings.archive
        archives = config.enabled and "archive" in roles
        # daemons with a role each may share a state directory, and so a consumer's name
        suffix = "" if roles >= set(ROLES) - {"match"} else "." + "-".join(sorted(roles))
        member, file = boot.consumer + suffix, settings.state_dir / f"beat{suffix}.json"
        self._age = StoreAge(
            store, notices, system_clock, progress, member, file, archives=archives, answer=answers.give
        )
        self.when_it_went_back = self._age.when_it_went_back
        self._aging: asyncio.Task[None] | None = None
        if config.enabled and "deliver" in roles:
            store.keep_payloads = True  # until they are archived, by whichever process does that
        self._task: asyncio.Task[None] | None = None
        self._archiver: Archiver | None = None
        if archives:
            self._archiver = Archiver(store, config, settings.state_dir, notices, system_clock, progress, self._age)

    def start(self, found: InForce | None) -> None:
        """Begin; `found` is what is in force."""
        self._aging = asyncio.create_task(self._age.run(), name="store_age")
        if self._archiver is not None:
            self.take(found)
            self._task = asyncio.create_task(self._archiver.run(), name="archive")

    def take(self, found: InForce | None) -> None:
        """Take what is in force since a reload."""
        if self._archiver is not None and found is not None:
            self._archiver.versions.take(found)

    async def stop(self, seconds: float) -> None:
        """Archive what is there, within the time: what is left waits in the store."""
        if self._aging is not None:
            self._age.stop()
            await asyncio.wait([self._aging], timeout=seconds)
        if self._archiver is None or self._task is None:
            return
        self._archiver.stop()
        _, late = await asyncio.wait([self._task], timeout=seconds)
        if late:
            log.warning("archive_unfinished_at_stop")

    def status(self) -> dict[str, object]:
        """Say how far it is; empty without an archive here."""
        return self._archiver.status() if self._archiver is not None else {}
