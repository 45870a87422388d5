"""When somebody sets the machine's clock: how far, and what must not be believed yet.

A clock that is set is told from time that passes by a second clock that nobody sets: the kernel's, which counts from
the boot and through a suspension (CLOCK_BOOTTIME, clock_gettime(2)). NTP that steers the clock (adjtimex(2), at most
500 ppm) and a leap second stay far below the least step.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Final

from alertd.base.clock import Clock

STEP_MS: Final = 5_000
"""What the clock is set by at least for it to count."""
DOUBT_MS: Final = 600_000
"""How long a clock that was set forward is not believed when something would be dropped or ended by it."""

_STEADY: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def machine_clock() -> int:
    """Give the machine's own wall-clock time in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def steady_clock() -> int:
    """Give milliseconds since the boot: nobody sets this clock."""
    return time.clock_gettime_ns(_STEADY) // 1_000_000


class ClockSteps:
    """Notices each step of a clock, whoever looks first."""

    def __init__(self, wall: Clock = machine_clock, steady: Clock = steady_clock) -> None:
        self._wall = wall
        self._steady = steady
        self._offset = wall() - steady()
        self._recent: deque[tuple[int, int]] = deque()
        """Of the last minutes: the steady time of each step, and by how much."""
        self._unsaid: list[int] = []

    def take(self) -> list[int]:
        """Give the steps since the last call, in milliseconds: forward, or back if negative."""
        self._look()
        taken, self._unsaid = self._unsaid, []
        return taken

    def cautious(self, now: int) -> int:
        """Give the time by which something may be dropped or ended: `now`, without what the clock has leapt lately.

        A wrong clock that is put right within ten minutes has cost nothing then: neither by its leap, nor by the leap
        back to the right time of what was stamped while it was behind. `now` in ms.
        """
        since = self._look() - DOUBT_MS
        while self._recent and self._recent[0][0] < since:
            self._recent.popleft()
        leapt = 0
        for _, step in self._recent:
            leapt = max(leapt + step, 0)
        return now - leapt

    def _look(self) -> int:
        """Note a step, if there was one; gives the steady time."""
        at = self._steady()
        offset = self._wall() - at
        step = offset - self._offset
        self._offset = offset
        if abs(step) >= STEP_MS:
            self._recent.append((at, step))
            self._unsaid.append(step)
        return at
