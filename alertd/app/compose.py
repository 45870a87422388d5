"""Builds the parts of the I/O process from the settings: the straight line in which everything is put together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import structlog

from alertd import __version__, telemetry
from alertd.app.archiving import Archiving
from alertd.app.by_clock import ByClock
from alertd.app.jobbing import Jobbing
from alertd.app.link import Boot, Reload
from alertd.app.links import links_of
from alertd.app.noting import Noting
from alertd.app.people import People
from alertd.app.rooms import Says, server_of
from alertd.app.shown import shown_of
from alertd.app.state import recall_epoch
from alertd.app.takers import Around, make_asking
from alertd.app.tellers import desks_of, notifiers_of, operator_modes
from alertd.base.born import Born
from alertd.base.clock import system_clock
from alertd.model import SourceState
from alertd.net.client import HttpClient
from alertd.notify.links import Links
from alertd.notify.protocol import Notifier
from alertd.settings import Settings
from alertd.sources.parsepool import ParsePool
from alertd.sources.polled import AnyConfig, PolledConfig
from alertd.store.redis import RedisStore
from alertd.web.server import WebServer
from alertd.workers.answers import Answers
from alertd.workers.deliver import Deliverer
from alertd.workers.edgar_gaps import EdgarGaps
from alertd.workers.full_text import FullText
from alertd.workers.intake import STORE_LOST, Intake
from alertd.workers.live import Live
from alertd.workers.mail_idle import MailIdle
from alertd.workers.members import Members
from alertd.workers.notices import Notices
from alertd.workers.poll import Poll, Taker
from alertd.workers.pressure import Pressure, first_look
from alertd.workers.progress import Progress, Watch
from alertd.workers.push import Pushes
from alertd.workers.schedule import Schedule
from alertd.workers.sec_requests import SecRequests
from alertd.workers.source_health import SourceHealth
from alertd.workers.standings import SourceWatch
from alertd.workers.status import collect_status
from alertd.workers.template_notices import TemplateNotices
from alertd.workers.timers import Timers

log = structlog.get_logger(__name__)

READY_PATIENCE_S = 15.0


class Parts:
    """Poll, deliver, web and timers of one process: started in order, stopped in reverse."""

    def __init__(self, boot: Boot, store: RedisStore, progress: Progress, born: Sequence[Born] = ()) -> None:
        """`born` are processes that wait to answer what is asked apart."""
        settings = boot.snapshot.settings
        self._boot = boot
        self._store = store
        self._progress = progress
        self._settings = settings
        telemetry.tell_sources_apart([source.id for source in settings.sources])
        self.notices = Notices(store, operator_modes(settings), system_clock, desks_of(settings))
        self._templates = TemplateNotices(self.notices)
        self._pressure = Pressure(store, self.notices, system_clock, progress, tells="timers" in boot.roles)
        contact = f" {settings.contact}" if settings.contact else ""
        self._http = HttpClient(user_agent=f"alertd/{__version__}{contact}")
        self._sec = SecRequests(self._http, store, self.notices, system_clock)
        self._jobbing = Jobbing(store, self.notices, self._sec, progress, self._pressure)
        self._pool: ParsePool | None = None
        self._schedule: Schedule | None = None
        self._mail_idle = MailIdle(self._soon, self._is_polled)
        self._deliverer: Deliverer | None = None
        self._timers: Timers | None = None
        self._members: Members | None = None
        self._source_watch: SourceWatch | None = None
        receivers = boot.snapshot.receivers
        self._shown = shown_of(boot, self._status, born)
        self._by_clock = ByClock(boot, store, self.notices, progress, self._http, self._shown.apart)
        self._noting = Noting(store, self.notices, progress, self._http)
        self._answers = Answers(store, receivers, system_clock)
        self._archiving = Archiving(boot, store, self.notices, progress, self._answers)
        self._people: People | None = None
        self._links: Links | None = None
        self._loops: list[asyncio.Task[None]] = []
        self._web: WebServer | None = None
        self._live: Live | None = None
        self._pushes: Pushes | None = None
        self._takers: dict[str, Taker] = {}
        self._gaps: EdgarGaps | None = None
        self._full_text: FullText | None = None
        self._held = boot.snapshot.held
        self._watch = Watch(READY_PATIENCE_S)

    async def start(self) -> str:
        """Start the roles; gives where the web room listens."""
        roles = self._boot.roles
        await self._http.__aenter__()
        self._links = links_of(self._settings) if roles & {"deliver", "web"} else None
        await first_look(self._pressure)
        self._loops.append(asyncio.create_task(self._pressure.run(), name="pressure"))
        self._archiving.start(self._boot.snapshot.in_force)
        if "deliver" in roles:
            cautious = self._by_clock.cautious
            self._deliverer = Deliverer(self._store, self.notices, system_clock, self._progress, cautious)
            self._by_clock.follow(self._deliverer.set_back)
            await self._deliverer.start(self._notifiers(self._settings))
            self._noting.serve(self._settings, self._boot.snapshot.receivers)
            self._noting.start()
        self._by_clock.serve(self._settings, self._boot.snapshot.receivers, self._boot.zones, self._boot.reported)
        self._loops += self._by_clock.start(roles)
        if "timers" in roles:
            keep, cautious = self._settings.journal_keep, self._by_clock.cautious
            self._timers = Timers(self._store, self.notices, system_clock, self._progress, keep, cautious)
            self._timers.serve([receiver.id for receiver in self._settings.receivers])
            self._loops.append(asyncio.create_task(self._timers.run(), name="timers"))
        if "poll" in roles:
            self._pool = ParsePool(size=self._settings.processes.parse)
            await self._pool.start()
            health = SourceHealth(self._store, self.notices, system_clock)
            self._takers = self._make_takers(self._pool, await self._make_intake(health), health)
            poll = Poll(self._takers, health, system_clock)
            me = self._boot.consumer
            self._schedule = Schedule(poll, self._store, system_clock, self._progress, me, self._pressure)
            self._pressure.when_there_is_room(self._schedule.go_on)
            self._archiving.when_it_went_back(self._schedule.begin_again)
            self._by_clock.follow(self._schedule.set_back)
            self._by_clock.polls(self._schedule.states)
            await self._schedule.start(self._polled(self._settings))
            if self._boot.shared:
                self._members = Members(self._store, me, system_clock, self._progress, self._schedule.share)
                self._loops.append(asyncio.create_task(self._members.run(), name="members"))
            self._source_watch = SourceWatch(
                health.standings, self._watched, system_clock, self._progress, self._pressure
            )
            self._loops.append(asyncio.create_task(self._source_watch.run(), name="watch"))
        if "web" not in roles:
            return ""
        self._pool = self._pool or ParsePool()  # without the poll role its worker starts with the first document
        self._pushes = await self._make_pushes(self._pool)
        await self._jobbing.start(self._pool, self._settings.sources)
        self._live = Live(self._store, self._progress)
        self._loops.append(asyncio.create_task(self._live.run(), name="live"))
        house = self._shown.house(self._store, self._http)
        says, token = Says(self._status, self._ready), self._boot.web_token
        self._web = server_of(
            house, self._answers, self._live, token, self._settings, says, self._pushes, self._shown, self._boot.web
        )
        host, port = await self._web.start()
        self._people = People(self._store, self._http, self._answers, self.notices, system_clock, self._links)
        await self._people.start(self._settings, self._boot.snapshot.receivers)
        self._shown.apart.keep_ready()
        return f"{host}:{port}"

    async def _make_pushes(self, pool: ParsePool) -> Pushes:
        """Make what takes in what is pushed."""
        health = SourceHealth(self._store, self.notices, system_clock)
        room = self._pressure
        intake = Intake(self._store, self.notices, system_clock, health, epoch=await self._store.epoch(), room=room)
        pushes = Pushes(self._store, intake, health, pool, system_clock, room)
        pushes.replace(self._settings.sources)
        return pushes

    async def _make_intake(self, health: SourceHealth) -> Intake:
        epoch = await self._store.epoch()
        lost = recall_epoch(self._settings.state_dir, epoch)
        if lost:
            await self.notices.tell("store_lost", "redis", STORE_LOST, epoch)
        room = self._pressure
        return Intake(self._store, self.notices, system_clock, health, epoch=epoch, lost=lost, room=room)

    def _make_takers(self, pool: ParsePool, intake: Intake, health: SourceHealth) -> dict[str, Taker]:
        """Make what asks the sources, and begin to go after their full texts."""
        around = Around(
            self._store, self._http, self._sec, self.notices, self._progress, self._pressure, self._mail_idle,
            self._soon,
        )  # fmt: skip
        asking = make_asking(around, pool, intake, health, self._settings, self._held)
        self._full_text, self._gaps = asking.full_text, asking.gaps
        self._loops.append(asyncio.create_task(self._full_text.run(), name="full_text"))
        return asking.takers

    def _soon(self, source_id: str) -> None:
        """Let a source be polled at once."""
        if self._schedule is not None:
            self._schedule.soon(source_id)

    def _is_polled(self, source: PolledConfig) -> bool:
        """Tell whether a source is polled here, with these settings."""
        return self._schedule is not None and self._schedule.polls(source)

    async def replace(self, new: Reload) -> None:
        """Take what a reload brings: settings, companies held, receivers, portfolios of reports; all change in place.

        Raises StoreUnavailable; the same call again then does the rest.
        """
        settings, held, receivers = new.settings, new.held, new.receivers
        before = self._settings
        self.notices.replace(operator_modes(settings), desks_of(settings))
        if self._timers is not None:
            self._timers.keep_journal(settings.journal_keep)
            self._timers.serve([receiver.id for receiver in settings.receivers])
        self._by_clock.serve(settings, receivers, new.zones, new.reported)
        self._archiving.take(new.in_force)
        self._answers.serve(receivers)
        self._shown.serve(new)
        if self._deliverer is not None:
            self._noting.serve(settings, receivers)
        if self._gaps is not None:
            self._gaps.hold(held)
            self._gaps.serve(settings.sources)
        if self._schedule is not None and before.sources != settings.sources:
            await self._schedule.replace(self._polled(settings))
        if self._full_text is not None:
            self._full_text.use(settings.sources)
        if self._pushes is not None:
            self._pushes.replace(settings.sources)
        self._jobbing.serve(settings.sources)
        if self._people is not None:
            await self._people.replace(settings, receivers)
        if self._deliverer is not None and (before.receivers, before.smtp) != (settings.receivers, settings.smtp):
            await self._deliverer.replace(self._notifiers(settings), settings.drain)
        self._settings = settings
        telemetry.tell_sources_apart([source.id for source in settings.sources])

    async def stop(self, seconds: float) -> None:
        """Stop polling first, sending last, so that what was taken still has a chance to go out."""
        if self._schedule is not None:
            await self._schedule.stop(seconds * 0.4)
        if self._gaps is not None:
            await self._gaps.aclose()
        await self._mail_idle.stop()
        if self._full_text is not None:
            await self._full_text.aclose()
        await self._jobbing.stop()
        if self._pool is not None:
            await self._pool.aclose()
        await self._noting.stop(seconds * 0.1)
        if self._deliverer is not None:
            await self._deliverer.stop(seconds * 0.5)
        for loop in (self._timers, self._members, self._source_watch, self._by_clock, self._pressure, self._live):
            if loop is not None:
                loop.stop()
        await asyncio.gather(*self._loops)
        await self._archiving.stop(seconds * 0.3)
        if self._people is not None:
            await self._people.stop()
        if self._web is not None:
            await self._web.stop()
        await self._shown.apart.aclose()
        await self._http.__aexit__(None, None, None)

    def _polled(self, settings: Settings) -> list[PolledConfig]:
        """Give the sources that are asked; the others are spoken to by themselves."""
        return [source for source in settings.sources if isinstance(source, PolledConfig)]

    async def _watched(self) -> list[tuple[AnyConfig, SourceState]]:
        """Give the sources that this process watches: those that it polls, and its share of those that are not."""
        assert self._schedule is not None
        live = self._schedule.states()
        sources: Sequence[AnyConfig] = self._settings.sources
        looked = [(source, live[source.id]) for source in sources if source.id in live]
        for source in sources:
            if isinstance(source, PolledConfig) or not self._schedule.owns(source.id):
                continue
            if (state := await self._store.source_state(source.id)) is not None:
                looked.append((source, state))
        return looked

    def _notifiers(self, settings: Settings) -> list[tuple[str, Notifier]]:
        return notifiers_of(settings, self._http, self._store, self._links, self._templates.failed, self._boot.stage)

    async def _status(self) -> dict[str, Any]:
        settings = self._settings
        live = self._schedule.states() if self._schedule is not None else {}
        found = await collect_status(
            self._store, settings.sources, settings.receivers, system_clock(), live, self._pressure.paused()
        )
        return found | self._archiving.status() | self._by_clock.status() | await self._noting.status()

    async def _ready(self) -> dict[str, Any]:
        now = time.monotonic()
        self._watch.update(self._progress.counts(), now)
        stuck = self._watch.stuck(now)
        redis_up = self._timers is None or self._timers.redis_up
        return {"ready": redis_up and not stuck, "redis": redis_up, "stuck": stuck, "roles": sorted(self._boot.roles)}
