from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout, web

from alertd import telemetry
from alertd.base.secrets import Secret
from alertd.base.tokens import Digests
from alertd.errors import Permanent, StoreUnavailable
from alertd.web.app import build_app
from alertd.web.deps import WebDeps
from alertd.web.outside import Outside, networks
from alertd.web.server import WebServer
from tests.support.http import DEADLINE_S
from tests.web.conftest import problem

TOKEN = "CANARY-0123456789"
AUTH = {"Authorization": f"Bearer {TOKEN}"}


class Daemon:
    """The rest of the daemon, as the web sees it."""

    ready_detail: dict[str, Any]

    def __init__(self) -> None:
        self.ready_detail = {"ready": True, "redis": "ok"}
        self.status_error: Exception | None = None
        self.held: asyncio.Event | None = None

    def deps(self) -> WebDeps:
        return WebDeps(
            status=self.status, ready=self.ready, metrics=telemetry.metrics_text, token=Digests.of([Secret(TOKEN)])
        )

    async def status(self) -> dict[str, Any]:
        if self.status_error is not None:
            raise self.status_error
        if self.held is not None:
            await self.held.wait()
        return {"sources": [{"id": "prwire", "state": "fine"}]}

    async def ready(self) -> dict[str, Any]:
        return self.ready_detail


@pytest.fixture
def daemon() -> Daemon:
    return Daemon()


@asynccontextmanager
async def serving(daemon: Daemon, bind: str = "127.0.0.1:0", **options: Any) -> AsyncIterator[ClientSession]:
    server = WebServer(bind, daemon.deps(), **options)
    _, port = await server.start()
    try:
        async with ClientSession(f"http://127.0.0.1:{port}", timeout=ClientTimeout(total=20)) as client:
            yield client
    finally:
        await server.stop()


@pytest.fixture
async def client(daemon: Daemon) -> AsyncIterator[ClientSession]:
    async with serving(daemon) as client:
        yield client


async def test_healthz_answers_while_the_loop_runs(client: ClientSession) -> None:
    async with client.get("/healthz") as response:
        assert (response.status, await response.json()) == (200, {"status": "ok"})


async def test_readyz_says_what_is_not_ready(client: ClientSession, daemon: Daemon) -> None:
    async with client.get("/readyz") as response:
        assert (response.status, await response.json()) == (200, {"ready": True, "redis": "ok"})
    daemon.ready_detail = {"ready": False, "redis": "away"}
    async with client.get("/readyz") as response:
        assert (response.status, await response.json()) == (503, {"ready": False, "redis": "away"})


async def test_metrics_are_prometheus_text(client: ClientSession) -> None:
    async with client.get("/metrics") as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == telemetry.METRICS_CONTENT_TYPE
        assert "# TYPE alertd_polls_total counter" in await response.text()


async def test_status_needs_the_token(client: ClientSession) -> None:
    async with client.get("/v1/status", headers=AUTH) as response:
        assert (response.status, await response.json()) == (200, {"sources": [{"id": "prwire", "state": "fine"}]})
    async with client.get("/v1/status") as response:
        assert (response.status, await response.json()) == (401, problem(401, "token required"))
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="alertd"'
    async with client.get(f"/v1/status?token={TOKEN}") as response:
        assert response.status == 401


async def test_wrong_tokens_are_slowed_down_and_the_right_one_never_is(client: ClientSession) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    answers = []
    for _ in range(12):
        async with client.get("/v1/status", headers=wrong) as response:
            answers.append(response.status)
    assert answers == [401] * 10 + [429] * 2
    assert int(response.headers["Retry-After"]) > 0
    async with client.get("/v1/status", headers=AUTH) as response:
        assert response.status == 200


async def test_a_rebound_name_is_refused(client: ClientSession) -> None:
    for path in ("/healthz", "/metrics", "/v1/status"):
        async with client.get(path, headers=AUTH | {"Host": "evil.example"}) as response:
            assert (response.status, await response.json()) == (421, problem(421, "unknown host"))


async def test_a_foreign_page_is_refused(client: ClientSession) -> None:
    async with client.get("/healthz", headers={"Origin": "https://evil.example"}) as response:
        assert response.status == 403
    async with client.options("/v1/status", headers={"Origin": "https://evil.example"} | AUTH) as response:
        assert response.status == 403
        assert not [h for h in response.headers if h.lower().startswith("access-control")]


async def test_listed_names_are_answered_to(daemon: Daemon) -> None:
    async with (
        serving(daemon, names=["Alerts.desk.example"]) as client,
        client.get("/healthz", headers={"Host": "alerts.desk.example"}) as response,
    ):
        assert response.status == 200


async def test_unknown_paths_and_methods_tell_nothing(client: ClientSession) -> None:
    async with client.get("/v1/nothing") as response:
        assert response.status == 401
    async with client.get("/v1/nothing", headers=AUTH) as response:
        assert (response.status, await response.json()) == (404, problem(404, "not found"))
    async with client.post("/v1/status", headers=AUTH, json={}) as response:
        assert (response.status, await response.json()) == (405, problem(405, "method not allowed"))
        assert "GET" in response.headers["Allow"]


async def test_every_answer_carries_the_security_headers(client: ClientSession) -> None:
    for path, headers in (("/healthz", {}), ("/nothing", AUTH), ("/v1/status", {}), ("/", {"Host": "evil"})):
        async with client.get(path, headers=headers) as response:
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert response.headers["Cache-Control"] == "no-store"
            assert response.headers["Server"] == "alertd"


async def test_an_error_inside_is_logged_and_not_shown(client: ClientSession, daemon: Daemon) -> None:
    daemon.status_error = RuntimeError("CANARY inside")
    async with client.get("/v1/status", headers=AUTH | {"Accept": "text/html"}) as response:
        assert (response.status, await response.json()) == (500, problem(500, "internal error"))
    daemon.status_error = StoreUnavailable("CANARY redis away")
    async with client.get("/v1/status", headers=AUTH) as response:
        assert (response.status, await response.json()) == (503, problem(503, "temporarily unavailable"))
        assert response.headers["Retry-After"] == "5"


async def test_a_handler_that_hangs_is_ended(daemon: Daemon) -> None:
    daemon.held = asyncio.Event()
    async with serving(daemon, deadline_s=0.2) as client, client.get("/v1/status", headers=AUTH) as response:
        assert (response.status, await response.json()) == (408, problem(408, "request took too long"))


# --- writes: no route takes any yet, the base that they will stand on does ------------------------------


@asynccontextmanager
async def writable(daemon: Daemon, deadline_s: float = 10) -> AsyncIterator[tuple[ClientSession, int]]:
    async def echo(request: web.Request) -> web.Response:
        return web.json_response(await request.json())

    app = build_app(daemon.deps(), deadline_s=deadline_s)
    app.router.add_post("/v1/echo", echo)
    runner = web.AppRunner(app, access_log=None, lingering_time=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with ClientSession(f"http://127.0.0.1:{port}") as client:
            yield client, port
    finally:
        await runner.cleanup()


async def test_a_write_is_json_within_64_kib(daemon: Daemon) -> None:
    async with writable(daemon) as (client, _):
        async with client.post("/v1/echo", headers=AUTH, json={"a": 1}) as response:
            assert (response.status, await response.json()) == (200, {"a": 1})
        async with client.post("/v1/echo", headers=AUTH, data={"a": "1"}) as response:
            assert response.status == 415
        async with client.post("/v1/echo", headers=AUTH, json={"a": "x" * 65_536}) as response:
            assert response.status == 413
        chunked = AUTH | {"Content-Type": "application/json"}
        async with client.post("/v1/echo", headers=chunked, data=endless()) as response:
            assert response.status == 413
        zipped = chunked | {"Content-Encoding": "gzip"}
        async with client.post("/v1/echo", headers=zipped, data=b"\x1f\x8b") as response:
            assert response.status in (400, 415)


async def endless() -> AsyncIterator[bytes]:
    for _ in range(100):
        yield b"x" * 1024


async def test_a_write_from_a_foreign_site_is_refused_even_with_the_token(daemon: Daemon) -> None:
    async with writable(daemon) as (client, _):
        headers = AUTH | {"Sec-Fetch-Site": "cross-site"}
        async with client.post("/v1/echo", headers=headers, json={}) as response:
            assert response.status == 403


async def test_a_read_takes_no_body(client: ClientSession) -> None:
    async with client.get("/healthz", json={}) as response:
        assert response.status == 400


async def test_a_body_that_drips_is_ended(daemon: Daemon) -> None:
    async with writable(daemon, deadline_s=1.0) as (_, port):
        head = f"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{{".encode())
        answer = await asyncio.wait_for(reader.read(), DEADLINE_S)
        writer.close()
        assert answer.startswith(b"HTTP/1.1 408 ")


# --- what is not HTTP, or too much of it ----------------------------------------------------------------


async def raw(port: int, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        return await asyncio.wait_for(reader.read(), DEADLINE_S)
    finally:
        writer.close()


Start = Callable[..., Awaitable[int]]


@pytest.fixture
async def start(daemon: Daemon) -> AsyncIterator[Start]:
    servers: list[WebServer] = []

    async def start(**options: Any) -> int:
        servers.append(WebServer("127.0.0.1:0", daemon.deps(), **options))
        return (await servers[-1].start())[1]

    yield start
    for server in servers:
        await server.stop()


async def test_headers_that_never_end_are_cut_off(start: Start) -> None:
    port = await start(deadline_s=0.3)
    assert await raw(port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ") == b""
    assert await raw(port, b"") == b""


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n",
    ],
)
async def test_bad_http_gets_a_short_answer_and_no_detail(start: Start, data: bytes) -> None:
    answer = await raw(await start(), data)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))
    assert json.loads(body) == problem(400, "bad request")
    assert b"nosniff" in head


async def test_a_request_without_host_is_refused(start: Start) -> None:
    assert b"unknown host" in await raw(await start(deadline_s=2.0), b"GET /healthz HTTP/1.0\r\n\r\n")


async def test_one_connection_too_many_is_told_so_and_the_others_live_on(start: Start) -> None:
    port = await start(max_connections=2)
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    for reader, writer in held:
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert await asyncio.wait_for(reader.readuntil(b'"ok"}'), DEADLINE_S)
    assert (await raw(port, b"")).startswith(b"HTTP/1.1 503 ")
    held[0][1].write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert await asyncio.wait_for(held[0][0].readuntil(b'"ok"}'), DEADLINE_S)
    for _, writer in held:
        writer.close()


async def test_a_client_that_does_not_take_its_answer_is_dropped(daemon: Daemon) -> None:
    async def huge() -> dict[str, Any]:
        return {"text": "x" * 30_000_000}

    deps = WebDeps(status=huge, ready=daemon.ready, metrics=telemetry.metrics_text, token=Digests.of([Secret(TOKEN)]))
    server = WebServer("127.0.0.1:0", deps, deadline_s=0.5)
    _, port = await server.start()
    _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    writer.write(f"GET /v1/status HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode())
    runner = server._runner
    assert runner is not None
    assert runner.server is not None
    await asyncio.wait_for(until(lambda: runner.server.connections != []), DEADLINE_S)  # type: ignore[union-attr]
    await asyncio.wait_for(until(lambda: runner.server.connections == []), DEADLINE_S)  # type: ignore[union-attr]
    writer.close()
    await server.stop()


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - what is awaited has no event to offer
        await asyncio.sleep(0.01)


# --- listening ------------------------------------------------------------------------------------------


async def test_port_0_takes_a_free_port_and_says_which(daemon: Daemon) -> None:
    server = WebServer("localhost:0", daemon.deps())
    host, port = await server.start()
    assert host in ("127.0.0.1", "::1")
    assert port > 0
    await server.stop()
    await server.stop()


async def test_another_life_listens_at_the_port_of_the_one_before_while_it_is_free(daemon: Daemon) -> None:
    first = WebServer("127.0.0.1:0", daemon.deps())
    _, port = await first.start()
    beside = WebServer("127.0.0.1:0", daemon.deps(), before=port)
    _, other = await beside.start()
    assert other != port, "it is taken"
    await first.stop()
    await beside.stop()
    second = WebServer("127.0.0.1:0", daemon.deps(), before=port)
    assert await second.start() == ("127.0.0.1", port)
    await second.stop()
    named = WebServer(f"127.0.0.1:{other}", daemon.deps(), before=port)
    assert await named.start() == ("127.0.0.1", other), "a port that is asked for counts"
    await named.stop()


async def test_a_taken_port_is_a_clear_error(daemon: Daemon) -> None:
    first = WebServer("127.0.0.1:0", daemon.deps())
    _, port = await first.start()
    with pytest.raises(Permanent) as refused:
        await WebServer(f"127.0.0.1:{port}", daemon.deps()).start()
    assert str(refused.value) == (
        f"web.bind: cannot listen on 127.0.0.1:{port}: another program has the port; stop it, or name another port"
    )
    await first.stop()


async def test_where_others_can_connect_metrics_and_detail_need_the_token(daemon: Daemon) -> None:
    async with serving(daemon, "0.0.0.0:0", outside=Outside(proxies=networks(["10.0.0.7"]))) as client:
        async with client.get("/metrics") as response:
            assert response.status == 401
        async with client.get("/metrics", headers=AUTH) as response:
            assert response.status == 200
        async with client.get("/readyz") as response:
            assert await response.json() == {"ready": True}
        async with client.get("/readyz", headers=AUTH) as response:
            assert await response.json() == {"ready": True, "redis": "ok"}
        async with client.get("/healthz") as response:
            assert response.status == 200


async def test_stopping_lets_a_request_in_progress_end(daemon: Daemon) -> None:
    daemon.held = asyncio.Event()
    server = WebServer("127.0.0.1:0", daemon.deps())
    _, port = await server.start()
    async with ClientSession() as session:
        asked = asyncio.create_task(session.get(f"http://127.0.0.1:{port}/v1/status", headers=AUTH))
        runner = server._runner
        assert runner is not None
        await asyncio.wait_for(until(lambda: bool(runner.server and runner.server.connections)), DEADLINE_S)
        stopping = asyncio.create_task(server.stop())
        daemon.held.set()
        async with await asked as response:
            assert response.status == 200
        await stopping
