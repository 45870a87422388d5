"""A hostile input as a test: its number, its name, and in a few words what happened to it.

    @hostile(101, "no, a short and a wrong token")
    async def test_a_wrong_token_opens_nothing(case: Case, …) -> None:
        …
        case.says("401, without a word of why")

or, for a table of inputs that take one way, `pytest.param(…, marks=hostile(11, "half a surrogate pair"))`.
A number may have several tests; in the printed table they are one row. `slow=True` leaves a test to `make hostile`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.net.lag import LoopLag

ROWS = "ALERTD_HOSTILE_ROWS"
"""Names the file for the rows of the table."""
ALL = "ALERTD_HOSTILE_ALL"
"""Not empty: the slow ones too."""
ONLY = "ALERTD_HOSTILE_ONLY"
"""Numbers, separated by commas: these and no others."""
HELD_S = 0.05
"""How long an event loop may be held, in seconds of computing."""
WAITED_S = 15.0
"""How long it may stand still on the clock: a machine with other things to do is no fault, a deadlock is."""


def hostile(number: int, name: str, *, slow: bool = False) -> pytest.MarkDecorator:
    """Mark a test as one of an input."""
    return pytest.mark.hostile(number, name, slow)


@dataclass
class Case:
    """What a test has to say of its input."""

    number: int
    name: str
    notes: list[str] = field(default_factory=list)
    held_ms: float = 0.0

    def says(self, *notes: str) -> None:
        """Say in a few words what happened."""
        self.notes += notes

    def free(self, lag: LoopLag) -> None:
        """Insist that an event loop was not held while `lag` looked at it."""
        self.held_ms = max(self.held_ms, lag.busy_s * 1000)
        assert lag.busy_s <= HELD_S, f"the loop was held for {lag.busy_s * 1000:.0f} ms"
        assert lag.worst_s <= WAITED_S, f"the loop stood still for {lag.worst_s:.1f} s"
