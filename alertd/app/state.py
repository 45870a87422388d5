"""The state directory: what a running daemon leaves there for the commands that ask about it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import msgspec

from alertd.base.files import write_whole
from alertd.companies.report import Trouble
from alertd.errors import ConfigError

ROLES = ("poll", "match", "deliver", "web", "archive", "timers")
"""What `--only` can name. A daemon without `--only` does all of it."""


class RunState(msgspec.Struct, frozen=True, kw_only=True):
    """What `run.json` says: who runs, since when, with which files, and how the last reload went."""

    pid: int
    version: str
    started_at: str
    config: str
    roles: list[str]
    web: str = ""
    rules_version: str = ""
    portfolios: int = 0
    reload_ok: bool = True
    reload_at: str = ""
    reload_hangs: bool = False
    """The last reload has not come to its end."""
    faults: list[str] = []
    positions: list[Trouble] = []
    """Positions that were refused, or are stale."""
    processes: dict[str, int] = {}
    """Name of the process -> how often it was started."""


def prepare_state_dir(path: Path) -> None:
    """Make the state directory, closed to others. Raises ConfigError."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError.at(path, f"cannot make the state directory: {error.strerror}") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise ConfigError.at(path, "the state directory is not writable")


def hold(path: Path, roles: list[str]) -> list[int]:
    """Hold these roles in this state directory for as long as the process lives; gives the open locks.

    Raises ConfigError when another daemon holds one of them: two would use one name as a consumer of the stream.
    """
    held: list[int] = []
    try:
        for role in sorted(roles):
            held.append(_hold(path, role))  # noqa: PERF401  what was taken before one fails is let go of
    except ConfigError:
        release(held)
        raise
    return held


def release(locks: list[int]) -> None:
    """Let go of what `hold` gave. The kernel does the same when the process ends, however it ends."""
    while locks:
        os.close(locks.pop())


def _hold(path: Path, role: str) -> int:
    lock = os.open(path / f"role-{role}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(lock, 32).decode(errors="replace").strip()
        os.close(lock)
        raise ConfigError.at(
            path,
            f"another alertd (pid {holder}) does the work of `{role}` here",
            "stop it, or give this one a state_dir of its own",
        ) from None
    os.ftruncate(lock, 0)
    os.write(lock, f"{os.getpid()}\n".encode())
    return lock


def working(path: Path) -> list[int]:
    """Give the process ids of the daemons that hold a role here, also of one that starts or has no Redis.

    By their locks: `run.json` comes late, and stays where a daemon was killed. A lock is only tried where the process
    that wrote itself into it lives: a daemon that starts must not meet ours.
    """
    found = set()
    for file in path.glob("role-*.lock"):
        try:
            with file.open("rb") as lock:
                pid = int(lock.read(32))
                os.kill(pid, 0)
                if _held(lock.fileno()):
                    found.add(pid)
        except (OSError, ValueError):  # it has ended, or is another user's
            continue
    return sorted(found)


def _held(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def recall_epoch(path: Path, epoch: str) -> bool:
    """Remember the store's epoch beside it; tells whether it is another one than at the last start."""
    file = path / "epoch"
    before = file.read_text().strip() if file.exists() else ""
    if before != epoch:
        file.write_text(epoch + "\n")
    return bool(before) and before != epoch


def write_run_state(path: Path, state: RunState) -> None:
    """Replace the run state in one step, so that a reader never sees half of it."""
    written = msgspec.json.format(msgspec.json.encode(state)) + b"\n"
    write_whole(_run_file(path, state.roles), written, durable=False)


def metrics_dir(path: Path, roles: list[str]) -> Path:
    """Say where the processes of one daemon share their metrics."""
    return path / _run_file(path, roles).stem.replace("run", "metrics", 1)


def remove_run_state(path: Path, roles: list[str]) -> None:
    """Say that the daemon has ended."""
    _run_file(path, roles).unlink(missing_ok=True)


def read_run_states(path: Path) -> list[RunState]:
    """Give the run state of each daemon that works in this directory and lives."""
    found = []
    for file in sorted(path.glob("run*.json")):
        try:
            state = msgspec.json.decode(file.read_bytes(), type=RunState)
            os.kill(state.pid, 0)
        except (msgspec.DecodeError, ProcessLookupError, FileNotFoundError):
            continue
        except PermissionError:
            pass  # it lives, under another user
        found.append(state)
    return found


def _run_file(path: Path, roles: list[str]) -> Path:
    suffix = "" if set(roles) == set(ROLES) else "." + "-".join(sorted(roles))
    return path / f"run{suffix}.json"
