"""TLS: verified always, and its failures told in words."""

import asyncio
import datetime
import ssl
from collections.abc import Iterator
from dataclasses import replace

import pytest

from alertd.errors import FetchTemporary
from alertd.net.client import AddressPolicy, GetOptions, HttpClient, PostFailed, PostOptions
from tests.support.http import Authority, FaultServer, answer, redirect

INSIDE = GetOptions(allow=AddressPolicy(private=True), connect_timeout_s=60.0)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def server(authority: Authority) -> Iterator[FaultServer]:
    with FaultServer(tls=authority.server()) as server:
        yield server


async def failure(url: str, tls: ssl.SSLContext | None, within_s: float = INSIDE.connect_timeout_s) -> str:
    async with HttpClient("test", tls=tls) as client:
        with pytest.raises(FetchTemporary) as got:
            await client.get(url, replace(INSIDE, connect_timeout_s=within_s), 0)
        with pytest.raises(PostFailed) as posted:
            await client.post(url, b"{}", {}, PostOptions(allow=INSIDE.allow, connect_timeout_s=within_s))
    assert not posted.value.sent
    assert str(posted.value) == str(got.value)
    return str(got.value)


async def test_a_trusted_server_is_read(server: FaultServer, authority: Authority) -> None:
    server.script("/feed", answer(b"<rss/>"))
    async with HttpClient("test", tls=authority.client()) as client:
        for _ in range(3):
            assert (await client.get(server.url("/feed"), INSIDE, 0)).body == b"<rss/>"
    assert server.connections == 1
    await server.until(lambda: server.open == 0)


async def test_an_authority_that_is_not_ours_is_refused(server: FaultServer) -> None:
    assert await failure(server.url("/"), None) == "127.0.0.1: its certificate is signed by an unknown authority"
    assert await failure(server.url("/"), Authority().client()) == (
        "127.0.0.1: its certificate is signed by an unknown authority"
    )
    assert server.requests == []


async def test_an_expired_certificate_is_called_expired(authority: Authority) -> None:
    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    with FaultServer(tls=authority.server("127.0.0.1", not_after=past)) as server:
        assert await failure(server.url("/"), authority.client()) == "127.0.0.1: its certificate has expired"


async def test_a_certificate_for_another_host_is_called_so(authority: Authority) -> None:
    with FaultServer(tls=authority.server("other.example")) as server:
        why = await failure(server.url("/", host="localhost"), authority.client())
        assert why == "localhost: its certificate is for another host name"
        why = await failure(server.url("/"), authority.client())
        assert why == "127.0.0.1: its certificate is for another address"


async def test_an_http_server_on_an_https_url_is_a_tls_failure(authority: Authority) -> None:
    with FaultServer(scheme="https") as server:
        assert await failure(server.url("/"), authority.client()) == "127.0.0.1: does not speak TLS"
    assert server.requests == []


async def test_a_handshake_that_hangs_times_out(authority: Authority) -> None:
    with FaultServer(tls=authority.server(), mute=True) as server:
        why = await failure(server.url("/"), authority.client(), within_s=0.5)
        assert why == "127.0.0.1: no connection within 0.5 s"


async def test_no_common_protocol_is_a_tls_failure(authority: Authority) -> None:
    old = authority.server()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    new = authority.client()
    new.minimum_version = ssl.TLSVersion.TLSv1_3
    with FaultServer(tls=old) as server:
        async with HttpClient("test", tls=new) as client:
            # Whether the server's alert arrives before its reset is a race that we do not decide.
            with pytest.raises(
                FetchTemporary, match=r"TLS failed \(tlsv1 alert protocol version\)|resets connections"
            ):
                await client.get(server.url("/"), INSIDE, 0)
            with pytest.raises(PostFailed) as posted:
                await client.post(server.url("/"), b"{}", {}, PostOptions(allow=INSIDE.allow))
            assert not posted.value.sent


def test_nothing_older_than_tls_1_2_is_spoken() -> None:
    assert ssl.create_default_context().minimum_version >= ssl.TLSVersion.TLSv1_2


async def test_https_does_not_fall_back_to_http(server: FaultServer, authority: Authority) -> None:
    with FaultServer() as plain:
        plain.script("/feed", answer(b"<rss/>"))
        server.script("/feed", redirect(plain.url("/feed")))
        async with HttpClient("test", tls=authority.client()) as client:
            with pytest.raises(FetchTemporary, match=r"^127.0.0.1: redirects from https to http$"):
                await client.get(server.url("/feed"), INSIDE, 0)
            assert plain.requests == []
            options = GetOptions(allow=INSIDE.allow, allow_downgrade=True, headers={"X-Key": "k"})
            assert (await client.get(server.url("/feed"), options, 0)).body == b"<rss/>"
    assert "x-key" not in plain.requests[0].headers


async def test_connections_close_without_warnings(server: FaultServer, authority: Authority) -> None:
    server.script("/feed", answer(b"<rss/>"))
    async with HttpClient("test", tls=authority.client()) as client:
        await asyncio.gather(*(client.get(server.url("/feed"), INSIDE, 0) for _ in range(10)))
    await server.until(lambda: server.open == 0)
