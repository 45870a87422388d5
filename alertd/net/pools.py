"""Connections, kept apart by what they may reach.

    policy + purpose -> aiohttp session -> connector with its own socket factory

A pooled connection has passed the check of the policy it was opened under, and of no other. So there is one
session for each policy: were they shared, a source without `allow_private` could ride on a connection to
127.0.0.1 that another source was allowed to open. There are as many as distinct `allow_private` settings: few.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import aiohttp

from alertd.net.address import AddressPolicy, refusal
from alertd.net.resolver import ThreadResolver

Purpose = Literal["get", "post", "socket"]

_KEEPALIVE_S: Final[dict[Purpose, float]] = {
    "get": 15.0,
    # A POST that meets a connection which the server is just closing is in doubt. Reusing connections only while
    # they are warm keeps bursts fast and leaves no such window: servers close after 2 seconds of idling at the least.
    "post": 1.5,
    "socket": 1.5,
}
_DNS_TTL_S: Final = 60
_DNS_ENTRIES: Final = 8192


@dataclass(slots=True)
class Attempt:
    """How far one request got. The connector's hooks write it, in whatever task they run."""

    refused: list[str] = field(default_factory=list)
    """For each address that the policy refused: why."""
    resolved: bool = False
    """The name has an address, and a connection was at least tried."""
    connected: bool = False
    """There was a connection, TLS included: from here on bytes of the request may have left."""
    answered: bool = False
    """The status line and the header have come."""
    received: int = 0
    """Bytes of the body so far, as on the wire."""

    def progress(self) -> str:
        """Write what came of the body, to end a sentence; empty before there was an answer."""
        return f", {self.received:,} bytes came" if self.answered else ""


_ATTEMPT: Final[ContextVar[Attempt]] = ContextVar("alertd_net_attempt")
"""The attempt of the running task. aiohttp's socket factory is told only an address; this tells it whose."""


@contextmanager
def attempting() -> Iterator[Attempt]:
    """Note in a fresh Attempt what the connector does for the requests of this block."""
    attempt = Attempt()
    token = _ATTEMPT.set(attempt)
    try:
        yield attempt
    finally:
        _ATTEMPT.reset(token)


class AddressRefused(OSError):
    """The policy does not permit this address."""


class Pools:
    """The sessions, made when first asked for. Belongs to one event loop."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._sessions: dict[tuple[AddressPolicy, Purpose], aiohttp.ClientSession] = {}
        self._resolver: ThreadResolver | None = None

    def session(self, policy: AddressPolicy, purpose: Purpose) -> aiohttp.ClientSession:
        """Give the session whose connections were all opened under `policy`."""
        session = self._sessions.get((policy, purpose))
        if session is None:
            session = self._sessions[(policy, purpose)] = self._open(policy, purpose)
        return session

    async def aclose(self) -> None:
        """Close every connection."""
        sessions = list(self._sessions.values())
        self._sessions.clear()
        for session in sessions:
            await session.close()

    def _open(self, policy: AddressPolicy, purpose: Purpose) -> aiohttp.ClientSession:
        if self._resolver is None:
            self._resolver = ThreadResolver()
        connector = aiohttp.TCPConnector(
            limit=0,  # net.budget bounds requests, and its waiting does not eat into their timeouts
            keepalive_timeout=_KEEPALIVE_S[purpose],
            ttl_dns_cache=_DNS_TTL_S,
            dns_cache_max_size=_DNS_ENTRIES,
            resolver=self._resolver,
            ssl=self._tls or True,
            socket_factory=_guarded(policy),
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            trace_configs=[_tracing()],
        )


def _guarded(policy: AddressPolicy) -> Any:
    def open_socket(info: Any) -> socket.socket:
        family, kind, proto, _, address = info
        attempt = _ATTEMPT.get()
        attempt.resolved = True
        if why := refusal(address[0], policy):
            attempt.refused.append(why)
            raise AddressRefused(why)
        return socket.socket(family, kind, proto)

    return open_socket


def _tracing() -> aiohttp.TraceConfig:
    async def connected(session: Any, context: Any, params: Any) -> None:
        _ATTEMPT.get().connected = True

    tracing: aiohttp.TraceConfig = aiohttp.TraceConfig()
    tracing.on_connection_create_end.append(connected)
    tracing.on_connection_reuseconn.append(connected)
    return tracing
