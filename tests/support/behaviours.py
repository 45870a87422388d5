"""What the server of `tests.support.http` can do to a client: answers, and every fault that real servers have.

A behaviour is an async function of (Request, Connection). Nothing here sleeps to make time pass, but for `drip`:
its pace is the fault.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_CRLF = b"\r\n"


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    """Names in lower case; repeated ones joined by a comma."""
    body: bytes
    at: float
    """time.monotonic() of its last byte."""
    connection: int
    """Number of the connection it came on, from 1."""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path


@dataclass
class Connection:
    """The server's end of a connection, for behaviours."""

    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    keep: bool = True
    """Wait for another request when the behaviour is done."""

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def gone(self) -> None:
        """Wait until the client closes."""
        self.keep = False
        with contextlib.suppress(OSError):
            while await self.reader.read(65536):
                pass

    def reset(self) -> None:
        """Close with RST, so that the client sees a connection reset and not an end."""
        self.keep = False
        sock: Any = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Behaviour = Callable[[Request, Connection], Awaitable[None]]


# --- behaviours ---------------------------------------------------------------------------------------


def head(status: int, headers: Mapping[str, str], length: int | None) -> bytes:
    """Write a status line and a header; `length` None leaves Content-Length out."""
    lines = [f"HTTP/1.1 {status} Scripted"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def answer(
    body: bytes = b"",
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    etag: str = "",
    last_modified: str = "",
    encoding: str = "",
    length: int | None = None,
    chunked: bool = False,
) -> Behaviour:
    """Answer properly. With validators, and a request that repeats one, 304.

    `encoding` gzip, deflate or raw-deflate compresses. `length` is the Content-Length to claim, true or not.
    """
    fields = dict(headers or {})
    if etag:
        fields["ETag"] = etag
    if last_modified:
        fields["Last-Modified"] = last_modified
    if encoding:
        body = compress(body, encoding)
        fields["Content-Encoding"] = encoding.removeprefix("raw-")

    async def behave(request: Request, connection: Connection) -> None:
        asked = (request.headers.get("if-none-match"), request.headers.get("if-modified-since"))
        if (etag and asked[0] == etag) or (last_modified and asked[1] == last_modified):
            await connection.send(head(304, fields, None))
        elif chunked:
            await connection.send(head(status, fields | {"Transfer-Encoding": "chunked"}, None))
            await connection.send(chunk(body) + b"0\r\n\r\n")
        else:
            claimed = len(body) if length is None else length
            await connection.send(head(status, fields, None if status == 304 else claimed) + body)
            if claimed > len(body):
                connection.keep = False

    return behave


def redirect(to: str, status: int = 302, headers: Mapping[str, str] | None = None) -> Behaviour:
    """Send the client elsewhere."""
    return answer(status=status, headers={"Location": to, **(headers or {})})


def raw(data: bytes) -> Behaviour:
    """Send these bytes as they are, and close."""

    async def behave(request: Request, connection: Connection) -> None:
        await connection.send(data)
        connection.keep = False

    return behave


def hang(after: bytes = b"") -> Behaviour:
    """Send `after`, then nothing, until the client leaves."""

    async def behave(request: Request, connection: Connection) -> None:
        await connection.send(after)
        await connection.gone()

    return behave


def slowly(seconds: float) -> Behaviour:
    """Take a message after a while: so that something is in flight."""

    async def behave(request: Request, connection: Connection) -> None:
        await asyncio.sleep(seconds)
        await answer(status=204)(request, connection)

    return behave


def reset(after: bytes = b"") -> Behaviour:
    """Send `after`, then reset the connection."""

    async def behave(request: Request, connection: Connection) -> None:
        if after:
            await connection.send(after)
        connection.reset()

    return behave


def drip(data: bytes, every_s: float = 0.02) -> Behaviour:
    """Send one byte after the other. The pace is the fault: it keeps every silence short."""

    async def behave(request: Request, connection: Connection) -> None:
        connection.keep = False
        for byte in data:
            await connection.send(bytes([byte]))
            await asyncio.sleep(every_s)

    return behave


def endless(piece: bytes = b"x" * 16384) -> Behaviour:
    """Send chunks for ever."""

    async def behave(request: Request, connection: Connection) -> None:
        connection.keep = False
        await connection.send(head(200, {"Transfer-Encoding": "chunked"}, None))
        while True:
            await connection.send(chunk(piece))

    return behave


def gzip_bomb(size: int = 64 << 20) -> Behaviour:
    """Send zeros that decode to `size` bytes and take a thousandth of that on the wire."""
    packer = zlib.compressobj(9, wbits=16 + zlib.MAX_WBITS)
    body = b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()
    return answer(body, headers={"Content-Encoding": "gzip"})


def compress(body: bytes, encoding: str) -> bytes:
    """Compress as gzip, deflate (with the zlib wrapper, as the RFC says) or raw-deflate (as some servers do)."""
    if encoding == "gzip":
        return gzip.compress(body)
    if encoding == "deflate":
        return zlib.compress(body)
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def chunk(data: bytes) -> bytes:
    """Write one chunk of the chunked coding."""
    return f"{len(data):x}".encode() + _CRLF + data + _CRLF
