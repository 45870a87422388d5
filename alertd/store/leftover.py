"""Talking to a server of which nothing is known but its socket, and ending one that was left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path

import structlog

from alertd.errors import StoreUnavailable
from alertd.store.server import parse_info
from alertd.store.state_dir import StateDir

log = structlog.get_logger(__name__)

PATIENCE_S = 30.0
"""How long a leftover may take to write out and end before it is killed. With fsync always that loses nothing."""
_LOOK_S = 0.02


async def ask(socket: Path, *words: str, timeout_s: float = 2.0) -> bytes:
    """Send one command and give the raw reply, or nothing if nobody answers in time."""
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_unix_connection(str(socket))
            try:
                encoded = [word.encode() for word in words]
                writer.write(b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%b\r\n" % (len(w), w) for w in encoded))
                line = await reader.readline()
                if line.startswith(b"$"):
                    return await reader.readexactly(int(line[1:]))
                return line
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
        return b""


async def info(socket: Path, section: str, timeout_s: float = 2.0) -> dict[str, str]:
    """Ask for a section of INFO; empty if nobody answers."""
    return parse_info((await ask(socket, "INFO", section, timeout_s=timeout_s)).decode("utf-8", "replace"))


def running(pid: int) -> bool:
    """Tell whether a process runs. One that ended and was not yet collected by its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        # "pid (name) state …"; a name may hold anything, parentheses included
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] not in "ZX"
    except (OSError, IndexError):
        return True


async def gone(pid: int, patience_s: float) -> bool:
    """Wait until a process has ended; False if it has not by then."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience_s
    while running(pid):
        if loop.time() > deadline:
            return False
        await asyncio.sleep(_LOOK_S)
    return True


def recorded_pid(state: StateDir) -> int | None:
    """Read the pid file, and believe it only if that process works in our folder: pids are used again."""
    try:
        pid = int(state.pid_file.read_text("ascii"))
        return pid if Path(f"/proc/{pid}/cwd").readlink() == state.folder.resolve() else None
    except (OSError, ValueError):
        return None


async def end_leftover(state: StateDir, patience_s: float = PATIENCE_S) -> None:
    """Shut down a server that outlived its daemon, and wait until it is gone. Call only with the lock held.

    It is never adopted: nobody would watch it, and two servers must never write the same files.
    Raises StoreUnavailable if it cannot be ended.
    """
    patience_each = min(2.0, patience_s)
    said = (await info(state.socket, "server", patience_each)).get("process_id", "")
    pid = int(said) if said.isdigit() else recorded_pid(state)
    if pid is None or not running(pid):
        return
    log.warning("leftover_redis_ends", pid=pid)
    # NOSAVE concerns snapshots only; the append-only file is flushed all the same
    await ask(state.socket, "SHUTDOWN", "NOSAVE", timeout_s=patience_each)
    if await gone(pid, patience_s):
        return
    log.error("leftover_redis_killed", pid=pid, waited_s=patience_s)
    os.kill(pid, signal.SIGKILL)
    if not await gone(pid, patience_s):
        raise StoreUnavailable(f"a Redis left behind by an earlier run (pid {pid}) does not end")
