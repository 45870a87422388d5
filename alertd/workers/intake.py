"""What a document brought becomes events: the way that the entries of every source take, whatever brought them.

    known? -> decide -> ingest -> account for the rest -> end: marks and the source's state, validators included

The end is a step of its own and the last one: a crash before it costs a second poll, never an entry (C1).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec
import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.base.failpoints import failpoint
from alertd.model import IngestItem, IngestResult, JournalRecord, Known, ParsedFeed, SourceState
from alertd.sources.feed_xml import NO_TIME
from alertd.sources.novelty import PageVerdict, decide, is_flag, marks
from alertd.sources.polled import AnyConfig, Backlog
from alertd.sources.wire import is_bare
from alertd.workers.account import account
from alertd.workers.event_count import EventCount
from alertd.workers.notices import Notices
from alertd.workers.pressure import AlwaysRoom, Room
from alertd.workers.source_health import HealthStore, SourceHealth, brought

log = structlog.get_logger(__name__)

STORE_LOST = (
    "Redis has lost its memory: what the sources show now is recorded and, unless it was published since they were "
    "last asked, not sent, because it may have been sent before"
)
CHUNK = 64
"""Entries of one ingest script: one fsync for many, and never a script that blocks Redis for long."""


class IntakeStore(HealthStore, Protocol):
    """What taking entries in needs of the store, beside keeping the sources' states."""

    async def prepare(self) -> None:
        """Set the store up where it is empty."""
        ...

    async def epoch(self) -> str:
        """Give the id that the store got when it was set up."""
        ...

    async def known_marks(self, source: str, marks: Sequence[str]) -> dict[str, Known]:
        """Tell which marks are known, and who owns them."""
        ...

    async def ingest(self, source: str, items: Sequence[IngestItem], now: int) -> list[IngestResult]:
        """Store what is new, atomically and idempotently."""
        ...

    async def end_poll(self, source: str, state: SourceState, sighted: Sequence[str], now: int) -> None:
        """Refresh what was seen and write the state, validators included."""
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the entries of a document."""

    before: SourceState
    """The state of the source that they were judged by."""
    parsed: ParsedFeed
    verdict: PageVerdict
    results: list[tuple[IngestItem, IngestResult]]

    @property
    def new(self) -> int:
        """How many became events or revisions."""
        return sum(result.outcome in ("new", "revised") for _, result in self.results)

    @property
    def read(self) -> bool:
        """Whether there was time for all of it. What was left is read at the next poll: a document that does not
        change would never be asked for again, so its validators must not be kept."""
        return all(rejected.reason != NO_TIME for rejected in self.parsed.rejected)


class Intake:
    """Takes in what sources bring."""

    def __init__(
        self,
        store: IntakeStore,
        notices: Notices,
        clock: Clock,
        health: SourceHealth,
        *,
        epoch: str = "",
        lost: bool = False,
        room: Room | None = None,
    ) -> None:
        """`epoch` is the store's; `lost` says that it is not the one of the last run, so nothing is remembered."""
        self._store = store
        self._notices = notices
        self._clock = clock
        self._health = health
        self._epoch = epoch
        self._lost = lost
        self._room = room or AlwaysRoom()
        self._count = EventCount()
        self._odd: dict[str, str] = {}
        """Source -> what was last said of its documents: a line for each trouble, not for each poll."""
        self._anew: dict[str, str] = {}
        """Source -> the address whose first page is being taken in, also over polls that the store cut short."""

    async def take(
        self,
        source: AnyConfig,
        state: SourceState,
        parsed: ParsedFeed,
        *,
        backlog: Backlog = "all",
        gaps: bool = True,
        whole: Callable[[], Awaitable[ParsedFeed]] | None = None,
    ) -> Taken:
        """Take in a document. Raises StoreUnavailable, NoRoom too; taken in again, what was new is known.

        `whole` reads all of it, where `parsed` may lack events of entries that were read before; what it raises is
        raised. `backlog` counts at the first one. Without `gaps` nobody is told of a page on which nothing is known:
        the source has a better way to know whether it missed something.
        """
        self._room.check()
        known = await self._store.known_marks(source.id, marks(parsed))
        state = await self._begun(source, state, known)
        now = self._clock()
        verdict = await self._judge(source, state, parsed, known, backlog, now)
        if whole is not None and any(is_bare(item.candidate) for item in verdict.items):
            # Known when it was read, and not any more: the store went back, or it was there for too long.
            parsed = await whole()
            verdict = await self._judge(source, state, parsed, known, backlog, now)
        if not gaps:
            notes = [note for note in verdict.notes if note.kind != "gap_suspected"]
            verdict = msgspec.structs.replace(verdict, notes=notes)
        taken = Taken(state, parsed, verdict, await self._ingest(source, verdict, now))
        await self._account(source, taken)
        failpoint("poll.ingested")
        return taken

    def check_room(self) -> None:
        """Raise NoRoom where nothing would be taken in: then nobody need be asked for it."""
        self._room.check()

    async def end(self, after: SourceState, taken: Taken) -> SourceState:
        """Store marks and state, validators among them, as the last step; gives the state with what is counted."""
        now = self._clock()
        parsed, new = taken.parsed, taken.new
        aliases = sum(result.outcome == "alias" and not is_flag(item) for item, result in taken.results)
        state, source = taken.before, after.source
        after = msgspec.structs.replace(
            after,
            baseline_done=True,
            epoch=self._epoch,
            last_new_ms=now if new else state.last_new_ms,
            last_read_ms=now,
            entries=len(parsed.candidates) + len(parsed.duplicates) + len(parsed.rejected),
            events=self._count.total(source, state.events),
            duplicates=state.duplicates + aliases,
            rejected=len(parsed.rejected) + len(taken.verdict.skipped),
        )
        published = [  # of a correction it says nothing of how late the source is
            item.candidate.published_ms if r.outcome == "new" else None
            for item, r in taken.results
            if r.outcome in ("new", "revised") and item.verdict != "baseline"
        ]
        gap = any(note.kind == "gap_suspected" for note in taken.verdict.notes)
        after = brought(after, state, published, now, gap=gap)
        if new:  # said first: they are taken whether or not the state can be written, and are known from now on
            log.info("entries_taken", source=source, new=new, entries=after.entries)
        await self._store.end_poll(source, after, taken.verdict.sighted, now)
        self._count.written(source)
        self._anew.pop(source, None)
        await self._health.well(state)
        return after

    async def _begun(self, source: AnyConfig, state: SourceState, known: Mapping[str, Known]) -> SourceState:
        """Begin anew where the id leads to another place: its first page is a first subscription, not all news.

        Written down before the first entry is: then some of the page are known, and the rest would pass for news.
        """
        if self._anew.get(source.id) == source.address:
            return msgspec.structs.replace(state, baseline_done=False)
        if not state.baseline_done or known or state.url in ("", source.address):
            return state
        anew = msgspec.structs.replace(state, baseline_done=False)
        await self._store.save_source_state(anew)
        self._anew[source.id] = source.address
        log.info("source_begun_anew", source=source.id)
        return anew

    async def _judge(
        self,
        source: AnyConfig,
        state: SourceState,
        parsed: ParsedFeed,
        known: Mapping[str, Known],
        backlog: Backlog,
        now: int,
    ) -> PageVerdict:
        """Decide what is new. Where the store has lost its memory, what a source shows is a baseline (C21)."""
        first = not state.baseline_done
        verdict = decide(parsed, known, state, "none" if first and self._lost else backlog, now)
        if all(note.kind != "gap_suspected" for note in verdict.notes):
            return verdict
        if (epoch := await self._store.epoch()) == state.epoch:
            return verdict
        if epoch != self._epoch:
            await self._store.prepare()
            self._epoch = await self._store.epoch()
            await self._notices.tell("store_lost", "redis", STORE_LOST, self._epoch)
        fresh = decide(parsed, known, SourceState(source=source.id), "none", now)
        items = [
            msgspec.structs.replace(item, verdict="new") if _since(item, state.last_success_ms) else item
            for item in fresh.items
        ]
        return msgspec.structs.replace(fresh, items=items)

    async def _ingest(
        self, source: AnyConfig, verdict: PageVerdict, now: int
    ) -> list[tuple[IngestItem, IngestResult]]:
        done: list[tuple[IngestItem, IngestResult]] = []
        for start in range(0, len(verdict.items), CHUNK):
            chunk = verdict.items[start : start + CHUNK]
            results = await self._store.ingest(source.id, chunk, now)
            telemetry.EVENTS.labels(source=source.id).inc(self._count.took(source.id, results))
            done += zip(chunk, results, strict=True)
            failpoint("poll.chunk_ingested")
        return done

    async def _account(self, source: AnyConfig, taken: Taken) -> None:
        """Leave a reason for each entry that becomes no event of its own, and tell the operator what is odd."""
        self._say_odd(source.id, taken.parsed)
        for line in account(source.id, taken.parsed, taken.verdict, taken.results):
            record = JournalRecord(
                kind="entry", at=rfc3339(self._clock()), ids=line.ids, reason=line.reason, data=line.data
            )
            # Once: the entry is on the page at each poll, the reason stays the same.
            await self._store.journal(record, once=f"entry:{source.id}:{line.key}")
        for item, result in taken.results:
            if not is_flag(item):
                baseline = item.verdict == "baseline" and result.outcome == "new"
                outcome = "baseline" if baseline else result.outcome
                telemetry.ENTRIES.labels(source=source.id, outcome=outcome).inc()
        for note in taken.verdict.notes:
            # Once a day: a feed with random GUIDs, or one too fast for its interval, is like this at each poll.
            if note.kind == "gap_suspected":
                telemetry.GAPS_SUSPECTED.labels(source=source.id).inc()
            text = f"Source {source.id}: {note.text}"
            await self._notices.tell(note.kind, source.id, text, rfc3339(self._clock())[:10])

    def _say_odd(self, source: str, parsed: ParsedFeed) -> None:
        """Log that a document was not as it should be."""
        reasons = dict.fromkeys(rejected.reason for rejected in parsed.rejected)
        said = "; ".join([*filter(None, [parsed.repaired]), *(f"entries rejected: {reason}" for reason in reasons)])
        said = telemetry.safe_text(said)
        if said and said != self._odd.get(source):
            log.info("document_odd", source=source, what=said, rejected=len(parsed.rejected))
        self._odd[source] = said


def _since(item: IngestItem, ms: int) -> bool:
    """Tell whether a baseline item was published after a time, and so cannot have been told before it.

    Most dates have whole seconds (RFC 822): one of the same second may have come after all. A repeat is better than a
    loss, and it has the same id.
    """
    published = item.candidate.published_ms
    return item.verdict == "baseline" and published is not None and published + 1000 > ms
