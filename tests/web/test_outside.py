"""Where others than this machine can connect: TLS of our own, or a proxy that is trusted."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientConnectorError, ClientSession, ClientTimeout, ServerDisconnectedError, TCPConnector
from multidict import CIMultiDict
from structlog.testing import capture_logs

from alertd.errors import Permanent
from alertd.web.outside import NOBODY, Outside, Refused, TlsConfig, networks, who_asks
from alertd.web.server import WebServer
from alertd.web.tls import local_context
from tests.support.http import Authority
from tests.web.conftest import problem
from tests.web.test_server import AUTH, Daemon

PROXY = "10.0.0.7"


@pytest.mark.parametrize(
    ("peer", "forwarded", "protos", "who"),
    [
        (PROXY, ["192.0.2.1"], ["https"], "192.0.2.1"),
        (PROXY, ["6.6.6.6, 192.0.2.1"], ["https"], "192.0.2.1"),  # the client made up the first
        (PROXY, ["6.6.6.6", "192.0.2.1, 10.0.0.7"], ["https"], "192.0.2.1"),
        (PROXY, ["192.0.2.1, nonsense"], [], PROXY),
        (PROXY, [], [], PROXY),
        (f"::ffff:{PROXY}", ["2001:db8::1"], ["HTTPS"], "2001:db8::1"),
        (PROXY, ["192.0.2.1"], ["http"], Refused("only over https")),
        (PROXY, ["192.0.2.1"], ["https", "https"], "192.0.2.1"),
        (PROXY, ["192.0.2.1"], ["https", "http"], Refused("only over https")),
        (PROXY, ["192.0.2.1"], ["https, http"], Refused("only over https")),
        ("192.0.2.9", ["127.0.0.1"], ["https"], Refused("only through the proxy")),
        ("", [], [], Refused("only through the proxy")),
        ("127.0.0.1", ["192.0.2.1"], ["http"], "127.0.0.1"),  # this machine: what it says of others is not believed
        ("::ffff:127.0.0.1", [], [], "::ffff:127.0.0.1"),
    ],
)
def test_a_trusted_proxy_says_who_asks_and_nobody_else_is_believed(
    peer: str, forwarded: list[str], protos: list[str], who: str | Refused
) -> None:
    assert who_asks(peer, forwarded, protos, networks([PROXY])) == who


def test_without_a_proxy_nothing_is_believed() -> None:
    assert who_asks("192.0.2.9", ["127.0.0.1"], ["http"], ()) == "192.0.2.9"


@asynccontextmanager
async def serving(outside: Outside, bind: str = "127.0.0.1:0") -> AsyncIterator[int]:
    server = WebServer(bind, Daemon().deps(), outside=outside)
    _, port = await server.start()
    try:
        yield port
    finally:
        await server.stop()


def client(local: str = "", tls: ssl.SSLContext | bool = True) -> ClientSession:
    """Make a client that connects from an address of its own."""
    connector = TCPConnector(local_addr=(local, 0) if local else None, ssl=tls)
    return ClientSession(connector=connector, timeout=ClientTimeout(total=20))


@pytest.mark.parametrize("bind", ["0.0.0.0:0", "[::]:0"])
async def test_no_server_listens_beyond_loopback_in_the_clear(bind: str) -> None:
    with pytest.raises(Permanent, match=r"set web\.tls, or web\.trusted_proxies"):
        await WebServer(bind, Daemon().deps(), outside=NOBODY).start()


async def test_through_a_trusted_proxy_everything_works_and_wrong_tokens_count_for_who_asks() -> None:
    proxied = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}
    async with serving(Outside(proxies=networks(["127.0.0.2"])), "0.0.0.0:0") as port, client("127.0.0.2") as http:
        url = f"http://127.0.0.1:{port}/v1/status"
        async with http.get(url, headers=AUTH | proxied) as answer:
            assert answer.status == 200
        async with http.get(url, headers=AUTH | proxied | {"X-Forwarded-Proto": "http"}) as answer:
            assert answer.status == 403
            assert await answer.json() == problem(403, "only over https")
        two = [*(AUTH | proxied).items(), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Proto", "http")]
        async with http.get(url, headers=CIMultiDict(two)) as answer:
            assert answer.status == 403
        with capture_logs() as lines:
            async with http.get(url, headers=proxied | {"Authorization": "Bearer wrong"}) as answer:
                assert answer.status == 401
        assert [line["remote"] for line in lines if line["event"] == "web_wrong_token"] == ["192.0.2.1"]


async def test_behind_a_proxy_on_this_machine_metrics_and_detail_need_the_token_too() -> None:
    async with serving(Outside(proxies=networks(["127.0.0.1"]))) as port, client() as http:
        url, proxied = f"http://127.0.0.1:{port}", {"X-Forwarded-For": "192.0.2.1"}
        async with http.get(f"{url}/metrics", headers=proxied) as answer:
            assert answer.status == 401
        async with http.get(f"{url}/metrics", headers=AUTH | proxied) as answer:
            assert answer.status == 200
        async with http.get(f"{url}/readyz", headers=proxied) as answer:
            assert (await answer.json()).keys() == {"ready"}


async def test_with_a_certificate_it_speaks_tls_and_nothing_older_than_1_2(tmp_path: Path) -> None:
    key, cert = Authority().files(tmp_path, "alerts.example.com")
    async with serving(Outside(tls=TlsConfig(cert=cert, key=key)), "0.0.0.0:0") as port:
        url = f"https://127.0.0.1:{port}/v1/status"
        async with client(tls=local_context(cert)) as http, http.get(url, headers=AUTH) as answer:
            assert answer.status == 200
        old = local_context(cert)
        with pytest.warns(DeprecationWarning):
            old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        async with client(tls=old) as http:
            with pytest.raises(ClientConnectorError):
                await http.get(f"https://127.0.0.1:{port}/healthz")
        async with client() as http:
            with pytest.raises(ServerDisconnectedError):
                await http.get(f"http://127.0.0.1:{port}/healthz")


async def test_a_renewed_certificate_is_shown_to_the_next_and_a_broken_one_is_not_taken(tmp_path: Path) -> None:
    key, cert = Authority().files(tmp_path, "alerts.example.com")
    async with serving(Outside(tls=TlsConfig(cert=cert, key=key))) as port:
        before = local_context(cert)
        whole = cert.read_text()
        cert.write_text(whole[:100])
        with capture_logs() as lines:
            async with client(tls=before) as http, http.get(f"https://127.0.0.1:{port}/healthz") as answer:
                assert answer.status == 200
        assert [line["event"] for line in lines if "certificate" in line["event"]] == ["web_certificate_not_taken"]
        other = tmp_path / "renewed"
        other.mkdir()
        for fresh, old in zip(Authority().files(other, "alerts.example.com"), (key, cert), strict=True):
            fresh.replace(old)
        async with client(tls=local_context(cert)) as http, http.get(f"https://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == 200
        async with client(tls=before) as http:
            with pytest.raises(ClientConnectorError):
                await http.get(f"https://127.0.0.1:{port}/healthz")


async def test_a_certificate_that_cannot_be_loaded_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(Permanent, match=r"web\.tls: "):
        server = WebServer(
            "127.0.0.1:0", Daemon().deps(), outside=Outside(tls=TlsConfig(cert=tmp_path / "a", key=tmp_path / "b"))
        )
        await server.start()
