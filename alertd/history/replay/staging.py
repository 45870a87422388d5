"""What makes a daemon that of a replay: each of its processes is told so at its start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alertd.base.clock import follow
from alertd.base.ids import salt_ids
from alertd.base.moved_clock import MovedClock


@dataclass(frozen=True, slots=True)
class Staging:
    """Whose time it goes by, whom it may really tell."""

    clock: Path
    """The file of the clock of the past (`base/moved_clock.py`)."""
    salt: str
    """Its own, so that no id of it is one of the daemon whose past it is."""
    deliver_to: frozenset[str] = frozenset()
    """Receivers that really get their messages; for the others they are only written."""

    def enter(self) -> None:
        """Go by its clock from now on, and make its ids, for as long as this process lives. Raises OSError."""
        follow(MovedClock(self.clock))
        salt_ids(self.salt)
