"""The state directory: what a running daemon leaves there for the commands that ask about it."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

import msgspec

from alertd.base.files import make_private, write_whole
from alertd.base.users import me, other_owner
from alertd.companies.report import Trouble
from alertd.errors import ConfigError
from alertd.store.leftover import running

ROLES = ("poll", "match", "deliver", "web", "archive", "timers")
"""What `--only` can name. A daemon without `--only` does all of it."""


HOLD_AGAIN = 20
HOLD_AGAIN_S = 0.05
"""How often, and how soon, a lock that is held is tried again: a command that looks at it holds it for a moment."""


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One process of a daemon."""

    starts: int
    """How often it was started since the daemon was."""
    pid: int = 0
    """0: it is being started again."""
    started_at: str = ""
    """When it was started last."""


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
    processes: dict[str, Process] = {}
    without_core: str = ""
    """Why it reads texts without the compiled core, if it does."""


def prepare_state_dir(path: Path) -> None:
    """Make the state directory, closed to others. Raises ConfigError."""
    try:
        make_private(path)
    except PermissionError as error:
        hint = f"make it by hand and give it to {me()}, or name another: state_dir"
        raise ConfigError.at(path, f"{me()} may not make the state directory", hint) from error
    except OSError as error:
        raise ConfigError.at(path, f"cannot make the state directory: {error.strerror}") from error
    if not os.access(path, os.W_OK | os.X_OK, effective_ids=True):
        owner, user = other_owner(path), me()
        give = f"run alertd as {owner}, or give it to {user}: chown -R {user} {path}"
        hint = f"it belongs to {owner}: {give}" if owner else f"chmod u+rwx {path}"
        raise ConfigError.at(path, f"the state directory is not writable for {user}", hint)


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
    for left in range(HOLD_AGAIN, -1, -1):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if left:
                time.sleep(HOLD_AGAIN_S)
                continue
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

    By their locks: `run.json` comes late, and stays where a daemon was killed.
    """
    found = set()
    for role in ROLES:
        try:
            found.add(_holder(path, role))
        except OSError:  # another user's
            continue
    return sorted(found - {0})


def _holder(path: Path, role: str) -> int:
    """Give the process id of the daemon that holds a role, as it calls itself; 0: none. Raises OSError.

    By the lock and not by whether such a process lives: in a container of its own the daemon has an id that means
    nothing here, or another process.
    """
    try:
        with (path / f"role-{role}.lock").open("rb") as lock:
            return int(lock.read(32)) if _held(lock.fileno()) else 0
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: it is being written
        return 0


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
    """Give the run state of each daemon that works in this directory and lives.

    Raises PermissionError where the directory is closed to us: then nobody can say that none does.
    """
    found = []
    for file in _run_files(path):
        try:
            state = msgspec.json.decode(file.read_bytes(), type=RunState)
        except (msgspec.DecodeError, FileNotFoundError):
            continue
        if _lives(path, state):
            found.append(state)
    return found


def _run_files(path: Path) -> list[Path]:
    try:
        files = sorted(path.iterdir())  # `Path.glob` passes over a directory that it may not read
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [file for file in files if file.match("run*.json")]


def _lives(path: Path, state: RunState) -> bool:
    """Tell whether the daemon that wrote this still holds its roles."""
    try:
        return all(_holder(path, role) == state.pid for role in state.roles)
    except PermissionError:
        return running(state.pid)  # another user's, whose locks are closed to us


def _run_file(path: Path, roles: list[str]) -> Path:
    suffix = "" if set(roles) == set(ROLES) else "." + "-".join(sorted(roles))
    return path / f"run{suffix}.json"
