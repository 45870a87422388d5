"""The loop of a replay: takes the past in at its time, moves the clock, hears what the daemon makes of it.

At a rate the clock goes on by itself, so many times as fast as the machine's, and events are taken in when it is
their time. As fast as it goes, it stands while anything is to be done, and then is put to what comes next: an event,
the end of a window, a timer, a message that is tried again. So every clock rings at its own moment, and nights take
no time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import NamedTuple, Protocol

import msgspec
import structlog

from alertd.base.moved_clock import MovedClock
from alertd.errors import Temporary
from alertd.history.past import Past, PastEvent, PastRecord
from alertd.history.people import answer_of, silence_of
from alertd.history.replay.account import Account
from alertd.history.replay.feed import indices_of, item_of, source_of
from alertd.history.replay.stage import LEASE_MS
from alertd.history.replay.together import Together
from alertd.model import (
    Answer,
    CompanyIndex,
    DueDelivery,
    IngestItem,
    IngestResult,
    JournalRecord,
    Silence,
    Timer,
    Window,
)
from alertd.store.types import Backlog

log = structlog.get_logger(__name__)

TICK_S = 0.1
LOOK_S = 0.01
READ = 256
"""Events that are read ahead."""
MOST_WAITING = 2_000
"""Events that may wait to be decided: a daemon that does not keep up is not buried."""
REST_S = 5.0
REST_MS = 61_000
"""What still waits after so much silence rests: after this much of the past it is looked at again."""
MOST_RESTS = 5
"""In a row; then what waits is left behind."""
STALL_S = 180.0
FOREVER = 1 << 52
DECIDED_S = 5.0
"""How long an answer waits for events to be decided, since it may be about one of them, and a revision for the one
before it."""


class Stalled(Temporary):
    """The daemon of the replay does not get on."""


class ReplayStore(Protocol):
    """What the loop asks of the store."""

    async def ingest(self, source: str, items: Sequence[IngestItem], now: int) -> list[IngestResult]:
        """Store what is new."""
        ...

    async def put_indices(
        self, changed: Mapping[str, CompanyIndex | None], as_of_ms: int, *, whole: bool = False
    ) -> None:
        """Write indices of companies."""
        ...

    async def backlog(self) -> Backlog:
        """Measure the events stream."""
        ...

    async def due(self, receiver: str, now: int, limit: int) -> tuple[list[DueDelivery], int | None]:
        """Give what is due, and when the next is."""
        ...

    async def windows(self, now: int, limit: int) -> list[Window]:
        """Give windows that are over."""
        ...

    async def waiting_in(self, receivers: Sequence[str]) -> list[Window]:
        """Give the windows of receivers."""
        ...

    async def timers_due(self, now: int, limit: int) -> list[Timer]:
        """Give timers whose time has come."""
        ...

    async def put_silence(self, silence: Silence, record: JournalRecord, now: int) -> None:
        """Write a silence with its line of the journal."""
        ...

    async def wake(self, receiver: str) -> None:
        """Wake whoever waits."""
        ...

    async def read_journal(self, after_id: str, count: int, block_ms: int) -> list[tuple[str, JournalRecord]]:
        """Give the records behind an id."""
        ...


@dataclass(frozen=True, slots=True)
class Course:
    """How the past is gone through."""

    begin_ms: int
    until_ms: int
    rate: float
    """Seconds of the past in one; 0: as fast as it goes."""
    receivers: Sequence[str]
    completed: frozenset[str]
    """Events that came without their full text at first."""


class _Seen(NamedTuple):
    """What is to be done."""

    events: bool
    """Some are not decided."""
    sending: bool
    """A message is on its way: a peer may take its time."""
    busy: bool
    following: int | None
    """When the next clock rings."""


@dataclass(slots=True)
class Replayer:
    """Replays once."""

    store: ReplayStore
    clock: MovedClock
    course: Course
    account: Account
    answer: Callable[[Answer], Awaitable[object]]
    """Takes what somebody answered."""
    heard: Callable[[JournalRecord], None]
    """Told of each line of the journal."""
    stop: asyncio.Event
    _after: str = "0"
    _quiet_since: float = field(default_factory=time.monotonic)

    async def run(self, pasts: Iterator[Past]) -> int:
        """Go through the past, until its end or until it is told to stop; gives how many alerts are held back then.

        Raises StoreUnavailable, and Stalled where nothing moves any more.
        """
        self.clock.move(self.course.begin_ms, self.course.rate)
        async for batch in self._batches(pasts):
            if not await self._reach(batch[0].at_ms):
                break
            await self._take([one for one in batch if isinstance(one, PastEvent)])
            for one in batch:
                if isinstance(one, PastRecord):
                    await self._again(one)
        else:
            await self._reach(self.course.until_ms)
        self.clock.move(self.clock())
        await self._settle()
        return sum(window.members for window in await self.store.waiting_in(self.course.receivers))

    async def _batches(self, pasts: Iterator[Past]) -> AsyncIterator[list[Past]]:
        """Put together what is taken in together. Files are read in a thread."""
        together = Together(int(self.course.rate * TICK_S * 1000))
        while chunk := await asyncio.to_thread(lambda: list(islice(pasts, READ))):
            for past in chunk:
                if complete := together.add(past):
                    yield complete
        if together.batch:
            yield together.batch

    async def _take(self, batch: Sequence[PastEvent]) -> None:
        while self.account.waiting >= MOST_WAITING and not self.stop.is_set():
            await self._tick(TICK_S)
        await self._decided({past.event.id for past in batch})
        now = self.clock()
        if indices := indices_of(batch):
            await self.store.put_indices(indices, now)
        for source, group in groupby(batch, key=lambda past: source_of(past.event)):
            pasts = list(group)
            items = [item_of(past, now, completed=past.event.id in self.course.completed) for past in pasts]
            taken_s = time.time()
            results = await self.store.ingest(source, items, now)
            for past, result in zip(pasts, results, strict=True):
                if result.outcome in ("new", "revised"):
                    self.account.took(result.event_id, result.revision, past, taken_s)
                else:
                    log.debug("replay_known", event=past.event.id, revision=past.event.revision)

    async def _decided(self, events: Set[str]) -> None:
        """Wait for a while until these are decided, as far as they were taken in."""
        deadline = time.monotonic() + DECIDED_S
        while events & self.account.undecided() and time.monotonic() < deadline and not self.stop.is_set():
            await self._tick(LOOK_S)

    async def _again(self, past: PastRecord) -> None:
        """Do once more what somebody did, if what it was about is there again."""
        await self._decided(self.account.undecided())
        try:
            if past.kind == "silence":
                await self.store.put_silence(silence_of(past.record), past.record, self.clock())
            elif alert := self.account.alert_of(next(iter(past.record.ids), "")):
                await self.answer(answer_of(past.record, self.clock(), alert))
            else:
                return
        except (msgspec.ValidationError, ValueError, IndexError) as error:
            log.warning("replay_unreadable", kind=past.kind, at=past.record.at, error=str(error))
            return
        self.account.answers += 1

    async def _reach(self, at_ms: int) -> bool:
        """Let the clock come to a moment of the past; False: it was told to stop."""
        if self.course.rate:
            while (left := at_ms - self.clock()) > 0 and not self.stop.is_set():
                await self._tick(min(TICK_S, left / 1000 / self.course.rate))
            return not self.stop.is_set()
        following = await self._settle()
        while not self.stop.is_set() and following is not None and following < at_ms:
            self.clock.move(following)
            following = await self._settle()
        if not self.stop.is_set():
            self.clock.move(at_ms)
        return not self.stop.is_set()

    async def _settle(self) -> int | None:
        """Wait until nothing is to be done now; gives when the next clock rings. Raises Stalled."""
        self._quiet_since = time.monotonic()
        rests = 0
        while (seen := await self._look()).busy and rests < MOST_RESTS and not self.stop.is_set():
            await self._tick(LOOK_S)
            quiet_s = time.monotonic() - self._quiet_since
            if quiet_s > STALL_S:
                raise Stalled(f"nothing has moved for {quiet_s:.0f} s; {self.account.waiting} events wait")
            if quiet_s > REST_S and not seen.events and not seen.sending:
                self.clock.move(self.clock() + REST_MS)
                self._quiet_since = time.monotonic()
                rests += 1
        await self._hear()
        return seen.following

    async def _look(self) -> _Seen:
        """Look at what is to be done, now and next."""
        now = self.clock()
        # In the order in which one brings about the next: what is missed here shows below.
        events = (await self.store.backlog()).events > 0
        timers, windows = await self.store.timers_due(FOREVER, 1), await self.store.windows(FOREVER, 1)
        due = await asyncio.gather(*(self.store.due(receiver, now, 1) for receiver in self.course.receivers))
        next_due = [at for _, at in due if at is not None]
        moments = [*(one.due_ms for one in timers), *(one.until_ms for one in windows)]
        ripe = any(items for items, _ in due) or any(at <= now for at in moments)
        # Only the ends of leases are that far away.
        sending = any(at - now > LEASE_MS // 2 for at in next_due)
        later = [at for at in (*moments, *next_due) if at > now]
        return _Seen(events, sending, events or sending or ripe, min(later, default=None))

    async def _tick(self, seconds: float) -> None:
        """Let time pass: hear what was decided, and wake receivers that have something due by now."""
        await self._hear()
        now = self.clock()
        for receiver in self.course.receivers:
            if (await self.store.due(receiver, now, 1))[0]:
                await self.store.wake(receiver)
        try:
            async with asyncio.timeout(seconds):
                await self.stop.wait()
        except TimeoutError:
            return

    async def _hear(self) -> None:
        while lines := await self.store.read_journal(self._after, 500, 0):
            self._after, self._quiet_since = lines[-1][0], time.monotonic()
            for journal_id, record in lines:
                self.account.hear(record, int(journal_id.partition("-")[0]) / 1000)
                self.heard(record)
