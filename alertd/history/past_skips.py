"""Why lines of a past could not be taken."""

from __future__ import annotations

from typing import Literal, Protocol

Why = Literal["removed", "redacted", "unreadable", "no_time", "gap"]
"""`removed`: retention took the line. `redacted`: its text was taken away by its source's rights; the rest is there.
`unreadable`: damaged, or no event. `no_time`: an event that says neither when it was seen nor published. `gap`: a
record of the archive that some of the journal never came into it."""


class Skipped(Protocol):
    """Takes what could not be taken, or not whole."""

    def __call__(self, why: Why, where: str, /) -> None:
        """Note a line."""


def ignore(why: Why, where: str, /) -> None:
    """Note nothing."""
