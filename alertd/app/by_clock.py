"""What goes by the clock, whatever happens: the daily coverage lines, reports by mail, the indices of companies."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

from alertd.alerts.policy import ReceiverPolicy
from alertd.app.coverage import wanted_lines
from alertd.app.reports import wanted_reports
from alertd.base.clock import system_clock
from alertd.history.analytics.subject import Subject
from alertd.settings import Settings
from alertd.store.redis import RedisStore
from alertd.workers.coverage import CoverageLines
from alertd.workers.indices import Indices
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from alertd.workers.reports import Reports


class ByClock:
    """The loops, each where its role is."""

    def __init__(self, settings: Settings, store: RedisStore, notices: Notices, progress: Progress) -> None:
        self._coverage = CoverageLines(store, system_clock, progress)
        self._indices = Indices(store, settings.state_dir / "history.db", system_clock, progress)
        self._archived = settings.archive.enabled
        self._reports = Reports(store, settings.state_dir / "history.db", notices, system_clock, progress)

    def serve(
        self,
        settings: Settings,
        receivers: Mapping[str, ReceiverPolicy],
        zones: Mapping[str, str],
        reported: Mapping[str, Subject],
    ) -> None:
        """Take who wants what, at the start and from a reload."""
        self._coverage.serve(wanted_lines(settings, receivers, zones), settings.sources)
        self._reports.serve(wanted_reports(settings, receivers, reported))

    def start(self, roles: Collection[str]) -> list[asyncio.Task[None]]:
        """Start the loops: lines need the store's counts alone, the others the history, where that is written."""
        loops = []
        if "timers" in roles:
            loops.append(asyncio.create_task(self._coverage.run(), name="coverage"))
        if "archive" in roles:
            loops.append(asyncio.create_task(self._reports.run(), name="reports"))
            if self._archived:
                loops.append(asyncio.create_task(self._indices.run(), name="indices"))
        return loops

    def stop(self) -> None:
        """End them after what is under way."""
        self._coverage.stop()
        self._reports.stop()
        self._indices.stop()
