"""Redirects followed by hand over a real network, and what they must never carry or reach."""

import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from alertd.errors import FetchPermanent, FetchTemporary
from alertd.net.client import AddressPolicy, GetOptions, HttpClient
from tests.support.http import FaultServer, answer, drip, redirect

INSIDE = AddressPolicy(private=True)
SECRETS = {"X-Api-Key": "k3y", "Authorization": "Bearer t0ken", "Cookie": "c=1"}


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
def other() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    async with HttpClient("test") as client:
        yield client


async def failure(client: HttpClient, url: str, options: GetOptions) -> str:
    with pytest.raises(FetchTemporary) as caught:
        await client.get(url, options, 0)
    return str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_every_kind_of_redirect_leads_to_the_document(
    server: FaultServer, client: HttpClient, status: int
) -> None:
    server.script("/old", redirect("/new", status))
    server.script("/new", answer(b"<rss/>"))
    response = await client.get(server.url("/old"), GetOptions(allow=INSIDE), 0)
    assert (response.body, response.url) == (b"<rss/>", server.url("/new"))
    assert response.permanent_url == (server.url("/new") if status in (301, 308) else None)


async def test_a_move_is_permanent_only_if_each_step_is(server: FaultServer, client: HttpClient) -> None:
    server.script("/a", redirect("/b", 301))
    server.script("/b", redirect("/c", 308))
    server.script("/c", answer(b"<rss/>"))
    assert (await client.get(server.url("/a"), GetOptions(allow=INSIDE), 0)).permanent_url == server.url("/c")
    server.script("/b", redirect("/c", 302))
    assert (await client.get(server.url("/a"), GetOptions(allow=INSIDE), 0)).permanent_url is None


async def test_five_redirects_are_followed_and_not_six(server: FaultServer, client: HttpClient) -> None:
    for n in range(6):
        server.script(f"/{n}", redirect(f"/{n + 1}"))
    server.script("/6", answer(b"<rss/>"))
    assert (await client.get(server.url("/1"), GetOptions(allow=INSIDE), 0)).body == b"<rss/>"
    assert await failure(client, server.url("/0"), GetOptions(allow=INSIDE)) == "127.0.0.1: more than 5 redirects"


async def test_a_circle_is_named(server: FaultServer, client: HttpClient) -> None:
    server.script("/a", redirect("/b"))
    server.script("/b", redirect("/a"))
    assert await failure(client, server.url("/a"), GetOptions(allow=INSIDE)) == "127.0.0.1: redirects in a circle"
    assert len(server.requests) == 2


async def test_headers_of_the_source_stay_with_its_origin(
    server: FaultServer, other: FaultServer, client: HttpClient
) -> None:
    server.script("/feed", redirect("/there"))
    server.script("/there", redirect(other.url("/x")))
    other.script("/x", redirect(server.url("/back")))
    server.script("/back", answer(b"<rss/>"))
    options = GetOptions(allow=INSIDE, headers=SECRETS, etag='"1"', last_modified="then")
    await client.get(server.url("/feed"), options, 0)
    sent = [set(r.headers) & {name.lower() for name in SECRETS} for r in server.requests + other.requests]
    everything = {name.lower() for name in SECRETS}
    assert sent == [everything, everything, set(), set()]
    conditional = [r.target for r in server.requests + other.requests if "if-none-match" in r.headers]
    assert conditional == ["/feed"]


async def test_the_same_server_under_another_name_is_another_origin(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", redirect(server.url("/x", host="localhost")))
    server.script("/x", answer(b"<rss/>"))
    await client.get(server.url("/feed"), GetOptions(allow=INSIDE, headers=SECRETS), 0)
    assert "x-api-key" not in server.to("/x")[0].headers


async def test_credentials_of_the_url_do_not_travel(
    server: FaultServer, other: FaultServer, client: HttpClient
) -> None:
    server.script("/feed", redirect(other.url("/x")))
    other.script("/x", answer(b"<rss/>"))
    await client.get(server.url("/feed").replace("://", "://jo:pw@"), GetOptions(allow=INSIDE), 0)
    assert "authorization" in server.requests[0].headers
    assert "authorization" not in other.requests[0].headers


async def test_validators_are_sent_where_they_came_from(
    server: FaultServer, other: FaultServer, client: HttpClient
) -> None:
    server.script("/feed", redirect(other.url("/x")))
    other.script("/x", answer(b"<rss/>", etag='"1"'))
    first = await client.get(server.url("/feed"), GetOptions(allow=INSIDE), 0)
    options = GetOptions(allow=INSIDE, etag=first.etag, validators_url=first.url)
    second = await client.get(server.url("/feed"), options, 0)
    assert second.not_modified
    assert "if-none-match" not in server.requests[1].headers


async def test_a_304_after_a_redirect_without_validators_is_a_failed_poll(
    server: FaultServer, client: HttpClient
) -> None:
    server.script("/feed", redirect("/x"))
    server.script("/x", answer(status=304))
    why = await failure(client, server.url("/feed"), GetOptions(allow=INSIDE, etag='"1"'))
    assert why == "127.0.0.1: answered 304 (not modified) to a request without conditions"


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "gopher://127.0.0.1/", "http://u:p@127.0.0.1/", "http://127.1/"]
)
async def test_a_bad_location_is_refused(server: FaultServer, client: HttpClient, to: str) -> None:
    server.script("/feed", redirect(to))
    why = await failure(client, server.url("/feed"), GetOptions(allow=INSIDE))
    assert why.startswith("127.0.0.1: redirects to an address ")
    assert len(server.requests) == 1


async def test_the_host_that_failed_behind_a_redirect_is_named(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", redirect(server.url("/x", host="localhost")))
    why = await failure(client, server.url("/feed"), GetOptions(allow=INSIDE))
    assert why == "127.0.0.1 (redirected to localhost): answered 404"


async def test_the_time_for_everything_spans_the_redirects(server: FaultServer, client: HttpClient) -> None:
    for n in range(5):
        location = f"HTTP/1.1 302 Go\r\nContent-Length: 0\r\nLocation: /{n + 1}\r\n\r\n".encode()
        server.script(f"/{n}", drip(location, every_s=0.015))  # 0.78 s each at least: no four fit in
    why = await failure(client, server.url("/0"), GetOptions(allow=INSIDE, timeout_s=3))
    assert why == "127.0.0.1: not done within 3 s"
    assert 1 < len(server.requests) < 5


# --- addresses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0x7f.1",
     "0x7f000001", "１２７.０.０.１", "127.0.0.2", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"],
)  # fmt: skip
async def test_no_spelling_of_this_machine_gets_through(server: FaultServer, client: HttpClient, host: str) -> None:
    with pytest.raises((FetchTemporary, FetchPermanent)) as caught:
        await client.get(server.url("/feed", host=host), GetOptions(), 0)
    assert " address" in str(caught.value)
    assert server.connections == 0


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0177.0.0.1", "127.0.0.1.", "127..0.1"])
async def test_figures_that_are_no_address_are_no_host(server: FaultServer, client: HttpClient, host: str) -> None:
    with pytest.raises(FetchPermanent, match="without a proper host name"):
        await client.get(server.url("/feed", host=host), GetOptions(allow=INSIDE), 0)


@pytest.mark.parametrize(
    "to",
    ["http://127.0.0.1:{port}/x", "http://[::ffff:127.0.0.1]:{port}/x", "http://0x7f.1:{port}/x",
     "http://localhost:{port}/x", "http://0.0.0.0:{port}/x", "http://１２７.０.０.１:{port}/x"],
)  # fmt: skip
async def test_a_redirect_does_not_lead_inside(server: FaultServer, client: HttpClient, to: str) -> None:
    # The first server stands for a public one: the list permits its address, and no other loopback address.
    with FaultServer(host="127.0.0.9", port=0) as outside:
        outside.script("/feed", redirect(to.format(port=server.port)))
        options = GetOptions(allow=AddressPolicy.of(["127.0.0.9/32"]))
        why = await failure(client, outside.url("/feed"), options)
    assert why.startswith("127.0.0.9: redirects to ")
    assert " address (" in why
    assert server.connections == 0


async def test_a_redirect_to_the_metadata_service_is_refused_even_inside(
    server: FaultServer, client: HttpClient
) -> None:
    server.script("/feed", redirect("http://169.254.169.254/latest/meta-data/"))
    why = await failure(client, server.url("/feed"), GetOptions(allow=INSIDE))
    assert why == "127.0.0.1: redirects to a cloud metadata address (169.254.169.254), which is never permitted"


async def test_an_address_in_figures_is_refused_for_good_and_a_name_for_now(client: HttpClient) -> None:
    with pytest.raises(FetchPermanent) as figures:
        await client.get("http://10.0.0.5/feed", GetOptions(), 0)
    assert str(figures.value) == "10.0.0.5: is a private address, set allow_private to permit it"
    why = await failure(client, "http://localhost/feed", GetOptions())
    assert why.startswith("localhost: is at a loopback address (")


def answering(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """Let the system's resolver give these addresses, one list for each question; the last stays."""
    left = list(answers)

    def getaddrinfo(host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        ips = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ips]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


async def test_a_name_that_changes_its_address_gains_nothing(
    server: FaultServer, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Rebinding: whoever looked the name up before us saw a public address; the one connected to is what counts.
    answering(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    socket.getaddrinfo("rebind.example", server.port)
    why = await failure(client, server.url("/feed", host="rebind.example"), GetOptions())
    assert why == "rebind.example: is at a loopback address (127.0.0.1), set allow_private to permit it"
    assert server.connections == 0


async def test_of_several_addresses_the_permitted_one_is_used(
    server: FaultServer, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, ["10.0.0.1", "169.254.1.1", "127.0.0.1"])
    server.script("/feed", answer(b"<rss/>"))
    options = GetOptions(allow=AddressPolicy.of(["127.0.0.1/32"]))
    assert (await client.get(server.url("/feed", host="many.example"), options, 0)).body == b"<rss/>"


async def test_a_pooled_connection_serves_only_the_policy_it_was_opened_under(
    server: FaultServer, client: HttpClient
) -> None:
    server.script("/feed", answer(b"<rss/>"))
    narrow = GetOptions(allow=AddressPolicy.of(["127.0.0.0/8"]))
    for options in (GetOptions(allow=INSIDE), GetOptions(allow=INSIDE), narrow, narrow):
        assert (await client.get(server.url("/feed"), options, 0)).body == b"<rss/>"
    assert server.connections == 2
    with pytest.raises(FetchPermanent):
        await client.get(server.url("/feed"), GetOptions(), 0)
    with pytest.raises(FetchPermanent):
        await client.get(server.url("/feed"), GetOptions(allow=AddressPolicy.of(["127.0.0.2/32"])), 0)
    assert len(server.requests) == 4
