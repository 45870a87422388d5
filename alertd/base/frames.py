"""Frames over a pipe or a socket: four bytes of length, and content."""

from __future__ import annotations

from asyncio import StreamReader, StreamWriter
from typing import BinaryIO

_HEADER = 4


async def exchanged(reader: StreamReader, writer: StreamWriter, order: bytes) -> bytes:
    """Send a frame and give the one that comes back. Raises IncompleteReadError or ConnectionError."""
    writer.write(len(order).to_bytes(_HEADER, "big") + order)
    await writer.drain()
    size = int.from_bytes(await reader.readexactly(_HEADER), "big")
    return await reader.readexactly(size)


def read_frame(file: BinaryIO) -> bytes | None:
    """Give the next frame; None: nothing more comes."""
    header = file.read(_HEADER)
    return file.read(int.from_bytes(header, "big")) if len(header) == _HEADER else None


def write_frame(file: BinaryIO, content: bytes) -> None:
    """Send a frame."""
    file.write(len(content).to_bytes(_HEADER, "big") + content)
    file.flush()
