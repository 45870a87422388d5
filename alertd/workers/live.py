"""Follows the journal for those who look on: each is told of every alert that changes, as the journal says it.

    journal -> one reader for all who look on -> a queue for each -> whoever writes to them (`web/stream.py`)

Nothing is read while nobody looks on. Who was away says what they saw last, and is told what came since from the
journal; who was away too long, or takes too long, is told to begin anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from alertd.errors import AlertdError, StoreUnavailable
from alertd.history.walls import cards_of
from alertd.model import JournalRecord
from alertd.workers.outage import Outage
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

BATCH = 200
WAIT_MS = 1000
REST_S = 1.0
QUEUE = 500
"""Changes that wait for one who looks on; who has more to take begins anew."""
CATCH_UP = 500
"""Lines of the journal that are read for one who was away, at most; who missed more begins anew."""


class LiveStore(Protocol):
    """What is asked of the store."""

    async def read_journal(self, after_id: str, count: int, block_ms: int) -> list[tuple[str, JournalRecord]]:
        """Give the records behind an id."""
        ...

    async def journal_end(self) -> str:
        """Give the id of the newest record; "0" if there is none."""
        ...

    async def journal_start(self) -> str:
        """Give the id of the oldest record that is there; "0" if there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """What one line of the journal says of alerts."""

    id: str
    """Of the line: what was seen last."""
    cards: Sequence[dict[str, Any]] = ()
    """Of each alert its card, as `alerts.rows.card` makes it."""
    anew: bool = False
    """What came between is not known: whoever looks on has to look at everything again."""


@dataclass(slots=True)
class _Onlooker:
    waiting: asyncio.Queue[Change] = field(default_factory=lambda: asyncio.Queue(QUEUE))
    behind: bool = False


class Live:
    """One loop that reads, and those who look on."""

    def __init__(self, store: LiveStore, progress: Progress) -> None:
        self._store = store
        self._progress = progress
        self._onlookers: list[_Onlooker] = []
        self._somebody = asyncio.Event()
        self._stop = asyncio.Event()
        self._at = ""
        self._joining = asyncio.Lock()
        """Two who are the first at once must not both say where reading begins: what came between would be lost."""
        self._catching_up = asyncio.Semaphore(1)
        """After a restart all come at once, and each is read for apart."""

    @property
    def onlookers(self) -> int:
        """How many look on."""
        return len(self._onlookers)

    def stop(self) -> None:
        """End the loop, and what is told to those who look on."""
        self._stop.set()
        self._somebody.set()
        for one in self._onlookers:
            _tell(one, Change("", anew=True))

    async def run(self) -> None:
        """Read while somebody looks on, until told to stop."""
        outage, anew = Outage("live"), False
        while not self._stop.is_set():
            self._progress.tick("live")
            if not self._onlookers:
                await self._rest(self._somebody)
                continue
            try:
                if anew:
                    await self._begin_anew()
                    anew = False
                await self._read()
            except AlertdError as error:  # Redis is away, or a record does not decode: those behind it are not lost
                anew = True
                if isinstance(error, StoreUnavailable):
                    outage.began(error)
                else:
                    log.error("live_failed", error=str(error))
                await self._rest(self._stop)
            else:
                outage.ended()

    @asynccontextmanager
    async def looking_on(self, since: str = "") -> AsyncIterator[AsyncIterator[Change]]:
        """Look on from now, or from behind what was seen last. Raises StoreUnavailable."""
        one = _Onlooker()
        async with self._joining:
            if not self._onlookers:
                self._at = await self._store.journal_end()
            self._onlookers.append(one)
        self._somebody.set()
        try:
            yield self._changes(one, since, self._at)
        finally:
            self._onlookers.remove(one)
            if not self._onlookers:
                self._somebody.clear()

    async def _changes(self, one: _Onlooker, since: str, now_at: str) -> AsyncIterator[Change]:
        seen = now_at  # what comes behind it is put into the queue
        if since:
            try:
                async with self._catching_up:
                    missed, seen = await self._missed(since, now_at)
            except AlertdError as error:  # Redis is away, or a record does not decode
                log.warning("live_missed", error=str(error))
                missed, seen = [Change(now_at, anew=True)], now_at
            for change in missed:
                yield change
        while not self._stop.is_set():
            change = await one.waiting.get()
            if change.anew:
                seen = change.id or seen  # which may lie before it
                yield change
            elif _place(change.id) > _place(seen):
                yield change

    async def _missed(self, since: str, now_at: str) -> tuple[list[Change], str]:
        """Give what came since, and the id that this reaches to. Raises StoreUnavailable, Corrupt."""
        anew = [Change(now_at, anew=True)], now_at
        start, end = await self._store.journal_start(), await self._store.journal_end()
        if not _place(start) <= _place(since) <= _place(end):  # trimmed since, or of a journal that is gone
            return anew
        found: list[Change] = []
        at, read = since, 0
        while records := await self._store.read_journal(at, min(BATCH, CATCH_UP + 1 - read), 0):
            at, read = records[-1][0], read + len(records)
            if read > CATCH_UP:
                return anew
            found += [Change(journal_id, cards) for journal_id, record in records if (cards := _cards(record))]
        return found, at

    async def _begin_anew(self) -> None:
        """Go on from the journal's end, which may lie before what was read: of a copy that was restored."""
        self._at = await self._store.journal_end()
        self._tell_all(Change(self._at, anew=True))

    async def _read(self) -> None:
        for journal_id, record in await self._store.read_journal(self._at, BATCH, WAIT_MS):
            self._at = journal_id
            if cards := _cards(record):
                self._tell_all(Change(journal_id, cards))

    def _tell_all(self, change: Change) -> None:
        for one in self._onlookers:
            _tell(one, change)

    async def _rest(self, event: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(REST_S):
                await event.wait()
        except TimeoutError:
            pass


def _cards(record: JournalRecord) -> list[dict[str, Any]]:
    return list(cards_of(record))


def _tell(one: _Onlooker, change: Change) -> None:
    """Put a change into a queue; where that is full all of it goes, and they begin anew."""
    if one.waiting.full():
        while not one.waiting.empty():
            one.waiting.get_nowait()
        change = Change(change.id, anew=True)
    one.waiting.put_nowait(change)


def _place(journal_id: str) -> tuple[int, int]:
    ms, _, number = journal_id.partition("-")
    return int(ms or 0), int(number or 0)
