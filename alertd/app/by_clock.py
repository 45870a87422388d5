"""What goes by the clock, whatever happens: windows and timers of alerts, daily coverage lines, reports by mail and
indices of companies; and whether the clock itself can be believed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from alertd.alerts.policy import ReceiverPolicy
from alertd.app.coverage import wanted_lines
from alertd.app.link import Boot
from alertd.app.reports import wanted_reports
from alertd.app.verify_apart import Order, verified_apart
from alertd.asking.apart import PATIENCE_S, Apart
from alertd.asking.reported import MailingAsked
from alertd.base.clock import system_clock
from alertd.base.clock_steps import ClockSteps
from alertd.history.analytics.subject import Subject
from alertd.history.report.build import Asked, MailReader
from alertd.model import Mailing, SourceState
from alertd.net.client import HttpClient
from alertd.settings import Settings
from alertd.sources.polled import PolledConfig
from alertd.store.redis import RedisStore
from alertd.workers.beats import WATCHED, Beats
from alertd.workers.clock_watch import ClockWatch, Follow
from alertd.workers.coverage import CoverageLines
from alertd.workers.due import Due
from alertd.workers.heartbeat import Heartbeat, needed_roles
from alertd.workers.indices import Indices
from alertd.workers.members import Members
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from alertd.workers.reports import Reports
from alertd.workers.verifying import Verifying

PATIENCE_MS = 600_000
"""How long past its time something may be before the look at everything calls it a fault."""


class ByClock:
    """The loops, each where its role is."""

    def __init__(
        self, boot: Boot, store: RedisStore, notices: Notices, progress: Progress, http: HttpClient, apart: Apart
    ) -> None:
        settings, receivers, me = boot.snapshot.settings, boot.snapshot.receivers, boot.consumer
        staged = boot.stage is not None  # a replay: its clock waits for what is due, and it says nothing outside
        steps = ClockSteps()
        self.cautious = steps.cautious
        self._watch = ClockWatch(steps, store, notices, system_clock, progress)
        self._due = Due(store, receivers, notices, system_clock, progress, staged=staged, cautious=self.cautious)
        self._coverage = CoverageLines(store, system_clock, progress)
        self._archivers = Members(store, me, system_clock, progress, role="archive") if boot.shared else None
        mine = self._gives_indices
        self._indices = Indices(store, settings.state_dir / "history.db", system_clock, progress, mine)
        self._archived = settings.archive.enabled
        self._staged = staged
        self._sends = "timers" in boot.roles
        self._beats = Beats(store, me, ("poll", "deliver"), system_clock, progress)
        self._needed: Collection[str] = WATCHED
        self._heartbeat = Heartbeat(store, http, system_clock, progress, needed=lambda: self._needed)
        archive, database = settings.archive.path or settings.state_dir / "archive", settings.state_dir / "history.db"
        everything = Order(
            redis_url=boot.redis_url, namespace=settings.namespace, archive=str(archive), database=str(database),
            patience_ms=PATIENCE_MS,
        )  # fmt: skip
        self._verifying = Verifying(partial(verified_apart, everything), notices, system_clock, progress)
        self._reports = Reports(store, partial(_mailing, apart), notices, system_clock, progress)

    def serve(
        self,
        settings: Settings,
        receivers: Mapping[str, ReceiverPolicy],
        zones: Mapping[str, str],
        reported: Mapping[str, Subject],
    ) -> None:
        """Take who wants what, at the start and from a reload."""
        self._due.serve(receivers)
        polled = [source for source in settings.sources if isinstance(source, PolledConfig)]
        self._needed = needed_roles(polled, settings.receivers)
        self._heartbeat.serve(None if self._staged else settings.heartbeat)
        self._coverage.serve(wanted_lines(settings, receivers, zones), settings.sources)
        self._reports.serve(wanted_reports(settings, receivers, reported))

    def polls(self, states: Callable[[], Mapping[str, SourceState]]) -> None:
        """Take what gives the sources that this process polls, as it knows them."""
        self._beats.states = states

    def status(self) -> dict[str, Any]:
        """Give what `alertd status` says of the heartbeat, where it is sent from here."""
        return self._heartbeat.status() if self._sends else {}

    def follow(self, follower: Follow) -> None:
        """Call this when the machine's clock was set back."""
        self._watch.follow(follower)

    def start(self, roles: Collection[str]) -> list[asyncio.Task[None]]:
        """Start the loops: lines need the store's counts alone, the others the history, where that is written."""
        self._watch.leads = "timers" in roles
        self._beats.serve(roles)
        loops = [asyncio.create_task(self._watch.run(), name="clock")]
        loops.append(asyncio.create_task(self._beats.run(), name="beats"))
        if "timers" in roles:
            loops.append(asyncio.create_task(self._heartbeat.run(), name="heartbeat"))
            loops.append(asyncio.create_task(self._verifying.run(), name="verify"))
            loops.append(asyncio.create_task(self._due.run(), name="due"))
            loops.append(asyncio.create_task(self._coverage.run(), name="coverage"))
        if "archive" in roles:
            loops.append(asyncio.create_task(self._reports.run(), name="reports"))
            if self._archived and self._archivers is not None:
                loops.append(asyncio.create_task(self._archivers.run(), name="members:archive"))
            if self._archived:
                loops.append(asyncio.create_task(self._indices.run(), name="indices"))
        return loops

    def stop(self) -> None:
        """End them after what is under way."""
        self._watch.stop()
        self._beats.stop()
        self._heartbeat.stop()
        self._verifying.stop()
        self._due.stop()
        self._coverage.stop()
        self._reports.stop()
        self._indices.stop()
        if self._archivers is not None:
            self._archivers.stop()

    def _gives_indices(self) -> bool:
        """Tell whether it is this process that gives the indices, of several that archive."""
        return self._archivers is None or self._archivers.does("indices")


async def _mailing(apart: Apart, about: Asked, reader: MailReader, report: str) -> Mailing:
    """Have a report made where it holds up nobody; nobody waits for it, so it may take its time."""
    return await apart.ask(MailingAsked(about, reader, report), wait_s=PATIENCE_S)
