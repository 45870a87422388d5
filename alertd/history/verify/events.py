"""Whether every event that was taken in was decided on: marks against the stream, the journal and the archive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from alertd.history.verify import judge
from alertd.history.verify.model import Fault, Limits, Tally
from alertd.store.audit import UNREADABLE
from alertd.store.audit_facts import LineFact
from alertd.store.redis import RedisStore

TOGETHER_MS = 3_600_000
"""An archive that was made so long after its store, at most, began with it."""
LOST = "take it from the source once more (alertd parse and alertd push), and report it with the log"


@dataclass(frozen=True, slots=True)
class Archived:
    """What an archive knows of events."""

    revisions: Callable[[Sequence[str]], Awaitable[dict[str, int]]]
    """Gives the newest revision of those it knows."""
    whole: bool
    """Nothing was taken out of it yet, nor left out, and all of it is known: what it does not know was not decided on
    since it began.
    """
    began_ms: int
    """When it was made."""


@dataclass(slots=True)
class Ledger:
    """What the journal said of messages."""

    sent: set[str] = field(default_factory=set)
    twice: set[str] = field(default_factory=set)
    repeats: int = 0

    def take(self, line: LineFact) -> None:
        """Take a line in."""
        if line.reason == "in_doubt":
            self.repeats += 1
        elif line.reason == "sent":
            (self.twice if line.delivery in self.sent else self.sent).add(line.delivery)


async def look_at_events(store: RedisStore, limits: Limits, archived: Archived | None) -> tuple[Tally, Tally, Ledger]:
    """Give how events stand, those that wait in the stream, and what the journal says of messages."""
    tally, waiting, ledger = Tally(), Tally(), Ledger()
    left = await _shown(store, limits.since_ms)
    there = len(left)
    for event in [event for event, revision in left.items() if revision == UNREADABLE]:
        del left[event]
        tally.fault(Fault("events", event, "the mark cannot be read", judge.REPORT))
        there -= 1
    async for facts in store.audit_stream():
        for fact in facts:
            waiting.take(judge.judge_stream(fact, limits))
            if left.get(fact.event, fact.revision + 1) <= fact.revision:
                del left[fact.event]
                tally.under_way += 1
    after = f"{limits.since_ms}-0" if limits.since_ms else ""
    decided: dict[str, int] = {}
    async for lines in store.audit_journal(after):
        for line in lines:
            if line.kind == "delivery":
                ledger.take(line)
            elif line.kind == "":
                tally.fault(Fault("events", line.journal_id, "a line of the journal cannot be read", judge.REPORT))
            elif line.event in left:
                if line.kind == "dead_event" or line.revision >= left[line.event]:
                    del left[line.event]
                else:
                    decided[line.event] = max(decided.get(line.event, 0), line.revision)
    await _account(store, limits, tally, left, decided, archived)
    tally.fine = there - tally.under_way - tally.unknown - sum(1 for name in tally.faults if name in left)
    return tally, waiting, ledger


async def _shown(store: RedisStore, since_ms: int) -> dict[str, int]:
    """Give the events that sources have shown, with their newest revisions."""
    found: dict[str, int] = {}
    for source in await store.audit_sources():
        async for facts in store.audit_marks(source):
            found |= {f.event: f.revision for f in facts if f.seen_ms is None or f.seen_ms >= since_ms}
    return found


async def _all_archived(store: RedisStore, archived: Archived | None) -> bool:
    """Tell whether an archive has all that was ever decided here: it is as old as the store, and whole."""
    if archived is None or not archived.whole:
        return False
    created = await store.created_ms()
    return created is not None and archived.began_ms < created + TOGETHER_MS


async def _account(
    store: RedisStore,
    limits: Limits,
    tally: Tally,
    left: dict[str, int],
    decided: dict[str, int],
    archived: Archived | None,
) -> None:
    """Look for the events that are neither in the stream nor in the journal; name those that are nowhere."""
    for event in await store.traced([event for event in left if event not in decided]):
        del left[event]  # its lines were dropped from the journal: it was decided on
    if left and archived is not None:
        known = await archived.revisions(list(left))
        for event in [event for event, revision in left.items() if known.get(event, 0) >= revision]:
            del left[event]
    provable = await store.journal_whole(limits.now) or await _all_archived(store, archived)
    for event, revision in left.items():
        if event in decided:
            what = f"revision {revision} is neither in the journal nor in the stream; revision {decided[event]} is"
            tally.fault(Fault("events", event, what, LOST))
        elif provable:
            tally.fault(Fault("events", event, "neither in the journal nor in the stream", LOST))
        else:
            tally.unknown += 1
