"""A process that has no file left: what it asks fails in words, who asks it waits, and both go on when there is one.

F38 (docs/reliability.md): the daemon asks fewer hosts at once so that this does not happen; here it does. The whole
daemon without a file: tests/faults/test_few_files.py.
"""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from alertd.errors import FetchTemporary
from alertd.net.client import AddressPolicy, GetOptions, HttpClient
from alertd.web import listener as listening
from alertd.web.server import WebServer
from tests.support.daemon import eventually
from tests.support.http import FaultServer, answer
from tests.web.test_server import Daemon

OPTIONS = GetOptions(allow=AddressPolicy(private=True))
ASKED = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


@contextmanager
def no_file_left() -> Iterator[None]:
    """Let this process open nothing more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    newest = max(int(file.name) for file in Path("/proc/self/fd").iterdir())
    taken = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, newest + 2), hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            while True:
                taken.append(os.open("/dev/null", os.O_RDONLY))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for file in taken:
            os.close(file)


async def test_a_request_for_which_there_is_no_file_fails_in_words_and_the_next_one_goes_out() -> None:
    with FaultServer() as server:
        url = server.script("/feed", answer(b"there"))
        async with HttpClient("test") as client:
            with no_file_left(), pytest.raises(FetchTemporary, match="this process has too many open files"):
                await client.get(url, OPTIONS, 0)
            found = await client.get(url, OPTIONS, 0)
    assert found.body == b"there"


async def test_who_connects_while_there_is_no_file_waits_and_is_answered_and_nothing_spins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listening, "AGAIN_S", 0.05)
    tries: list[float] = []

    class Counted(listening.Listener):
        def _run_short(self, error: OSError) -> None:
            tries.append(time.thread_time())
            super()._run_short(error)

    monkeypatch.setattr("alertd.web.server.Listener", Counted)
    server = WebServer("127.0.0.1:0", Daemon().deps())
    host, port = await server.start()

    async def tried() -> bool:
        return len(tries) >= 5

    callers = [socket.socket() for _ in range(20)]
    try:
        with capture_logs() as lines:
            with no_file_left():
                for caller in callers:
                    caller.connect((host, port))  # the kernel takes it, and it waits
                    caller.sendall(ASKED)
                await eventually(tried, "it has tried again, and again")
                answers = asyncio.gather(*(asyncio.to_thread(_read, caller) for caller in callers[:2]))
            assert all(b"200 OK" in answer for answer in await answers)
            for caller in callers[2:]:
                assert b"200 OK" in await asyncio.to_thread(_read, caller)
        said = [line["event"] for line in lines if line["event"].startswith("web_")]
        assert said == ["web_cannot_take_connections", "web_takes_connections"], "each is said once"
        assert len(tries) < 200
        assert tries[4] - tries[0] < 0.2, "it computes next to nothing while it waits"
    finally:
        for caller in callers:
            caller.close()
        await server.stop()


def _read(caller: socket.socket) -> bytes:
    with closing(caller):
        caller.settimeout(60)
        return b"".join(iter(lambda: caller.recv(4096), b""))
