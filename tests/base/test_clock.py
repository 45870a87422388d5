"""The clock that a test moves: only for tests, and the same for every process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from alertd.base.clock import CLOCK_VARIABLE, ClockRefused, follow_clock, machine_ms, parse_rfc3339, system_clock

NIGHT = parse_rfc3339("2026-10-25T00:30:00Z")
ASKS = (
    "import os; from alertd.base.clock import *; follow_clock(os.environ); a = system_clock(); "
    "print(a, abs(machine_ms(a + 5000) - 5000 - time.time_ns() // 1_000_000) < 60_000)"
)


def test_a_process_that_follows_a_clock_has_the_time_that_stands_there(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_bytes(NIGHT.to_bytes(8, "little"))
    env = {CLOCK_VARIABLE: str(file), "ALERTD_ENV": "test"}
    done = subprocess.run([sys.executable, "-c", "import time; " + ASKS], env=env, capture_output=True, check=False)
    assert done.stdout.decode().split() == [str(NIGHT), "True"], done.stderr.decode()


@pytest.mark.parametrize("environment", ["", "production"])
def test_without_the_word_that_this_is_a_test_it_is_refused(tmp_path: Path, environment: str) -> None:
    with pytest.raises(ClockRefused, match="is for tests: it needs ALERTD_ENV=test"):
        follow_clock({CLOCK_VARIABLE: str(tmp_path / "clock"), "ALERTD_ENV": environment})


@pytest.mark.parametrize("content", [None, b"", b"short"])
def test_a_file_without_a_time_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "clock").write_bytes(content)
    with pytest.raises(ClockRefused, match="holds no time"):
        follow_clock({CLOCK_VARIABLE: str(tmp_path / "clock"), "ALERTD_ENV": "test"})


def test_where_none_is_named_the_time_is_the_machines() -> None:
    assert follow_clock({}) == ""
    assert machine_ms(NIGHT) == NIGHT
    assert system_clock() > parse_rfc3339("2026-01-01T00:00:00Z")
