"""Listening: one socket, a bounded number of connections, nothing told to those who do not speak HTTP."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
from collections.abc import Callable, Collection

import structlog
from aiohttp import web
from aiohttp.web_request import BaseRequest

from alertd.errors import Permanent
from alertd.web.app import DEADLINE_S, build_app
from alertd.web.bind import parse_bind
from alertd.web.deps import WebDeps
from alertd.web.guards import is_address, is_loopback
from alertd.web.listener import Listener
from alertd.web.outside import HOW, NOBODY, OPEN, Outside
from alertd.web.problems import failure
from alertd.web.tls import Certificate

MAX_CONNECTIONS = 100
"""Unless the settings say otherwise (`web.connections`)."""
HANDSHAKE_S = 10.0

_log = structlog.get_logger(__name__)


class _Connection(web.RequestHandler):
    """aiohttp's protocol, but that bad HTTP gets a short answer and a debug line instead of a traceback."""

    __slots__ = ()

    def handle_error(
        self, request: BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        _log.debug("web_bad_request", remote=request.remote, error=str(exc))
        if request.writer.output_size > 0:  # part of an answer has left: only closing is honest
            raise ConnectionError("the answer was cut")
        response = failure(status, "bad request" if status < 500 else "internal error")
        response.force_close()
        return response


class _Full(asyncio.Protocol):
    """Answers one connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            transport.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            transport.close()


Build = Callable[[bool, Collection[str]], web.Application]
"""Makes the application, told whether only this machine can connect and which names it answers to."""


class HttpServer:
    """Serves an application at `bind` from start to stop. `names` as for build_app."""

    what = "web"
    key = "web.bind"
    """The setting that says where it listens."""

    def __init__(
        self,
        bind: str,
        build: Build,
        *,
        names: Collection[str] = (),
        outside: Outside = NOBODY,
        deadline_s: float = DEADLINE_S,
        max_connections: int = MAX_CONNECTIONS,
        streams: Callable[[], int] = lambda: 0,
        before: int = 0,
    ) -> None:
        """`outside` says how others than this machine may connect, where it listens for them. `streams` counts the
        connections that stay open for hours: they take no room from the others. `before` is the port that it had in
        an earlier life; where any will do, that one comes first.
        """
        self._bind = bind
        self._before = before
        self._outside = outside
        self._certificate: Certificate | None = None
        self._build = build
        self._names = names
        self._deadline_s = deadline_s
        self._max_connections = max_connections
        self._streams = streams
        self._runner: web.AppRunner | None = None
        self._listener: Listener | None = None

    async def start(self) -> tuple[str, int]:
        """Listen; give the host and the real port, which differs from the asked one if that was 0.

        Raises Permanent if the address cannot be listened on, if others could connect without TLS or a trusted proxy,
        and if the certificate cannot be loaded.
        """
        loop = asyncio.get_running_loop()
        self._certificate = Certificate(self._outside.tls) if self._outside.tls is not None else None
        try:
            host, port = parse_bind(self._bind)
            listener = await loop.run_in_executor(None, _listen, host, port, self._before)
        except OSError as error:
            raise Permanent(f"{self.key}: cannot listen on {self._bind}: {_not_bound(error)}") from error
        except ValueError as error:
            raise Permanent(f"{self.key}: {error}") from error
        address, real_port = listener.getsockname()[:2]
        loopback = is_loopback(address)
        if not loopback and not self._outside.safe:
            listener.close()
            raise Permanent(f"{self.key}: {self._bind}: {OPEN}; {HOW}")
        names = {*self._names} if is_address(host) else {*self._names, host}
        alone = loopback and not self._outside.proxies  # a proxy on this machine lets others in
        self._runner = web.AppRunner(self._build(alone, names), access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        tls = self._certificate.context if self._certificate is not None else None
        self._listener = Listener(
            listener, self._connection, what=self.what, room=self._room, tls=tls, handshake_s=HANDSHAKE_S
        )
        self._listener.start()
        log = _log.info if loopback else _log.warning
        log(
            f"{self.what}_listening",
            host=address,
            port=real_port,
            reachable_from="this machine" if loopback else "outside",
            tls=tls is not None,
        )
        return address, real_port

    def _room(self) -> int:
        """Say for how many more connections there is room."""
        server = self._runner.server if self._runner else None
        return self._max_connections + self._streams() - len(server.connections) if server is not None else 0

    def _connection(self) -> asyncio.Protocol:
        if self._certificate is not None:
            self._certificate.renew()  # the handshake comes after this
        server = self._runner.server if self._runner else None
        if server is None or self._room() <= 0:
            return _Full()
        return _Connection(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=self._deadline_s,  # also ends a connection whose headers never come to their end
            lingering_time=1.0,
            access_log=None,  # type: ignore[arg-type]  # None switches it off, as AppRunner's own callers do
            logger=_protocol_log,
            max_headers=64,
            auto_decompress=False,  # nothing compressed is taken: a small body must not become a large one meanwhile
        )

    async def stop(self) -> None:
        """Stop listening, let requests in progress end for two seconds, close. May be called twice."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


class WebServer(HttpServer):
    """Serves `build_app(deps)` at `bind` from start to stop. `names` as for build_app."""

    def __init__(
        self,
        bind: str,
        deps: WebDeps,
        *,
        names: Collection[str] = (),
        outside: Outside = NOBODY,
        deadline_s: float = DEADLINE_S,
        max_connections: int = MAX_CONNECTIONS,
        before: int = 0,
    ) -> None:
        def build(loopback: bool, names: Collection[str]) -> web.Application:
            proxies = outside.proxies
            return build_app(deps, loopback=loopback, names=names, proxies=proxies, deadline_s=deadline_s)

        super().__init__(
            bind, build, names=names, outside=outside, deadline_s=deadline_s, max_connections=max_connections,
            streams=deps.streams, before=before,
        )  # fmt: skip


def _not_bound(error: OSError) -> str:
    """Say why an address cannot be listened on; Python's own words name it once more."""
    if error.errno == errno.EADDRINUSE:
        return "another program has the port; stop it, or name another port"
    if isinstance(error, socket.gaierror) or not error.errno:
        return error.strerror or str(error)
    return os.strerror(error.errno)


def _listen(host: str, port: int, before: int) -> socket.socket:
    if not port and before:
        try:
            return _listen(host, before, 0)
        except OSError as error:  # somebody else took it meanwhile
            _log.warning("web_port_taken", port=before, error=str(error))
    # One address only: with two (localhost as IPv4 and IPv6) port 0 would mean two different ports.
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listener = socket.create_server(address[:2], family=family)
    listener.setblocking(False)
    return listener


def _quiet(record: logging.LogRecord) -> bool:
    record.levelno, record.levelname, record.exc_info = logging.DEBUG, "DEBUG", None
    return True


_protocol_log = logging.getLogger("alertd.web.protocol")
_protocol_log.addFilter(_quiet)
