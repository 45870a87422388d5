"""The clock of a replay: moved by one process, read by others."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from alertd.base.clock import parse_rfc3339
from alertd.base.moved_clock import MovedClock

THEN = parse_rfc3339("2026-01-12T12:00:00Z")


def test_it_stands_where_it_was_put_until_it_is_moved(tmp_path: Path) -> None:
    clock = MovedClock.made(tmp_path / "clock", THEN)
    other = MovedClock(tmp_path / "clock")
    assert clock() == other() == THEN
    clock.move(THEN + 1)
    assert other() == THEN + 1


def test_it_never_goes_back(tmp_path: Path) -> None:
    clock = MovedClock.made(tmp_path / "clock", THEN)
    clock.move(THEN - 1000)
    assert clock() == THEN


def test_it_goes_on_as_fast_as_it_is_told(tmp_path: Path) -> None:
    clock = MovedClock.made(tmp_path / "clock", THEN)
    began = time.monotonic_ns()
    clock.move(THEN, 1_000.0)
    time.sleep(0.01)
    gone = clock() - THEN
    assert 10_000 <= gone <= (time.monotonic_ns() - began) / 1_000
    clock.move(clock())
    stood = clock()
    assert clock() == stood


def test_another_process_has_the_same_time(tmp_path: Path) -> None:
    clock = MovedClock.made(tmp_path / "clock", THEN)
    clock.move(THEN, 100.0)
    asks = (
        "import sys, pathlib; from alertd.base.moved_clock import *; print(MovedClock(pathlib.Path(sys.argv[1]))())"
    )
    before = clock()
    done = subprocess.run([sys.executable, "-c", asks, str(tmp_path / "clock")], capture_output=True, check=True)
    assert before <= int(done.stdout) <= clock()


def test_a_file_that_is_no_clock_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clock").write_bytes(b"short")
    with pytest.raises(ValueError, match="mmap length"):
        MovedClock(tmp_path / "clock")
