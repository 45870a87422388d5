"""A PostgreSQL server for measurements: in a directory of its own, on a Unix socket only, gone when it is closed."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.peers.base import Absent

_SETTINGS = {
    "listen_addresses": "", "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "jit": "off",
    "shared_buffers": "1GB", "work_mem": "64MB", "maintenance_work_mem": "1GB", "max_wal_size": "8GB",
    "wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off", "max_parallel_workers_per_gather": "0",
}  # fmt: skip
"""Everything in memory, nothing waits for the disk, one process answers."""
_WAIT = 60.0
"""Seconds in which it starts or ends."""


def binaries() -> Path:
    """Give the directory with `initdb` and `postgres`. Raises Absent."""
    beside = shutil.which("postgres")
    places = [Path(beside).resolve().parent] if beside else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise Absent("no postgres and initdb on PATH: apt-get install postgresql")


class Server:
    """Runs from when it is made until it is closed."""

    def __init__(self) -> None:
        place = binaries()
        self._as = _account()
        self.directory = Path(tempfile.mkdtemp(prefix="bench-postgres-"))
        data = self.directory / "data"
        if self._as:
            os.chown(self.directory, self._as["user"], self._as["group"])
        self._run([place / "initdb", "-D", data, "-U", "bench", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"])
        options = [f"--{name.replace('_', '-')}={value}" for name, value in _SETTINGS.items()]
        self._process = subprocess.Popen(
            [place / "postgres", "-D", data, "-k", self.directory, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.directory,
            start_new_session=True,
            **self._as,
        )
        try:
            self._wait()
        except BaseException:
            self.close()
            raise

    def _run(self, command: list[Path | str]) -> None:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=self.directory, timeout=_WAIT, **self._as
        )
        if done.returncode:
            raise Absent(f"{command[0]} failed: {done.stderr.strip()[-300:]}")

    def _wait(self) -> None:
        end = time.monotonic() + _WAIT
        while not self._is_ready():
            if self._process.poll() is not None:
                raise Absent(f"postgres ended with {self._process.returncode} instead of starting")
            if time.monotonic() > end:
                raise Absent(f"postgres did not start within {_WAIT:.0f} s")
            time.sleep(0.02)

    def _is_ready(self) -> bool:
        """Whether it takes connections: the last line of its lock file says so, some time after there is a socket."""
        try:
            return (self.directory / "data" / "postmaster.pid").read_text().split()[-1] == "ready"
        except (FileNotFoundError, IndexError):
            return False

    @property
    def address(self) -> str:
        """Give what a client connects to."""
        return f"host={self.directory} user=bench dbname=postgres"

    def close(self) -> None:
        """End the server, and remove what it wrote."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(_WAIT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def _account() -> dict[str, Any]:
    """Give as whom to run, as `subprocess` takes it: postgres refuses to be root's. Nothing: as who runs this."""
    if os.geteuid():
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise Absent("postgres does not run as root, and there is neither an account postgres nor nobody")
