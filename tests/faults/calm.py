"""Seconds for bounds that must hold whatever else the machine does.

calm = Calm()
…
assert calm() <= 6

Not counted is the time in which anything on this machine had to wait for a processor: the kernel keeps it as "some"
of the pressure on the processors (docs.kernel.org/accounting/psi.html). With nothing else to do these are the seconds
of the clock; where as much else runs as can, next to none are left, and a bound on them says little: what is slow
shows on an idle machine.
"""

from __future__ import annotations

import time
from pathlib import Path

_PRESSURE = Path("/proc/pressure/cpu")


def stalled_s() -> float:
    """Give for how long, since the boot, something waited for a processor; 0 where the kernel does not say."""
    if not _PRESSURE.exists():
        return 0.0
    some = _PRESSURE.read_text().partition("\n")[0]
    return int(some.partition("total=")[2]) / 1e6


class Calm:
    """Counts from when it is made."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._stalled = stalled_s()

    def __call__(self) -> float:
        """Give the seconds so far in which nothing waited for a processor."""
        stalled = stalled_s() - self._stalled
        return max(time.monotonic() - self._began - stalled, 0.0)
