"""The Redis that `alertd run` brings along: a child process on a unix socket, watched, never adopted."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog

from alertd.base.files import make_private
from alertd.errors import AlertdError, StoreFull, StoreRefused, StoreUnavailable
from alertd.store import launch
from alertd.store.engine import Engine, check_data, find_engine, last_lines, private, replace_file, write_marker
from alertd.store.leftover import PATIENCE_S, ask, end_leftover, info
from alertd.store.state_dir import StateDir, StateLock, disk_errors, socket_url, url_of

__all__ = ["EmbeddedRedis", "socket_url"]

log = structlog.get_logger(__name__)

MAX_MEMORY = 512 << 20
START_S = 20.0
"""How long a server may say nothing at all. While it says that it is loading, it has all the time it needs."""
STOP_S = 10.0
_LOOK_S = 0.02
_WATCH_S = 0.1
_PROGRESS_S = 5.0

# Against each line stands what happens without it (docs/store.md): fsync always, or a power cut loses a second of
# acknowledged alerts; noeviction, or a full server silently drops them; save "", or a failing snapshot stops writes;
# diskless at once, or a backup waits five seconds for other replicas;
# no TCP port, as this version may have known holes that only a client can use.
_CONFIG = """\
port 0
unixsocket {socket}
unixsocketperm 700
dir {folder}
pidfile {pid_file}
daemonize no
supervised no
databases 1
save ""
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
repl-diskless-sync yes
repl-diskless-sync-delay 0
aof-load-truncated yes
aof-use-rdb-preamble yes
auto-aof-rewrite-percentage 100
auto-aof-rewrite-min-size 64mb
maxmemory {max_memory}
maxmemory-policy noeviction
timeout 0
loglevel notice
logfile ""
"""


def quoted(path: Path) -> str:
    """Write a path as redis.conf reads it: in double quotes, with backslashes and quotes escaped."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def explain_exit(code: int, tail: Sequence[str], state: StateDir) -> AlertdError:
    """Say in words for an operator why the server ended while it started."""
    said = "\n".join(tail)
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return StoreFull(f"Redis ended: the disk of {state.folder} is full. Make room; nothing accepted is lost")
    if "Bad file format" in said:
        return StoreRefused(
            f"the append-only file in {state.folder} is damaged: copy it, then see 'Damaged file' in docs/store.md"
        )
    if "Can't handle RDB format version" in said:
        return StoreRefused(f"the data in {state.folder} was written by a newer Redis than the one installed now")
    last = tail[-1].strip() if tail else "it said nothing"
    return StoreUnavailable(f"Redis ended with code {code} while starting: {last} (see {state.log})")


class EmbeddedRedis:
    """One server for one state directory.

    Call `start` in the main thread: the kernel ends the server when the thread that started it ends.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        engine: Engine | None = None,
        max_memory: int = MAX_MEMORY,
        min_free: int | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """`engine`: which server to run; found by itself if not given. `max_memory`, and what must be free on its
        disk (MIN_FREE if not given), in bytes."""
        self.state = StateDir(state_dir.absolute())
        self.engine = engine
        self._max_memory = max_memory
        self._min_free = min_free
        self._patience_s = patience_s
        self._lock = StateLock(self.state.lock)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Of the server, while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def url(self) -> str:
        """Where it listens."""
        return url_of(self.state.socket)

    async def start(self) -> str:
        """Start the server, again if it ended, and wait until it has loaded its data; gives its URL.

        Raises StoreRefused (no server to run, another daemon here, newer or damaged data) or StoreUnavailable (disk
        full, no answer). After an error nothing runs and the lock is free.
        """
        if self.pid is not None:
            return self.url
        try:
            self._prepare()
            await end_leftover(self.state, self._patience_s)
            self._launch()
            await self._until_ready()
        except BaseException:
            self._abandon()
            raise
        log.info("embedded_redis_ready", engine=str(self.engine), path=self.engine and self.engine.path, pid=self.pid)
        return self.url

    def _prepare(self) -> None:
        with disk_errors(self.state.root):
            make_private(self.state.root)
        self._lock.acquire()
        self.state.make()
        self.engine = self.engine or find_engine()
        check_data(self.state.folder, self.engine)
        self.state.check_space(self._min_free)

    def _launch(self) -> None:
        engine = self.engine
        if engine is None:
            raise StoreRefused("no engine chosen")
        state = self.state
        text = _CONFIG.format(
            socket=quoted(state.socket),
            folder=quoted(state.folder),
            pid_file=quoted(state.pid_file),
            max_memory=self._max_memory,
        )
        command = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), engine.path, str(state.config)]
        with disk_errors(state.folder), contextlib.ExitStack() as stack:
            state.socket.unlink(missing_ok=True)
            state.pid_file.unlink(missing_ok=True)
            write_marker(state.folder, engine)
            replace_file(state.config, text)
            state.rotate_logs()
            output = stack.enter_context(open(state.log, "ab", opener=private))
            self._process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=state.folder,
                env={"LC_ALL": "C"},  # none of our secrets
                umask=0o077,
                # Ctrl-C in the terminal is for the daemon, which ends its server last
                start_new_session=True,
            )

    async def _until_ready(self) -> None:
        process = self._process
        if process is None:
            raise StoreUnavailable("Redis was not started")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + START_S
        next_word = loop.time() + _PROGRESS_S
        while True:
            if (code := process.poll()) is not None:
                raise explain_exit(code, last_lines(self.state.log, 20), self.state)
            reply = await ask(self.state.socket, "PING")
            now = loop.time()
            if reply.startswith(b"+PONG"):
                return
            if reply.startswith(b"-LOADING"):
                deadline = now + START_S
                if now >= next_word:
                    next_word = now + _PROGRESS_S
                    done = (await info(self.state.socket, "persistence")).get("loading_loaded_perc", "?")
                    log.info("embedded_redis_loading", percent=done)
            elif now > deadline:
                raise StoreUnavailable(f"Redis did not answer within {START_S:.0f} s (see {self.state.log})")
            await asyncio.sleep(_LOOK_S)

    async def wait(self) -> int:
        """Wait until the server ends and give its exit code; negative is the signal that ended it.

        For the supervisor: an end that it did not order means that `start` is to be called again.
        """
        process = self._process
        if process is None:
            return 0
        while (code := process.poll()) is None:  # noqa: ASYNC110 (a process sets no Event)
            await asyncio.sleep(_WATCH_S)
        return code

    async def stop(self) -> None:
        """End the server, written out, and let go of the state directory. Does nothing the second time."""
        process = self._process
        if process and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(STOP_S):
                    await self.wait()
            except TimeoutError:
                log.error("embedded_redis_killed", pid=process.pid, waited_s=STOP_S)
        self._abandon()

    def _abandon(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait(timeout=STOP_S)
        started, self._process = self._process is not None, None
        if started:
            self.state.clear_socket()
        self._lock.release()
