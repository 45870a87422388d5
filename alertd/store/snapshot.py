"""A copy of all that a running server holds, as of one moment, over its connection: as a replica gets it.

The server forks and writes a snapshot of its memory to whoever sent SYNC; it goes on meanwhile, and none of its files
is touched or waited for. Copying the append-only files of a running server instead would need its rewriting stopped
and a cut between two files; BGSAVE would need room for a second copy on its disk.

The snapshot is what an append-only file begins with (aof-use-rdb-preamble), so as `appendonly.aof` it is the whole
data of a server: 6.2 reads it as it is, 7 and Valkey take it into their folder of append-only files at the start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import IO

from alertd.errors import StoreRefused, StoreUnavailable

NAME = "appendonly.aof"
MAGIC = b"REDIS"
"""What a snapshot begins with."""
PATIENCE_S = 60.0
"""How long the server may say nothing: it forks first, and a large one takes its time over that."""
_CHUNK = 1 << 16
_MARK = 40
"""Bytes that end a snapshot whose length was not known (replication.c, CONFIG_RUN_ID_SIZE)."""


async def copy_snapshot(socket: Path, out: IO[bytes], told: Callable[[int], None] = lambda size: None) -> int:
    """Write a snapshot of the server at a unix socket into a file; gives its size in bytes.

    `told` hears of each piece. Raises StoreUnavailable, StoreRefused, OSError of the file.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(str(socket), limit=_CHUNK)
    except OSError as error:
        raise StoreUnavailable(f"Redis does not answer at {socket}: {error.strerror or error}") from error
    try:
        # capa eof: then a server need not write a file of its own first (diskless replication).
        writer.write(b"REPLCONF capa eof\r\n")
        async with asyncio.timeout(PATIENCE_S):
            await reader.readline()
        writer.write(b"SYNC\r\n")
        header = await _header(reader)
        if header.startswith(b"EOF:"):
            return await _until(reader, header[4:], out, told)
        return await _exactly(reader, int(header), out, told)
    except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
        raise StoreUnavailable(f"Redis ended its snapshot half-way: {error}") from error
    except TimeoutError as error:
        raise StoreUnavailable(f"Redis gave no snapshot within {PATIENCE_S:.0f} s") from error
    finally:
        writer.close()


async def _header(reader: asyncio.StreamReader) -> bytes:
    """Give what stands before the snapshot: its length, or EOF: and the mark that ends it."""
    while True:
        async with asyncio.timeout(PATIENCE_S):
            line = await reader.readuntil(b"\n")
        if not (line := line.strip()):
            continue  # says that it is still preparing
        if not line.startswith(b"$"):
            raise StoreRefused(f"Redis gives no snapshot: {line[1:200].decode('utf-8', 'replace')}")
        return line[1:]


async def _piece(reader: asyncio.StreamReader, most: int) -> bytes:
    async with asyncio.timeout(PATIENCE_S):
        piece = await reader.read(most)
    if not piece:
        raise asyncio.IncompleteReadError(piece, most)
    return piece


async def _exactly(reader: asyncio.StreamReader, size: int, out: IO[bytes], told: Callable[[int], None]) -> int:
    left = size
    while left:
        piece = await _piece(reader, min(left, _CHUNK))
        out.write(piece)
        told(len(piece))
        left -= len(piece)
    return size


async def _until(reader: asyncio.StreamReader, mark: bytes, out: IO[bytes], told: Callable[[int], None]) -> int:
    if len(mark) != _MARK:
        raise ValueError("its end is not marked")
    size, held = 0, b""
    while not held.endswith(mark):  # nothing follows the mark before we say that we have it
        piece = await _piece(reader, _CHUNK)
        told(len(piece))
        held += piece
        out.write(held[:-_MARK])
        size += len(held[:-_MARK])
        held = held[-_MARK:]
    return size
