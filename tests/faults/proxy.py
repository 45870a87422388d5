"""A proxy before Redis that does what networks do: loses a reply, delays, half-closes, swallows, resets.

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
import contextlib
import socket
import struct
from collections import Counter, deque
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from tests.faults.resp import Frames, is_endless, name_of, words

_CHUNK = 65_536
_CONNECT_S = 3.0


class _Dropped(Exception):
    """A reply was swallowed: the connection ends here."""


class Proxy:
    """Listens on a free port of loopback, or on a unix socket, and passes everything on to `target`.

    `target` is `host:port`, `redis://…` or `unix:///path`. A context manager; the address stays for its life.
    """

    def __init__(self, target: str, at: Path | None = None) -> None:
        """`at` is the unix socket to listen on."""
        self._target = target
        self._at = at
        self.port = 0
        self.calls: Counter[str] = Counter()
        """How often each command was passed on."""
        self.replies: Counter[str] = Counter()
        """How often each was answered without an error."""
        self.dropped: list[str] = []
        """The commands whose replies were swallowed."""
        self.connections = 0
        """How many were accepted so far."""
        self._open: dict[_Connection, asyncio.Task[None]] = {}
        self._drops: Counter[str] = Counter()
        """Command -> how many replies of it are still passed, and one swallowed after that."""
        self._dropping = asyncio.Event()
        self._delay_s = 0.0
        self._bytes_per_s: float | None = None
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
        """Pass the nth call of a command on from now, swallow its reply and close. An error does not count as a reply.

        Several commands may be named one after the other; each is dropped once.
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

    # --- what connections ask ---

    def answered(self, name: str, reply: bytes) -> None:
        """Take in a reply. Raises _Dropped if it is to be swallowed."""
        if reply.startswith(b"-"):
            return
        self.replies[name] += 1
        if name not in self._drops:
            return
        self._drops[name] -= 1
        if self._drops[name] < 0:
            del self._drops[name]
            self.dropped.append(name)
            self._dropping.set()
            raise _Dropped

    async def pace(self, size: int, *, back: bool) -> None:
        """Take the time that so many bytes take."""
        if back and self._delay_s:
            await asyncio.sleep(self._delay_s)
        if self._bytes_per_s:
            await asyncio.sleep(size / self._bytes_per_s)

    @property
    def chunk(self) -> int:
        """How many bytes pass at once."""
        return max(1, min(_CHUNK, int(self._bytes_per_s / 10))) if self._bytes_per_s else _CHUNK

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Reach the target. Raises OSError."""
        parts = urlsplit(self._target if "://" in self._target else f"tcp://{self._target}")
        async with asyncio.timeout(_CONNECT_S):
            if parts.scheme == "unix":
                return await asyncio.open_unix_connection(parts.path)
            return await asyncio.open_connection(parts.hostname, parts.port)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection = _Connection(self, reader, writer)
        if not self._swallows:
            connection.flows.set()
        task = asyncio.current_task()
        assert task is not None
        self._open[connection] = task
        try:
            await connection.run()
        finally:
            del self._open[connection]


class _Connection:
    """One client, and the connection to the target that is its own."""

    def __init__(self, proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.flows = asyncio.Event()
        self._proxy = proxy
        self._client = (reader, writer)
        self._writers = [writer]
        self._asked: deque[str] = deque()
        """Names of the commands that have no reply yet."""
        self._named = True
        self._deaf = False
        """The client was told that nothing more comes."""
        self._ends = asyncio.Event()

    async def run(self) -> None:
        """Pass on until one side ends."""
        ends = asyncio.create_task(self._ends.wait())
        work = asyncio.create_task(self._work())
        try:
            await asyncio.wait([ends, work], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (ends, work):
                task.cancel()
            await asyncio.gather(ends, work, return_exceptions=True)
            for writer in self._writers:
                writer.transport.abort()

    def reset(self) -> None:
        """End it with RST."""
        for writer in self._writers:
            plug = writer.get_extra_info("socket")
            if plug.family != socket.AF_UNIX:
                with contextlib.suppress(OSError):  # closed already
                    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._ends.set()

    def half_close(self) -> None:
        """Send the client our FIN; what the target answers from now on goes nowhere."""
        if not self._deaf:
            self._deaf = True
            self._client[1].write_eof()

    async def _work(self) -> None:
        await self.flows.wait()
        try:
            server_reader, server_writer = await self._proxy.connect()
        except (OSError, TimeoutError):
            return
        self._writers.append(server_writer)
        both = [
            asyncio.create_task(self._there(self._client[0], server_writer)),
            asyncio.create_task(self._back(server_reader, self._client[1])),
        ]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for task in both:
                task.cancel()
            ended = await asyncio.gather(*both, return_exceptions=True)
        for error in ended:
            if error is not None and not isinstance(error, (OSError, _Dropped, asyncio.CancelledError)):
                raise error

    async def _there(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = Frames()
        while data := await reader.read(_CHUNK):
            if self._named:
                self._note(frames, data)
            await self._pass(data, writer, back=False)
        await self.flows.wait()
        writer.write_eof()

    def _note(self, frames: Frames, data: bytes) -> None:
        try:
            for message in frames.feed(data):
                name = name_of(words(message))
                self._proxy.calls[name] += 1
                self._asked.append(name)
                if is_endless(name):
                    self._named = False
        except ValueError:
            self._named = False

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = Frames()
        while data := await reader.read(_CHUNK):
            whole = []
            try:
                for reply in frames.feed(data) if self._named else [data]:
                    if self._asked:
                        self._proxy.answered(self._asked.popleft(), reply)
                    whole.append(reply)
            except ValueError:
                self._named = False
            except _Dropped:
                await self._pass(b"".join(whole), writer, back=True)
                raise
            if not self._named:
                whole.append(frames.take_rest())
            await self._pass(b"".join(whole), writer, back=True)
        await self.flows.wait()
        if not self._deaf:
            writer.write_eof()

    async def _pass(self, data: bytes, writer: asyncio.StreamWriter, *, back: bool) -> None:
        at = 0
        while at < len(data):
            piece = data[at : at + self._proxy.chunk]
            at += len(piece)
            await self._proxy.pace(len(piece), back=back)
            await self.flows.wait()
            if not (back and self._deaf):
                writer.write(piece)
                await writer.drain()
