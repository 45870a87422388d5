"""An IMAP client with the few commands that reading a folder takes, and nothing that could lose a mail.

No command deletes, moves or expunges. Bodies are fetched with PEEK, so that nothing is marked as read. Every answer
is bounded in lines, bytes and time: the server is a stranger. Sources: RFC 9051 and RFC 3501 (IMAP), RFC 2177 (IDLE),
RFC 4616 (PLAIN), RFC 4959 (SASL-IR).
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

from alertd.base.secrets import MASK, Secret
from alertd.errors import FetchPermanent, FetchTemporary
from alertd.net.imap_answer import Answer, fetched, folder_name, found_uids, quoted
from alertd.net.imap_socket import MAX_LINE, Access, Wire, connect

MAX_ANSWERS = 2_000
"""Answers to one command."""
MAX_TEXT = 256 << 10
"""Bytes of the answers to one command, without literals and searches: those about a hundred mails have 12 KiB."""
MAX_FETCHED = 8 << 10
"""Bytes of what is said about one mail."""
_BREATHE_EVERY = 20
"""Answers after which others have their turn: what lies in the buffer is read without waiting."""
_LONG_SEARCH = 64 << 10
MAX_SAID = 200
MAX_UID = 0xFFFF_FFFF
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class CommandRefused(FetchTemporary):
    """The server does not do what it was asked for, and goes on talking."""


class LoginRefused(CommandRefused):
    """The server does not take user name and password: asking often could lock the account."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as it is when it is opened."""

    validity: int
    """UIDVALIDITY: with another one, the numbers of mails mean nothing any more."""
    next_uid: int
    """The number that the next mail will have at the least; 0 if the server does not say."""
    count: int


@dataclass(frozen=True, slots=True)
class About:
    """What the server says of a mail before it is fetched."""

    uid: int
    size: int
    """Bytes."""
    received: str
    """When the server took it in, as it writes it; empty if it does not say."""


class Imap:
    """A session: logged in. Everything raises FetchTemporary, in words for a person and without the password."""

    def __init__(self, wire: Wire, timeout_s: float, secrets: Sequence[str]) -> None:
        self._wire = wire
        self._timeout_s = timeout_s
        self._secrets = secrets
        self._number = 0
        self._received = 0
        self._can: frozenset[str] = frozenset()

    @property
    def can_idle(self) -> bool:
        """Whether the server says by itself when mail comes."""
        return "IDLE" in self._can

    async def open_folder(self, name: str, *, write: bool = False) -> Folder:
        """Open a folder, only for reading unless flags are to be set."""
        answers = await self._command(b"SELECT " if write else b"EXAMINE ", folder_name(name), what="open the folder")
        validity = next((code for a in answers if (code := a.code(b"UIDVALIDITY")) is not None), b"")
        next_uid = next((code for a in answers if (code := a.code(b"UIDNEXT")) is not None), b"")
        count = next((n for a in answers if (n := a.numbered(b"EXISTS")) is not None), 0)
        if not _is_number(validity):
            raise FetchTemporary("does not number its mails (no UIDVALIDITY)")
        return Folder(int(validity), int(next_uid) if _is_number(next_uid) else 0, count)

    async def uids(self, first: int, since: date | None = None) -> list[int]:
        """Give the numbers of the mails from one on, in order; `since`: only those taken in on that day or later."""
        day = f" SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}" if since else ""
        command = f"UID SEARCH UID {first}:*{day}".encode()
        answers = await self._command(command, what="search", most_text=MAX_LINE)
        if sum(len(a.text) for a in answers) > _LONG_SEARCH:
            return await asyncio.to_thread(_uids, answers, first)
        return _uids(answers, first)

    async def about(self, uids: Sequence[int]) -> list[About]:
        """Give what the server says of mails; those that are gone are left out."""
        wanted = ",".join(map(str, uids)).encode()
        answers = await self._command(b"UID FETCH " + wanted + b" (UID RFC822.SIZE INTERNALDATE)", what="tell sizes")
        found: dict[int, About] = {}
        for number, answer in enumerate(answers):
            if number % _BREATHE_EVERY == 0:
                await asyncio.sleep(0)
            items = _items(answer)
            uid, octets = items.get("UID", b""), items.get("RFC822.SIZE", b"")
            if _is_number(uid) and octets.isdigit() and len(octets) < 19:
                received = items.get("INTERNALDATE", b"").decode("ascii", "replace")
                found[int(uid)] = About(int(uid), int(octets), received)
        return [found[uid] for uid in uids if uid in found]

    async def fetch(self, uid: int, most: int, *, header: bool = False) -> bytes | None:
        """Give the first `most` bytes of a mail, or of its header; None if it is gone."""
        part = b"HEADER" if header else b""
        command = b"UID FETCH %d (UID BODY.PEEK[%s]<0.%d>)" % (uid, part, most)
        name = f"BODY[{part.decode()}]"
        for answer in await self._command(command, what="send a mail", most=most):
            items = _items(answer)
            if items.get("UID") == b"%d" % uid and name in items:
                return items[name][:most]
        return None

    async def mark_seen(self, uids: Sequence[int]) -> None:
        """Mark mails as read."""
        wanted = ",".join(map(str, uids)).encode()
        await self._command(b"UID STORE " + wanted + b" +FLAGS.SILENT (\\Seen)", what="mark mails")

    async def idle(self, seconds: float) -> bool:
        """Wait until the server says that something came, at most so long; says whether it did."""
        tag = self._tag()
        came = False
        async with self._limit("idle"):
            await self._wire.send(tag + b" IDLE\r\n")
            while not (answer := await self._receive()).text.startswith(b"+"):
                self._refused(answer, tag, "idle")
                came = came or answer.numbered(b"EXISTS") is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0 if came else seconds):
                while not came:
                    answer = await self._receive()
                    self._refused(answer, tag, "idle")
                    if answer.is_tagged(tag):
                        return came
                    came = answer.numbered(b"EXISTS") is not None
        async with self._limit("idle"):
            await self._wire.send(b"DONE\r\n")
            while not (answer := await self._receive()).is_tagged(tag):
                came = came or answer.numbered(b"EXISTS") is not None
        return came

    async def close(self) -> None:
        """Say goodbye, and hang up."""
        with contextlib.suppress(FetchTemporary, TimeoutError):
            async with asyncio.timeout(1):
                await self._wire.send(self._tag() + b" LOGOUT\r\n")
        self._wire.abort()

    async def log_in(self, username: str, password: Secret, *, greeted: bool) -> None:
        """Take the greeting, and log in. Raises LoginRefused."""
        if not greeted:
            async with self._limit("greet"):
                greeting = await self._wire.receive()
            if not greeting.is_untagged(b"OK"):  # PREAUTH would be a session without TLS's or our saying so
                raise FetchTemporary(f"does not greet as an IMAP server does: {self._said(greeting)}")
        await self._learn()
        secret = password.reveal()
        if "AUTH=PLAIN" in self._can:
            await self._plain(f"\0{username}\0{secret}".encode())
        elif "LOGINDISABLED" not in self._can and username.isascii() and secret.isascii() and secret.isprintable():
            await self._command(b"LOGIN ", quoted(username), b" ", quoted(secret), what="log in")
        else:
            raise LoginRefused("offers no login by a password that could be used")
        await self._learn()

    async def _learn(self) -> None:
        answers = await self._command(b"CAPABILITY", what="say what it can do")
        said = [a.text.decode("ascii", "replace").upper() for a in answers if a.is_untagged(b"CAPABILITY")]
        self._can = frozenset(word for text in said for word in text.split()[2:])

    async def _plain(self, token: bytes) -> None:
        encoded = base64.b64encode(token)
        if "SASL-IR" in self._can:
            await self._command(b"AUTHENTICATE PLAIN ", encoded, what="log in")
            return
        tag = self._tag()
        async with self._limit("log in"):
            await self._wire.send(tag + b" AUTHENTICATE PLAIN\r\n")
            while not (answer := await self._receive()).text.startswith(b"+"):
                self._refused(answer, tag, "log in")
            await self._wire.send(encoded + b"\r\n")
            while not (answer := await self._receive()).is_tagged(tag):
                continue
            self._refused(answer, tag, "log in")

    async def _command(self, *pieces: bytes, what: str, most: int = 0, most_text: int = MAX_TEXT) -> list[Answer]:
        """Send a command and give the answers to it, once the server has said that it is done."""
        tag = self._tag()
        answers: list[Answer] = []
        async with self._limit(what):
            await self._wire.send(tag + b" " + b"".join(pieces) + b"\r\n")
            while not (answer := await self._receive(most)).is_tagged(tag):
                answers.append(answer)
                most -= sum(map(len, answer.literals))
                most_text -= len(answer.text)
                if len(answers) > MAX_ANSWERS or most_text < 0:
                    raise FetchTemporary(f"gives too many answers, or too long ones, when asked to {what}")
        self._refused(answer, tag, what)
        return [*answers, answer]

    async def _receive(self, most: int = 0) -> Answer:
        self._received += 1
        if self._received % _BREATHE_EVERY == 0:
            await asyncio.sleep(0)
        answer = await self._wire.receive(most)
        if answer.is_untagged(b"BYE"):
            raise FetchTemporary(f"ends the conversation: {self._said(answer)}")
        return answer

    def _refused(self, answer: Answer, tag: bytes, what: str) -> None:
        """Raise FetchTemporary if an answer ends a command, and not well."""
        if answer.is_tagged(tag) and not answer.is_ok:
            kind = LoginRefused if what == "log in" else CommandRefused
            raise kind(f"does not {what}: {self._said(answer)}")

    def _said(self, answer: Answer) -> str:
        """Give what the server says, for a person: it may repeat what it was sent."""
        text = answer.text.decode("utf-8", "replace")
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return " ".join(text.split()[1:])[:MAX_SAID]

    def _tag(self) -> bytes:
        self._number += 1
        return b"a%d" % self._number

    @asynccontextmanager
    async def _limit(self, what: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout_s):
                yield
        except TimeoutError as error:
            raise FetchTemporary(f"does not {what} within {self._timeout_s:g} s") from error


@asynccontextmanager
async def session(access: Access, username: str, password: Secret) -> AsyncIterator[Imap]:
    """Connect and log in; hangs up at the end.

    Raises FetchTemporary (LoginRefused among it), and FetchPermanent for an address that may not be reached, with the
    host before the words; also for what happens inside.
    """
    try:
        imap = await _open(access, username, password)
        try:
            await imap.log_in(username, password, greeted=access.tls == "starttls")
            yield imap
        finally:
            await asyncio.shield(imap.close())
    except (FetchTemporary, FetchPermanent) as error:
        raise type(error)(f"{access.host}: {error}") from error


async def _open(access: Access, username: str, password: Secret) -> Imap:
    try:
        async with asyncio.timeout(access.timeout_s):
            wire = await connect(access)
    except TimeoutError as error:
        raise FetchTemporary(f"no connection within {access.timeout_s:g} s") from error
    token = base64.b64encode(f"\0{username}\0{password.reveal()}".encode()).decode()
    return Imap(wire, access.timeout_s, (token, password.reveal()))


def _uids(answers: Sequence[Answer], first: int) -> list[int]:
    found = {uid for answer in answers if answer.is_untagged(b"SEARCH") for uid in found_uids(answer)}
    # `7:*` names the last mail even where that is number 6 (RFC 9051 section 9, seq-range).
    return sorted(uid for uid in found if first <= uid <= MAX_UID)


def _items(answer: Answer) -> dict[str, bytes]:
    """Give what is said about a mail; nothing if the answer is about something else."""
    if answer.numbered(b"FETCH") is None or len(answer.text) > MAX_FETCHED:
        return {}
    return fetched(answer)


def _is_number(text: bytes) -> bool:
    """Say whether it is a number as IMAP has them: above 0, 32 bits."""
    return text.isdigit() and len(text) <= 10 and 0 < int(text) <= MAX_UID
