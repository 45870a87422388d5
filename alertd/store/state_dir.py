"""The folder of one `alertd run`: its lock, and where the embedded server's files lie in it.

<state_dir>/alertd.lock            flock of the running `alertd run`, with its pid
<state_dir>/redis.log, .1 .2 .3    what the server said, rotated at each start
<state_dir>/redis/                 0700: data, configuration, pid, engine.json, socket
<state_dir>/redis/redis.sock.path  where the socket is, if its path here would be too long
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from alertd.base.files import make_private
from alertd.errors import StoreFull, StoreRefused

MAX_SOCKET_PATH = 100
"""Bytes. The kernel's limit is 107 (unix(7), sun_path)."""
KEPT_LOGS = 3
MIN_FREE = 64 << 20
"""Bytes on its disk without which the server is not started; on a small one a twentieth of it."""


@dataclass(frozen=True, slots=True)
class StateDir:
    """Paths in a state directory."""

    root: Path

    @property
    def lock(self) -> Path:
        """Held by the running daemon."""
        return self.root / "alertd.lock"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.root / "redis.log"

    @property
    def folder(self) -> Path:
        """The server's own folder."""
        return self.root / "redis"

    @property
    def config(self) -> Path:
        """The server's configuration, written at each start."""
        return self.folder / "redis.conf"

    @property
    def pid_file(self) -> Path:
        """Written by the server."""
        return self.folder / "redis.pid"

    @property
    def pointer(self) -> Path:
        """Says where the socket is, if it is not in the folder."""
        return self.folder / "redis.sock.path"

    @property
    def socket(self) -> Path:
        """Where the socket is or will be."""
        if self.pointer.exists():
            return Path(self.pointer.read_text("utf-8").strip())
        return self.folder / "redis.sock"

    def make(self) -> None:
        """Make the folders, readable by us alone, and find a place for the socket. Raises StoreRefused."""
        with disk_errors(self.root):
            make_private(self.root)
            self.folder.mkdir(mode=0o700, exist_ok=True)
            status = self.folder.stat()
            if status.st_uid != os.geteuid():
                raise StoreRefused(f"{self.folder} belongs to another user (uid {status.st_uid})")
            if stat.S_IMODE(status.st_mode) != 0o700:
                self.folder.chmod(0o700)
            self._place_socket()

    def _place_socket(self) -> None:
        if len(os.fsencode(self.folder / "redis.sock")) <= MAX_SOCKET_PATH:
            self.pointer.unlink(missing_ok=True)
            return
        if self.pointer.exists() and _ours(self.socket.parent):
            return
        short = Path(tempfile.mkdtemp(prefix="alertd-"))  # 0700
        self.pointer.write_text(f"{short / 'redis.sock'}\n", "utf-8")

    def clear_socket(self) -> None:
        """Remove the socket and the folder made for it."""
        socket = self.socket
        with contextlib.suppress(OSError):
            socket.unlink(missing_ok=True)
            if self.pointer.exists():
                socket.parent.rmdir()
                self.pointer.unlink()

    def rotate_logs(self) -> None:
        """Move the last log out of the way, the oldest out of the house."""
        for number in range(KEPT_LOGS, 0, -1):
            older = self.log.with_suffix(f".log.{number}")
            newer = self.log.with_suffix(f".log.{number - 1}") if number > 1 else self.log
            if newer.exists():
                newer.replace(older)

    def check_space(self, least: int | None = None) -> None:
        """Raise StoreFull if fewer bytes are free, by default MIN_FREE: the server would end at a write."""
        disk = shutil.disk_usage(self.folder)
        if least is None:
            least = min(MIN_FREE, disk.total // 20)
        if disk.free < least:
            raise StoreFull(
                f"only {disk.free / (1 << 20):.0f} MiB are free where {self.folder} lies, "
                f"{least / (1 << 20):.0f} are needed: make room"
            )


def _ours(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) == 0o700


@contextmanager
def disk_errors(where: Path) -> Iterator[None]:
    """Say clearly what is wrong with the disk: full is temporary, forbidden is not."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreFull(f"the disk of {where} is full: make room") from error
        raise StoreRefused(f"{where} cannot be used as state_dir: {error.strerror or error}") from error


class StateLock:
    """One `alertd run` for each state directory. The kernel lets go of the lock when the process ends, however."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def acquire(self) -> None:
        """Take the lock, or keep it. Raises StoreRefused, with the holder's pid, if another process has it."""
        if self._fd is not None:
            return
        with disk_errors(self._path.parent):
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(fd, 0)
            os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError:
            holder = os.pread(fd, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(fd)
            raise StoreRefused(
                f"another `alertd run` (pid {holder}) uses {self._path.parent}: stop it, or name another state_dir"
            ) from None
        except BaseException:
            os.close(fd)
            raise
        self._fd = fd

    def release(self) -> None:
        """Let go. The file stays: removing it would let two processes lock two files of one name."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def socket_url(state_dir: Path) -> str | None:
    """Give the URL of the server that runs in a state directory, for commands; None if there is none."""
    socket = StateDir(state_dir.absolute()).socket
    try:
        if not stat.S_ISSOCK(socket.stat().st_mode):
            return None
    except OSError:
        return None
    return url_of(socket)


def url_of(socket: Path) -> str:
    """Write a socket's path as a URL; `%` and the like in it are escaped."""
    return f"unix://{quote(str(socket))}"
