"""A real SMTP relay (aiosmtpd) with STARTTLS, a login, scripted refusals and a record of what it took.

    context, ca_file = certificate(tmp_path)
    with FakeRelay(tls=context) as relay:
        relay.refuse("a@example.com", "550 5.1.1 no such user")
        …
        assert relay.mails[0].recipients

It runs in a thread with a loop of its own.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
import threading
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.http import DEADLINE_S


@dataclass(frozen=True)
class Mail:
    """One mail that the relay took."""

    sender: str
    recipients: list[str]
    raw: bytes
    encrypted: bool

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    def part(self, kind: str) -> str:
        """Give the text of the `plain` or `html` part."""
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content())


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Make a server context for `localhost`, and the file with the authority that a client must trust."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    path = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return context, path


class _Peer(SMTP):
    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802
        muted = self.event_handler.mute_after_quit
        if muted is None:
            await super().smtp_QUIT(arg)
        else:
            await self.push("221 Bye")
            assert muted.wait(DEADLINE_S)  # holds up the relay's whole loop, on purpose


class FakeRelay:
    """Listens on a free port of 127.0.0.1; a context manager.

    `tls` offers STARTTLS and requires it before mail; with `implicit` the connection begins with TLS. `login` is the
    user name and password that it asks for.
    """

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, implicit: bool = False, login: tuple[str, str] | None = None
    ) -> None:
        self.mails: list[Mail] = []
        self.connections = 0
        self.logins: list[tuple[str, str]] = []
        self.replies: dict[str, list[str]] = {"MAIL": [], "DATA": [], "RCPT": []}
        """Scripted replies for the next commands of that name."""
        self.drops = 0
        """How often the connection is dropped after the message was taken, before the 250."""
        self.mute_after_quit: threading.Event | None = None
        """Answer QUIT with 221, then say nothing more, not even TLS's goodbye, until this is set."""
        self._refusals: dict[str, list[str]] = {}
        self._login = login
        self._changed = threading.Condition()
        self._protocols: list[SMTP] = []
        options: dict[str, Any] = {"auth_exclude_mechanism": ["LOGIN"]}
        if tls and not implicit:
            options |= {"tls_context": tls, "require_starttls": True}
        if login:
            options |= {"authenticator": self._authenticate, "auth_required": True, "auth_require_tls": not implicit}
        self._options = options
        self._implicit = tls if implicit else None
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fake-relay", daemon=True)
        self.port = 0

    def refuse(self, recipient: str, *replies: str) -> None:
        """Answer the next RCPTs for one recipient so; after that it is accepted."""
        self._refusals.setdefault(recipient, []).extend(replies)

    def wait_for(self, mails: int) -> list[Mail]:
        """Wait until so many mails were taken."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.mails) >= mails, DEADLINE_S)
        return self.mails

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(DEADLINE_S)
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        def connected() -> SMTP:
            self._protocols.append(_Peer(self, loop=self._loop, hostname="relay.example.com", **self._options))
            self.connections += 1
            return self._protocols[-1]

        server = await self._loop.create_server(connected, "127.0.0.1", 0, ssl=self._implicit)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        self._hang_up_all()

    def hang_up(self) -> None:
        """Close every connection, as a relay does with idle ones."""
        done = threading.Event()
        self._loop.call_soon_threadsafe(self._hang_up_all)
        self._loop.call_soon_threadsafe(done.set)
        assert done.wait(DEADLINE_S)

    def _hang_up_all(self) -> None:
        for protocol in self._protocols:
            _hang_up(protocol)

    # --- hooks of aiosmtpd ---

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := self._next("MAIL"):
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusals = self._refusals.get(address)
        if refusals:
            return refusals.pop(0)
        if reply := self._next("RCPT"):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if reply := self._next("DATA"):
            return reply
        assert isinstance(envelope.content, bytes)
        mail = Mail(envelope.mail_from or "", list(envelope.rcpt_tos), envelope.content, session.ssl is not None)
        with self._changed:
            self.mails.append(mail)
            self._changed.notify_all()
        if self.drops:
            self.drops -= 1
            _hang_up(server)
        return "250 OK"

    def _next(self, command: str) -> str:
        replies = self.replies[command]
        return replies.pop(0) if replies else ""

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        self.logins.append(given)
        return AuthResult(success=given == self._login, handled=given == self._login)


def _hang_up(protocol: SMTP) -> None:
    if isinstance(protocol.transport, asyncio.WriteTransport):
        protocol.transport.abort()
