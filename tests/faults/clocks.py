"""Clocks for tests of faults: one that goes faster than the machine's, and the machine's own, which is set.

with Ticking(case.folder / "clock", rate=60) as clock:
    async with world(case, env=clock.env) as w:
        clock.jump(3 * HOUR_MS)                      time passes, for all processes of the daemon

machine = Settable(case.folder)                      skips where there is no C compiler
async with world(case, env=machine.env) as w:
    machine.set(by_ms=-HOUR_MS)                      somebody sets the clock; the time since the boot goes on
"""

from __future__ import annotations

import mmap
import shutil
import struct
import subprocess
import threading
import time
from pathlib import Path
from typing import Self

import pytest

from alertd.base.clock_steps import ClockSteps

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
TICK_S = 0.01
_SOURCE = Path(__file__).with_name("settable_clock.c")
_TIME = struct.Struct("<q")


def now_ms() -> int:
    """Give the machine's time in ms."""
    return time.time_ns() // 1_000_000


class Ticking:
    """The time of all processes of a daemon, in a file that goes on by itself; a context manager."""

    def __init__(self, file: Path, at_ms: int | None = None, rate: float = 1.0) -> None:
        """`rate`: seconds of this clock in one of the machine's; 0 stands still."""
        self.rate = rate
        at_ms = now_ms() if at_ms is None else at_ms
        file.write_bytes(_TIME.pack(at_ms))
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), _TIME.size)
        self._at_ms = float(at_ms)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tick, name="ticking-clock", daemon=True)
        self.env = {"ALERTD_CLOCK_FILE": str(file), "ALERTD_ENV": "test"}

    def __call__(self) -> int:
        """Give the time in ms."""
        return int(self._at_ms)

    def jump(self, ms: float) -> None:
        """Let so much time pass at once."""
        with self._lock:
            self._at_ms += ms
            self._map[:] = _TIME.pack(int(self._at_ms))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _tick(self) -> None:
        last = time.monotonic()
        while not self._stop.wait(TICK_S):
            now = time.monotonic()
            self.jump((now - last) * 1000 * self.rate)
            last = now


class Settable:
    """A machine whose clock is set while the daemon runs: by a library that is loaded before libc's (ld.so(8))."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            pytest.skip("no C compiler: the clock that is set is a small library")
        library, file = folder / "settable_clock.so", folder / "clock_offset"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(_SOURCE), "-ldl"], check=True)
        file.write_bytes(_TIME.pack(0))
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), _TIME.size)
        self.offset_ms = 0
        self._steps = ClockSteps(wall=self)
        self.env = {"LD_PRELOAD": str(library), "SETTABLE_CLOCK": str(file)}

    def set(self, by_ms: int) -> None:
        """Set the clock forward, or back."""
        self.offset_ms += by_ms
        self._map[:] = _TIME.pack(self.offset_ms)
        self._steps.take()

    def believed(self) -> int:
        """Give the time by which a daemon ends things: a leap forward is not believed for ten minutes, in ms."""
        return self._steps.cautious(self())

    def __call__(self) -> int:
        """Give the time that the machine believes it is, in ms."""
        return now_ms() + self.offset_ms
