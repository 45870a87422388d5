"""A small IMAP server in Python, for where there is no Dovecot, and one that says whatever a test tells it.

It speaks what `alertd.net.imap` needs, as RFC 9051 words it, over a real socket with TLS. It runs in a thread with a
loop of its own. The mailbox outlives `stop()`.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import ssl
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.http import DEADLINE_S, refused_port

USER = "desk@example.com"
PASSWORD = 'correct horse "battery" \\staple'

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class _Mail:
    uid: int
    raw: bytes
    received: str
    day: date
    seen: bool = False


@dataclass
class _Folder:
    validity: int
    next_uid: int = 1
    mails: list[_Mail] = field(default_factory=list)


class _Threaded:
    """Serves on two ports of 127.0.0.1, with TLS and without, from a thread."""

    def __init__(self, folder: Path) -> None:
        from tests.support.imap import certificate

        self.host = "localhost"
        self.port, self.plain_port = refused_port(), refused_port()
        self.ca_file = certificate(folder)
        self.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self.connections = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError

    def start(self) -> None:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        assert ready.wait(DEADLINE_S)

    def stop(self) -> None:
        if self._thread is not None and self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(DEADLINE_S)
            assert not self._thread.is_alive()
            self._thread = None

    def call(self, work: Callable[[], Any]) -> Any:
        """Do something in the server's loop; here if it is not running."""
        if self._thread is None or self._loop is None:
            return work()

        async def run() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(DEADLINE_S)

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        tasks: set[asyncio.Task[Any]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError):
                await self.talk(reader, writer)
            writer.transport.abort()
            tasks.discard(task)

        servers = [
            await asyncio.start_server(connected, "127.0.0.1", self.port, ssl=self.tls),
            await asyncio.start_server(connected, "127.0.0.1", self.plain_port),
        ]
        ready.set()
        await self._stop.wait()
        for server in servers:
            server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class ScriptedServer(_Threaded):
    """Talks as a test says."""

    def __init__(self, folder: Path, talk: Talk) -> None:
        super().__init__(folder)
        self._talk = talk

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._talk(reader, writer)


class ImapServer(_Threaded):
    """A mailbox in memory."""

    def __init__(self, folder: Path, capabilities: str = "IMAP4rev1 IDLE AUTH=PLAIN SASL-IR") -> None:
        super().__init__(folder)
        self.capabilities = capabilities
        self.idlers = 0
        self.damaged = 0
        """The number of a mail that is not handed over."""
        self.commands: list[str] = []
        """What was asked, without its arguments."""
        self._folders: dict[str, _Folder] = {"INBOX": _Folder(1000)}
        self._changed: set[asyncio.Event] = set()

    def deliver(self, raw: bytes, folder: str = "INBOX", *, age_s: float = 0) -> None:
        received = datetime.now(UTC) - timedelta(seconds=age_s)
        self.call(lambda: self._deliver(raw, folder, received))

    def renumber(self) -> None:
        box = self._folders["INBOX"]
        box.validity += 1000
        box.next_uid = 50
        for mail in box.mails:
            mail.uid = box.next_uid
            box.next_uid += 1

    def expunge(self) -> None:
        self._folders["INBOX"].mails.clear()

    def seen(self) -> list[bool]:
        return [mail.seen for mail in self._folders["INBOX"].mails]

    def _deliver(self, raw: bytes, folder: str, received: datetime) -> None:
        box = self._folders.setdefault(folder, _Folder(1000))
        box.mails.append(_Mail(box.next_uid, raw, f"{received:%d-%b-%Y %H:%M:%S} +0000", received.date()))
        box.next_uid += 1
        for event in self._changed:
            event.set()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _Session(self, reader, writer).run()


class _Session:
    def __init__(self, server: ImapServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._box: _Folder | None = None
        self._known = 0
        self._writable = False

    async def run(self) -> None:
        self._say(b"* OK ready")
        while line := await self._reader.readline():
            tag, _, rest = line.rstrip(b"\r\n").partition(b" ")
            words = rest.decode().split(" ", 1)
            name, arguments = words[0].upper(), words[1] if len(words) > 1 else ""
            if name == "UID":
                name, _, arguments = arguments.partition(" ")
                name = f"UID {name.upper()}"
            self._server.commands.append(name)
            handler = getattr(self, f"_do_{name.lower().replace(' ', '_')}", None)
            outcome = b"BAD unknown" if handler is None else await handler(arguments)
            self._say(tag + b" " + outcome)
            if name == "LOGOUT":
                return
            await self._writer.drain()

    def _say(self, line: bytes) -> None:
        self._writer.write(line + b"\r\n")

    async def _do_capability(self, arguments: str) -> bytes:
        self._say(f"* CAPABILITY {self._server.capabilities}".encode())
        return b"OK done"

    async def _do_logout(self, arguments: str) -> bytes:
        return b"OK bye"

    async def _do_starttls(self, arguments: str) -> bytes:
        return b"NO not here"

    async def _do_authenticate(self, arguments: str) -> bytes:
        method, _, token = arguments.partition(" ")
        if not token:
            self._say(b"+ ")
            token = (await self._reader.readline()).decode().strip()
        good = method == "PLAIN" and base64.b64decode(token) == f"\0{USER}\0{PASSWORD}".encode()
        return b"OK in" if good else b"NO [AUTHENTICATIONFAILED] not " + base64.b64decode(token).replace(b"\0", b" ")

    async def _do_login(self, arguments: str) -> bytes:
        words = [re.sub(r"\\(.)", r"\1", word) for word in re.findall(r'"((?:[^"\\]|\\.)*)"', arguments)]
        return b"OK in" if words == [USER, PASSWORD] else f"NO not {arguments}".encode()

    async def _do_select(self, arguments: str) -> bytes:
        self._writable = True
        return self._open(arguments)

    async def _do_examine(self, arguments: str) -> bytes:
        self._writable = False
        return self._open(arguments)

    def _open(self, arguments: str) -> bytes:
        box = self._box = self._server._folders.get(arguments.strip('"'))
        if box is None:
            return b"NO [NONEXISTENT] there is no such folder"
        self._known = len(box.mails)
        self._say(f"* {self._known} EXISTS".encode())
        self._say(f"* OK [UIDVALIDITY {box.validity}] valid".encode())
        self._say(f"* OK [UIDNEXT {box.next_uid}] next".encode())
        return b"OK open"

    def _range(self, text: str) -> list[tuple[int, _Mail]]:
        assert self._box is not None
        mails = list(enumerate(self._box.mails, 1))
        last = mails[-1][1].uid if mails else 0
        wanted: list[tuple[int, _Mail]] = []
        for piece in text.split(","):
            low, _, high = piece.partition(":")
            ends = sorted((int(low), last if high == "*" else int(high or low)))
            wanted += [(n, m) for n, m in mails if ends[0] <= m.uid <= ends[1]]
        return wanted

    async def _do_uid_search(self, arguments: str) -> bytes:
        words = arguments.split()
        since = datetime.strptime(words[3], "%d-%b-%Y").date() if len(words) > 2 else date.min
        found = " ".join(str(mail.uid) for _, mail in self._range(words[1]) if mail.day >= since)
        self._say(f"* SEARCH {found}".rstrip().encode())
        return b"OK done"

    async def _do_uid_fetch(self, arguments: str) -> bytes:
        wanted, _, items = arguments.partition(" ")
        for number, mail in self._range(wanted):
            head = f"* {number} FETCH (UID {mail.uid}".encode()
            if body := re.search(r"BODY\.PEEK\[(\w*)\]<0\.(\d+)>", items):
                if mail.uid == self._server.damaged:
                    return b"NO [SERVERBUG] damaged"
                raw = mail.raw.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n" if body[1] else mail.raw
                raw = raw[: int(body[2])]
                self._say(head + f" BODY[{body[1]}]<0> {{{len(raw)}}}\r\n".encode() + raw + b")")
            else:
                received = f' INTERNALDATE "{mail.received}"'.encode()
                self._say(head + f" RFC822.SIZE {len(mail.raw)}".encode() + received + b")")
        return b"OK done"

    async def _do_uid_store(self, arguments: str) -> bytes:
        assert self._writable
        assert arguments.endswith("+FLAGS.SILENT (\\Seen)")
        for _, mail in self._range(arguments.split()[0]):
            mail.seen = True
        return b"OK done"

    async def _do_idle(self, arguments: str) -> bytes:
        assert self._box is not None
        changed = asyncio.Event()
        self._server._changed.add(changed)
        self._say(b"+ idling")
        done = asyncio.create_task(self._reader.readline())
        try:
            self._server.idlers += 1
            while not done.done():
                if len(self._box.mails) != self._known:
                    self._known = len(self._box.mails)
                    self._say(f"* {self._known} EXISTS".encode())
                waiting = asyncio.create_task(changed.wait())
                await asyncio.wait([done, waiting], return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                changed.clear()
        finally:
            self._server.idlers -= 1
            self._server._changed.discard(changed)
            done.cancel()
        return b"OK idle ended"
