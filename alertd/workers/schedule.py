"""The timetable at work: APScheduler wakes each source when its turn comes.

One one-shot job for each source, set anew after each poll, because the next time depends on what the poll brought
(Retry-After, ttl, burst hours, back-off). `misfire_grace_time=None`: a late turn is still a turn.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

import msgspec
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from alertd import telemetry
from alertd.base.clock import Clock, machine_ms, to_datetime
from alertd.errors import StoreFull, StoreUnavailable, StoreWentBack
from alertd.model import SourceState
from alertd.sources.polled import PolledConfig
from alertd.sources.timetable import next_poll_ms
from alertd.workers.members import owner
from alertd.workers.poll import Polled
from alertd.workers.pressure import AlwaysRoom, Room
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

SPREAD_S = 0.02
"""Between two sources that could be asked at the same time."""
STORE_AWAY_S = 2.0
"""While Redis is away nothing can be kept: ask again soon, and do not blame the source. Each time it is twice as long
up to its interval: a publisher is not asked more often than otherwise for what is thrown away."""


class StateStore(Protocol):
    """What the timetable needs of the store."""

    async def source_states(self) -> dict[str, SourceState]:
        """Give what is remembered of every source."""
        ...

    async def source_state(self, source: str) -> SourceState | None:
        """Give what is remembered of a source."""
        ...

    def trust_state(self, source: str) -> None:
        """Write over what is remembered of a source: it was read just now."""
        ...


class Poll(Protocol):
    """What the timetable needs of polling."""

    async def poll(self, source: PolledConfig, state: SourceState) -> Polled:
        """Take one source through one poll. Raises StoreUnavailable when Redis is the one that fails."""
        ...


class Schedule:
    """Polls every source when its turn comes, each at most once at a time."""

    def __init__(
        self,
        poll: Poll,
        store: StateStore,
        clock: Clock,
        progress: Progress,
        me: str = "",
        room: Room | None = None,
    ) -> None:
        """`me` is this poller's name among those that share the sources; `room` says whether any may be asked."""
        self._room = room or AlwaysRoom()
        self.put_off: set[str] = set()
        """Sources whose turn came while there was no room."""
        self._poll = poll
        self._me = me
        self._members: Sequence[str] = [me]
        self._configured: Sequence[PolledConfig] = []
        self._store = store
        self._clock = clock
        self._progress = progress
        self._sources: dict[str, PolledConfig] = {}
        self._states: dict[str, SourceState] = {}
        self._running: dict[str, asyncio.Task[bool]] = {}
        self._due: dict[str, int] = {}
        """When the next poll of each source is to begin, in ms."""
        self._unkept: dict[str, int] = {}
        """Sources whose last polls could not be kept, and how many in a row."""
        self._hurried: set[str] = set()
        """Sources that are to be polled again as soon as the poll under way has ended."""
        self._out_of_date: set[str] = set()
        """Sources whose poll under way began before the store went back."""
        self._stopping = False
        self._ticking: asyncio.Task[None] | None = None
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    async def start(self, sources: Sequence[PolledConfig]) -> None:
        """Begin: every source gets its first turn within its interval, spread so that they do not come as a herd."""
        self._scheduler.start()
        self._ticking = asyncio.create_task(self._tick(), name="poll:tick")
        await self.replace(sources)

    async def replace(self, sources: Sequence[PolledConfig]) -> None:
        """Take the sources of a reload. What is remembered of a source stays with its id."""
        self._configured = sources
        self._states |= await self._store.source_states()
        # Only now: a reload and a change of members may come at the same time, and the later word on each counts.
        sources = [source for source in self._configured if owner(source.id, self._members) == self._me]
        wanted = {source.id: source for source in sources}
        for gone in self._sources.keys() - wanted.keys():
            if self._scheduler.get_job(gone):
                self._scheduler.remove_job(gone)
        changed = [source for source in sources if self._sources.get(source.id) != source]
        self._sources = wanted
        now = self._clock()
        for source in changed:
            state = self._states.setdefault(source.id, SourceState(source=source.id))
            spread_ms = random.uniform(0, min(source.shortest_interval(), len(sources) * SPREAD_S)) * 1000
            # 410 (RFC 9110 15.5.11): do not ask again
            stopped = state.state == "gone" and state.url == source.address
            if source.id not in self._running and not stopped:
                self._at(source.id, max(now + int(spread_ms), state.not_before_ms))

    def owns(self, source_id: str) -> bool:
        """Tell whether a source falls to this process among the living ones, polled or not."""
        return owner(source_id, self._members) == self._me

    def polls(self, source: PolledConfig) -> bool:
        """Tell whether a source is polled by this process, with these settings."""
        return self._sources.get(source.id) == source

    async def share(self, members: Sequence[str]) -> None:
        """Poll only what falls to this poller among the living ones."""
        self._members = members
        await self.replace(self._configured)

    async def stop(self, deadline_s: float) -> None:
        """Start no more polls, let those under way end within the deadline.

        APScheduler's own `shutdown(wait=True)` cancels running coroutines, so they are awaited here.
        """
        if not self._scheduler.running:
            return
        self._stopping = True
        if self._ticking is not None:
            self._ticking.cancel()
        self._scheduler.pause()
        if self._running:
            _, late = await asyncio.wait(self._running.values(), timeout=deadline_s)
            for task in late:
                task.cancel()  # nothing is lost: validators were not stored, so the next poll sees it all again
            await asyncio.gather(*late, return_exceptions=True)
        self._scheduler.shutdown(wait=False)

    def soon(self, source_id: str) -> None:
        """Let the next poll of a source be now: something says that there is news. One under way is not enough."""
        if source_id in self._running:
            self._hurried.add(source_id)
        elif source_id in self._sources and self._states[source_id].state != "gone":
            self._again(source_id, self._clock())

    def go_on(self) -> None:
        """Ask the sources whose turn came while there was no room, spread so that they do not come as a herd."""
        waiting, self.put_off = self.put_off & self._sources.keys(), set()
        for source_id in waiting:
            spread_s = min(self._sources[source_id].shortest_interval(), len(waiting) * SPREAD_S)
            self._again(source_id, self._clock() + int(random.uniform(0, spread_s) * 1000))

    async def begin_again(self) -> None:
        """Take what the store remembers, which went back, for what is so: its validators belong to what it has."""
        known = await self._store.source_states()
        self._out_of_date |= self._running.keys()
        waiting = self._sources.keys() - self._running.keys()
        for source_id in waiting:
            self._take(source_id, known.get(source_id))
            spread_s = min(self._sources[source_id].shortest_interval(), len(waiting) * SPREAD_S)
            if self._states[source_id].state != "gone":
                self._again(source_id, self._clock() + int(random.uniform(0, spread_s) * 1000))

    def _take(self, source_id: str, state: SourceState | None) -> None:
        self._states[source_id] = state or SourceState(source=source_id)
        self._store.trust_state(source_id)

    def set_back(self, back_ms: int) -> None:
        """Let no turn wait for the time of a clock that was set back: APScheduler goes by the machine's."""
        for job in self._scheduler.get_jobs():
            if job.next_run_time is not None:
                job.modify(next_run_time=job.next_run_time - timedelta(milliseconds=back_ms))
        self._due = {source: due - back_ms for source, due in self._due.items()}

    def states(self) -> Mapping[str, SourceState]:
        """Give the newest state of each source, as this process knows it."""
        return {source: self._states[source] for source in self._sources}

    async def _tick(self) -> None:
        """Say that the loop comes round. APScheduler's interval would count a leap of the clock second by second."""
        while True:
            self._progress.tick("poll")
            await asyncio.sleep(1)

    def _at(self, source_id: str, at_ms: int) -> None:
        self._due[source_id] = at_ms
        self._states[source_id] = msgspec.structs.replace(self._states[source_id], due_ms=at_ms)
        trigger = DateTrigger(run_date=to_datetime(machine_ms(at_ms)), timezone="UTC")
        self._scheduler.add_job(self._turn, trigger, args=[source_id], id=source_id, replace_existing=True)

    async def _turn(self, source_id: str) -> None:
        """Run one poll as a task of our own, so that stopping can await it."""
        if self._stopping or source_id in self._running or source_id not in self._sources:
            return
        telemetry.POLL_LATENESS.observe(max(self._clock() - self._due.pop(source_id, self._clock()), 0) / 1000)
        self._running[source_id] = task = asyncio.create_task(self._run(source_id), name=f"poll:{source_id}")
        task.add_done_callback(lambda done: self._ended(source_id, done))

    def _ended(self, source_id: str, task: asyncio.Task[bool]) -> None:
        """Forget a poll; what was hurried after its next turn was set is not forgotten with it."""
        self._running.pop(source_id, None)
        if source_id in self._hurried and not task.cancelled() and task.exception() is None and task.result():
            self._hurried.discard(source_id)
            self.soon(source_id)

    async def _run(self, source_id: str) -> bool:
        """Poll once and set the next turn; tells whether the poll came to its end."""
        source, state = self._sources.get(source_id), self._states[source_id]
        if source is None:  # a reload or another poller took it away between its turn and now
            return False
        try:
            self._room.check()
            polled = await self._poll.poll(source, state)
            if source_id in self._out_of_date:
                raise StoreWentBack("the poll began before the store went back")
        except StoreUnavailable as error:
            if isinstance(error, StoreWentBack) and await self._taken_anew(source_id):
                return False
            if isinstance(error, StoreFull):
                self._room.refused(error)
            if not self._room.room:  # not the source's fault; what it showed was not remembered
                log.debug("poll_put_off", source=source_id, error=str(error))
                self.put_off.add(source_id)
                return False
            again_s = self._away_s(source)
            # Other loops say once that Redis is away; a line for each source and turn would bury that.
            log.debug("poll_not_stored", source=source_id, error=str(error), again_s=again_s)
            self._again(source_id, self._clock() + int(again_s * 1000))
            return False
        except Exception as error:
            log.error("poll_raised", source=source_id, exc_info=error)
            self._again(source_id, self._clock() + 30_000)
            return False
        now = self._clock()
        self._unkept.pop(source_id, None)
        self._states[source_id] = polled.state
        hurried = source_id in self._hurried and polled.outcome != "failed"
        self._hurried.discard(source_id)
        if not self.polls(source):  # a reload came meanwhile, and what it asks for is asked for at once
            self._again(source_id, max(now, polled.state.not_before_ms))
        elif polled.outcome != "gone":
            at_ms = self._next(source, polled, now)
            if polled.outcome != "failed":
                self._states[source_id] = msgspec.structs.replace(polled.state, wait_ms=max(at_ms - now, 0))
            self._again(source_id, now if hurried else at_ms)
        return True

    async def _taken_anew(self, source_id: str) -> bool:
        """Take what the store remembers of a source, and ask it at once; tells whether that could be read."""
        try:
            state = await self._store.source_state(source_id)
        except StoreUnavailable:
            self._out_of_date.add(source_id)
            return False
        log.warning("source_read_anew", source=source_id)
        self._out_of_date.discard(source_id)
        self._take(source_id, state)
        self._again(source_id, self._clock())
        return True

    def _away_s(self, source: PolledConfig) -> float:
        """Say when to ask again after a poll that could not be kept."""
        times = self._unkept.get(source.id, 0)
        self._unkept[source.id] = times + 1
        return min(STORE_AWAY_S * 2.0 ** min(times, 10), max(source.shortest_interval(), STORE_AWAY_S))

    def _next(self, source: PolledConfig, polled: Polled, now: int) -> int:
        return next_poll_ms(
            source.every, now, failures=source.backing_off(polled.state.failures), retry_after_s=polled.retry_after_s,
            max_age_s=polled.max_age_s, ttl_s=polled.ttl_s, random=random.random,
        )  # fmt: skip

    def _again(self, source_id: str, at_ms: int) -> None:
        if not self._stopping and source_id in self._sources:
            self._at(source_id, at_ms)
