"""The past as backtests and replays go through it: records in the order in which they happened, each once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from alertd.model import Decision, Event, JournalRecord, Match


@dataclass(frozen=True, slots=True)
class PastEvent:
    """An event with what was made of it then."""

    at_ms: int
    """When it was decided; of an event that was never, when it was seen, else published."""
    event: Event
    """As it was stored: with what was found in it, and its story, if it comes from an archive."""
    matches: tuple[Match, ...] = ()
    decisions: tuple[Decision, ...] = ()
    decided: bool = False
    """It comes from an archive: matches and decisions are those of the daemon."""
    rules_version: str = ""
    turn: int = 0
    """Its place among those that were decided in the same batch, from 0."""
    newest: int = 0
    """The newest revision that was known when it was decided, where that was a later one."""
    absorbed: tuple[str, ...] = ()
    """Stories that became part of its own with it."""
    story: str = ""
    """The story that it belonged to by then, where that is not the one it was given."""
    desk: str | None = None
    """Whose source it comes from."""


@dataclass(frozen=True, slots=True)
class PastRecord:
    """Something else that happened and that alerts depend on: an answer, a silence, a change of rules, a clock."""

    at_ms: int
    kind: Literal["answer", "silence", "version", "reload", "release", "timer"]
    record: JournalRecord


Past = PastEvent | PastRecord
