"""Connections that put commands into bytes as hiredis does, in C.

redis-py does so for its synchronous connections alone; those of asyncio join each command in Python, argument by
argument, which takes five times as long: some scripts here have hundreds of arguments.
"""

from __future__ import annotations

from typing import Any

import hiredis
from redis import exceptions
from redis.asyncio.connection import Connection, SSLConnection, UnixDomainSocketConnection


class Packed:
    """Stands before one of redis-py's connections."""

    def pack_command(self, *args: Any) -> list[bytes]:
        """Give a command as the server reads it; the first argument may be several words, as `CLIENT SETNAME`."""
        first, *others = args
        words = first.split() if isinstance(first, bytes) else str(first).encode().split()
        try:
            return [hiredis.pack_command((*words, *others))]
        except TypeError as error:
            raise exceptions.DataError(str(error)) from error


class PackedConnection(Packed, Connection):
    """Over TCP."""


class PackedSSLConnection(Packed, SSLConnection):
    """Over TLS."""


class PackedUnixConnection(Packed, UnixDomainSocketConnection):
    """Over a socket of this machine."""


PACKED = {
    Connection: PackedConnection,
    SSLConnection: PackedSSLConnection,
    UnixDomainSocketConnection: PackedUnixConnection,
}
"""Kind of redis-py's -> the same, packed by hiredis."""
