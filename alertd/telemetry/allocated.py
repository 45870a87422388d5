"""Shared metrics on a disk that may be full.

prometheus_client maps sparse files into memory. The first write to a page for which the disk has no room then ends
the process (SIGBUS), and its successor too: a full disk would take the daemon away that waits for room. Here the room
is taken before a file is mapped; where there is none, the figures are kept in this process's memory, and are missing
from the page of the others until its next life.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict

log = structlog.get_logger(__name__)

FIRST = 1 << 16
"""Bytes of a new file, as prometheus_client makes it."""
_ENTRY = 4 + 8 + 16
"""Bytes of an entry beside its key, padding included."""


class AllocatedDict(MmapedDict):
    """prometheus_client's file of one kind of metrics, whose bytes are there before they are written."""

    _f: Any
    _m: mmap.mmap
    _capacity: int
    _used: int

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        """Open or make the file. Raises OSError only where there is no directory for it."""
        if read_mode or _allocated(filename, FIRST):
            super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]
            return
        # Without a word: metrics are made before the log is set up.
        descriptor = os.memfd_create("alertd-metrics")
        try:
            super().__init__(f"/proc/self/fd/{descriptor}", read_mode)  # type: ignore[no-untyped-call]
        finally:
            os.close(descriptor)

    def _init_value(self, key: str) -> None:
        """Add a value; the file grows as the library lets it, but into room that is there."""
        wanted = self._capacity
        while self._used + len(key.encode()) + _ENTRY > wanted:
            wanted *= 2
        if wanted > self._capacity and not _grown(self._f.fileno(), wanted):
            self._go_on_in_memory()
        super()._init_value(key)  # type: ignore[no-untyped-call]

    def _go_on_in_memory(self) -> None:
        log.warning("metrics_not_shared", file=Path(self._f.name).name)
        memory = os.fdopen(os.memfd_create("alertd-metrics"), "r+b", buffering=0)
        memory.write(self._m[: self._capacity])
        self._f.close()
        self._f = memory
        self._m = mmap.mmap(memory.fileno(), self._capacity)


def _allocated(filename: str, size: int) -> bool:
    with Path(filename).open("ab") as file:
        return _grown(file.fileno(), size)


def _grown(descriptor: int, size: int) -> bool:
    try:
        os.posix_fallocate(descriptor, 0, size)
    except OSError:
        return False
    return True


def allocate_metrics() -> None:
    """Let prometheus_client use these files; it offers no other way to say so."""
    values.MmapedDict = AllocatedDict  # type: ignore[attr-defined]
