"""Everything that feeds can do to a poller, each as a source of one desk, with the words that it must be told in."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.support.desk import Desk, item, rss
from tests.support.http import (
    Authority,
    Behaviour,
    Connection,
    FaultServer,
    Request,
    answer,
    deaf_port,
    drip,
    endless,
    gzip_bomb,
    hang,
    head,
    raw,
    redirect,
    refused_port,
    reset,
)

GOOD = answer(rss(item("Back again")))
HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please</body></html>"
LATIN = "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>{}</channel></rss>"
TOO_LARGE = rss(*(item(f"large {n}", text="x" * 2000) for n in range(10_000)))
"""20 MB."""
TOO_MANY = b'{"version":"https://jsonfeed.org/version/1.1","items":[' + b",".join([b"{}"] * 9_000_000) + b"]}"
"""25 MB of JSON that take a gigabyte to hold."""

HOST = "127.0.0.1: "
FAILING = {
    "refused": HOST + "refuses connections",
    "deaf": HOST + "not done within 1 s",
    "mute": HOST + "not done within 1 s",
    "silent": HOST + "not done within 1 s, 4 bytes came",
    "drip": HOST + "not done within 1 s, N bytes came",
    "endless": HOST + "sends more than 5 MiB",
    "bomb": HOST + "sends more than 5 MiB once decoded",
    "liar": HOST + "its body ended early, N bytes came",
    "reset": HOST + "reset the connection",
    "ssh": HOST + "its answer is not proper HTTP",
    "circle": HOST + "redirects in a circle",
    "inside": HOST + "redirects to a private address (10.0.0.5), which allow_private does not list",
    "metadata": HOST + "redirects to a cloud metadata address (169.254.169.254), which is never permitted",
    "file": HOST + "redirects to an address that is not http or https",
    "missing": HOST + "answered 404",
    "broken": HOST + "answered 500",
    "login": "an HTML page instead of a feed (a login or error page?), titled “Sign in”",
    "empty": "the document is empty",
    "truncated": "the document is cut off before the end of its first entry",
    "large": HOST + "sends more than 5 MiB",
    "greedy": "it needs more memory than a parse worker has",
    "expired": HOST + "its certificate has expired",
    "unknown": HOST + "its certificate is signed by an unknown authority",
    "misnamed": HOST + "its certificate is for another address",
    "plain": HOST + "does not speak TLS",
}
"""Sources that fail at each poll, with the error of the status."""
BUSY = HOST + "answered 429"
GONE = {
    "gone": HOST + "answered 410 (gone)",
    "loopback": HOST + "is a loopback address, set allow_private to permit it",
}
"""Sources that are not asked again."""
HEALED = "healed"
"""Fails three times, then answers."""


@dataclass(frozen=True)
class Servers:
    """The servers behind the sources."""

    plain: FaultServer
    mute: FaultServer
    expired: FaultServer
    unknown: FaultServer
    misnamed: FaultServer
    secure: FaultServer
    deaf: int
    authority: Authority
    """Whom the daemon is to trust: of `expired`, `misnamed` and `secure`."""


@contextlib.contextmanager
def servers() -> Iterator[Servers]:
    """Start all servers."""
    ours = Authority()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with (
        FaultServer() as plain,
        FaultServer(mute=True) as mute,
        FaultServer(tls=ours.server(not_after=yesterday)) as expired,
        FaultServer(tls=Authority().server()) as unknown,
        FaultServer(tls=ours.server("news.example.com")) as misnamed,
        FaultServer(tls=ours.server()) as secure,
        deaf_port() as deaf,
    ):
        yield Servers(plain, mute, expired, unknown, misnamed, secure, deaf, ours)


def add_failing(desk: Desk, at: Servers) -> None:
    """Add the sources of FAILING."""
    feed = desk.feed
    feed("refused", url=f"http://127.0.0.1:{refused_port()}/feed")
    feed("deaf", url=f"http://127.0.0.1:{at.deaf}/feed", timeout="1s")
    feed("mute", url=at.mute.url("/feed"), timeout="1s")
    feed("silent", hang(head(200, {}, 1000) + b"<rss"), timeout="1s")
    feed("drip", drip_body(), timeout="1s")
    feed("endless", endless(), timeout="10s")
    feed("bomb", gzip_bomb())
    feed("liar", answer(rss(item("Never")), length=100_000), timeout="2s")
    feed("reset", reset(b"HTTP/1.1 200"))
    feed("ssh", raw(b"SSH-2.0-OpenSSH_9.2\r\n"))
    feed("circle", redirect("/circle2"))
    at.plain.script("/circle2", redirect("/circle"))
    feed("inside", redirect("http://10.0.0.5/planted-path"), allow_private=["127.0.0.1/32"])
    feed("metadata", redirect("http://169.254.169.254/latest/meta-data"))
    feed("file", redirect("file:///etc/passwd"))
    feed("missing", answer(status=404))
    feed("broken", answer(status=500))
    feed("login", answer(HTML, headers={"Content-Type": "text/html"}))
    feed("empty", answer(b""))
    feed("truncated", answer(b"<rss version='2.0'><channel><item><title>Half a"))
    feed("large", answer(TOO_LARGE))
    feed("greedy", answer(TOO_MANY), max_bytes=32 << 20)
    feed("expired", url=at.expired.url("/feed"))
    feed("unknown", url=at.unknown.url("/feed"))
    feed("misnamed", url=at.misnamed.url("/feed"))
    feed("plain", url=f"https://127.0.0.1:{at.plain.port}/feed")


def add_others(desk: Desk, at: Servers) -> None:
    """Add the sources that stop, heal, or have something good in them."""
    feed = desk.feed
    feed("busy", answer(status=429, headers={"Retry-After": "3600"}))
    feed("gone", answer(status=410))
    feed("loopback", answer(rss(item("Never"))), allow_private=False)
    feed(HEALED, *[answer(status=500)] * 3, GOOD)
    feed("malformed", answer(rss(item("Good one"), "<item><title>Bad &nosuch; \x01<b><i></title>", "<item></item>",
                                 item("Good two"))))  # fmt: skip
    evil = f"<item><title>Evil author</title><author>a@{'a.' * 40_000}!</author></item>"
    feed("author", answer(rss(item("Its neighbour"), evil)))
    body = LATIN.format(item("Société Générale cuts its outlook")).encode("latin-1")
    feed("charset", answer(body, headers={"Content-Type": "application/xml; charset=utf-8"}))
    at.secure.script("/feed", answer(rss(item("Over the house's own TLS"))))
    feed("secure", url=at.secure.url("/feed"))


def drip_body() -> Behaviour:
    """Send the header at once and then a byte now and then."""
    slow = drip(b"<rss>" * 1000)

    async def behave(request: Request, connection: Connection) -> None:
        await connection.send(head(200, {}, 100_000))
        await slow(request, connection)

    return behave
