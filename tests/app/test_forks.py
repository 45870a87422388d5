"""The fork server: children come from it in milliseconds, outlive it, and come from another when it is gone."""

from __future__ import annotations

import os
import resource
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from alertd.app import forks as module
from alertd.app.forks import UNKNOWN, Forked, ForkServer
from alertd.app.orphans import adopt, code_of, reap
from tests.support.daemon import eventually
from tests.support.processes import child_name, descendants
from tests.workers.make import until


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ForkServer]:
    made = ForkServer(tmp_path)
    yield made
    await made.close()


@asynccontextmanager
async def forked(server: ForkServer, name: str = "match-0") -> AsyncIterator[tuple[Forked, socket.socket]]:
    """Give a child that waits to be told what it is, and our end of its line."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            child = await server.spawn(name, theirs)
        try:
            yield child, ours
        finally:
            with suppress(ProcessLookupError):
                child.kill()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def ended(count: int) -> list[int]:
    return [os.posix_spawn("/bin/true", ["true"], {}) for _ in range(count)]


def threads(server: ForkServer) -> int:
    return len(list(Path(f"/proc/{server.pid}/task").iterdir()))


async def named(server: ForkServer, pid: int) -> str:
    """Wait until a child has its name; it is forked before it takes it."""
    assert server.pid is not None

    async def name() -> str:
        found = child_name(descendants(server.pid or 0).get(pid, ""))
        return "" if found == "fork-server" else found

    return str(await eventually(name, "it has its name"))


async def test_children_share_a_server_and_each_has_a_name_and_a_session_of_its_own(server: ForkServer) -> None:
    async with forked(server, "io") as (io, _), forked(server, "match-0") as (match, _):
        assert [await named(server, io.pid), await named(server, match.pid)] == ["io", "match-0"]
        assert os.getsid(io.pid) == io.pid
        assert os.getsid(match.pid) == match.pid
        assert threads(server) == 1, "forking with threads is not safe"


async def test_a_child_leaves_when_its_line_closes_and_how_it_ended_is_told(server: ForkServer) -> None:
    async with forked(server) as (child, ours):
        assert not child.ended
        ours.close()
        assert await child.wait() == 1
        assert child.ended


async def test_a_child_that_is_killed_is_told_with_its_signal(server: ForkServer) -> None:
    async with forked(server) as (child, _):
        child.kill()
        assert await child.wait() == -signal.SIGKILL
        child.kill()  # another may have its number by now: nothing is killed
    async with forked(server) as (child, _):
        os.kill(child.pid, signal.SIGSEGV)
        assert await child.wait() == -signal.SIGSEGV


async def test_children_outlive_their_server_and_the_next_comes_from_another(server: ForkServer) -> None:
    async with forked(server) as (first, _):
        before = server.pid
        assert before is not None
        with capture_logs() as logs:
            os.kill(before, signal.SIGKILL)
            await until(lambda: bool(logs), "it is noticed")
        assert [(line["event"], line["why"]) for line in logs] == [("fork_server_died", "it ended")]
        assert alive(first.pid)
        async with forked(server, "io") as (second, _):
            assert server.pid not in (None, before)
            assert await named(server, second.pid) == "io"
            first.kill()
            assert await first.wait() == UNKNOWN
            assert not second.ended


async def test_a_child_that_outlived_its_server_is_ours_and_we_know_how_it_ended(server: ForkServer) -> None:
    adopt()
    try:
        async with forked(server) as (first, _), forked(server) as (second, ours):
            before = server.pid
            assert before is not None
            os.kill(before, signal.SIGKILL)
            await until(lambda: server.pid is None, "it is noticed")
            assert set(descendants(os.getpid())) >= {first.pid, second.pid}
            first.kill()
            assert await first.wait() == -signal.SIGKILL
            ours.close()
            assert await second.wait() == 1
            assert not alive(first.pid)
            assert not alive(second.pid)
    finally:
        adopt(wanted=False)


async def test_what_nobody_waits_for_is_reaped_at_the_second_look() -> None:
    pids = ended(3)
    try:
        await until(lambda: all(state(pid) == "Z" for pid in pids), "they have ended")
        seen = reap(0)
        assert seen in pids
        for _ in pids:
            seen = reap(seen)
        assert seen == 0
        assert not any(alive(pid) for pid in pids)
    finally:
        for pid in pids:
            code_of(pid)


async def test_one_that_does_not_answer_is_replaced(server: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async with forked(server) as (child, _):
        stopped = server.pid
        assert stopped is not None
        os.kill(stopped, signal.SIGSTOP)
        monkeypatch.setattr(module, "PATIENCE_S", 0.05)
        with pytest.raises(OSError, match="does not answer"):
            async with forked(server):
                pass
        monkeypatch.undo()
        async with forked(server) as (_, _):
            assert server.pid != stopped
        assert not child.ended


async def test_a_child_that_dies_under_a_server_that_stands_still_is_known_to_have_ended(
    server: ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WORD_S", 0.05)
    async with forked(server) as (child, _):
        stopped = server.pid
        assert stopped is not None
        os.kill(stopped, signal.SIGSTOP)
        child.kill()
        assert await child.wait() == UNKNOWN
        await until(lambda: not alive(stopped) or server.pid is None, "it is killed, too")
        async with forked(server) as (_, _):
            assert server.pid not in (None, stopped)


async def test_a_child_that_cannot_be_forked_is_an_error_and_the_next_one_is_tried(server: ForkServer) -> None:
    async with forked(server):
        assert server.pid is not None
        room = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (3, room[1]))
        with pytest.raises(OSError, match="Too many open files"):
            async with forked(server):
                pass
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, room)
        async with forked(server) as (child, _):
            assert alive(child.pid)


async def test_it_is_not_stopped_by_what_stops_a_whole_group_and_leaves_when_it_is_let_go(server: ForkServer) -> None:
    async with forked(server) as (child, ours):
        pid = server.pid
        assert pid is not None
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            os.kill(pid, number)
        async with forked(server):
            assert server.pid == pid
        await server.close()
        assert not alive(pid)
        assert not child.ended
        ours.close()
        await child.wait()
