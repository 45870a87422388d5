"""What a backtest gives, one by one, in the order of the archive's clock."""

from __future__ import annotations

from dataclasses import dataclass, field

from alertd.history.backtest.coverage import Covered
from alertd.history.past import PastEvent
from alertd.model import Decision, Event, JournalRecord, Match
from alertd.rules.outcome import RuleFailure

FAULTS = ("unreadable", "no_time")
"""Why lines could not be taken whose author should know: they are damaged, or no events."""
MAX_FAULTS = 20
"""Of these so many are named."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule that did not hold for an event, though few of its conditions failed."""

    portfolio: str
    rule: str
    failing: int
    """Leaves that failed."""
    because: tuple[str, ...]
    """Which, each with the value seen."""
    condition: str = ""
    """What failed, without the value: near misses of a rule are counted by it."""
    held: int = 0
    """Leaves that were as the rule would have them."""


@dataclass(frozen=True, slots=True)
class Happened:
    """What came of one event."""

    past: PastEvent
    event: Event
    """As it was matched: understood afresh where that was asked for."""
    counted: bool
    """False while warming up: before the time that was asked about."""
    matches: tuple[Match, ...]
    decisions: tuple[Decision, ...]
    failures: tuple[RuleFailure, ...] = ()
    near: tuple[NearMiss, ...] = ()
    error: str = ""
    """The event could not be processed."""
    number: int = 0
    """Its place in the order of the past, from where reading began, from 1: two backtests are compared by it."""


@dataclass(frozen=True, slots=True)
class Rang:
    """What a clock brought about between events: a window of held alerts, a timer; the journal line of it."""

    at_ms: int
    record: JournalRecord
    counted: bool


@dataclass(slots=True)
class Progress:
    """How far it is."""

    events: int = 0
    until_ms: int = 0
    covered: Covered = field(default_factory=Covered)
    """All events that were read, also those of which nothing came."""
    differs: dict[str, int] = field(default_factory=dict)
    """Understood afresh: what came out otherwise than stored (types, companies, sentiment, story) -> events."""
    skipped: dict[str, int] = field(default_factory=dict)
    """Why lines could not be taken -> how many: removed, unreadable, no text any more."""
    faults: list[str] = field(default_factory=list)
    """Where lines stand that are damaged or no events, and what is wrong with them; of many the first."""

    @property
    def faulty(self) -> int:
        """How many lines are damaged or no events."""
        return sum(self.skipped.get(why, 0) for why in FAULTS)
