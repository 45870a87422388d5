"""Sending: the exact bytes, once, and an honest answer to "did it leave?"."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import pytest

from alertd.net.client import AddressPolicy, GetOptions, HttpClient, PostFailed, PostOptions
from tests.support.http import (
    FaultServer,
    answer,
    deaf_port,
    drip,
    endless,
    gzip_bomb,
    hang,
    raw,
    redirect,
    refused_port,
    reset,
)

NOW = 1_768_203_716_000
INSIDE = PostOptions(allow=AddressPolicy(private=True))
QUICK = PostOptions(allow=AddressPolicy(private=True), timeout_s=1.0, connect_timeout_s=1.0, excerpt_timeout_s=0.2)
BODY = '{"text":"Vega Grid leases Orion – $1.2bn a year"}'.encode()


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    async with HttpClient("alertd test") as client:
        yield client


async def failure(client: HttpClient, url: str, options: PostOptions = QUICK) -> PostFailed:
    with pytest.raises(PostFailed) as caught:
        await client.post(url, BODY, {}, options, NOW)
    assert "s3cret" not in str(caught.value) + repr(caught.value)
    return caught.value


async def test_the_bytes_arrive_as_they_are(server: FaultServer, client: HttpClient) -> None:
    server.script("/hook", answer(b"ok"))
    headers = {"Content-Type": "application/json", "webhook-id": "dl_1"}
    result = await client.post(server.url("/hook?x=%2F"), BODY, headers, INSIDE, NOW)
    assert (result.status, result.body_excerpt, result.retry_after_s) == (200, "ok", None)
    (request,) = server.requests
    assert (request.method, request.target, request.body) == ("POST", "/hook?x=%2F", BODY)
    assert request.headers == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": "alertd test",
        "content-type": "application/json",
        "webhook-id": "dl_1",
        "content-length": str(len(BODY)),
        "accept": "*/*",
        "accept-encoding": "identity",
    }


@pytest.mark.parametrize("status", [200, 204, 301, 302, 307, 308, 400, 404, 410, 413, 429, 500, 503])
async def test_every_status_is_an_answer(server: FaultServer, client: HttpClient, status: int) -> None:
    server.script("/hook", answer(b"", status=status, headers={"Location": server.url("/other")}))
    assert (await client.post(server.url("/hook"), BODY, {}, INSIDE, NOW)).status == status
    assert [r.path for r in server.requests] == ["/hook"]


async def test_a_redirect_is_not_followed(server: FaultServer, client: HttpClient) -> None:
    server.script("/hook", redirect(server.url("/other"), 307))
    assert (await client.post(server.url("/hook"), BODY, {}, INSIDE, NOW)).status == 307
    assert server.to("/other") == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30", 30.0), ("Mon, 12 Jan 2026 07:42:56 GMT", 60.0), ("-1", 0.0), ("1000000000", 86400.0), ("soon", None)],
)
async def test_retry_after_is_read(server: FaultServer, client: HttpClient, text: str, seconds: float | None) -> None:
    server.script("/hook", answer(b"rate_limited", status=429, headers={"Retry-After": text}))
    result = await client.post(server.url("/hook"), BODY, {}, INSIDE, NOW)
    assert (result.retry_after_s, result.body_excerpt) == (seconds, "rate_limited")


# --- certainly not sent -------------------------------------------------------------------------------


async def test_a_refused_connection_sent_nothing(client: HttpClient) -> None:
    failed = await failure(client, f"http://127.0.0.1:{refused_port()}/s3cret")
    assert (str(failed), failed.sent, failed.forbidden) == ("127.0.0.1: refuses connections", False, False)


async def test_an_unknown_name_sent_nothing(client: HttpClient) -> None:
    failed = await failure(client, "https://no-such-host.invalid/s3cret", PostOptions(connect_timeout_s=5))
    assert not failed.sent
    assert not failed.forbidden


async def test_a_connection_never_accepted_sent_nothing(client: HttpClient) -> None:
    with deaf_port() as port:
        connecting = PostOptions(allow=INSIDE.allow, connect_timeout_s=0.2)
        failed = await failure(client, f"http://127.0.0.1:{port}/s3cret", connecting)
        assert (str(failed), failed.sent) == ("127.0.0.1: no connection within 0.2 s", False)
        whole = PostOptions(allow=INSIDE.allow, timeout_s=0.2)
        failed = await failure(client, f"http://127.0.0.1:{port}/s3cret", whole)
        assert (str(failed), failed.sent) == ("127.0.0.1: no connection within 0.2 s", False)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}/s3cret", "http://localhost:{port}/s3cret", "http://10.0.0.5/"]
)
async def test_a_forbidden_address_sent_nothing_and_never_will(
    server: FaultServer, client: HttpClient, url: str
) -> None:
    failed = await failure(client, url.format(port=server.port), PostOptions())
    assert (failed.sent, failed.forbidden) == (False, True)
    assert "set allow_private to permit it" in str(failed)
    assert str(failed).count(urlsplit(url.format(port=1)).hostname or "") == 1, "an address is not said twice"
    assert server.connections == 0


@pytest.mark.parametrize("url", ["file:///etc/passwd", "hooks.example/s3cret", "http://127.1/s3cret"])
async def test_what_is_no_web_address_sent_nothing(client: HttpClient, url: str) -> None:
    failed = await failure(client, url)
    assert (failed.sent, failed.forbidden) == (False, True)


async def test_a_header_that_cannot_be_sent_sends_nothing(server: FaultServer, client: HttpClient) -> None:
    with pytest.raises(PostFailed) as caught:
        await client.post(server.url("/hook"), BODY, {"X-Key": "s3cret\r\nX: 1"}, INSIDE, NOW)
    assert (caught.value.sent, caught.value.forbidden) == (False, True)
    assert "s3cret" not in str(caught.value)


# --- perhaps sent -------------------------------------------------------------------------------------


async def test_silence_after_the_request_is_in_doubt(server: FaultServer, client: HttpClient) -> None:
    server.script("/s3cret", hang())
    failed = await failure(client, server.url("/s3cret"))
    assert (str(failed), failed.sent) == ("127.0.0.1: no answer within 1 s", True)
    assert server.requests[0].body == BODY


async def test_a_reset_after_the_request_is_in_doubt(server: FaultServer, client: HttpClient) -> None:
    server.script("/s3cret", reset())
    assert (await failure(client, server.url("/s3cret"))).sent


async def test_an_end_without_an_answer_is_in_doubt(server: FaultServer, client: HttpClient) -> None:
    server.script("/s3cret", raw(b""))
    failed = await failure(client, server.url("/s3cret"))
    assert (str(failed), failed.sent) == ("127.0.0.1: closed the connection without an answer", True)


async def test_a_dripping_answer_is_in_doubt(server: FaultServer, client: HttpClient) -> None:
    server.script("/s3cret", drip(b"HTTP/1.1 200 OK\r\n" * 999, every_s=0.005))
    assert (await failure(client, server.url("/s3cret"))).sent


async def test_an_answer_that_is_not_http_is_in_doubt(server: FaultServer, client: HttpClient) -> None:
    server.script("/s3cret", raw(b"220 mail.example ESMTP\r\n\r\n"))
    failed = await failure(client, server.url("/s3cret"))
    assert (str(failed), failed.sent) == ("127.0.0.1: its answer is not proper HTTP", True)


@pytest.mark.parametrize("fault", [hang(), reset(), raw(b"")])
async def test_no_post_is_repeated_behind_our_back(server: FaultServer, client: HttpClient, fault: object) -> None:
    server.script("/hook", answer(b"ok"), fault)  # type: ignore[arg-type]
    await client.post(server.url("/hook"), BODY, {}, INSIDE, NOW)
    with pytest.raises(PostFailed):
        await client.post(server.url("/hook"), BODY, {}, QUICK, NOW)
    assert len(server.requests) == 2


# --- the answer's body --------------------------------------------------------------------------------


async def test_only_the_beginning_of_an_answer_is_kept(server: FaultServer, client: HttpClient) -> None:
    server.script("/hook", answer(b"x" * 9000, status=400))
    assert (await client.post(server.url("/hook"), BODY, {}, INSIDE, NOW)).body_excerpt == "x" * 2048
    longer = PostOptions(allow=INSIDE.allow, max_excerpt=8000)
    assert len((await client.post(server.url("/hook"), BODY, {}, longer, NOW)).body_excerpt) == 8000


async def test_an_excerpt_is_plain_text(server: FaultServer, client: HttpClient) -> None:
    server.script("/hook", answer(b"no\x1b[31m \xff\x00text\r\n"))
    assert (await client.post(server.url("/hook"), BODY, {}, INSIDE, NOW)).body_excerpt == "no[31m \ufffdtext\n"


@pytest.mark.parametrize(
    "fault",
    [
        endless(),
        gzip_bomb(),
        hang(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
        reset(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + b"x" * 999, every_s=0.001),
    ],
)
async def test_a_bad_body_does_not_undo_the_status(server: FaultServer, client: HttpClient, fault: object) -> None:
    server.script("/hook", fault)  # type: ignore[arg-type]
    result = await client.post(server.url("/hook"), BODY, {}, QUICK, NOW)
    assert result.status == 200
    await server.until(lambda: server.open == 0)


async def test_a_burst_shares_its_connections(server: FaultServer, client: HttpClient) -> None:
    server.script("/hook", answer(b"ok"))
    for _ in range(10):
        await client.post(server.url("/hook"), BODY, {}, INSIDE, NOW)
    assert server.connections == 1


async def test_hanging_sources_do_not_delay_a_message(server: FaultServer, client: HttpClient) -> None:
    server.script("/hang", hang())
    server.script("/hook", answer(b"ok"))
    polls = [
        asyncio.create_task(client.get(server.url("/hang"), GetOptions(allow=INSIDE.allow), NOW)) for _ in range(99)
    ]
    await server.seen(16)  # as many as the budget lets through
    assert (await client.post(server.url("/hook"), BODY, {}, INSIDE, NOW)).status == 200
    for poll in polls:
        poll.cancel()
    await asyncio.gather(*polls, return_exceptions=True)


async def test_a_message_whose_sender_is_cancelled_leaves_no_open_connection(
    server: FaultServer, client: HttpClient
) -> None:
    server.script("/hook", hang())
    sending = asyncio.create_task(client.post(server.url("/hook"), BODY, {}, INSIDE, NOW))
    await server.seen(1)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await server.until(lambda: server.open == 0)
