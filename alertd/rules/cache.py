"""The compiled parts of the last load, in one file: what has not changed need not be compiled again.

    magic | digest of what follows | MessagePack of Cached

A part is good while its file has the same content and its questions have the same answers; all of them at once if
what is shared is the same as well. A file that is broken, of another version of alertd or of other companies is no
error: everything is compiled, and it is written anew.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import msgspec
import structlog

from alertd.base.files import write_whole
from alertd.model import Struct
from alertd.rules.part import Part

_MAGIC = b"alertd rules 1\n"
_DIGEST = 32
_CODE = ("rules", "companies", "text", "base")
"""Rooms whose code decides what a part looks like."""

_log = structlog.get_logger(__name__)


class CachedPart(Struct, frozen=True):
    """A compiled file."""

    file: str
    digest: str
    """Fingerprint of the content that it was compiled from."""
    part: Part


class Cached(Struct, frozen=True, kw_only=True):
    """What a load left."""

    code: str
    shared: str
    """Fingerprint of the shared files, the settings and the companies."""
    parts: list[CachedPart]


@cache
def code_hash() -> str:
    """Fingerprint the code that compiles rules: what another version made is not read."""
    found = hashlib.blake2b(digest_size=16)
    root = Path(__file__).parents[1]
    for file in [root / "model.py", *sorted(file for room in _CODE for file in (root / room).glob("*.py"))]:
        found.update(file.read_bytes())
    return found.hexdigest()


def read_cache(path: Path) -> Cached | None:
    """Give what the last load left; None if there is nothing of use."""
    body = read_sealed(path, _MAGIC)
    if body is None:
        return None
    try:
        head = msgspec.msgpack.decode(body, type=_Head)
        if head.code != code_hash():
            return None
        with no_collection():
            return _decoder.decode(body)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        _log.warning("rules_cache_ignored", path=str(path), reason=str(error))
        return None


def write_cache(path: Path, cached: Cached) -> None:
    """Write it whole or not at all. That it cannot be written is no fault of the rules: a log line says so."""
    with no_collection():
        body = _encoder.encode(cached)
    write_sealed(path, _MAGIC, body)


def read_sealed(path: Path, magic: bytes) -> memoryview | None:
    """Give what a file holds behind its magic and its digest; None if it is not there or not whole."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        _log.warning("rules_cache_unreadable", path=str(path), error=error.strerror or str(error))
        return None
    start = len(magic) + _DIGEST
    body = memoryview(data)[start:]
    if data[: len(magic)] != magic or data[len(magic) : start] != hashlib.blake2b(body, digest_size=_DIGEST).digest():
        _log.warning("rules_cache_ignored", path=str(path), reason="it is not whole, or of another version")
        return None
    return body


def write_sealed(path: Path, magic: bytes, body: bytes) -> None:
    """Write a file that `read_sealed` reads. That it cannot be written is told by a log line alone."""
    try:
        # The digest tells a damaged one: to wait for the disk would only cost time.
        write_whole(path, magic, hashlib.blake2b(body, digest_size=_DIGEST).digest(), body, durable=False)
    except OSError as error:
        _log.warning("rules_cache_not_written", path=str(path), error=error.strerror or str(error))


class _Head(Struct, frozen=True):
    code: str


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Cached)


@contextmanager
def no_collection() -> Iterator[None]:
    """Keep the garbage collector from going through millions of new objects that all live on."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
