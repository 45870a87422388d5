"""Name servers that hang, and a process at the end of its file descriptors."""

import asyncio
import os
import resource
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from alertd.errors import FetchTemporary
from alertd.net.client import AddressPolicy, GetOptions, HttpClient
from tests.support.http import DEADLINE_S, FaultServer, answer

INSIDE = GetOptions(allow=AddressPolicy(private=True), connect_timeout_s=0.2)
PATIENT = replace(INSIDE, connect_timeout_s=60.0)
"""For what must come, though forty threads begin beside it."""


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        server.script("/feed", answer(b"<rss/>"))
        yield server


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    async with HttpClient("test") as client:
        yield client


@pytest.fixture
def slow_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Let look-ups of `slow…` hang until the test ends; gives the names asked for."""
    real = socket.getaddrinfo
    end = threading.Event()
    asked: list[str] = []

    def getaddrinfo(host: str, *args: Any, **options: Any) -> Any:
        asked.append(host)
        if host.startswith("slow"):
            end.wait(DEADLINE_S)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return real(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield asked
    end.set()


async def failure(client: HttpClient, url: str) -> str:
    with pytest.raises(FetchTemporary) as caught:
        await client.get(url, INSIDE, 0)
    return str(caught.value)


async def test_names_that_hang_do_not_stop_the_others(
    server: FaultServer, client: HttpClient, slow_names: list[str]
) -> None:
    hanging = [asyncio.create_task(failure(client, f"http://slow{n}.example/")) for n in range(40)]
    # Where names that hang stop it, it waits for them, and they for the end of the test.
    assert (await client.get(server.url("/feed", host="localhost"), PATIENT, 0)).body == b"<rss/>"
    assert set(await asyncio.gather(*hanging)) == {
        f"slow{n}.example: its name was not resolved within 0.2 s" for n in range(40)
    }


async def test_a_name_that_hangs_is_asked_for_once(client: HttpClient, slow_names: list[str]) -> None:
    for _ in range(3):
        await failure(client, "http://slow.example/")
    assert slow_names == ["slow.example"]


async def test_an_address_is_remembered_for_a_minute(
    server: FaultServer, client: HttpClient, slow_names: list[str]
) -> None:
    server.script("/feed", answer(b"<rss/>", headers={"Connection": "close"}))
    for _ in range(3):
        await client.get(server.url("/feed", host="localhost"), PATIENT, 0)
    assert slow_names == ["localhost"]


async def test_no_file_descriptors_left_is_a_failed_poll(server: FaultServer, client: HttpClient) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    spare = [os.dup(0)]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (spare[0] + 2, hard))
        with pytest.raises(OSError, match="Too many open files"):
            while True:
                spare.append(os.dup(0))
        why = await failure(client, server.url("/feed"))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for fd in spare:
            os.close(fd)
    assert why == "127.0.0.1: not asked: this process has too many open files"
    assert (await client.get(server.url("/feed"), PATIENT, 0)).body == b"<rss/>"
