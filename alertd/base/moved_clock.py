"""A clock that one process moves and others read, over a file: it stands, or goes on from a moment at a rate.

The file holds, little-endian: a count that is odd while it is being written, the time in ms at a moment, that moment
on the machine's monotonic clock in ns (the same in all processes), and how fast it goes: 1 is as the machine's.
"""

from __future__ import annotations

import mmap
import struct
import time
from pathlib import Path

_SHAPE = struct.Struct("<Qqqd")
_TRIES = 10_000


class MovedClock:
    """Gives the time in ms. It never goes back."""

    def __init__(self, file: Path, *, write: bool = False) -> None:
        """Open one that is there. Raises OSError, or ValueError for a file that holds none."""
        with file.open("r+b" if write else "rb") as opened:
            access = mmap.ACCESS_WRITE if write else mmap.ACCESS_READ
            self._map = mmap.mmap(opened.fileno(), _SHAPE.size, access=access)

    @classmethod
    def made(cls, file: Path, at_ms: int) -> MovedClock:
        """Make one that stands at a moment."""
        file.write_bytes(_SHAPE.pack(0, at_ms, 0, 0.0))
        return cls(file, write=True)

    def __call__(self) -> int:
        """Give the time."""
        _, at_ms, since_ns, rate = self._read()
        return at_ms + int((time.monotonic_ns() - since_ns) / 1_000_000 * rate) if rate else at_ms

    def move(self, at_ms: int, rate: float = 0.0) -> None:
        """Set the time, at least what it is, and how fast it goes from there: 0 stands still."""
        count = self._read()[0]
        at_ms = max(at_ms, self())
        since_ns = time.monotonic_ns()
        self._map[:8] = (count + 1).to_bytes(8, "little")
        self._map[8:] = _SHAPE.pack(0, at_ms, since_ns, rate)[8:]
        self._map[:8] = (count + 2).to_bytes(8, "little")

    def _read(self) -> tuple[int, int, int, float]:
        for _ in range(_TRIES):
            before: tuple[int, int, int, float] = _SHAPE.unpack(self._map[:])
            # Written meanwhile, it would be half of one time and half of another.
            if not before[0] % 2 and self._map[:8] == before[0].to_bytes(8, "little"):
                return before
            time.sleep(0.0001)
        raise RuntimeError("the clock's file is being written for ever: whoever moves it has died")
