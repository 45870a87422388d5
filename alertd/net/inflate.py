"""Decoding of compressed bodies in small pieces, with every bound that a hostile server tests.

aiohttp can decode by itself, but then neither the bytes on the wire nor the members of a gzip file can be counted
by us. 796 bytes may decode to a gigabyte, so what comes out is bounded while it comes out.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

PIECE: Final = 64 * 1024
"""Most bytes handed out at once: the event loop is never held longer than one piece takes."""
MEMBERS: Final = 1024
"""Most members of one gzip body. Real ones have one, a few tools write hundreds."""

_GZIP: Final = 16 + zlib.MAX_WBITS
_GZIP_MAGIC: Final = b"\x1f\x8b"


class BodyDamaged(Exception):
    """The body does not decode, or ends before its end."""


class UnknownEncoding(Exception):
    """The server compressed in a way that was not asked for."""


def make_decoder(content_encoding: str) -> Decoder:
    """Give the decoder for a Content-Encoding header; empty and `identity` pass bytes on. Raises UnknownEncoding.

    A chain of encodings is refused: nobody needs one, and each link multiplies a bomb.
    """
    names = [name for part in content_encoding.lower().split(",") if (name := part.strip()) not in ("", "identity")]
    if not names:
        return Plain()
    if names in (["gzip"], ["x-gzip"], ["deflate"]):
        return Inflater(deflate=names == ["deflate"])
    shown = "".join(c if c.isascii() and (c.isalnum() or c in "-_,") else "?" for c in ",".join(names))[:40]
    raise UnknownEncoding(shown)


class Decoder:
    """Turns the bytes of a body as they come into decoded pieces of at most PIECE bytes."""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Decode what came in. Raises BodyDamaged."""
        raise NotImplementedError

    def finish(self) -> None:
        """Say that nothing more comes. Raises BodyDamaged if something is missing."""


class Plain(Decoder):
    """A body that is not compressed."""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Pass the bytes on, in pieces."""
        if len(chunk) <= PIECE:
            yield chunk
            return
        for start in range(0, len(chunk), PIECE):
            yield chunk[start : start + PIECE]


class Inflater(Decoder):
    """gzip with one or more members (RFC 1952), or deflate with and without the zlib wrapper (RFC 9110, 8.4.1.2)."""

    def __init__(self, *, deflate: bool = False) -> None:
        self._deflate = deflate
        self._head = b""
        self._stream: zlib._Decompress | None = None
        self._members = 0
        self._over = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Decode in pieces; what follows the last gzip member is padding and is dropped."""
        data = self._head + chunk
        self._head = b""
        while self._stream is not None or (data and not self._over and self._start(data)):
            assert self._stream is not None
            try:
                piece = self._stream.decompress(data, PIECE)
            except zlib.error as exc:
                raise BodyDamaged("its compressed body is damaged") from exc
            if piece:
                yield piece
            if self._stream.eof:
                data = self._stream.unused_data
                self._stream = None
                self._over = self._deflate
                continue
            data = self._stream.unconsumed_tail
            # A full piece may leave output inside zlib even when it has taken all the input.
            if not data and len(piece) < PIECE:
                return

    def finish(self) -> None:
        """Raise BodyDamaged if a stream began and did not end."""
        if self._stream is not None or (self._head and not self._members):
            raise BodyDamaged("its compressed body ends early")

    def _start(self, data: bytes) -> bool:
        """Open the next member; False if `data` is too short to tell, or if only padding follows."""
        if len(data) < 2:
            self._head = data
            return False
        if self._deflate:
            wrapped = data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2], "big") % 31 == 0
            self._stream = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
            return True
        if self._members and not data.startswith(_GZIP_MAGIC):
            self._over = True
            return False
        self._members += 1
        if self._members > MEMBERS:
            raise BodyDamaged(f"its gzip body has more than {MEMBERS} members")
        self._stream = zlib.decompressobj(_GZIP)
        return True
