"""What a service manager sees: sd_notify on a real socket, signals, and no process left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.daemon import Daemon, eventually
from tests.support.desk import Desk, item, logged, rss, says
from tests.support.http import FaultServer, answer
from tests.support.processes import child_name, descendants

WATCHDOG_S = 0.4


class Manager:
    """Stands for systemd: the datagram socket behind NOTIFY_SOCKET, and what came through it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.messages: list[dict[str, str]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(str(path))
        asyncio.get_running_loop().add_reader(self._socket, self._take)

    @property
    def env(self) -> dict[str, str]:
        """What systemd puts into the environment of a service with Type=notify and WatchdogSec=."""
        return {"NOTIFY_SOCKET": str(self.path), "WATCHDOG_USEC": str(int(WATCHDOG_S * 1_000_000))}

    def count(self, line: str) -> int:
        """Count the messages with this line."""
        name, _, value = line.partition("=")
        return sum(message.get(name) == value for message in self.messages)

    def statuses(self, name: str) -> list[str]:
        """Give the status that came with each message of a name."""
        return [message["STATUS"] for message in self.messages if name in message]

    async def told(self, line: str, times: int = 1) -> None:
        """Wait until it was told this so often."""

        async def heard() -> bool:
            return self.count(line) >= times

        await eventually(heard, f"{line} is said {times} times")

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _take(self) -> None:
        text = self._socket.recv(65_536).decode()
        self.messages.append(dict(line.split("=", 1) for line in text.split("\n")))


@pytest.fixture(scope="module")
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest_asyncio.fixture
async def manager(tmp_path: Path) -> AsyncIterator[Manager]:
    manager = Manager(tmp_path / "notify")
    yield manager
    manager.close()


@pytest.fixture
def desk(tmp_path: Path, world: FaultServer) -> Desk:
    desk = Desk(tmp_path, world)
    desk.feed("wire", answer(rss(item(f"For {tmp_path.name}"))))
    return desk


def child(daemon: Daemon, words: str) -> int:
    """Give the process whose command line has these words, the youngest of them."""
    return max(pid for pid, line in descendants(daemon.pid).items() if words in line)


async def test_it_says_when_it_is_ready_reloads_works_and_stops(desk: Desk, manager: Manager) -> None:
    async with desk.daemon(env=manager.env) as daemon:
        await manager.told("READY=1")
        assert manager.statuses("READY") == ["1 portfolios, 1 sources"]
        assert await daemon.ready(), "ready means that everything works"
        await manager.told("WATCHDOG=1", 5)

        daemon.signal(signal.SIGHUP)
        await manager.told("READY=1", 2)
        (reloading,) = [message for message in manager.messages if "RELOADING" in message]
        assert reloading["RELOADING"] == "1"
        assert int(reloading["MONOTONIC_USEC"]) > 0
        assert manager.statuses("READY")[-1] == "reloaded"

        (desk.folder / "alertd.yaml").write_text("sources: [")
        daemon.signal(signal.SIGHUP)
        await manager.told("READY=1", 3)
        assert manager.statuses("READY")[-1] == "reload refused, old rules in force"
        fed = manager.count("WATCHDOG=1")
        await manager.told("WATCHDOG=1", fed + 2)

        daemon.signal(signal.SIGTERM)
        assert await daemon.wait() == 0
    last = [message for message in manager.messages if "WATCHDOG" not in message][-2:]
    assert last[0]["STOPPING"] == "1"
    assert int(last[1]["EXTEND_TIMEOUT_USEC"]) >= 20_000_000


async def test_it_is_not_ready_before_its_redis_is(desk: Desk, manager: Manager) -> None:
    desk.settings["redis"] = f"unix://{desk.folder}/nobody"
    daemon = desk.daemon(env=manager.env)
    await daemon.start(wait=False)
    await manager.told("EXTEND_TIMEOUT_USEC=30000000", 2)
    await daemon.__aexit__()
    assert manager.count("READY=1") == 0
    assert any(m.get("STATUS", "").startswith("waiting for Redis: Redis does not answer") for m in manager.messages)


async def test_a_process_that_does_not_move_cannot_hold_up_the_stop(desk: Desk) -> None:
    desk.settings["drain"] = "1s"
    async with desk.daemon() as daemon:
        await eventually(desk.fired(f"For {desk.folder.name}"), "it works")
        os.kill(child(daemon, "alertd match-0"), signal.SIGSTOP)
        family = descendants(daemon.pid)
        daemon.signal(signal.SIGTERM)
        assert await daemon.wait() == 0
    assert len(logged(daemon, "process_not_drained")) == 1
    assert_gone(family)


async def test_a_killed_redis_is_started_again_and_a_killed_supervisor_leaves_nobody_behind(desk: Desk) -> None:
    async with desk.daemon() as daemon:
        await eventually(desk.fired(f"For {desk.folder.name}"), "it works")
        os.kill(child(daemon, "redis-server"), signal.SIGKILL)
        await eventually(says(daemon, "redis_died"), "it notices")
        desk.world.script("/wire", answer(rss(item("After"), item(f"For {desk.folder.name}"))))
        await eventually(desk.fired("After"), "it goes on")
        assert logged(daemon, "process_died") == []

        family = descendants(daemon.pid)
        assert len(family) >= 6, "supervisor, Redis, io, a matcher and two parse workers"
        daemon.kill()
        await daemon.wait()
        await eventually(lambda: nobody(family), "all are gone")
        # The next one starts over what the killed one left: its lock, its Redis, its run.json.
        await daemon.start()
        await eventually(daemon.quiet, "it works")
    assert desk.titles().count(f"For {desk.folder.name}") == 1


async def test_children_leave_a_killed_supervisor_also_while_redis_is_away(desk: Desk) -> None:
    async with desk.daemon() as daemon:
        await eventually(desk.fired(f"For {desk.folder.name}"), "it works")
        family = descendants(daemon.pid)
        os.kill(daemon.pid, signal.SIGSTOP)  # so that it cannot start Redis again
        os.kill(child(daemon, "redis-server"), signal.SIGKILL)
        await eventually(says(daemon, "redis_unavailable", process="io"), "they miss it")
        daemon.kill()
        await daemon.wait()
        await eventually(lambda: nobody(family), "all are gone")


async def nobody(family: dict[int, str]) -> bool:
    return not living(family)


def living(family: dict[int, str]) -> list[str]:
    """Give the processes of a family that are still there, zombies aside."""
    found = []
    for pid, words in family.items():
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            found.append(f"{pid} {words}")
    return found


def assert_gone(family: dict[int, str]) -> None:
    assert living(family) == []


async def test_a_fork_server_that_is_killed_disturbs_nobody_and_the_next_process_comes_from_another(
    desk: Desk,
) -> None:
    async with desk.daemon() as daemon:
        await eventually(desk.fired(f"For {desk.folder.name}"), "it works")
        io = child(daemon, "alertd io")
        os.kill(child(daemon, "alertd fork-server"), signal.SIGKILL)
        await eventually(lambda: _logged(daemon, "fork_server_died"), "it is noticed")
        assert logged(daemon, "process_died") == []
        os.kill(io, signal.SIGKILL)
        await eventually(lambda: _logged(daemon, "process_ready"), "there is another")
        assert child(daemon, "alertd io") != io
        family = descendants(daemon.pid)
        assert {child_name(line) for line in family.values()} >= {"io", "fork-server"}
        daemon.signal(signal.SIGTERM)
        assert await daemon.wait() == 0
    assert_gone(family)


async def _logged(daemon: Daemon, event: str) -> bool:
    return bool(logged(daemon, event))
