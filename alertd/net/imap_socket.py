"""A connection to an IMAP server: the address checked, TLS made, lines and literals read within bounds."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Literal

from alertd.errors import FetchPermanent, FetchTemporary
from alertd.net.address import AddressPolicy, beside, refusal
from alertd.net.imap_answer import LITERAL, Answer, literal_size, without_announcement
from alertd.net.resolver import ThreadResolver
from alertd.net.words import explain_socket, size

MAX_LINE = 1 << 20
"""Bytes of a line: the answer to a search is one, with the numbers of a hundred thousand mails."""
MAX_LITERALS = 16
"""In one answer."""
_MAX_PLAIN = 2_048
"""Bytes of a line before TLS."""
_PLAIN_LINES = 20


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach a server."""

    host: str
    port: int
    tls: Literal["implicit", "starttls", "none"]
    context: ssl.SSLContext | None
    """None without TLS."""
    policy: AddressPolicy
    timeout_s: float
    """For each step."""


class Wire:
    """Lines to a server and answers from it. Everything raises FetchTemporary, in words."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        """Send a line, CRLF included."""
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise FetchTemporary(explain_socket(error)) from error

    async def receive(self, most: int = 0) -> Answer:
        """Read one answer, whose literals have at most `most` bytes in all."""
        text = bytearray()
        literals: list[bytes] = []
        try:
            while True:
                line = (await self._reader.readuntil(b"\n")).rstrip(b"\r\n")
                if LITERAL in line or len(text) + len(line) > MAX_LINE:
                    raise FetchTemporary("its answer is not proper IMAP")
                announced = literal_size(line)
                if announced is None:
                    return Answer(bytes(text + line), literals)
                most -= announced
                if most < 0 or len(literals) >= MAX_LITERALS:
                    raise FetchTemporary(f"sends {size(announced)} where less was asked for")
                text += without_announcement(line)
                literals.append(await self._reader.readexactly(announced))
        except asyncio.LimitOverrunError as error:
            raise FetchTemporary(f"sends a line of more than {size(MAX_LINE)}") from error
        except asyncio.IncompleteReadError as error:
            raise FetchTemporary("closed the connection") from error
        except OSError as error:
            raise FetchTemporary(explain_socket(error)) from error

    @property
    def certificate(self) -> dict[str, Any]:
        """The server's certificate, as `SSLSocket.getpeercert` gives it; empty without TLS."""
        return dict(self._writer.get_extra_info("peercert") or {})

    def abort(self) -> None:
        """Drop the connection at once. TLS of its own would wait for the peer's goodbye."""
        self._writer.transport.abort()


async def connect(access: Access) -> Wire:
    """Connect to a server; with `starttls` up to and with TLS, with the others before its greeting.

    Raises FetchTemporary, and FetchPermanent for an address that may not be reached. The caller sets the time limit.
    """
    sock = await _socket(access)
    try:
        if access.tls == "starttls":
            await _ask_for_tls(sock)
        tls = None if access.tls == "none" else access.context
        name = access.host if tls is not None else None
        reader, writer = await asyncio.open_connection(sock=sock, ssl=tls, server_hostname=name, limit=MAX_LINE)
    except OSError as error:
        sock.close()
        raise FetchTemporary(explain_socket(error)) from error
    except BaseException:
        sock.close()
        raise
    return Wire(reader, writer)


async def _socket(access: Access) -> socket.socket:
    """Connect to the first address that may be reached and answers."""
    loop = asyncio.get_running_loop()
    try:
        found = await ThreadResolver().resolve(access.host, access.port)
    except OSError as error:
        raise FetchTemporary(explain_socket(error)) from error
    refused = [refusal(one["host"], access.policy) for one in found]
    trouble: OSError | None = None
    for one, why in zip(found, refused, strict=True):
        if why:
            continue
        sock = socket.socket(one["family"], socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            await loop.sock_connect(sock, (one["host"], one["port"]))
        except OSError as error:
            sock.close()
            trouble = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    if trouble is not None:
        raise FetchTemporary(explain_socket(trouble)) from trouble
    why = next((why for why in refused if why), "") or ""
    if _is_literal(access.host):
        raise FetchPermanent(f"is {beside(why, access.host)}")
    raise FetchTemporary(f"is at {why}")  # its name may lead elsewhere tomorrow


def _is_literal(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ip_address(host))
    return False


async def _ask_for_tls(sock: socket.socket) -> None:
    """Say STARTTLS (RFC 9051 section 6.2.1).

    Read byte by byte: what somebody puts behind the server's OK, in the clear, then meets the TLS handshake and
    breaks it, and is never taken for an answer given under TLS.
    """
    loop = asyncio.get_running_loop()
    greeting = await _plain_line(sock)
    if not greeting.upper().startswith(b"* OK"):
        raise FetchTemporary("does not greet as an IMAP server does")
    await loop.sock_sendall(sock, b"s1 STARTTLS\r\n")
    for _ in range(_PLAIN_LINES):
        line = (await _plain_line(sock)).upper()
        if line.startswith(b"S1 OK"):
            return
        if line.startswith(b"S1 "):
            break
    raise FetchTemporary("does not offer STARTTLS; without TLS nothing is sent to it")


async def _plain_line(sock: socket.socket) -> bytes:
    loop = asyncio.get_running_loop()
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = await loop.sock_recv(sock, 1)
        if not byte:
            raise FetchTemporary("closed the connection")
        line += byte
        if len(line) > _MAX_PLAIN:
            raise FetchTemporary("does not greet as an IMAP server does")
    return bytes(line.strip())
