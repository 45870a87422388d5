"""Notices that Redis is older than what was known of it (a failover, a restored copy), mends what can be, and tells.

each second: beat -> smaller than the last one? --> what sources show is read anew, none of it by a validator
archive: its last line is not in the journal --> what is lost is compared, line by line
20 s later: what came again is counted, what people said is put back out of the archive, the operator is told, once
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

from alertd import telemetry
from alertd.base.clock import Clock, parse_rfc3339
from alertd.base.files import write_whole
from alertd.errors import AlertdError, StoreUnavailable
from alertd.model import Answer, JournalRecord, Silence
from alertd.store.age import Beat, went_back_ms
from alertd.workers.answers import Given
from alertd.workers.archive_past import Lost
from alertd.workers.notices import Notices
from alertd.workers.outage import Outage
from alertd.workers.progress import Progress
from alertd.workers.store_age_text import Aftermath, missing, told

log = structlog.get_logger(__name__)

TURN_S = 1.0
SETTLE_S = 20.0
"""What the sources get to show again what was lost, before it is counted."""
NO_ARCHIVE_S = 40.0
"""What a process without the archive waits for the one that has it: of two that tell, the first is heard."""
AGAIN_S = 5.0
"""After a notice that could not be queued."""
KEEP_EVERY = 5
"""Beats between two that are written beside the store, to be remembered over a restart."""


class Remembered(Beat, frozen=True):
    """The last beat, as it is kept beside the store."""

    member: str = ""
    """Under which name it was written: a machine may have another one since, a container has with each life."""


class AgeStore(Protocol):
    """What this needs of the store."""

    async def beat(self, member: str, known: int, now: int, *, seen: bool = False) -> tuple[Beat | None, Beat]:
        """Count one more second; gives what stood there, and what does now: 0 until less than is known is `seen`."""
        ...

    async def history_id(self) -> str:
        """Name the history that the server writes: another one after each failover and restart."""
        ...

    async def told_of(self, ids: Sequence[str]) -> set[str]:
        """Give the ids about which the journal says anything."""
        ...

    async def doubt(self, deliveries: Sequence[str]) -> None:
        """Let messages count as possible repeats."""
        ...

    async def silences(self, now: int) -> Sequence[Silence]:
        """Give the silences that are not over."""
        ...

    async def put_silence(self, silence: Silence, record: JournalRecord, now: int) -> None:
        """Write a silence."""
        ...


class StoreAge:
    """Belongs to one process; `run` until `stop`."""

    def __init__(
        self,
        store: AgeStore,
        notices: Notices,
        clock: Clock,
        progress: Progress,
        member: str,
        file: Path,
        *,
        archives: bool,
        answer: Callable[[Answer], Awaitable[Given]],
    ) -> None:
        """`file` is where the last beat is remembered; `archives`: this process keeps an archive to compare with."""
        self._store, self._notices, self._clock, self._progress = store, notices, clock, progress
        self._member, self._file, self._archives, self._answer = member, file, archives, answer
        self._known: Beat | None = None
        if (remembered := _remembered(file)) is not None:
            self._known, self._member = remembered, remembered.member or member
        self._stop = asyncio.Event()
        self._outage = Outage("store_age")
        self._anew: list[Callable[[], Awaitable[None]]] = []
        self._back_ms: int | None = None
        self._noticed = False
        """That the store went back, which is not seen to yet."""
        self._lost: Lost | None = None
        self._doubted: list[str] = []
        """Deliveries of which the store does not know yet that they were sent before it went back."""
        self._told = ""
        """The history that was told of last."""
        self._telling: asyncio.Task[None] | None = None

    def when_it_went_back(self, call: Callable[[], Awaitable[None]]) -> None:
        """Say who has to read anew what it remembers."""
        self._anew.append(call)

    def stop(self) -> None:
        """End after the turn under way; what is still to be told is told at once."""
        self._stop.set()

    async def run(self) -> None:
        """Turn until told to stop."""
        while not self._stop.is_set():
            self._progress.tick("store_age")
            try:
                await self._beat()
                self._outage.ended()
            except StoreUnavailable as error:
                log.debug("beat_not_written", error=str(error))
            except AlertdError as error:  # its key is of another type, say: that ends nothing else
                self._outage.began(error)
            await self._wait(TURN_S)
        if self._telling is not None:
            await self._telling
        if self._known is not None:
            self._remember(self._known)
        self._progress.forget("store_age")

    async def compared(self, lost: Lost) -> None:
        """Take in what the archive has and the journal has no more."""
        telemetry.STORE_LOST_LINES.inc(lost.lines)
        log.error("store_lost_lines", lines=lost.lines, events=len(lost.events), since=lost.since, until=lost.until)
        self._lost, self._doubted = lost, [*self._doubted, *lost.sent]
        self._tell_later()
        await self._doubt()

    async def _doubt(self) -> None:
        if self._doubted:
            doubted = self._doubted
            await self._store.doubt(doubted)
            self._doubted = self._doubted[len(doubted) :]

    async def _beat(self) -> None:
        count = self._known.count if self._known is not None else 0
        now = self._clock()
        began = time.perf_counter()
        found, now_there = await self._store.beat(self._member, count, now)
        telemetry.REDIS_WRITE_SECONDS.observe(time.perf_counter() - began)
        back = went_back_ms(self._known, found, now_there.epoch, now)
        if back is not None:
            self._notice(back)
            for call in self._anew:
                await _ended(call)
            self._tell_later()
        if not now_there.count:
            _, now_there = await self._store.beat(self._member, count, self._clock(), seen=True)
        # only now: a store that went away meanwhile is looked at again
        self._known, self._noticed = now_there, False
        await self._doubt()
        if self._known.count % KEEP_EVERY == 1:
            self._remember(self._known)

    def _notice(self, back: int) -> None:
        self._back_ms = max(back, self._back_ms or 0)
        if not self._noticed:
            self._noticed = True
            telemetry.STORE_ROLLBACKS.inc()
            log.error("store_went_back", back_s=round(back / 1000, 1))

    def _remember(self, beat: Beat) -> None:
        try:
            kept = Remembered(beat.count, beat.at_ms, beat.epoch, self._member)
            write_whole(self._file, msgspec.json.encode(kept), durable=False)
        except OSError as error:
            log.warning("beat_not_kept", error=str(error))

    def _tell_later(self) -> None:
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell(), name="store_age:tell")

    async def _tell(self) -> None:
        await self._wait(SETTLE_S)
        if self._lost is None and not self._archives:
            await self._wait(NO_ARCHIVE_S)
        while True:
            try:
                if await self._tell_now():
                    return
            except StoreUnavailable as error:
                log.warning("rollback_not_told", error=str(error))
            if self._stop.is_set():
                return
            await self._wait(AGAIN_S)

    async def _tell_now(self) -> bool:
        """Tell what is known by now; False: it is to be told again, or more has come to be known."""
        history, lost, back_ms = await self._store.history_id(), self._lost, self._back_ms
        after = await self._aftermath(lost) if lost is not None else Aftermath()
        gone = missing(lost, after) if lost is not None else []
        known = lost if lost is not None or not self._archives else Lost()
        # what comes to be known later is told once more, not taken for the same notice
        episode = f"{history}:{lost.until if lost else ''}" if history == self._told else history
        if not await self._notices.tell("store_rolled_back", "redis", told(back_ms, known, after), episode):
            return False
        self._told = history
        telemetry.STORE_LOST_EVENTS.inc(len(gone))
        log.error("store_rolled_back", lost=lost.lines if lost else 0, again=len(after.again), gone=gone[:100])
        if (self._lost, self._back_ms) != (lost, back_ms):
            return False
        self._back_ms = self._lost = None
        return True

    async def _aftermath(self, lost: Lost) -> Aftermath:
        """Count what came again; put back what people said."""
        again = await self._store.told_of(list(lost.events))
        unrestored = []
        silences = {silence.id: silence for silence in await self._store.silences(self._clock())}
        for record in lost.people:
            try:
                there = record.kind == "silence" and await self._put_back(record, silences)
                done = there or (record.kind == "answer" and await self._answer_again(record))
            except StoreUnavailable:
                raise
            except (AlertdError, msgspec.ValidationError, ValueError) as error:
                log.warning("answer_not_restored", ids=record.ids, error=str(error))
                done = False
            if not done:
                unrestored.append(record)
        return Aftermath(frozenset(again), len(lost.people) - len(unrestored), unrestored)

    async def _put_back(self, record: JournalRecord, there: dict[str, Silence]) -> bool:
        now, silence = self._clock(), msgspec.convert(record.data["silence"], Silence)
        if silence.id in there or parse_rfc3339(silence.ends_at) > now:
            await self._store.put_silence(silence, record, now)
            there[silence.id] = silence
        return True

    async def _answer_again(self, record: JournalRecord) -> bool:
        data = record.data
        given = {
            "kind": record.reason,
            "alert": record.ids[0],
            "who": data["who"],
            "via": data["via"],
            "at_ms": parse_rfc3339(record.at),
            "until_ms": parse_rfc3339(data["until"]) if "until" in data else 0,
            "note": data.get("note", ""),
            "desk": data.get("desk"),
            "all_desks": True,
        }
        return (await self._answer(msgspec.convert(given, Answer))).outcome in ("done", "already")

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            pass


async def _ended(call: Callable[[], Awaitable[None]]) -> None:
    """Call it; what cannot be read any more is no reason to read nothing else anew. Raises StoreUnavailable."""
    try:
        await call()
    except StoreUnavailable:
        raise
    except AlertdError as error:
        log.error("not_read_anew", error=str(error))


def _remembered(file: Path) -> Remembered | None:
    """Read what was remembered; None where there is none, or none that can be read."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Remembered)
    except (OSError, msgspec.DecodeError):
        return None
