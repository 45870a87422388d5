"""A Redis over a disk that takes its time with fsync, and what of its file would survive a loss of power.

disk = SlowDisk(case.folder, ms=3_000)               skips where there is no C compiler
with RedisServer(disk.binary, {"appendfsync": "everysec"}) as redis:
    …
    disk.durable(append_only_file(redis.folder))     bytes of it that were on the disk at the last fsync that ended
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.redis import bundled_binary

_SOURCE = Path(__file__).with_suffix(".c")


class SlowDisk:
    """Makes a server binary whose disk is slow."""

    def __init__(self, folder: Path, ms: int = 0) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            pytest.skip("no C compiler: the slow disk is a small library")
        library = folder / "slow_disk.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(_SOURCE), "-ldl"], check=True)
        self._log = folder / "slow_disk.log"
        program = folder / "slow-redis"
        program.write_text(
            f"#!/bin/sh\nexport LD_PRELOAD={library} SLOW_DISK_MS={ms} SLOW_DISK_LOG={self._log}\n"
            f'exec {bundled_binary()} "$@"\n'
        )
        program.chmod(0o755)
        self.binary = str(program)

    def durable(self, file: Path) -> int:
        """Give how many bytes of a file were on the disk when the last fsync of it ended; 0 if none did."""
        ended = [line.split(" ", 1) for line in self._log.read_text().splitlines()] if self._log.exists() else []
        return max((int(size) for size, path in ended if path == str(file.resolve())), default=0)


def append_only_file(folder: Path) -> Path:
    """Give the file that a server in this folder appends to: one before version 7, of several the newest after it."""
    return max(folder.rglob("*.aof"), key=lambda file: (file.stat().st_mtime_ns, file.name))
