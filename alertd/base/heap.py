"""The memory of the C library's heap (glibc): kept small, and given back after a peak.

Left alone, glibc keeps what a peak took: a heap for each of many threads, and a threshold that rises with the largest
block that was ever freed, up to 64 MB. A daemon that had to wait for Redis once would hold that until it ends.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from functools import cache
from typing import Any

SETTINGS = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}
"""Environment of a process that is to run long (mallopt(3)). The thresholds are glibc's own, fixed by being named."""


def with_small_heap(environment: Mapping[str, str]) -> dict[str, str]:
    """Give the environment with these settings, where it does not say otherwise."""
    return SETTINGS | dict(environment)


def give_back() -> None:
    """Return to the system what the heap does not use (malloc_trim(3)): some milliseconds; without glibc nothing."""
    if trim := _trim():
        trim(0)


@cache
def _trim() -> Any:
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
