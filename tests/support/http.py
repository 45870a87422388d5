"""A scripted local HTTP server with every fault that real ones have, for all test folders.

    with FaultServer() as server:
        server.script("/feed", answer(b"<rss/>", etag='"1"'), answer(status=503), hang())
        …  client asks server.url("/feed")  …
        server.wait_for(3)
        assert server.requests[0].headers["user-agent"]

Each path has its list of behaviours, one for each request, and the last one stays. A behaviour is an async function
of (Request, Connection); the functions below make the usual ones. The server runs in a thread with a loop of its own:
it serves synchronous tests and other processes as well, and a test that measures its own loop is not disturbed.
Nothing here sleeps to make time pass: waiting is for a condition, with a deadline.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import trustme

from tests.support.behaviours import (
    Behaviour,
    Connection,
    Request,
    answer,
    chunk,
    compress,
    drip,
    endless,
    gzip_bomb,
    hang,
    head,
    raw,
    redirect,
    reset,
)

__all__ = [
    "Authority",
    "Behaviour",
    "Connection",
    "FaultServer",
    "Request",
    "answer",
    "chunk",
    "compress",
    "deaf_port",
    "drip",
    "endless",
    "gzip_bomb",
    "hang",
    "head",
    "raw",
    "redirect",
    "refused_port",
    "reset",
]

DEADLINE_S = 120.0
"""How long a test waits for what must come. Long: what else the machine has to do is no fault of what is tested."""


# --- the server ---------------------------------------------------------------------------------------


@dataclass
class _Script:
    behaviours: list[Behaviour]
    served: int = 0

    def next(self) -> Behaviour:
        behaviour = self.behaviours[min(self.served, len(self.behaviours) - 1)]
        self.served += 1
        return behaviour


@dataclass
class FaultServer:
    """Listens on a free port of `host`; a context manager. `tls` makes it an https server.

    With `mute` it accepts connections and reads, but never answers a byte, not even to a TLS handshake.
    """

    tls: ssl.SSLContext | None = None
    mute: bool = False
    host: str = "127.0.0.1"
    scheme: str = ""
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    """How many were opened so far."""
    open: int = 0
    """How many are open now."""

    def __post_init__(self) -> None:
        self.scheme = self.scheme or ("https" if self.tls else "http")
        self._scripts: dict[str, _Script] = {}
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fault-server", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(DEADLINE_S)
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive()

    def url(self, path: str = "/", host: str = "") -> str:
        """Give the URL of a path, under another name of this host if wanted."""
        return f"{self.scheme}://{host or self.host}:{self.port}{path}"

    def script(self, path: str, *behaviours: Behaviour) -> str:
        """Say how requests for `path` are met, in order; the last stays. Gives the URL. Other paths answer 404."""
        self._scripts[path] = _Script(list(behaviours))
        return self.url(path)

    def to(self, path: str) -> list[Request]:
        """Give the requests for one path so far."""
        with self._changed:
            return [r for r in self.requests if r.path == path]

    def wait_for(self, count: int, deadline_s: float = DEADLINE_S) -> list[Request]:
        """Wait until there were `count` requests. In async tests use `seen`."""
        self.wait_until(lambda: len(self.requests) >= count, deadline_s)
        return list(self.requests)

    def wait_until(self, holds: Callable[[], bool], deadline_s: float = DEADLINE_S) -> None:
        """Wait until something about `requests`, `connections` or `open` holds; TimeoutError after the deadline."""
        with self._changed:
            if not self._changed.wait_for(holds, deadline_s):
                raise TimeoutError(f"after {deadline_s:g} s: {len(self.requests)} requests, {self.open} connections")

    async def seen(self, count: int, deadline_s: float = DEADLINE_S) -> list[Request]:
        """Wait until there were `count` requests, without holding the test's loop."""
        return await asyncio.to_thread(self.wait_for, count, deadline_s)

    async def until(self, holds: Callable[[], bool], deadline_s: float = DEADLINE_S) -> None:
        """Wait until something about the server holds, without holding the test's loop."""
        await asyncio.to_thread(self.wait_until, holds, deadline_s)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        tasks: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(self._connected(reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = await asyncio.start_server(
            accept, self.host, self.port, ssl=None if self.mute else self.tls, backlog=1024, limit=1 << 20
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self._changed:
            self.connections += 1
            self.open += 1
            connection = Connection(self.connections, reader, writer)
            self._changed.notify_all()
        try:
            if self.mute:
                await connection.gone()
            while connection.keep and (request := await _read_request(connection)):
                with self._changed:
                    self.requests.append(request)
                    script = self._scripts.get(request.path)
                    self._changed.notify_all()
                behave = script.next() if script else answer(b"no such path", status=404)
                await behave(request, connection)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client left, which is what many tests are about
        finally:
            writer.close()
            with self._changed:
                self.open -= 1
                self._changed.notify_all()


async def _read_request(connection: Connection) -> Request | None:
    reader = connection.reader
    begin = await reader.readexactly(1)
    if begin == b"\x16":  # a TLS handshake at a plain port: answered as nginx does
        await connection.send(head(400, {}, 0))
        return None
    block = begin + await reader.readuntil(b"\r\n\r\n")
    first, *lines = block[:-4].decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name = name.lower()
        headers[name] = f"{headers[name]}, {value.strip()}" if name in headers else value.strip()
    body = b""
    if "chunked" in headers.get("transfer-encoding", ""):
        while size := int((await reader.readline()).split(b";")[0], 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    elif length := int(headers.get("content-length", "0")):
        body = await reader.readexactly(length)
    return Request(method, target, headers, body, time.monotonic(), connection.number)


# --- ports and certificates ---------------------------------------------------------------------------


_ports = itertools.cycle(random.sample(range(12_000, 20_000), 8_000))


def refused_port() -> int:
    """Give a port of 127.0.0.1 where nobody listens, never the same again soon.

    It lies below those that the system gives away: nobody gets it by asking for any.
    """
    while True:
        port = next(_ports)
        with contextlib.suppress(OSError), socket.socket() as sock:
            sock.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def deaf_port() -> Iterator[int]:
    """Give a port of 127.0.0.1 where connecting hangs: its queue of connections is full (Linux drops the SYN)."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


class Authority:
    """A certificate authority of the test: contexts for servers, and a context for clients that trust it."""

    def __init__(self) -> None:
        self._ca = trustme.CA()

    def server(self, *names: str, **options: Any) -> ssl.SSLContext:
        """Make a server context with a certificate for these names; `not_after` makes it expire."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._ca.issue_cert(*(names or ("127.0.0.1", "localhost")), **options).configure_cert(context)
        return context

    def ca_file(self, folder: Path) -> Path:
        """Write the authority's own certificate, for programs that take a file to trust."""
        path = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(str(path))
        return path

    def files(self, folder: Path, *names: str) -> tuple[Path, Path]:
        """Write a key and a certificate chain, for servers that take files."""
        cert = self._ca.issue_cert(*(names or ("127.0.0.1", "localhost")))
        key, chain = folder / "server.key", folder / "server.pem"
        cert.private_key_pem.write_to_path(str(key))
        for blob in cert.cert_chain_pems:
            blob.write_to_path(str(chain), append=True)
        return key, chain

    def client(self) -> ssl.SSLContext:
        """Make a client context that trusts this authority and no other."""
        context = ssl.create_default_context()
        self._ca.configure_trust(context)
        return context
