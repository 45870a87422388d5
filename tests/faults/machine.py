"""Limits of the machine for one daemon: memory by a control group, a tiny disk, a log that nobody reads.

A daemon is put under them by `Daemon.before`, a program that starts it in its own place. Where the machine does not
allow it, the test skips and says why.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

_V1 = Path("/sys/fs/cgroup/memory")
_V2 = Path("/sys/fs/cgroup")


class MemoryGroup:
    """A control group that bounds the memory of a daemon (cgroups(7), version 1 or 2); a context manager."""

    def __init__(self, name: str) -> None:
        self._new = (_V2 / "cgroup.controllers").exists()
        self.folder = (_V2 if self._new else _V1) / f"alertd-{name}-{os.getpid()}"

    @property
    def before(self) -> tuple[str, ...]:
        """The program that starts another one in the group."""
        return ("sh", "-c", f'echo $$ > {self.folder}/cgroup.procs && exec "$@"', "sh")

    @property
    def used(self) -> int:
        """Bytes in use, without the cache of files."""
        stat = dict(line.split() for line in self._read("memory.stat").splitlines())
        return int(stat["anon" if self._new else "total_rss"])

    @property
    def kills(self) -> int:
        """How many processes the kernel has killed for want of memory."""
        events = self._read("memory.events" if self._new else "memory.oom_control")
        return int(dict(line.split() for line in events.splitlines())["oom_kill"])

    def limit(self, size: int) -> None:
        """Bound what is in the group to so many bytes."""
        (self.folder / ("memory.max" if self._new else "memory.limit_in_bytes")).write_text(str(size))

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir()
            self.kills  # noqa: B018  an old kernel does not count them
        except (OSError, KeyError) as error:
            pytest.skip(f"no control group for memory: {error!r}")
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # one that is just ending still stands in it
            self.folder.rmdir()

    def _read(self, name: str) -> str:
        return (self.folder / name).read_text()


@contextlib.contextmanager
def tiny_disk(at: Path, size: int) -> Iterator[Path]:
    """Mount a file system of so many bytes in memory. Skips where it may not."""
    at.mkdir()
    tried = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at)], capture_output=True, text=True
    )
    if tried.returncode:
        pytest.skip(f"no tmpfs: {tried.stderr.strip()}")
    try:
        yield at
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)


def fill(disk: Path) -> Path:
    """Fill a disk to the last byte; gives the file that does."""
    file = disk / "filler"
    with file.open("wb", buffering=0) as opened, contextlib.suppress(OSError):
        while True:
            opened.write(bytes(4096))
    return file


class UnreadPipe:
    """A named pipe that the log goes to and nobody reads; a context manager."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self._reader: int | None = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(self._reader, fcntl.F_SETPIPE_SZ, 8192)  # two pages: full at once
        self.before = ("sh", "-c", f'exec "$@" > {path} 2>&1', "sh")

    def close(self) -> None:
        """Close the end at which the log would be read."""
        if self._reader is not None:
            os.close(self._reader)
            self._reader = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
