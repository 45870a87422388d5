"""Guarding a child process: programs of a few lines stand for the child and do what goes wrong with children."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import socket
import sys
import textwrap
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from alertd.app import guard as module
from alertd.app.guard import Guard
from alertd.app.link import Boot, Failed, Ready, Snapshot, Tell, Turns
from alertd.base.tokens import Digests
from alertd.rules.book import make_book
from alertd.settings import Settings
from tests.support.daemon import eventually
from tests.support.http import DEADLINE_S
from tests.workers.make import until

HEAD = """
import socket, sys, time
line = socket.socket(fileno=int(sys.argv[1]))
def frame():
    size = int.from_bytes(line.recv(4, socket.MSG_WAITALL), "big")
    return line.recv(size, socket.MSG_WAITALL)
boot = frame()
"""
OBEYS = "assert b'Drain' in frame()"
DIES = "sys.exit(3)"
DEAF = "while frame(): pass\ntime.sleep(60)"


def says(*messages: object) -> str:
    """Write the line of a program that sends these messages."""
    data = b"".join(len(raw).to_bytes(4, "big") + raw for raw in map(pickle.dumps, messages))
    return f"line.sendall({data!r})"


class Executed:
    """A program that stands for a child."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid = process.pid

    @property
    def ended(self) -> bool:
        return self._process.returncode is not None

    def kill(self) -> None:
        self._process.kill()

    async def wait(self) -> int:
        return await self._process.wait()


class World:
    """A folder for programs, and what the guard did."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.heard: list[object] = []
        self.lives: list[bool] = []

    def boot(self, name: str, roles: frozenset[str], *, first: bool) -> Boot:
        self.lives.append(first)
        return Boot(
            name=name, roles=roles, snapshot=Snapshot(Settings(), make_book([])), redis_url="", consumer="",
            shared=False, web_token=Digests(), failpoints="",
        )  # fmt: skip

    def hear(self, child: Guard, message: object) -> None:
        self.heard.append(message)

    def guard(self, *program: str, command: Sequence[str] = ()) -> Guard:
        script = self.folder / "child.py"
        script.write_text(HEAD + "\n".join(textwrap.dedent(line) for line in program))
        # -S and -E: such a child is there in a few milliseconds.
        run = command or (sys.executable, "-S", "-E", str(script))

        async def spawn(name: str, line: socket.socket) -> Executed:
            return Executed(
                await asyncio.create_subprocess_exec(
                    *run, str(line.fileno()), name, stdin=asyncio.subprocess.DEVNULL, pass_fds=[line.fileno()]
                )
            )

        return Guard(
            "match-0", frozenset({"match"}), boot=self.boot, hear=self.hear, metrics_dir=self.folder, spawn=spawn
        )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@asynccontextmanager
async def guarding(child: Guard) -> AsyncIterator[Guard]:
    child.start()
    try:
        yield child
    finally:
        child.leave()
        await child.drain(DEADLINE_S)


async def until_up(child: Guard, starts: int = 1) -> int:
    """Wait until the child runs, for the given time, and has its line; gives its process id."""

    async def up() -> int | None:
        return child.pid if child.starts >= starts and child.alive() else None

    pid: int = await eventually(up, "the child runs")
    return pid


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_what_a_child_says_is_heard_and_its_turns_are_watched(world: World) -> None:
    async with guarding(world.guard(says(Turns({"match": 1}), Ready("127.0.0.1:80")), OBEYS)) as child:
        await until(lambda: bool(world.heard), "it is heard")
        assert world.heard == [Ready("127.0.0.1:80")]
        assert child.alive()


async def test_a_child_that_dies_is_started_again_at_first_at_once_then_more_slowly(world: World) -> None:
    with capture_logs() as logs:
        async with guarding(world.guard(DIES)):
            await until(lambda: len(logs) >= 3, "it died three times")
    assert [(line["event"], line["code"], line["again_in_s"]) for line in logs[:3]] == [
        ("process_died", 3, 0.0), ("process_died", 3, 0.4), ("process_died", 3, 0.8),
    ]  # fmt: skip
    assert world.lives == [True, False, False], "failpoints are for the first life only"


async def test_a_child_that_is_killed_is_started_again(world: World) -> None:
    async with guarding(world.guard(OBEYS)) as child:
        pid = await until_up(child)
        os.kill(pid, 9)
        assert await until_up(child, starts=2) != pid


async def test_one_that_ends_by_itself_five_times_before_it_could_work_ends_the_daemon(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_WAIT_S", 0.0)
    async with guarding(world.guard(DIES)) as child:
        await until(lambda: any(isinstance(message, Failed) for message in world.heard), "it is given up")
        assert child.starts >= module.HOPELESS
    failed = next(message for message in world.heard if isinstance(message, Failed))
    assert failed.text == "the process match-0 ended 5 times before it could work; the log says why"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_one_that_is_killed_from_outside_before_it_could_work_is_not_given_up_soon(
    world: World, monkeypatch: pytest.MonkeyPatch, how: signal.Signals
) -> None:
    monkeypatch.setattr(module, "MAX_WAIT_S", 0.0)
    async with guarding(world.guard(f"import os; os.kill(os.getpid(), {int(how)})")) as child:
        await until(lambda: child.starts > module.HOPELESS + 2, "it is started again and again")
        assert not any(isinstance(message, Failed) for message in world.heard)


async def test_one_that_is_killed_again_and_again_before_it_ever_worked_ends_the_daemon_after_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_WAIT_S", 0.0)
    async with guarding(world.guard("import os; os.kill(os.getpid(), 9)")) as child:
        await until(lambda: any(isinstance(message, Failed) for message in world.heard), "it is given up")
        assert child.starts >= module.HOPELESS_KILLED


async def test_a_child_whose_loop_stands_still_is_killed_and_started_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STUCK_S", 0.05)
    with capture_logs() as logs:
        async with guarding(world.guard(says(Turns({"match": 1}), Ready()), OBEYS)) as child:
            await until(lambda: len(world.heard) >= 1, "it runs")
            await until(lambda: not child.alive(), "it is found stuck")
            await until(lambda: child.starts >= 2, "it is started again")
    assert {line["event"] for line in logs} >= {"process_stuck", "process_died"}
    assert next(line for line in logs if line["event"] == "process_stuck")["loops"] == ["match"]
    told = next(message for message in world.heard if isinstance(message, Tell))
    assert (told.kind, told.subject) == ("process_stuck", child.name)


async def test_a_program_that_cannot_be_started_is_tried_again(world: World) -> None:
    with capture_logs() as logs:
        async with guarding(world.guard(command=("/nowhere/python",))) as child:
            await until(lambda: len(logs) >= 2, "it is tried again")
            assert not child.alive()
            assert child.pid is None
    assert "No such file" in logs[0]["code"]


async def test_draining_lets_the_child_end_by_itself_and_starts_no_other(world: World) -> None:
    with capture_logs() as logs:
        async with guarding(world.guard(OBEYS)) as child:
            pid = await until_up(child)
            await child.drain(DEADLINE_S)
            assert not runs(pid)
            assert child.starts == 1
    assert logs == []


async def test_a_child_that_does_not_end_in_time_is_killed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE_S", 0.1)
    with capture_logs() as logs:
        async with guarding(world.guard(DEAF)) as child:
            pid = await until_up(child)
            await child.drain(0.1)
            await until(lambda: not runs(pid), "it is gone")
    assert [line["event"] for line in logs] == ["process_not_drained"]


async def test_draining_does_not_wait_for_a_child_to_be_started_again(world: World) -> None:
    with capture_logs() as logs:
        async with guarding(world.guard(DIES)) as child:
            await until(lambda: len(logs) >= 3, "it waits before the next start")
            async with asyncio.timeout(DEADLINE_S / 2):
                await child.drain(DEADLINE_S)
            assert child.starts == 3


async def test_a_child_that_is_being_started_is_drained_too(world: World) -> None:
    async with asyncio.timeout(DEADLINE_S / 2), guarding(world.guard(OBEYS)) as child:
        await asyncio.sleep(0)
        await child.drain(DEADLINE_S)
        assert child.pid is None


async def test_leaving_kills_at_once(world: World) -> None:
    async with guarding(world.guard(DEAF)) as child:
        pid = await until_up(child)
        child.leave()
        await until(lambda: not runs(pid), "it is gone")
    assert child.starts == 1


async def test_a_notice_waits_for_a_child_that_is_being_started(world: World) -> None:
    async with guarding(world.guard("assert b'the text' in frame()", says(Ready()), OBEYS)) as child:
        child.send(Tell("positions", "p", "the text", "once"))
        await until(lambda: bool(world.heard), "it has got the notice")
        assert child.starts == 1
