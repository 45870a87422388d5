"""What a store does, whatever it is made of: RedisStore and MemoryStore pass the same tests.

`now` is milliseconds since the epoch. Every method may raise StoreUnavailable (wait and try again), StoreRefused (the
server cannot be used like this) or Corrupt (a record does not decode). *Repeatable* means: called again with the same
arguments it changes nothing further and gives the same answer, so that a caller may try again after StoreUnavailable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from alertd.errors import AlertdError
from alertd.model import (
    AlertState,
    Effects,
    IngestItem,
    IngestResult,
    JournalRecord,
    Known,
    KnownStory,
    NewDelivery,
    Observation,
    Placed,
    Placement,
    Row,
    SourceState,
    Standing,
    StoredAlert,
    StoriesFound,
    StoryAsk,
    StreamEvent,
)
from alertd.store.journal import ALL, TRACED, Instead
from alertd.store.protocol_answers import AnswerStore
from alertd.store.protocol_archive import ArchiveStore
from alertd.store.protocol_indices import IndexStore
from alertd.store.protocol_jobs import JobStore
from alertd.store.protocol_life import LifeStore
from alertd.store.protocol_queue import QueueStore
from alertd.store.protocol_requests import RequestStore
from alertd.store.protocol_spending import SpendingStore
from alertd.store.protocol_texts import TextStore
from alertd.store.types import Backlog, DeadEvent, Finding, Memory, PendingEvent, Turn


class Store(
    QueueStore,
    TextStore,
    LifeStore,
    ArchiveStore,
    IndexStore,
    SpendingStore,
    AnswerStore,
    RequestStore,
    JobStore,
    Protocol,
):
    """The whole of it. Consumers may define smaller protocols of their own."""

    # --- opening ---------------------------------------------------------------------------------

    async def aclose(self) -> None:
        """Close all connections."""

    async def ping(self) -> float:
        """Give the time of one round trip in milliseconds."""

    async def memory(self) -> Memory:
        """Say what the server uses and may use, in bytes."""

    async def probe(self, now: int) -> None:
        """Write one small thing. Raises StoreFull where the server takes nothing more. Repeatable."""

    async def check_server(self, *, relaxed: bool = False) -> list[Finding]:
        """Check the start-up contract (docs/store.md); nothing found is an empty list.

        `relaxed`: what loses alerts with the server is a warning, not a refusal.
        """

    async def prepare(self) -> None:
        """Create the consumer group and the layout's marker. Repeatable. Raises StoreRefused for a newer layout."""

    async def epoch(self) -> str:
        """Give the id this store got when it was first prepared; another one means that its memory was lost."""

    def replicated(self) -> AbstractAsyncContextManager[None]:
        """Do something of which somebody is told that it is taken: it ends when the replicas that the server asks for
        have it. Raises StoreUnavailable where that is not known; it may stand all the same.
        """

    # --- ingest ----------------------------------------------------------------------------------

    async def known_marks(self, source: str, marks: Sequence[str]) -> dict[str, Known]:
        """Give the owner of each mark that is known, aliases followed."""

    async def ingest(self, source: str, items: Sequence[IngestItem], now: int) -> list[IngestResult]:
        """Store new items and revisions, atomically. A repeat answers `known` (or `alias`) and adds nothing.

        What is new or corrected and names an address for its full text gets a job that fetches it; what has its text
        is corrected only when that is there anew. Callers pass at most 64 items, so that the server is not blocked
        for long.
        """

    async def end_poll(self, source: str, state: SourceState, sighted: Sequence[str], now: int) -> None:
        """Keep what is on the page remembered, forget what was not seen for 14 days, write the state. Repeatable."""

    async def source_state(self, source: str) -> SourceState | None:
        """Give what is remembered of a source."""

    async def source_states(self) -> dict[str, SourceState]:
        """Give what is remembered of all sources, removed ones included."""

    async def save_source_state(self, state: SourceState) -> None:
        """Write a source's state. Repeatable."""

    def trust_state(self, source: str) -> None:
        """Write over what is remembered of a source: it was read just now, whatever was written before."""

    async def standing(self, source: str) -> Standing | None:
        """Give how a source stands."""

    async def standings(self) -> dict[str, Standing]:
        """Give how all sources stand, removed ones included."""

    async def save_standing(self, standing: Standing) -> None:
        """Write how a source stands. Repeatable."""

    async def tallied(self, since_ms: int, until_ms: int, names: Sequence[str]) -> dict[str, int]:
        """Give the sums of what `finish_event` counted under names, within the last three days.

        Both times are beginnings of quarters of an hour; the second is not within.
        """

    # --- events ----------------------------------------------------------------------------------

    async def read_events(self, consumer: str, count: int, block_ms: int) -> list[StreamEvent]:
        """Hand out new events; 0 does not wait. Must not be cancelled. Undecodable ones are buried, not given."""

    async def pending(self, consumer: str | None, min_idle_ms: int, count: int) -> list[PendingEvent]:
        """List what was handed out (to one consumer or to all) and not finished, oldest first."""

    async def claim_event(self, consumer: str, stream_id: str, min_idle_ms: int) -> StreamEvent | None:
        """Take over one pending event, which raises its count. None: not idle for so long, finished, or deleted."""

    async def finish_event(
        self, stream_id: str, record: JournalRecord, counts: Mapping[str, int] | None = None
    ) -> bool:
        """Journal what became of an event and take it out of the stream. False: it was out already. Repeatable.

        `counts` are added, once, to what was counted in the quarter of an hour that `record.at` is in.
        """

    async def finish_events(
        self, ended: Sequence[tuple[str, JournalRecord, Mapping[str, int]]]
    ) -> list[bool | AlertdError]:
        """Do so with several (stream id, record, counts) in one go; of each whether it was, or why not.

        Raises StoreUnavailable where the store cannot be reached: then each of them may be finished or not.
        """

    async def bury_event(self, stream_id: str, reason: str, now: int) -> bool:
        """Set an event aside as a dead letter. False: it was out already. Repeatable."""

    async def adopt_events(self, consumer: str) -> int:
        """Put under a consumer's name what is in the stream, was handed out and is pending with nobody; gives how
        many. Its consumer was removed by hand.
        """

    async def count_missing(self, now: int) -> int:
        """Count the events that something else took out of the stream since it was counted last. Each is counted
        once; what a version did that does not count is none.
        """

    async def dead_events(self, count: int) -> list[DeadEvent]:
        """Give the newest dead events, newest first."""

    async def backlog(self) -> Backlog:
        """Say how much there is to do."""

    # --- alerts ----------------------------------------------------------------------------------

    async def load_alerts(self, ids: Sequence[str]) -> dict[str, StoredAlert]:
        """Give alerts with their versions; version 0 for one that is not there."""

    async def commit(
        self,
        alert_id: str,
        expected_version: int,
        state: AlertState,
        deliveries: Sequence[NewDelivery],
        now: int,
        *,
        effects: Effects | None = None,
        answer: bool = False,
    ) -> StoredAlert | None:
        """Write an alert, queue its deliveries and do what else follows; None means done.

        Only if its version and the marks that the decision rests on are the expected ones.

        A StoredAlert is a conflict: read the marks again and decide again from it. A repeat conflicts with what it
        wrote itself. `answer`: no event brings it about, so none is noted as taken in.
        """

    async def alerts_of(self, events: Sequence[str]) -> dict[str, list[str]]:
        """Give the alerts that each event was taken into by a commit, sorted."""

    # --- stories ---------------------------------------------------------------------------------

    async def find_stories(self, asks: Sequence[StoryAsk]) -> list[StoriesFound]:
        """Give what was frozen for events, and the stories that they may belong to."""

    async def load_stories(self, ids: Sequence[str]) -> dict[str, KnownStory]:
        """Give stories as they are; version 0 for one that is not there."""

    async def place_events(self, placements: Sequence[Placement], now: int, *, settled: bool = False) -> list[Placed]:
        """Put events into stories, each only if nothing has changed since its story was read.

        What has: its story, one that is to become part of it, or which stories are found under its keys; with
        `settled` the last does not matter. The first placement of an event stands: a repeat is told its answer, and
        changes nothing. One after the other, so that a placement may build on those before it. Repeatable.
        """

    # --- rules over time -------------------------------------------------------------------------

    async def observe(
        self, observations: Sequence[Observation], now: int, *, revised: Mapping[str, int] | None = None
    ) -> list[list[Row]]:
        """Put events into their sets; give the rows of each set as it is then, in their order, if it is to be read.

        An event is put into a set once. A newer revision replaces what is remembered and keeps its order. `revised`
        are events with a newer revision: what of them is in a set that is not named here at that revision is taken
        out, and an older one is not put in any more. Repeatable.
        """

    async def remembered(self, sets: Sequence[str]) -> list[list[Row]]:
        """Give the rows of sets as they are, in their order, and put nothing in."""

    # --- limits ----------------------------------------------------------------------------------

    async def take_turn(self, limit: str, token: str, now: int, interval_ms: int, longest_ms: int) -> Turn:
        """Take the next moment at which to send to a host that counts what all processes send.

        Moments are `interval_ms` apart. Asked again with the same token it gives the same moment, so ask once more
        when it has come: a silence may have begun meanwhile. Nothing is taken if it were longer than `longest_ms` to
        wait.
        """

    async def keep_quiet(self, limit: str, until_ms: int, now: int) -> None:
        """Give nobody a turn until then; a shorter silence does not end a longer one. Repeatable."""

    # --- journal ---------------------------------------------------------------------------------

    async def journal(self, record: JournalRecord, once: str = "", behind: str = "") -> bool:
        """Write a record; under a `once` key a single time in 24 hours (False: it was). Repeatable only with one.

        It, and what comes later, gets an id behind `behind`: for a journal that went back to an older state.
        """

    async def trace(self, id: str, most: int = TRACED, enough: int = ALL) -> list[tuple[str, JournalRecord]]:
        """Give the newest records that concern an id, at most 1,000, oldest first; of older ones none where the newer
        have `enough` bytes.
        """

    async def read_journal(
        self, after_id: str, count: int, block_ms: int, *, instead: Instead | None = None
    ) -> list[tuple[str, JournalRecord]]:
        """Give the records behind an id ("" = from the start, "$" = those to come).

        One that does not decode is Corrupt, or what `instead` gives for it.
        """

    async def journal_end(self) -> str:
        """Give the id of the newest record, to read on from; "0" if there is none."""

    async def journal_start(self) -> str:
        """Give the id of the oldest record that is there; "0" if there is none."""

    async def trim_journal(self, older_than_ms: int) -> int:
        """Drop the records from before a time; gives how many. Repeatable."""

    # --- health ----------------------------------------------------------------------------------

    async def key_counts(self) -> Mapping[str, int]:
        """Give the size of each kind of key."""

    async def heartbeat(self, member: str, role: str, now: int) -> None:
        """Say that a process is living. Repeatable."""

    async def leave(self, member: str, role: str) -> None:
        """Say that a process has ended: from now on it does not count as living. Repeatable."""

    async def members(self, role: str, now: int) -> list[str]:
        """Give the processes of a role that spoke within 10 seconds, sorted."""

    async def sweep(self, now: int) -> dict[str, int]:
        """Drop what is over: ended and unserved deliveries, orphans, old dead events. Gives counts. Repeatable."""
