"""Fetching: what is sent, what comes back, and what an answer that is no document is called."""

import hashlib
from collections.abc import AsyncIterator, Iterator

import pytest

from alertd.base.secrets import marked_query
from alertd.errors import FetchPermanent, FetchTemporary
from alertd.net.client import AddressPolicy, GetOptions, HttpClient, Response
from tests.support.http import (
    DEADLINE_S,
    FaultServer,
    Request,
    answer,
    compress,
    deaf_port,
    hang,
    raw,
    refused_port,
    reset,
)

NOW = 1_768_203_716_000
INSIDE = AddressPolicy(private=True)
RSS = b"<rss version='2.0'><channel><title>Example Wire</title></channel></rss>"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    async with HttpClient("Example Desk ops@example.com") as client:
        yield client


async def get(client: HttpClient, url: str, options: GetOptions | None = None) -> Response:
    return await client.get(url, options or GetOptions(allow=INSIDE), NOW)


async def failure(client: HttpClient, url: str, options: GetOptions | None = None) -> FetchTemporary:
    with pytest.raises(FetchTemporary) as caught:
        await get(client, url, options)
    return caught.value


async def test_a_document_comes_with_everything_known_about_it(server: FaultServer, client: HttpClient) -> None:
    server.script(
        "/feed",
        answer(
            RSS,
            etag='W/"a-1"',
            last_modified="Mon, 12 Jan 2026 07:41:56 GMT",
            headers={
                "Content-Type": "application/rss+xml",
                "Date": "Mon, 12 Jan 2026 07:41:57 GMT",
                "Cache-Control": "max-age=300",
                "Age": "60",
            },
        ),
    )
    response = await get(client, server.url("/feed"))
    assert (response.status, response.body, response.url) == (200, RSS, server.url("/feed"))
    assert response.sha256 == hashlib.sha256(RSS).hexdigest()
    assert response.content_type == "application/rss+xml"
    assert response.headers["ETag"] == response.headers["etag"] == 'W/"a-1"'
    assert (response.etag, response.last_modified) == ('W/"a-1"', "Mon, 12 Jan 2026 07:41:56 GMT")
    assert response.http_date == "Mon, 12 Jan 2026 07:41:57 GMT"
    assert response.max_age_s == 240.0
    assert response.permanent_url is None
    assert not response.not_modified
    assert response.wire_bytes == len(RSS)
    assert 0 <= response.elapsed_s < DEADLINE_S
    assert NOW <= response.received_at_ms < NOW + DEADLINE_S * 1000


async def test_the_request_says_who_asks_and_takes_no_surprises(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(RSS))
    await get(client, server.url("/feed?b=%7E&a=%2F"), GetOptions(allow=INSIDE, accept="application/rss+xml"))
    (request,) = server.requests
    assert request.target == "/feed?b=%7E&a=%2F"
    assert request.headers == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": "Example Desk ops@example.com",
        "accept": "application/rss+xml",
        "accept-encoding": "gzip, deflate",
    }


async def test_a_source_has_its_own_headers_and_may_name_itself(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(RSS))
    options = GetOptions(allow=INSIDE, headers={"X-Api-Key": "k3y", "user-agent": "Mine"}, user_agent="Other")
    await get(client, server.url("/feed"), options)
    assert server.requests[0].headers["x-api-key"] == "k3y"
    assert server.requests[0].headers["user-agent"] == "Mine"
    assert "k3y" not in repr(options)


async def test_credentials_in_the_url_are_sent_as_a_header(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(RSS))
    response = await get(client, server.url("/feed").replace("://", "://jo:p%40w@"))
    assert server.requests[0].headers["authorization"] == "Basic am86cEB3"
    assert "jo" not in response.url


@pytest.mark.parametrize(
    "headers",
    [{"X-Key": "secret\r\nX-Evil: 1"}, {"X-Key": "secret\x00"}, {"Bad Name": "secret"}, {"Host": "secret"},
     {"Content-Length": "secret"}, {"X-Key": "secret\udc80"}],
)  # fmt: skip
async def test_a_header_that_cannot_be_sent_is_refused_without_its_value(
    server: FaultServer, client: HttpClient, headers: dict[str, str]
) -> None:
    with pytest.raises(FetchPermanent) as caught:
        await get(client, server.url("/feed"), GetOptions(allow=INSIDE, headers=headers))
    assert "secret" not in str(caught.value)
    assert server.connections == 0


async def test_validators_go_back_as_they_came_and_bring_a_304(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(RSS, etag='"q,\'s"', last_modified="Mon, 12 Jan 2026 7:41:56 +0000"))
    first = await get(client, server.url("/feed"))
    options = GetOptions(allow=INSIDE, etag=first.etag, last_modified=first.last_modified, validators_url=first.url)
    second = await get(client, server.url("/feed"), options)
    assert server.requests[1].headers["if-none-match"] == '"q,\'s"'
    assert server.requests[1].headers["if-modified-since"] == "Mon, 12 Jan 2026 7:41:56 +0000"
    assert (second.status, second.not_modified, second.body, second.sha256) == (304, True, b"", "")
    assert (second.etag, second.last_modified) == (first.etag, first.last_modified)


async def test_a_304_that_repeats_no_validator_keeps_the_old_ones(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(status=304))
    response = await get(client, server.url("/feed"), GetOptions(allow=INSIDE, etag='"1"', last_modified="then"))
    assert (response.etag, response.last_modified) == ('"1"', "then")


async def test_a_304_that_nobody_asked_for_is_a_failed_poll(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(status=304))
    why = str(await failure(client, server.url("/feed")))
    assert why == "127.0.0.1: answered 304 (not modified) to a request without conditions"


async def test_validators_of_another_url_stay_at_home(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(RSS))
    await get(client, server.url("/feed"), GetOptions(allow=INSIDE, etag='"1"', validators_url=server.url("/old")))
    assert "if-none-match" not in server.requests[0].headers


async def test_an_address_is_known_again_by_the_mark_of_its_query(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(RSS))
    kept = marked_query(server.url("/feed?key=hunter2"))
    assert "hunter2" not in kept
    options = GetOptions(allow=INSIDE, etag='"1"', validators_url=kept)
    await get(client, server.url("/feed?key=hunter2"), options)
    await get(client, server.url("/feed?key=hunter3"), options)
    assert ["if-none-match" in request.headers for request in server.requests] == [True, False]


async def test_cookies_are_never_sent_back(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(RSS, headers={"Set-Cookie": "id=you; Path=/"}))
    await get(client, server.url("/feed"))
    await get(client, server.url("/feed"))
    assert all("cookie" not in request.headers for request in server.requests)


async def test_a_proxy_in_the_environment_is_ignored(
    server: FaultServer, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{refused_port()}")
    server.script("/feed", answer(RSS))
    assert (await get(client, server.url("/feed"))).body == RSS


async def test_a_connection_is_used_again(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(RSS))
    for _ in range(5):
        await get(client, server.url("/feed"))
    assert server.connections == 1


async def test_a_203_is_a_document(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(RSS, status=203))
    assert (await get(client, server.url("/feed"))).body == RSS


@pytest.mark.parametrize("status", [201, 204, 206, 226, 300, 400, 401, 403, 404, 429, 451, 500, 502, 503])
async def test_any_other_status_is_a_failed_poll(server: FaultServer, client: HttpClient, status: int) -> None:
    server.script("/feed", answer(b"" if status == 204 else b"<html>", status=status))
    failed = await failure(client, server.url("/feed"))
    assert str(failed) == f"127.0.0.1: answered {status}"
    assert failed.retry_after is None


async def test_a_410_is_for_good(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(status=410))
    with pytest.raises(FetchPermanent, match=r"^127.0.0.1: answered 410 \(gone\)$"):
        await get(client, server.url("/feed"))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("120", 120.0), ("Mon, 12 Jan 2026 07:42:56 GMT", 60.0), ("-1", 0.0), ("1000000000", 86400.0), ("soon", None)],
)
async def test_a_server_may_ask_for_patience(
    server: FaultServer, client: HttpClient, text: str, seconds: float | None
) -> None:
    for status in (429, 503):
        server.script("/feed", answer(status=status, headers={"Retry-After": text}))
        assert (await failure(client, server.url("/feed"))).retry_after == seconds


async def test_unreadable_response_headers_count_as_absent(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(RSS, headers={"ETag": '"\udcff"', "Last-Modified": "x" * 4000, "Date": "today"}))
    response = await get(client, server.url("/feed"))
    assert (response.etag, response.last_modified, response.http_date) == ("", "", "today")


@pytest.mark.parametrize(
    "url", ["", "feed", "file:///etc/passwd", "ftp://h/", "http://", "http://127.1/", "http://h:0x1/"]
)
async def test_what_is_no_web_address_is_refused_for_good(client: HttpClient, url: str) -> None:
    with pytest.raises(FetchPermanent):
        await get(client, url)


async def test_a_refused_connection_is_named(client: HttpClient) -> None:
    why = str(await failure(client, f"http://127.0.0.1:{refused_port()}/secret-path"))
    assert why == "127.0.0.1: refuses connections"


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 64 + ".invalid", "no_such_host.invalid."])
async def test_an_unknown_name_is_named(client: HttpClient, host: str) -> None:
    why = str(await failure(client, f"http://{host}/secret-path", GetOptions(connect_timeout_s=5)))
    assert "name" in why
    assert "secret" not in why


async def test_a_connection_that_is_never_accepted_times_out(client: HttpClient) -> None:
    with deaf_port() as port:
        why = str(await failure(client, f"http://127.0.0.1:{port}/", GetOptions(allow=INSIDE, connect_timeout_s=0.2)))
    assert why == "127.0.0.1: no connection within 0.2 s"


async def test_a_silent_server_times_out(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", hang())
    why = str(await failure(client, server.url("/feed"), GetOptions(allow=INSIDE, read_timeout_s=0.2)))
    assert why == "127.0.0.1: no answer within 0.2 s after connecting"


async def test_silence_in_the_body_times_out(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", hang(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"))
    why = str(await failure(client, server.url("/feed"), GetOptions(allow=INSIDE, read_timeout_s=1)))
    assert why == "127.0.0.1: nothing more for 1 s, 3 bytes came"


async def test_a_reset_is_named(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", reset())
    assert str(await failure(client, server.url("/feed"))) == "127.0.0.1: reset the connection"
    server.script("/half", reset(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"))
    assert str(await failure(client, server.url("/half"))).startswith("127.0.0.1: ")


async def test_a_connection_closed_without_a_word_is_named(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", raw(b""))
    why = str(await failure(client, server.url("/feed")))
    assert why == "127.0.0.1: closed the connection without an answer"


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 20_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(5000)) + b"\r\n",
    ],
)
async def test_what_is_not_http_is_called_so(server: FaultServer, client: HttpClient, data: bytes) -> None:
    server.script("/feed", raw(data))
    assert str(await failure(client, server.url("/feed"))) == "127.0.0.1: its answer is not proper HTTP"


async def test_a_connection_the_server_has_closed_meanwhile_is_no_failure(
    server: FaultServer, client: HttpClient
) -> None:
    async def answer_and_reset_later(request: Request, connection: object) -> None:
        await answer(RSS)(request, connection)  # type: ignore[arg-type]
        connection.keep = False  # type: ignore[attr-defined]

    server.script("/feed", answer_and_reset_later, answer(RSS))
    await get(client, server.url("/feed"))
    await server.until(lambda: server.open == 0)
    assert (await get(client, server.url("/feed"))).body == RSS


async def test_the_beginning_of_the_page_that_comes_with_a_failure_is_kept_where_it_is_asked_for(
    server: FaultServer, client: HttpClient
) -> None:
    page = b"<html><title>Too many requests</title></html>"
    url = server.script(
        "/feed",
        answer(page, status=429, headers={"Retry-After": "7"}),
        answer(compress(page * 100, "gzip"), status=503, headers={"Content-Encoding": "gzip"}),
        answer(b"no gzip", status=503, headers={"Content-Encoding": "gzip"}),
        answer(page, status=503),
    )
    asking = GetOptions(allow=INSIDE, max_refusal=100)
    first = await failure(client, url, asking)
    assert (first.status, first.page, first.retry_after) == (429, page, 7)
    assert (await failure(client, url, asking)).page == (page * 100)[:100]
    assert ((await failure(client, url, asking)).page, (await failure(client, url)).page) == (b"", b"")
