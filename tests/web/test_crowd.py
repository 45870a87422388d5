"""Very many who look on, and clients that are slow or send too much: the others are served all the while."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from alertd.telemetry import STREAMS
from alertd.web import listener
from tests.alerts.living import state
from tests.support.http import DEADLINE_S
from tests.web.conftest import TOKENS, Api, serving
from tests.web.test_server import Daemon, Start, daemon, start  # noqa: F401
from tests.web.test_stream import acknowledge, looking_on
from tests.workers.make import until

CROWD = 1_000
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def port_of(api: Api) -> int:
    return int(api.url.rpartition(":")[2])


def asking(method: str, path: str, *lines: str, token: str = TOKENS["all"]) -> bytes:
    """Write the head of a request."""
    own = [f"Authorization: Bearer {token}"] if token else []
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *own, *lines, "", ""]).encode()


@asynccontextmanager
async def connected(port: int, count: int) -> AsyncIterator[list[Line]]:
    """Connect so often, all at once."""
    lines = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(count)))
    try:
        yield lines
    finally:
        for _, writer in lines:
            writer.transport.abort()


async def reads(line: Line, what: bytes) -> bytes:
    """Read until something has come."""
    async with asyncio.timeout(DEADLINE_S):
        return await line[0].readuntil(what)


async def status_of(line: Line) -> int:
    """Read the first line of an answer."""
    return int((await reads(line, b"\r\n")).split()[1])


# --- onlookers --------------------------------------------------------------------------------------------


async def test_a_thousand_come_at_once_and_each_is_told_and_others_are_answered(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "FULL_S", DEADLINE_S)  # on a busy machine a second is not much
    await api.life.put(state())
    async with connected(port_of(api), CROWD) as lines:
        for _, writer in lines:
            writer.write(asking("GET", "/v1/stream"))
        await asyncio.gather(*(reads(line, b"retry: 2000\n\n") for line in lines))
        assert STREAMS._value.get() == CROWD
        status, said = await api.ask("GET", "/v1/alerts")
        assert (status, [one["id"] for one in said["alerts"]]) == (200, ["al_a"])
        await acknowledge(api, "al_a")
        told = await asyncio.gather(*(reads(line, b'"al_a"') for line in lines))
        assert all(b"event: alert" in one for one in told)
    await until(lambda: STREAMS._value.get() == 0, "those who left are counted no more")


async def test_who_reads_nothing_of_the_stream_is_let_go_and_the_others_are_told(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alertd.web.stream.SLOW_S", 0.5)
    monkeypatch.setattr("alertd.web.stream.written", lambda name, cards: f"id: {name}\ndata: {'x' * 50_000}\n\n")
    await api.life.put(state())
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    deaf.connect(("127.0.0.1", port_of(api)))
    deaf.sendall(asking("GET", "/v1/stream"))
    await until(lambda: STREAMS._value.get() == 1, "it looks on")
    async with looking_on(api) as stream:
        kinds = ["acknowledge", "unacknowledge"]
        said = 0
        while STREAMS._value.get() == 2:
            await api.ask("POST", f"/v1/alerts/al_a/{kinds[said % 2]}")
            assert len((await stream.next())["data"]) == 50_000
            said += 1
            assert said < 500, "what is sent to one who reads nothing is bounded"
    deaf.close()


# --- slow clients -----------------------------------------------------------------------------------------


async def drip(line: Line, text: bytes) -> None:
    """Send a byte at a time, until the other side has had enough."""
    try:
        for at in range(len(text)):
            line[1].write(text[at : at + 1])
            await line[1].drain()
            await asyncio.sleep(0.02)
    except ConnectionError:
        return


async def test_headers_that_come_a_byte_at_a_time_are_cut_off_and_room_is_there_again(
    start: Start,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listener, "FULL_S", DEADLINE_S)
    port = await start(deadline_s=1.0)
    async with connected(port, 100) as lines:
        head = b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 10_000
        dripping = [asyncio.create_task(drip(line, head)) for line in lines]
        async with connected(port, 1) as (late,):
            late[1].write(asking("GET", "/healthz"))
            assert await status_of(late) == 200, "it waited until the first of them were cut off"
        async with asyncio.timeout(DEADLINE_S):
            assert [await left(line) for line in lines] == [b""] * 100
        for task in dripping:
            task.cancel()


async def left(line: Line) -> bytes:
    """Read what comes until a line ends; one that is cut off while we write ends with a reset."""
    try:
        return await line[0].read()
    except ConnectionResetError:
        return b""


async def test_who_comes_when_there_is_no_room_for_long_is_told_so(
    start: Start,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listener, "FULL_S", 0.1)
    port = await start(max_connections=10)
    async with connected(port, 10), connected(port, 5) as more:
        assert [await status_of(line) for line in more] == [503] * 5


@pytest.mark.parametrize("path", ["/v1/silences", "/v1/alerts/al_a/close", "/login"])
async def test_a_body_that_never_ends_is_ended(path: str) -> None:
    kind = "application/x-www-form-urlencoded" if path == "/login" else "application/json"
    async with serving(deadline_s=1.0) as api, connected(port_of(api), 50) as lines:
        head = asking("POST", path, f"Content-Type: {kind}", "Content-Length: 2000")
        dripping = []
        for line in lines:
            line[1].write(head)
            dripping.append(asyncio.create_task(drip(line, b'{"who": "' + b"x" * 1_000)))
        assert await api.ids() == []
        assert {await status_of(line) for line in lines} == {408}
        for task in dripping:
            task.cancel()


# --- large bodies -----------------------------------------------------------------------------------------

LARGE = "Content-Length: 10000000"
JSON, FORM = "Content-Type: application/json", "Content-Type: application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("path", "kind", "token", "status"),
    [
        ("/v1/silences", JSON, TOKENS["all"], 413),
        ("/v1/alerts/al_a/close", JSON, TOKENS["all"], 413),
        ("/v1/silences", JSON, "", 401),
        ("/v1/silences", JSON, "wrong", 401),
        ("/v1/push/wire", JSON, "wrong", 401),
        ("/login", FORM, "", 400),
        ("/alerts/al_a/close", FORM, "", 303),
        ("/nothing", JSON, "", 401),
    ],
)
async def test_ten_megabytes_are_refused_before_a_byte_of_them_is_read(
    api: Api, path: str, kind: str, token: str, status: int
) -> None:
    async with connected(port_of(api), 1) as (line,):
        line[1].write(asking("POST", path, kind, LARGE, token=token))
        assert await status_of(line) == status, "nothing of the body was sent"


@pytest.mark.parametrize(("path", "kind", "status"), [("/v1/silences", JSON, 413), ("/login", FORM, 400)])
async def test_a_body_of_unknown_length_is_read_no_further_than_it_may_be(
    api: Api, path: str, kind: str, status: int
) -> None:
    async with connected(port_of(api), 1) as (line,):
        line[1].write(asking("POST", path, kind, "Transfer-Encoding: chunked"))
        for _ in range(9):
            line[1].write(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")
        assert await status_of(line) == status, "the rest was not waited for"
