"""35 to 58: what a server can answer instead of a feed, or around it."""

from __future__ import annotations

import gzip
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import pytest_asyncio
import zstandard

from alertd.net.client import HttpClient
from alertd.store.memory import MemoryStore
from tests.hostile.case import Case, hostile
from tests.hostile.feeding import fed
from tests.support.behaviours import Behaviour, answer, chunk, drip, endless, gzip_bomb, hang, head, raw, redirect
from tests.support.http import Authority, FaultServer
from tests.workers.make import feed
from tests.workers.polling import CountingPool, Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")

MIB = 1 << 20
GOOD = feed("A lease")
OUTSIDE = "127.0.0.9"
"""Stands for a server on the internet: the only address that the source may reach."""


@dataclass(frozen=True)
class Trouble:
    """What a server does, and the words in which the poll fails."""

    behaviour: Callable[[], Behaviour]
    error: str
    settings: dict[str, Any]


def one(number: int, name: str, behaviour: Callable[[], Behaviour], error: str, **settings: Any) -> Any:
    marks = hostile(number, name)
    return pytest.param(Trouble(behaviour, error, settings), marks=marks, id=f"{number} {name}")


def encoded(encoding: str, body: bytes) -> Callable[[], Behaviour]:
    return lambda: answer(body, headers={"Content-Encoding": encoding})


def dripping(begin: bytes, piece: bytes) -> Callable[[], Behaviour]:
    return lambda: drip(begin + piece * 1_000, every_s=0.005)


BROTLI_ZEROS = b"\x1b\xff\xff\xff\x0f" * 160
OK = b"HTTP/1.1 200 OK\r\n"
LOCATION = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://\xff\xfe/\r\n\r\n"
TROUBLES = [
    one(35, "gzip bomb, 500 MiB", lambda: gzip_bomb(500 * MIB), "sends more than 5 MiB once decoded"),
    one(36, "brotli bomb", encoded("br", BROTLI_ZEROS), "answered in the encoding br, which was not asked for"),
    one(37, "zstd bomb", encoded("zstd", zstandard.compress(bytes(MIB))), "encoding zstd, which was not asked for"),
    one(38, "gzip in gzip, both declared", encoded("gzip, gzip", gzip.compress(gzip.compress(GOOD))),
        "answered in the encoding gzip,gzip, which was not asked for"),
    one(38, "gzip of 5,000 members", encoded("gzip", gzip.compress(b"") * 5_000), "has more than 1024 members"),
    one(39, "Content-Length above the body", lambda: answer(GOOD, length=100_000), "its body ended early"),
    one(39, "Content-Length of 999,999,999,999", lambda: hang(OK + b"Content-Length: 999999999999\r\n\r\n"),
        "sends more than 5 MiB"),
    one(39, "two unlike Content-Lengths", lambda: raw(OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n<rss/>"),
        "its answer is not proper HTTP"),
    one(40, "endless chunked body", endless, "sends more than 5 MiB"),
    one(40, "a chunk of FFFFFFFFFFFFFFFF bytes",
        lambda: raw(OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n"), "its body ended early"),
    one(40, "one of 16 times as many", lambda: raw(OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n"),
        "its answer is not proper HTTP"),
    one(41, "a byte now and then", dripping(OK + b"\r\n", b"x"), "not done within 1 s", timeout="1s"),
    one(42, "header that drips", dripping(OK, b"X-Slow: x\r\n"), "not done within 1 s", timeout="1s"),
    one(43, "header of 100,000 lines", lambda: raw(OK + b"X: y\r\n" * 100_000 + b"\r\n"),
        "its answer is not proper HTTP"),
    one(43, "header line of 1 MB", lambda: raw(OK + b"X: " + b"y" * MIB + b"\r\n\r\n"),
        "its answer is not proper HTTP"),
    one(44, "redirect to itself", lambda: redirect("/feed"), "redirects in a circle"),
    one(44, "redirect that never ends", lambda: endless_redirect, "more than 5 redirects"),
    one(52, "redirect to file:", lambda: redirect("file:///etc/passwd"), "an address that is not http or https"),
    one(52, "redirect to gopher:", lambda: redirect("gopher://127.0.0.1/"), "an address that is not http or https"),
    one(54, "user name and password in Location", lambda: redirect("http://jo:CANARY@news.example/"),
        "redirects to an address with a user name or password in it"),
    one(54, "Location that is no text", lambda: raw(LOCATION), "redirects to an address that cannot be read"),
    one(56, "304 to a request without validators", lambda: answer(status=304),
        "answered 304 (not modified) to a request without conditions"),
]  # fmt: skip


async def endless_redirect(request: Any, connection: Any) -> None:
    """Send on to the same path with another number."""
    number = int(request.target.partition("?")[2] or 0)
    await redirect(f"/feed?{number + 1}")(request, connection)


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_server_that_misbehaves_costs_its_own_poll(case: Case, wire: Wire, trouble: Trouble) -> None:
    wire.settings |= trouble.settings
    left = await fed(case, wire, trouble.behaviour())
    assert (left.polled.outcome, left.titles) == ("failed", [])
    assert trouble.error in left.error
    assert len(left.told) >= 1
    assert "CANARY" not in "".join(left.told)
    case.says(f"the poll fails: {left.error.removeprefix('127.0.0.1: ')}")


# --- where a server may lead --------------------------------------------------------------------------


@pytest.fixture
def stranger() -> Iterator[FaultServer]:
    with FaultServer(host=OUTSIDE) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def outside(http: HttpClient, pool: CountingPool, stranger: FaultServer) -> AsyncIterator[Wire]:
    """A source on the internet, which `server` is not: it stands for the host's own network."""
    wire = Wire(MemoryStore(), http, pool, stranger)
    wire.settings["allow_private"] = [f"{OUTSIDE}/32"]
    yield wire


INSIDE = [
    (45, "redirect to 127.0.0.1", "http://127.0.0.1:{port}/secret", "a loopback address (127.0.0.1)"),
    (45, "redirect to localhost", "http://localhost:{port}/secret", "a loopback address"),
    (45, "redirect to 0.0.0.0", "http://0.0.0.0:{port}/secret", "the unspecified address (0.0.0.0)"),
    (46, "redirect to 169.254.169.254", "http://169.254.169.254/latest/meta-data", "a cloud metadata address"),
    (47, "redirect to [::ffff:127.0.0.1]", "http://[::ffff:127.0.0.1]:{port}/secret", "a loopback address"),
    (48, "redirect to 0x7f.1", "http://0x7f.1:{port}/secret", "a loopback address"),
    (48, "redirect to 2130706433", "http://2130706433:{port}/secret", "without a proper host name"),
    (48, "redirect to 0177.0.0.1", "http://0177.0.0.1:{port}/secret", "without a proper host name"),
    (49, "redirect to full-width digits", "http://１２７.０.０.１:{port}/secret", "a loopback address"),
    (49, "redirect to circled digits", "http://①②⑦.⓪.⓪.①:{port}/secret", "a loopback address"),
    (50, "NAT64 address", "http://[64:ff9b::7f00:1]:{port}/secret", "a NAT64 address"),
    (50, "6to4 address", "http://[2002:7f00:1::]:{port}/secret", "a 6to4 address"),
    (50, "IPv4-compatible address", "http://[::127.0.0.1]:{port}/secret", "a reserved address"),
]


@pytest.mark.parametrize(
    ("to", "error"),
    [
        pytest.param(to, error, marks=hostile(number, name), id=f"{number} {name}")
        for number, name, to, error in INSIDE
    ],
)
async def test_no_redirect_leads_into_the_house(
    case: Case, outside: Wire, server: FaultServer, to: str, error: str
) -> None:
    left = await fed(case, outside, redirect(to.format(port=server.port)))
    assert left.polled.outcome == "failed"
    assert error in left.error
    assert server.connections == 0
    case.says(f"nothing is connected: {left.error.removeprefix(f'{OUTSIDE}: ')}")


@hostile(51, "DNS rebinding")
async def test_a_name_that_changes_its_address_gains_nothing(
    case: Case, outside: Wire, pool: CountingPool, stranger: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger.script("/feed", answer(GOOD))
    with FaultServer(port=stranger.port) as inside:
        addresses = iter([OUTSIDE, "127.0.0.1", "127.0.0.1"])

        def resolve(host: str, port: int, *args: Any, **options: Any) -> list[Any]:
            assert host == "rebind.example"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(addresses), port))]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        stranger.host = "rebind.example"
        assert (await outside.poll()).outcome == "new", "the first look-up leads outside"
        async with HttpClient("alertd test") as later:  # which has forgotten the address, as after a minute
            again = Wire(outside.store, later, pool, stranger)
            again.settings, again.state = outside.settings, outside.state
            polled = await again.poll()
        assert inside.connections == 0
    assert "a loopback address (127.0.0.1)" in polled.state.error
    case.says(f"what counts is the address at connect: {polled.state.error}")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


async def over_tls(
    case: Case, pool: CountingPool, authority: Authority, server: FaultServer, *behaviours: Any
) -> str:
    """Poll a server over TLS; gives the error."""
    async with HttpClient("alertd test", tls=authority.client()) as client:
        wire = Wire(MemoryStore(), client, pool, server)
        for number, behaviour in enumerate(behaviours or [answer(GOOD)]):
            server.script(f"/feed{number}", behaviour)
        polled = await wire.poll("/feed0")
        assert await wire.titles() == []
        return polled.state.error


@hostile(53, "redirect from https to http")
async def test_a_redirect_from_https_to_http_is_not_followed(
    case: Case, pool: CountingPool, authority: Authority, server: FaultServer
) -> None:
    with FaultServer(tls=authority.server()) as secure:
        error = await over_tls(case, pool, authority, secure, redirect(server.url("/plain")))
    assert error == "127.0.0.1: redirects from https to http"
    assert server.connections == 0
    case.says("nothing is connected: redirects from https to http")


YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.mark.parametrize(
    ("names", "options", "error"),
    [
        pytest.param((), {"not_after": YESTERDAY}, "has expired", marks=hostile(58, "expired certificate")),
        pytest.param(
            ("news.example",), {}, "is for another address", marks=hostile(58, "certificate of another host")
        ),
    ],
)
async def test_a_certificate_that_does_not_hold_is_refused(
    case: Case, pool: CountingPool, authority: Authority, names: tuple[str, ...], options: Any, error: str
) -> None:
    with FaultServer(tls=authority.server(*names, **options)) as secure:
        said = await over_tls(case, pool, authority, secure)
        assert secure.requests == []
    assert said == f"127.0.0.1: its certificate {error}"
    case.says(f"the poll fails, nothing was asked: its certificate {error}")


@hostile(58, "certificate of an unknown authority")
async def test_an_unknown_authority_is_refused(case: Case, pool: CountingPool, authority: Authority) -> None:
    with FaultServer(tls=Authority().server()) as secure:
        error = await over_tls(case, pool, authority, secure)
    assert error == "127.0.0.1: its certificate is signed by an unknown authority"
    case.says("the poll fails: its certificate is signed by an unknown authority")


# --- what is harmless if it is not believed -----------------------------------------------------------


@hostile(55, "Set-Cookie that tracks")
async def test_cookies_are_not_kept(case: Case, wire: Wire) -> None:
    cookie = {"Set-Cookie": "track=CANARY; Max-Age=99999999"}
    left = await fed(case, wire, answer(GOOD, headers=cookie), answer(feed("B", "A lease"), headers=cookie))
    assert sorted(left.titles) == ["A lease", "B"]
    assert not [request for request in wire.server.requests if "cookie" in request.headers]
    case.says("2 events, no cookie is ever sent back")


RETRIES = [
    ("a date", lambda: format_datetime(datetime.now(UTC) + timedelta(seconds=600), usegmt=True), 400, 601),
    ("negative", lambda: "-5", 0, 0),
    ("1000000000", lambda: "1000000000", 86_400, 86_400),
    ("1e9", lambda: "1e9", None, None),
    ("text", lambda: "after the meeting", None, None),
    ("bytes that are no text", lambda: "\udcff\udcfe", None, None),
]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        pytest.param(text, low, high, marks=hostile(57, f"429 with Retry-After: {name}"), id=name)
        for name, text, low, high in RETRIES
    ],
)
async def test_retry_after_is_believed_within_a_day(
    case: Case, wire: Wire, text: Callable[[], str], low: float | None, high: float | None
) -> None:
    left = await fed(case, wire, answer(status=429, headers={"Retry-After": text()}), polls=1)
    wait = left.polled.retry_after_s
    assert (wait is None) if low is None or high is None else (wait is not None and low <= wait <= high)
    assert left.error == "127.0.0.1: answered 429"
    case.says("not believed, the usual back-off" if wait is None else f"asked again in {wait:,.0f} s")


@hostile(40, "trailers and chunk extensions")
async def test_chunks_with_extensions_and_trailers_are_read(case: Case, wire: Wire) -> None:
    body = chunk(GOOD).replace(b"\r\n", b';x="' + b"y" * 500 + b'"\r\n', 1) + b"0\r\nX-Trailer: 1\r\n\r\n"
    left = await fed(case, wire, raw(OK + b"Transfer-Encoding: chunked\r\n\r\n" + body))
    assert left.titles == ["A lease"]
    case.says("1 event")


@hostile(41, "an ETag and a date that are no header values")
async def test_validators_that_would_break_a_request_are_not_sent_back(case: Case, wire: Wire) -> None:
    broken = await fed(case, wire, raw(head(200, {"ETag": '"\x00"'}, len(GOOD)) + GOOD), polls=1)
    assert broken.error == "127.0.0.1: its answer is not proper HTTP"
    odd = head(200, {"ETag": '"' + "e" * 7_000, "Last-Modified": "yesterday\tish"}, len(GOOD))
    first = await fed(case, wire, raw(odd + GOOD), polls=1)
    assert (first.error, first.titles) == ("", ["A lease"])
    left = await fed(case, wire, answer(feed("B", "A lease")), polls=1)
    assert (left.error, left.titles) == ("", ["B"])
    *_, before, again = (request.headers for request in wire.server.to("/feed"))
    assert "if-none-match" not in before | again
    assert "if-modified-since" not in before
    assert again["if-modified-since"] == "yesterday\tish"
    case.says("a NUL: its answer is not proper HTTP", "7,000 characters: read, and read again without it")
