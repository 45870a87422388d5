"""One connection through the proxy of `tests/faults/proxy.py`, and the conditions that hold for all of them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections import Counter, deque
from collections.abc import Sequence
from urllib.parse import urlsplit

from tests.faults.resp import Frames, is_endless, name_of, words

_CHUNK = 65_536
_CONNECT_S = 3.0


ANY = "*"
"""In place of a command: whichever is answered next."""


class Dropped(Exception):
    """A reply was swallowed: the connection ends here."""


class Conditions:
    """What is counted and what is to go wrong, on all connections."""

    def __init__(self, target: str) -> None:
        self._target = target
        self.calls: Counter[str] = Counter()
        """How often each command was passed on."""
        self.replies: Counter[str] = Counter()
        """How often each was answered without an error."""
        self.dropped: list[str] = []
        """The commands whose replies were swallowed."""
        self._drops: Counter[str] = Counter()
        """Command -> how many replies of it are still passed, and one swallowed after that."""
        self._dropping = asyncio.Event()
        self._delay_s = 0.0
        self._bytes_per_s: float | None = None

    def answered(self, name: str, reply: bytes) -> None:
        """Take in a reply. Raises Dropped if it is to be swallowed."""
        if reply.startswith(b"-"):
            return
        self.replies[name] += 1
        named = name if name in self._drops else ANY
        if named not in self._drops:
            return
        self._drops[named] -= 1
        if self._drops[named] < 0:
            del self._drops[named]
            self.dropped.append(name)
            self._dropping.set()
            raise Dropped

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


class Connection:
    """One client, and the connection to the target that is its own."""

    def __init__(self, conditions: Conditions, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.flows = asyncio.Event()
        self._conditions = conditions
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
        tasks = [asyncio.create_task(self._ends.wait()), asyncio.create_task(self._work())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            for writer in self._writers:
                writer.transport.abort()
        _raise_but(ended, ())

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
            server_reader, server_writer = await self._conditions.connect()
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
        _raise_but(ended, (OSError, Dropped))

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
                self._conditions.calls[name] += 1
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
                        self._conditions.answered(self._asked.popleft(), reply)
                    whole.append(reply)
            except ValueError:
                self._named = False
            except Dropped:
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
            piece = data[at : at + self._conditions.chunk]
            at += len(piece)
            await self._conditions.pace(len(piece), back=back)
            await self.flows.wait()
            if not (back and self._deaf):
                writer.write(piece)
                await writer.drain()


def _raise_but(ended: Sequence[object], expected: tuple[type[Exception], ...]) -> None:
    """Raise what tasks ended with, if nobody reckoned with it."""
    for error in ended:
        if isinstance(error, Exception) and not isinstance(error, expected):
            raise error
