"""How full Redis is, and what waits because of it. One object in each process that takes something in.

    below 80 %   fine      all goes on
    from 80 %    filling   nothing new while a backlog waits to be matched
    from 95 %    full      nothing new at all; so too from the first write that Redis refuses (OOM, MISCONF)
    away                   nothing new at all: what is fetched could not be kept

Nothing new: sources are not asked, pushes are answered with 503, full texts and EDGAR's gaps wait. Matching and
sending go on: they have the last twentieth of the memory to themselves, and what they complete makes room. (Only a
Redis that cannot write to its disk refuses even that, so that all waits, sends too.) Nothing is lost by waiting: a
source's validators are stored after its entries, so what it shows is read later.

A level is left five percentage points below where it was entered, and full after a refusal when a probe is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.errors import StoreFull, StoreUnavailable
from alertd.sources.standing import in_words
from alertd.store.types import Backlog, Memory
from alertd.workers.looks import Looks
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

Level = Literal["fine", "filling", "full"]
FILLING = 0.80
FULL = 0.95
EASED = 0.05
"""So far below its threshold a level is left: else it would come and go with each batch."""
BACKLOG = 256
"""Events that may wait to be matched while Redis is filling; asked for again when a quarter of them do."""
LOOK_S = 1.0
HOUR_MS = 3_600_000
"""What comes and goes is told once an hour."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured."""

    memory: Memory
    refused: bool = False
    """Redis refused a write, and has taken none since."""
    events: int = 0
    """Events that wait to be matched."""

    @property
    def share(self) -> float:
        """Of the memory, 0 to 1 or a little more; 0 where there is no limit."""
        return self.memory.used / self.memory.limit if self.memory.limit else 0.0


def level_of(reading: Reading, before: Level) -> Level:
    """Give the level; `before` is the one until now. Pure."""
    share, eased = reading.share, EASED if before != "fine" else 0.0
    if reading.refused or share >= (FULL - EASED if before == "full" else FULL):
        return "full"
    return "filling" if share >= FILLING - eased else "fine"


def has_room(level: Level, events: int, before: bool) -> bool:
    """Tell whether something new may be taken; `before` says whether it might until now. Pure."""
    if level == "filling":
        return events <= (BACKLOG if before else BACKLOG // 4)
    return level == "fine"


def in_figures(reading: Reading) -> str:
    """Say how full it is: `83 % of 512 MB`."""
    if not reading.memory.limit:
        return f"{reading.memory.used / (1 << 20):.0f} MB, without a limit"
    return f"{reading.share:.0%} of {reading.memory.limit / (1 << 20):.0f} MB"


class NoRoom(StoreFull):
    """Nothing new is taken: Redis is so nearly full that only what began is completed."""


class Room(Protocol):
    """Whether there is room, for those who take something in."""

    @property
    def room(self) -> bool:
        """Whether something new may be taken."""
        ...

    def check(self) -> None:
        """Raise NoRoom where nothing new is to be taken."""
        ...

    def refused(self, error: StoreFull) -> None:
        """Take in that Redis refused a write; NoRoom, which was our own word, changes nothing."""
        ...


class AlwaysRoom:
    """For commands that take in little, and once: Redis itself refuses what it has no room for."""

    room = True

    def check(self) -> None:
        """Do nothing."""

    def refused(self, error: StoreFull) -> None:
        """Do nothing."""


class PressureStore(Protocol):
    """What measuring needs of the store."""

    async def memory(self) -> Memory:
        """Say what Redis uses and may use."""
        ...

    async def backlog(self) -> Backlog:
        """Measure the events stream."""
        ...

    async def probe(self, now: int) -> None:
        """Write one small thing. Raises StoreFull."""
        ...


class Pressure(Looks):
    """Knows how full Redis is; implements `Room`."""

    def __init__(
        self, store: PressureStore, notices: Notices, clock: Clock, progress: Progress, *, tells: bool = True
    ) -> None:
        """`tells`: it is for this process to tell the operator."""
        super().__init__("pressure", LOOK_S, progress)
        self._store = store
        self._notices = notices
        self._clock = clock
        self._tells = tells
        self._listeners: list[Callable[[], None]] = []
        self._reading = Reading(Memory(used=0, limit=0))
        self._refusal = ""
        self._untold = False
        """The operator does not know of the last change."""
        self._away = ""
        """What went wrong when it was asked last; empty while it answers."""
        self._was_full = False
        """At some time since it was fine last."""
        self.level: Level = "fine"
        self.room = True
        self.since_ms = 0
        """When it was fine last."""

    def when_there_is_room(self, call: Callable[[], None]) -> None:
        """Have something called each time when there is room again."""
        self._listeners.append(call)

    def check(self) -> None:
        """Raise NoRoom where nothing new is to be taken, StoreUnavailable where Redis is away."""
        if self._away:
            raise StoreUnavailable(self._away)
        if not self.room:
            raise NoRoom(f"Redis is {'full' if self.level == 'full' else 'nearly full'}: {self.words()}")

    def refused(self, error: StoreFull) -> None:
        """Take in that Redis refused a write: nothing new is begun from now on, until it takes one."""
        if not self._refusal and not isinstance(error, NoRoom):
            self._refusal = str(error)
            self._enter(Reading(self._reading.memory, refused=True))

    def words(self) -> str:
        """Say how full it is, or what it answered."""
        return self._refusal or in_figures(self._reading)

    def paused(self) -> str:
        """Say why nothing new is taken, for people; empty while there is room."""
        if self.room:
            return ""
        if self._away:
            return f"paused: {self._away}"
        return f"paused: Redis is {'full' if self.level == 'full' else 'nearly full'} ({self.words()})"

    async def look(self) -> None:
        """Measure once, and tell what has changed. Raises StoreUnavailable."""
        try:
            memory = await self._store.memory()
        except StoreUnavailable as error:
            self._pause(error)
            raise
        self._away = ""
        if self._refusal and await self._takes_writes():
            self._refusal = ""
        reading = Reading(memory, bool(self._refusal))
        if level_of(reading, self.level) == "filling":
            reading = Reading(memory, reading.refused, (await self._store.backlog()).events)
        self._enter(reading)
        if self._tells and self._untold and not self._refusal:  # a server that takes no write takes no notice
            await self._tell()

    def _pause(self, error: StoreUnavailable) -> None:
        if not self._away:
            log.warning("intake_paused", pressure="away", what=str(error))
        self._away, self.room = str(error), False
        telemetry.INTAKE_PAUSED.set(1)

    async def _takes_writes(self) -> bool:
        try:
            await self._store.probe(self._clock())
        except StoreFull as error:
            self._refusal = str(error)
            return False
        return True

    def _enter(self, reading: Reading) -> None:
        before, had_room = self.level, self.room
        self._reading = reading
        self.level = level_of(reading, before)
        self.room = has_room(self.level, reading.events, had_room)
        telemetry.REDIS_MEMORY_LIMIT_BYTES.set(reading.memory.limit)
        telemetry.REDIS_PRESSURE.set(("fine", "filling", "full").index(self.level))
        telemetry.INTAKE_PAUSED.set(int(not self.room))
        if before == "fine" and self.level != "fine":
            self.since_ms, self._was_full = self._clock(), False
        self._was_full |= self.level == "full"
        if self.level != before:
            log.warning("redis_pressure", pressure=self.level, before=before, what=self.words())
            self._untold |= (before, self.level) != ("full", "filling")  # that is no news: nothing is over
        if self.room and not had_room:
            log.info("intake_goes_on", pressure=self.level, what=self.words())
            for call in self._listeners:
                call()
        elif had_room and not self.room:
            log.warning("intake_paused", pressure=self.level, what=self.words(), events=reading.events)

    async def _tell(self) -> None:
        """Tell the operator, and again with the next look where even that could not be written."""
        tell, episode = self._notices.tell, str(self.since_ms // HOUR_MS)
        if self.level == "full":
            text = (
                f"Redis is full ({self.words()}): nothing new is taken, sending goes on. What sources show meanwhile "
                "is read as soon as there is room. `alertd status` shows what waits."
            )
            queued = await tell("redis_full", "redis", text, episode)
        elif self.level == "filling":
            text = (
                f"Redis is filling ({self.words()}): sources are not asked while more than {BACKLOG} events wait, "
                f"and from {FULL:.0%} on not at all. Sending goes on. `alertd status` shows what waits."
            )
            queued = await tell("redis_filling", "redis", text, episode)
        else:
            was = "full" if self._was_full else "nearly full"
            lasted = in_words((self._clock() - self.since_ms) / 1000)
            text = (
                f"Redis has room again ({self.words()}). It was {was} from {rfc3339(self.since_ms)}, for {lasted}; "
                "sources are asked again."
            )
            queued = await tell("redis_has_room", "redis", text, episode)
        self._untold = not queued


async def first_look(pressure: Pressure) -> None:
    """Look once before anything is taken; where Redis is away, whoever comes next says so."""
    try:
        await pressure.look()
    except StoreUnavailable as error:
        log.debug("look_waits", loop="pressure", error=str(error))
