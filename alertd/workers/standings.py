"""How sources stand, kept and told: after each poll by what it showed, and every few seconds by the clock.

`sources/standing.py` judges. The operator is told before a standing is written down: a crash in between tells the
same thing again, under the same id.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Protocol

import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.errors import StoreUnavailable
from alertd.model import JournalRecord, SourceState, Standing
from alertd.sources.polled import AnyConfig, PolledConfig
from alertd.sources.standing import Tell, Watched, begun, judge
from alertd.workers.looks import Looks
from alertd.workers.notices import Notices
from alertd.workers.pressure import AlwaysRoom, Room
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

LOOK_S = 10.0
LOCKS = 64
"""What is changed at the same time at most: one lock for each source would be many, and one for all a queue."""
BATCH = 200
"""So many sources are judged before others get their turn."""


class StandingStore(Protocol):
    """What keeping standings needs of the store."""

    async def ping(self) -> float:
        """Give the round trip in milliseconds."""
        ...

    async def standing(self, source: str) -> Standing | None:
        """Give how a source stands."""
        ...

    async def standings(self) -> dict[str, Standing]:
        """Give how all sources stand of which that was written down."""
        ...

    async def save_standing(self, standing: Standing) -> None:
        """Write how a source stands."""
        ...

    async def journal(self, record: JournalRecord, once: str = "") -> bool:
        """Write a line to the journal."""
        ...


def wait_ms_of(source: AnyConfig) -> int | None:
    """Give how long the timetable of a source waits at least; None if it is not asked."""
    return int(source.shortest_interval() * 2000) if isinstance(source, PolledConfig) else None


class Standings:
    """Knows how sources stand."""

    def __init__(self, store: StandingStore, notices: Notices, clock: Clock) -> None:
        self._store = store
        self._notices = notices
        self._clock = clock
        self._known: dict[str, Standing] = {}
        self._locks = [asyncio.Lock() for _ in range(LOCKS)]

    async def look(self, was: SourceState, state: SourceState, seen: Watched | None = None) -> Standing:
        """Judge a source now, tell and write down what has changed. Raises StoreUnavailable.

        `was` is its state before the poll that has just ended, or the same again; without `seen` only what polls show
        is judged.
        """
        known = self._known.get(was.source)
        if known is not None and judge(known, was, state, seen, self._clock()) == (known, []):
            return known
        async with self._locks[hash(was.source) % LOCKS]:  # a poll may end while the clock has its look
            return await self._change(was, state, seen)

    async def _change(self, was: SourceState, state: SourceState, seen: Watched | None) -> Standing:
        now = self._clock()
        known = self._known.get(was.source)
        before = known or await self._store.standing(was.source) or begun(was)
        after, tells = judge(before, was, state, seen, now)
        if known is None or after.state != before.state:
            telemetry.set_source_state(was.source, after.state)
        for tell in tells:
            await self._tell(was.source, tell)
        if after != before or known is None:
            await self._store.save_standing(after)
        if {"late", "silent"} & {after.state, before.state} and after.state != before.state:
            log.warning("source_standing", source=was.source, state=after.state, before=before.state, why=after.why)
            reason = f"{after.state}: {after.why}" if after.why else f"no longer {before.state}"
            record = JournalRecord(kind="source", at=rfc3339(now), ids=[was.source], reason=reason)
            await self._store.journal(record)
        self._known[was.source] = after
        return after

    async def recall(self, states: Iterable[SourceState]) -> None:
        """Learn how sources stand that are not known yet, all at once: asking for each of thousands takes a minute.

        Raises StoreUnavailable.
        """
        strange = [state for state in states if state.source not in self._known]
        if not strange:
            return
        stored = await self._store.standings()
        for state in strange:
            if state.source not in self._known:  # by a poll that has ended meanwhile
                known = self._known[state.source] = stored.get(state.source) or begun(state)
                telemetry.set_source_state(state.source, known.state)

    async def ask_store(self) -> None:
        """Raise StoreUnavailable where the store is away."""
        await self._store.ping()

    def keep(self, sources: Collection[str]) -> None:
        """Forget all but these: others are another process's to judge, and change without our knowing."""
        for gone in self._known.keys() - set(sources):
            del self._known[gone]

    async def _tell(self, source: str, tell: Tell) -> None:
        await self._notices.tell(tell.kind, source, tell.text, tell.episode)


Looked = tuple[AnyConfig, SourceState]


class SourceWatch(Looks):
    """Judges sources by the clock: whether they are asked in time, and whether they have fallen silent."""

    def __init__(
        self,
        standings: Standings,
        sources: Callable[[], Awaitable[list[Looked]]],
        clock: Clock,
        progress: Progress,
        room: Room | None = None,
    ) -> None:
        """`sources` gives those that this process watches, with the newest state of each."""
        self._room = room or AlwaysRoom()
        super().__init__("watch", LOOK_S, progress)
        self._standings = standings
        self._sources = sources
        self._clock = clock
        self._since: dict[str, int] = {}
        """Source -> since when it is watched."""

    async def look(self) -> None:
        """Judge every source once. Raises StoreUnavailable."""
        try:
            await self._standings.ask_store()
            self._room.check()
        except StoreUnavailable:
            self._since.clear()  # nobody can be asked meanwhile: all get their time anew when it is back
            raise
        looked = await self._sources()
        now = self._clock()
        self._since = {source.id: self._since.get(source.id, now) for source, _ in looked}
        self._standings.keep(self._since.keys())
        await self._standings.recall(state for _, state in looked)
        states: Counter[str] = Counter()
        for number, (source, state) in enumerate(looked):
            if number % BATCH == BATCH - 1:
                self._progress.tick(self._name)
                await asyncio.sleep(0)
            if state.last_new_ms:
                telemetry.SOURCE_LAST_ITEM.labels(source=source.id).set(state.last_new_ms / 1000)
            seen = Watched(source.silent_after, self._since[source.id], wait_ms_of(source))
            states[(await self._standings.look(state, state, seen)).state] += 1
        for name in telemetry.SOURCE_STATES:
            telemetry.SOURCES.labels(state=name).set(states[name])
