"""When a model that fails is left alone. Pure: each step gives the next breaker.

closed --failures in a row--> open --cool-off over--> half-open: one question --answered--> closed
                               ^                                        |
                               +--------- for twice as long ---failed---+
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

State = Literal["closed", "half_open", "open"]
FAILURES: Final = 3
"""In a row, that open it."""
COOL_OFF_S: Final = 15.0
LONGEST_S: Final = 900.0
"""A note is wanted within seconds: who is away for longer is looked for four times an hour."""
LOST_S: Final = 600.0
"""A probe of which nothing was heard for so long is taken for lost: twice the longest time-out."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """How one model has done. Times in milliseconds, lengths in seconds."""

    failures: int = 0
    """In a row."""
    until: int = 0
    """Until when it is left alone; 0: it is not."""
    cool_off_s: float = 0.0
    """How long it is left alone this time."""
    probe_at: int = 0
    """When the one question of a half-open one was asked; 0: none is under way."""

    def state(self, now: int) -> State:
        """Say how it stands."""
        if not self.until:
            return "closed"
        return "open" if now < self.until else "half_open"

    def lets(self, now: int) -> bool:
        """Say whether a question may be asked."""
        state = self.state(now)
        return state == "closed" or (state == "half_open" and not self._probing(now))

    def asked(self, now: int) -> Breaker:
        """Give what it is once a question is asked."""
        return replace(self, probe_at=now) if self.state(now) == "half_open" else self

    def answered(self) -> Breaker:
        """Give what it is after an answer."""
        return Breaker()

    def undecided(self) -> Breaker:
        """Give what it is after a question that says nothing about the server: it was given up, say."""
        return replace(self, probe_at=0)

    def failed(self, now: int, wait_s: float | None = None, *, lasting: bool = False) -> Breaker:
        """Give what it is after a failure.

        `wait_s` is what the server asked for: it opens at once, for at least as long. `lasting`: trying again will
        not help until a person acts, so it opens for the longest time.
        """
        failures = self.failures + 1
        if not (lasting or wait_s is not None or failures >= FAILURES or self.until):
            return replace(self, failures=failures)
        if self.until and now < self.until:  # asked before it opened: that is no news
            cool_off_s = self.cool_off_s
        else:
            cool_off_s = min(self.cool_off_s * 2 or COOL_OFF_S, LONGEST_S)
        if lasting:
            cool_off_s = LONGEST_S
        wait = max(cool_off_s, min(wait_s or 0.0, LONGEST_S))
        return Breaker(failures, max(now + int(wait * 1000), self.until), cool_off_s)

    def _probing(self, now: int) -> bool:
        return bool(self.probe_at) and 0 <= now - self.probe_at < LOST_S * 1000
