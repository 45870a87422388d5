"""A proxy that does what networks do: loses a reply, delays, half-closes, swallows, resets.

    async with Proxy(redis.url) as proxy:
        settings["redis"] = proxy.url
        …
        proxy.drop_reply("ingest")       # passed on and done, and nobody is told
        await proxy.dropping()           # … has happened
        proxy.blackhole()                # accepts, and nothing passes: no byte, no FIN, no RST
        proxy.heal()

It knows a command by its name (`XADD`, `XGROUP CREATE`) and a script by ours (`ingest`, `commit`). Other protocols
than RESP2 pass too, unnamed. It runs in the loop of the test.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Self

from tests.faults.proxy_connection import ANY, Conditions, Connection

__all__ = ["ANY", "Proxy"]


class Proxy(Conditions):
    """Listens on a free port of loopback, or on a unix socket, and passes everything on to `target`.

    `target` is `host:port`, `redis://…` or `unix:///path`. A context manager; the address stays for its life.
    """

    def __init__(self, target: str, at: Path | None = None) -> None:
        """`at` is the unix socket to listen on."""
        super().__init__(target)
        self._at = at
        self.port = 0
        self.connections = 0
        """How many were accepted so far."""
        self._open: dict[Connection, asyncio.Task[None]] = {}
        self._swallows = False

    async def __aenter__(self) -> Self:
        if self._at is not None:
            self._server = await asyncio.start_unix_server(self._accept, self._at)
        else:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
            self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()
        self.reset()
        if self._open:
            await asyncio.wait(self._open.values())

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"unix://{self._at}" if self._at is not None else f"redis://127.0.0.1:{self.port}"

    @property
    def open(self) -> int:
        """How many connections are open now."""
        return len(self._open)

    def drop_reply(self, command: str, nth: int = 1) -> None:
        """Pass the nth call of a command from now on, swallow its reply and close. An error is no such reply.

        Several may be named, or ANY; each is dropped once.
        """
        self._drops[command] = nth - 1
        self._dropping.clear()

    async def dropping(self, timeout: float = 30) -> None:
        """Wait until all that was to be dropped is."""
        async with asyncio.timeout(timeout):
            while self._drops:
                await self._dropping.wait()
                self._dropping.clear()

    def delay(self, ms: float) -> None:
        """Hold up all that comes back for so long."""
        self._delay_s = ms / 1000

    def slow(self, bytes_per_s: float) -> None:
        """Let no more than so many bytes a second through on each connection, either way."""
        self._bytes_per_s = bytes_per_s

    def half_close(self) -> None:
        """Say to all clients that nothing more will come, and go on listening to them."""
        for connection in self._open:
            connection.half_close()

    def blackhole(self, *, new: bool = True) -> None:
        """Let nothing pass on any connection, nor its end; `new` tells whether those opened later are swallowed too.

        What was under way passes after `heal`, as TCP would send it again.
        """
        self._swallows = new
        for connection in self._open:
            connection.flows.clear()

    def reset(self) -> None:
        """End all connections with RST, both ways; new ones are welcome."""
        for connection in list(self._open):
            connection.reset()

    def heal(self) -> None:
        """Undo everything: all that is still open flows again."""
        self._drops.clear()
        self._delay_s = 0.0
        self._bytes_per_s = None
        self._swallows = False
        for connection in self._open:
            connection.flows.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection = Connection(self, reader, writer)
        if not self._swallows:
            connection.flows.set()
        task = asyncio.current_task()
        assert task is not None
        self._open[connection] = task
        try:
            await connection.run()
        finally:
            del self._open[connection]
