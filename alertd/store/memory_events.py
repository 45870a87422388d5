"""Ingest and the stream of events, in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from alertd.base.clock import Clock, parse_rfc3339
from alertd.errors import AlertdError, Corrupt
from alertd.model import Candidate, IngestItem, IngestResult, JournalRecord, Known, SourceState, StreamEvent
from alertd.store.ingest import FORGET_AT_ONCE, candidate_marks, title_mark
from alertd.store.memory_base import MemoryBase, place
from alertd.store.memory_fetches import FetchBook
from alertd.store.memory_marks import Owner, Seen
from alertd.store.memory_standings import MemoryStandings
from alertd.store.records import SIGHT_MS, checked_id, clean, dead_event_from, event_from_fields, unique
from alertd.store.standings import tally_name
from alertd.store.types import Backlog, DeadEvent, FetchJob, PendingEvent

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Pending:
    consumer: str
    deliveries: int
    since_ms: int


class MemoryEvents(MemoryStandings, MemoryBase):
    """See the protocol; the rules are those of scripts/ingest.lua and its neighbours."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._memory: dict[str, Seen] = defaultdict(Seen)
        self._sources: dict[str, SourceState] = {}
        self._events: dict[str, dict[str, bytes]] = {}
        self._handed_out = (0, 0)
        self._pending: dict[str, _Pending] = {}
        self._dead_events: dict[str, dict[str, bytes]] = {}
        self._fetches = FetchBook()
        self._standings, self._tallies = {}, {}

    async def known_marks(self, source: str, marks: Sequence[str]) -> dict[str, Known]:
        """Give the owner of each mark that is known, aliases followed."""
        memory = self._memory[source]
        owners = {mark: owner for mark in marks if (owner := memory.owner(mark))}
        return {
            mark: Known(identity=o.mark, event_id=o.event, revision=o.revision, hashes=list(o.hashes))
            for mark, o in owners.items()
        }

    async def ingest(self, source: str, items: Sequence[IngestItem], now: int) -> list[IngestResult]:
        """Store new items and revisions, atomically. A repeat answers `known` (or `alias`) and adds nothing."""
        for item in items:
            candidate_marks(item.candidate)
            checked_id(item.candidate.content_hash, "a hash")
            checked_id(item.candidate.event_id, "an event id")
        return [self._store(source, item, now) for item in items]

    def _store(self, source: str, item: IngestItem, now: int) -> IngestResult:
        candidate, memory = item.candidate, self._memory[source]
        owner = memory.owner(candidate.identity)
        other = None
        if item.verdict == "alias":
            if owner is None:
                other = memory.owner(item.alias_of)
            elif owner.mark != candidate.identity:
                other = owner
        if other:
            owner, outcome = other, "alias"
            owner.remember_hash(candidate.content_hash)
        elif item.verdict == "alias" and candidate.identity[0] == "a":
            return IngestResult(event_id=candidate.event_id, outcome="alias", revision=0)
        elif owner:
            outcome = self._revise(source, owner, item, now)
        else:
            owner, outcome = self._found(source, item, now), "new"
        memory.sight[owner.mark] = now
        for mark in candidate_marks(candidate):
            memory.claim(owner, mark)
        memory.aliases.pop(owner.mark, None)
        memory.owners[owner.mark] = owner
        return IngestResult(event_id=owner.event, outcome=outcome, revision=owner.revision)  # type: ignore[arg-type]

    def _found(self, source: str, item: IngestItem, now: int) -> Owner:
        candidate = item.candidate
        owner = Owner(candidate.identity, candidate.event_id, 1, [candidate.content_hash])
        owner.baseline = title_mark(candidate) if item.verdict == "baseline" else ""
        self._append(source, owner, "", bytes(candidate.event))
        if _is_fetched(owner, candidate):
            self._fetches.put(_job(source, owner, candidate, now, held=False), now)
        return owner

    def _revise(self, source: str, owner: Owner, item: IngestItem, now: int) -> str:
        candidate: Candidate = item.candidate
        if candidate.content_hash in owner.hashes or _is_part(candidate.content_hash):
            return "known"
        completes = len(owner.hashes) == 1 and _is_part(owner.hashes[0])
        if owner.baseline != title_mark(candidate) and not candidate.withdrawn:
            owner.baseline = ""
        fetch = _is_fetched(owner, candidate)
        held = fetch and owner.has_text
        owner.remember_hash(candidate.content_hash)
        if not held:
            owner.revision += 1
            reason = "withdrawal" if candidate.withdrawn else "full_text" if completes else "correction"
            self._append(source, owner, reason, bytes(candidate.event))
        if fetch:
            self._fetches.put(_job(source, owner, candidate, now, held=held), now)
        else:
            self._fetches.forget(owner.event)
        return "revised"

    def _append(self, source: str, owner: Owner, reason: str, event: bytes) -> None:
        self._events[self._next_id()] = {
            "i": owner.event.encode(),
            "s": source.encode(),
            "r": str(owner.revision).encode(),
            "w": reason.encode(),
            "b": b"1" if owner.baseline else b"0",
            "m": owner.mark.encode(),
            "e": event,
        }
        self._bell.set()

    async def end_poll(self, source: str, state: SourceState, sighted: Sequence[str], now: int) -> None:
        """Keep what is on the page remembered, forget what was not seen for 14 days, write the state."""
        memory = self._memory[source]
        for mark in sighted:
            if owner := memory.owner(mark):
                memory.sight[owner.mark] = now
        by_age = sorted(memory.sight.items(), key=lambda pair: (pair[1], pair[0]))
        for mark, _ in [pair for pair in by_age if pair[1] <= now - SIGHT_MS][:FORGET_AT_ONCE]:
            memory.forget(mark)
        self._sources[source] = state

    async def source_state(self, source: str) -> SourceState | None:
        """Give what is remembered of a source."""
        return self._sources.get(source)

    async def source_states(self) -> dict[str, SourceState]:
        """Give what is remembered of all sources, removed ones included."""
        return dict(self._sources)

    async def save_source_state(self, state: SourceState) -> None:
        """Write a source's state."""
        self._sources[state.source] = state

    def trust_state(self, source: str) -> None:
        """Do nothing: it does not go back."""

    async def read_events(self, consumer: str, count: int, block_ms: int) -> list[StreamEvent]:
        """Hand out new events; 0 does not wait. Undecodable ones are buried, not given."""
        entries = await self._wait(lambda: [e for e in self._events if place(e) > self._handed_out][:count], block_ms)
        opened = []
        for entry in entries:
            self._handed_out = place(entry)
            self._pending[entry] = _Pending(consumer, 1, self.clock())
            opened.append(self._open(entry, 1))
        return [event for event in opened if event]

    def _open(self, entry: str, deliveries: int) -> StreamEvent | None:
        try:
            event = event_from_fields(self._events[entry])
        except Corrupt as error:
            log.error("event_corrupt", stream_id=entry, error=str(error))
            self._bury(entry, f"corrupt: {error}", self.clock())
            return None
        identity = self._events[entry].get("m", b"").decode()
        return StreamEvent(stream_id=entry, event=event, identity=identity, deliveries=deliveries)

    async def pending(self, consumer: str | None, min_idle_ms: int, count: int) -> list[PendingEvent]:
        """List what was handed out (to one consumer or to all) and not finished, oldest first."""
        now = self.clock()
        rows = [
            PendingEvent(stream_id=entry, consumer=p.consumer, deliveries=p.deliveries, idle_ms=now - p.since_ms)
            for entry, p in sorted(self._pending.items(), key=lambda pair: place(pair[0]))
            if consumer in (None, p.consumer) and now - p.since_ms >= min_idle_ms
        ]
        return rows[:count]

    async def claim_event(self, consumer: str, stream_id: str, min_idle_ms: int) -> StreamEvent | None:
        """Take over one pending event, which raises its count. None: not idle for so long, finished, or deleted."""
        now = self.clock()
        held = self._pending.get(stream_id)
        if held is None or now - held.since_ms < min_idle_ms:
            return None
        self._pending[stream_id] = _Pending(consumer, held.deliveries + 1, now)
        return self._open(stream_id, held.deliveries + 1)

    async def finish_event(
        self, stream_id: str, record: JournalRecord, counts: Mapping[str, int] | None = None
    ) -> bool:
        """Journal what became of an event and take it out of the stream. False: it was out already."""
        self._pending.pop(stream_id, None)
        if self._events.pop(stream_id, None) is None:
            return False
        self._write_journal(record)
        self._tally(tally_name(parse_rfc3339(record.at)), counts or {})
        return True

    async def finish_events(
        self, ended: Sequence[tuple[str, JournalRecord, Mapping[str, int]]]
    ) -> list[bool | AlertdError]:
        """Do so with several; of each whether it was."""
        return [await self.finish_event(*one) for one in ended]

    async def bury_event(self, stream_id: str, reason: str, now: int) -> bool:
        """Set an event aside as a dead letter. False: it was out already."""
        return self._bury(stream_id, reason, now)

    def _bury(self, stream_id: str, reason: str, now: int) -> bool:
        self._pending.pop(stream_id, None)
        fields = self._events.pop(stream_id, None)
        if fields is None:
            return False
        reason = clean(reason)
        dead = {"stream_id": stream_id.encode(), "reason": reason.encode(), "now": str(now).encode()}
        self._dead_events[self._next_id()] = dead | fields
        event, source = fields["i"].decode(), fields["s"].decode()
        self._journal_line(
            "dead_event", now, unique([event, source]), reason, {"event": event, "stream_id": stream_id}
        )
        return True

    async def adopt_events(self, consumer: str) -> int:
        """Find nothing: nobody else reaches this stream."""
        return 0

    async def count_missing(self, now: int) -> int:
        """Miss nothing: nobody else reaches this stream."""
        return 0

    async def dead_events(self, count: int) -> list[DeadEvent]:
        """Give the newest dead events, newest first."""
        newest = sorted(self._dead_events, key=place, reverse=True)[:count]
        return [dead_event_from(entry, self._dead_events[entry]) for entry in newest]

    async def backlog(self) -> Backlog:
        """Say how much there is to do."""
        oldest = min((place(entry)[0] for entry in self._events), default=None)
        return Backlog(events=len(self._events), pending=len(self._pending), oldest_ms=oldest)


def _is_fetched(owner: Owner, candidate: Candidate) -> bool:
    return bool(candidate.fetch) and not candidate.withdrawn and not owner.baseline


def _job(source: str, owner: Owner, candidate: Candidate, now: int, *, held: bool) -> FetchJob:
    return FetchJob(
        event=owner.event,
        source=source,
        identity=owner.mark,
        url=candidate.fetch,
        revision=owner.revision,
        queued_ms=now,
        held=held,
        header=bytes(candidate.event),
    )


def _is_part(content_hash: str) -> bool:
    return content_hash[:1] == "0"
