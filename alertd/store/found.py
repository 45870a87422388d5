"""Connections to whichever of several servers is ours."""

from __future__ import annotations

from typing import Any, Protocol

from redis import exceptions
from redis.asyncio.connection import Connection, SSLConnection

from alertd.store.address import Node
from alertd.store.packed import Packed


class Finder(Protocol):
    """Knows which server is ours."""

    @property
    def known(self) -> Node | None:
        """What was found last."""
        ...

    async def find(self) -> Node:
        """Give the server that is ours now. Raises redis-py's ConnectionError."""
        ...

    def look(self) -> None:
        """See, in the background and not too often, whether it still is."""
        ...

    def lost(self, node: Node) -> None:
        """Take in that it does not answer, or says that it is not ours."""
        ...

    async def check(self, connection: Connection) -> None:
        """Refuse a new connection to what is not ours. Raises redis-py's ConnectionError."""
        ...

    async def aclose(self) -> None:
        """Close the connections to those that are asked."""
        ...


class FoundConnection(Packed, Connection):
    """A connection to whichever server is ours."""

    def __init__(self, *, finder: Finder, **knobs: Any) -> None:
        self._finder = finder
        super().__init__(**knobs)

    async def connect(self) -> None:
        """Connect if it is not connected, or to one that is not ours any more. The pool calls it before each use."""
        self._finder.look()
        if self.is_connected and self._finder.known not in (None, (self.host, self.port)):
            await self.disconnect()
        await super().connect()  # type: ignore[no-untyped-call]

    async def _connect(self) -> None:
        self.host, self.port = node = await self._finder.find()
        try:
            await super()._connect()  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError):
            self._finder.lost(node)
            raise

    async def on_connect_check_health(self, check_health: bool = True) -> None:
        """Greet the server, and see that it is ours."""
        try:
            await super().on_connect_check_health(check_health)
            await self._finder.check(self)
        except (exceptions.ConnectionError, exceptions.TimeoutError, OSError):
            self._finder.lost((self.host, self.port))
            raise


class FoundSSLConnection(FoundConnection, SSLConnection):
    """The same over TLS."""
