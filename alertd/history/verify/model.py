"""What an audit finds, by kind of record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

MOST = 1_000
"""Faults of a kind that are named; the others are counted."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One record that has no end, or no counterpart."""

    kind: str
    id: str
    what: str
    """What is wrong, in words."""
    do: str = ""
    """What to do about it."""


Verdict = Literal["fine", "under_way"] | Fault
"""What is said of one record."""


@dataclass(slots=True)
class Tally:
    """How the records of one kind stand."""

    fine: int = 0
    """Ended, or where they belong."""
    under_way: int = 0
    """Something will still happen to them by itself, in time."""
    unknown: int = 0
    """Nothing is left by which it could be told: older than the journal, and not in an archive."""
    faults: dict[str, Fault] = field(default_factory=dict)

    def fault(self, fault: Fault) -> None:
        """Take a fault down; a record has one at most."""
        self.faults.setdefault(fault.id, fault)

    def take(self, verdict: Verdict) -> None:
        """Count a record."""
        if isinstance(verdict, Fault):
            self.fault(verdict)
        elif verdict == "fine":
            self.fine += 1
        else:
            self.under_way += 1

    @property
    def count(self) -> int:
        """How many there are."""
        return self.fine + self.under_way + self.unknown + len(self.faults)


@dataclass(frozen=True, slots=True)
class Limits:
    """What is late, and what is looked at."""

    now: int
    """In milliseconds."""
    machine: int
    """The same moment by the machine's clock, which the server's stream ids follow."""
    patience_ms: int
    """How long past its time something may be, before nobody is taken to be at work on it."""
    since_ms: int = 0
    """Only what was seen, decided or queued since then."""
    receivers: frozenset[str] | None = None
    """Those of the settings: what waits for others is sent if they come back. None: they are not known."""


@dataclass(slots=True)
class Report:
    """What an audit found."""

    kinds: dict[str, Tally]
    dead_letters: int = 0
    """Ended with a reason, and kept for a person to decide on."""
    repeats: int = 0
    """Messages that may have reached their receiver twice, under one id (in_doubt)."""

    @property
    def faults(self) -> list[Fault]:
        """All faults, by kind and id."""
        return sorted(fault for tally in self.kinds.values() for fault in tally.faults.values())

    def row(self) -> dict[str, Any]:
        """Give it as JSON data."""
        return {
            "ok": not any(tally.faults for tally in self.kinds.values()),
            "kinds": {
                name: {
                    "count": tally.count,
                    "fine": tally.fine,
                    "under_way": tally.under_way,
                    "unknown": tally.unknown,
                    "faults": len(tally.faults),
                }
                for name, tally in self.kinds.items()
            },
            "dead_letters": self.dead_letters,
            "possible_repeats": self.repeats,
            "faults": [
                {"kind": one.kind, "id": one.id, "what": one.what, "do": one.do}
                for tally in self.kinds.values()
                for one in sorted(tally.faults.values())[:MOST]
            ],
        }
