"""What a parser may be held to: a time for each step, and a word to whoever watches before each entry.

The base class holds to nothing: filters and tests parse without limits. The parse worker's guard
(`parse_worker.AlarmGuard`) interrupts a step that takes too long, so that the rest of the document can be saved.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext


class OverTime(Exception):
    """A step took longer than it was given."""


class Guard:
    """No limits."""

    careful: bool = False
    """Parse entry by entry from the start, because the whole document killed a worker before."""
    skip: frozenset[int] = frozenset()
    """Entries that killed a worker: not to be touched."""

    def step(self, share: float) -> AbstractContextManager[None]:
        """Bound a step to a share (0 to 1) of the time for the document. Raises OverTime inside the block."""
        return nullcontext()

    def spent(self, left: float = 0.0) -> bool:
        """Say whether the time for the document is over: the rest is given up, what is there handed back.

        `left` is the share (0 to 1) that what comes next will need.
        """
        return False

    def starting(self, position: int) -> None:
        """Say which entry is about to be looked at."""


FREE = Guard()
