"""Failpoints: what a test arms happens once, at the nth time, and nowhere else."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from alertd.base.failpoints import Failpoint, arm, failpoint
from tests.support.http import DEADLINE_S


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    arm("")


def test_an_unarmed_failpoint_does_nothing() -> None:
    failpoint("ingest.after_xadd")


def test_it_acts_once_at_the_nth_time() -> None:
    arm("a:2:raise")
    failpoint("a")
    failpoint("b")
    with pytest.raises(Failpoint, match="a"):
        failpoint("a")
    failpoint("a")


def test_several_can_be_armed_at_once_and_arming_replaces() -> None:
    arm("a:1:raise, b:1:sleep=0.01")
    start = time.perf_counter()
    failpoint("b")
    assert time.perf_counter() - start >= 0.01
    arm("c:1:raise")
    failpoint("a")


def test_exit_ends_the_process_as_a_kill_would() -> None:
    code = (
        "import atexit; from alertd.base.failpoints import *\n"
        "atexit.register(lambda: print('closed'))\narm('x:1:exit')\nfailpoint('x')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )
    assert (done.returncode, done.stdout) == (137, "")


@pytest.mark.parametrize(
    "spec", ["a", "a:0:exit", "a:1", "a:1:explode", "a:x:exit", "a:1:sleep", "a:1:sleep=-1", "A:1:exit"]
)
def test_a_malformed_spec_is_refused(spec: str) -> None:
    with pytest.raises(ValueError, match="not a failpoint"):
        arm(spec)


@pytest.mark.parametrize("environment", ["", "production", "Test"])
def test_nothing_is_armed_outside_of_tests(environment: str) -> None:
    with pytest.raises(ValueError, match="is for tests: it needs ALERTD_ENV=test"):
        arm("a:1:exit", environment=environment)
    arm("", environment=environment)
    failpoint("a")
