from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from alertd.base.sdnotify import SdNotify, watchdog_seconds


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(str(tmp_path / "n"))
        s.settimeout(5)
        yield s


def test_each_change_is_one_datagram(manager: socket.socket) -> None:
    notify = SdNotify(manager.getsockname())
    assert notify.ready("polling 3 sources")
    assert notify.watchdog()
    assert notify.status("two\nlines")
    assert notify.extend_timeout(1.5)
    assert notify.stopping()
    got = [manager.recv(1000).decode() for _ in range(5)]
    assert got == [
        "READY=1\nSTATUS=polling 3 sources", "WATCHDOG=1", "STATUS=two lines", "EXTEND_TIMEOUT_USEC=1500000",
        "STOPPING=1",
    ]  # fmt: skip


def test_a_reload_carries_the_monotonic_clock(manager: socket.socket) -> None:
    SdNotify(manager.getsockname()).reloading()
    first, second = manager.recv(1000).decode().split("\n")
    assert first == "RELOADING=1"
    assert int(second.removeprefix("MONOTONIC_USEC=")) > 0


def test_an_abstract_address_is_understood() -> None:
    name = f"alertd-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind("\0" + name)
        s.settimeout(5)
        assert SdNotify("@" + name).watchdog()
        assert s.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize("address", [None, "", "vsock:2:1234", "/nowhere/at/all"])
def test_nobody_listening_is_no_error(address: str | None) -> None:
    assert not SdNotify(address).ready()


def test_a_manager_that_does_not_read_never_holds_us(manager: socket.socket) -> None:
    notify = SdNotify(manager.getsockname())
    assert not all(notify.watchdog() for _ in range(100_000))


def test_the_watchdog_is_for_the_process_that_systemd_names() -> None:
    assert watchdog_seconds({"WATCHDOG_USEC": "60000000"}, 7) == 60
    assert watchdog_seconds({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "7"}, 7) == 60
    assert watchdog_seconds({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "8"}, 7) is None
    assert watchdog_seconds({"WATCHDOG_USEC": "soon"}, 7) is None
    assert watchdog_seconds({}, 7) is None
