"""The heap gives back what a peak took."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from alertd.base.heap import SETTINGS, give_back, with_small_heap

PEAK = """
import ctypes, re
from pathlib import Path
from alertd.base.heap import give_back

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]

def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) << 10

blocks = [libc.malloc(60_000) for _ in range(2_000)]
for block in blocks:
    ctypes.memset(block, 1, 60_000)
for block in blocks[:-1]:  # the last one holds the top of the heap: nothing below it goes by itself
    libc.free(block)
before = resident()
give_back()
print(before - resident())
"""


def test_what_a_peak_took_is_given_back() -> None:
    if sys.platform != "linux":
        pytest.skip("glibc's heap is only there on Linux")
    run = subprocess.run([sys.executable, "-c", PEAK], capture_output=True, text=True, check=True, env={**os.environ})
    assert int(run.stdout) > 100_000_000


def test_the_environment_has_the_last_word() -> None:
    assert with_small_heap({"PATH": "/bin"}) == SETTINGS | {"PATH": "/bin"}
    assert with_small_heap({"MALLOC_ARENA_MAX": "8"})["MALLOC_ARENA_MAX"] == "8"


def test_it_may_be_asked_at_any_time() -> None:
    give_back()
