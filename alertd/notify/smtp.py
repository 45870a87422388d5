"""The mail relay: its settings, connections to it, and one conversation after the other.

Sources: RFC 5321 (replies for each recipient), RFC 3207 (STARTTLS), RFC 8314 (implicit TLS on 465), RFC 1047.
A relay that does not offer TLS gets nothing: neither the password nor the message.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import aiosmtplib
from pydantic import AfterValidator, Field, model_validator

from alertd.base.config import ConfigModel, Duration
from alertd.base.secrets import Secret
from alertd.notify.outcome import Stage

KEEP_S = 10.0
"""How long a connection waits for the next message before it says goodbye."""


def split_mailbox(text: str) -> tuple[str, str]:
    """Split `Name <user@host>` or `user@host` into name and address. Raises ValueError if it is neither."""
    name, address = parseaddr(text)
    local, at, domain = address.rpartition("@")
    plain = text.isascii() and address.isprintable() and not any(c in ' <>"\\,;:()[]' for c in address)
    if not (plain and at and local and domain.strip(".-") == domain and text.endswith((address, f"<{address}>"))):
        raise ValueError("a mail address looks like name@example.com; other alphabets are not supported")
    try:
        Address(addr_spec=address)
    except Exception as error:  # the parser of the standard library raises what it likes, IndexError included
        raise ValueError("a mail address looks like name@example.com") from error
    return name, address


def _checked_mailbox(text: str) -> str:
    split_mailbox(text)
    return text


Mailbox = Annotated[str, AfterValidator(_checked_mailbox)]
"""`name@example.com`, or `Name <name@example.com>`."""


class SmtpConfig(ConfigModel):
    """The relay through which all mail goes. DKIM, SPF and DMARC are its business."""

    host: Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9._:-]+$")]
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """587, or 465 for implicit TLS, or 25 without."""
    username: str | None = None
    password: Secret | None = None
    sender: Annotated[Mailbox, Field(alias="from")]
    """The address that mail comes from; its domain also names the Message-IDs."""
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    """`starttls` is required, not merely tried. `none` is for a relay on the same machine."""
    ca_file: Path | None = None
    """Certificates to trust besides the system's, for a relay of the house."""
    timeout: Annotated[Duration, Field(ge=1, le=120)] = 20.0
    """For each step of the conversation; a whole attempt may take three times as long."""

    @model_validator(mode="after")
    def _password_only_over_tls(self) -> Self:
        if self.username and self.tls == "none":
            raise ValueError(
                "a password is never sent without TLS: set tls to starttls or implicit, or drop username"
            )
        if bool(self.username) != bool(self.password):
            raise ValueError("username and password belong together")
        return self

    @property
    def relay_port(self) -> int:
        """The port, by the kind of TLS if it is not given."""
        return self.port or {"starttls": 587, "implicit": 465, "none": 25}[self.tls]


class SmtpFailure(Exception):
    """A step of the conversation failed. `code` 0: no reply, but a lost connection, a time-out, no TLS."""

    def __init__(self, stage: Stage, code: int, text: str) -> None:
        super().__init__(text)
        self.stage = stage
        self.code = code


class Connection(aiosmtplib.SMTP):
    """A connection that is gone once it is closed, whoever closes it: we, or aiosmtplib after QUIT or a failure."""

    def close(self) -> None:
        """Close the socket with the loop's next turn; TLS of its own would wait for the peer's goodbye."""
        transport = self.transport
        super().close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


class SmtpPool:
    """Connections to the relay; one that did its work is kept for a moment, for the next message of a batch."""

    def __init__(self, config: SmtpConfig, tls: ssl.SSLContext | None) -> None:
        self._config = config
        self._tls = tls
        self._idle: dict[Connection, asyncio.Task[None]] = {}

    async def take(self) -> Connection:
        """Give a connection that is ready for MAIL. Raises SmtpFailure of stage `connect`."""
        while self._idle:
            client, retiring = self._idle.popitem()
            retiring.cancel()
            try:
                await client.rset()
            except (aiosmtplib.SMTPException, OSError):
                await hang_up(client)  # as the server has done in the meantime
            except BaseException:
                await hang_up(client)
                raise
            else:
                return client
        return await self._connect()

    def give_back(self, client: Connection) -> None:
        """Keep a connection whose conversation ended well."""
        if client.is_connected:
            self._idle[client] = asyncio.create_task(self._retire(client))

    async def close(self) -> None:
        """Say goodbye on all connections."""
        while self._idle:
            client, retiring = self._idle.popitem()
            retiring.cancel()
            await _goodbye(client)

    async def _retire(self, client: Connection) -> None:
        await asyncio.sleep(KEEP_S)
        self._idle.pop(client, None)
        await _goodbye(client)

    async def _connect(self) -> Connection:
        config = self._config
        client = _to_relay(config, self._tls)
        try:
            await client.connect()
            if config.username and config.password:
                await client.login(config.username, config.password.reveal())
        except (aiosmtplib.SMTPException, OSError) as error:
            await hang_up(client)
            raise _failure("connect", error) from error
        except BaseException:
            await hang_up(client)
            raise
        return client


async def converse(
    client: Connection, sender: str, recipients: list[str], message: bytes
) -> dict[str, tuple[int, str]]:
    """Send one message to many recipients; give the refused ones with their replies.

    If all are refused, no data is sent. Raises SmtpFailure; of stage `data` with code 0 the outcome is unknown.
    """
    stage: Stage = "mail"
    refused: dict[str, tuple[int, str]] = {}
    try:
        await client.mail(sender)
        stage = "rcpt"
        for recipient in recipients:
            try:
                await client.rcpt(recipient)
            except aiosmtplib.SMTPRecipientRefused as error:
                refused[recipient] = (error.code, error.message)
                if error.code == 421:  # the server is going away; what it said before still counts
                    raise
        if len(refused) < len(recipients):
            stage = "data"
            await client.data(message)
    except (aiosmtplib.SMTPException, OSError) as error:
        raise _failure(stage, error) from error
    return refused


async def certificate_of(config: SmtpConfig) -> dict[str, Any]:
    """Connect as far as TLS, without a login; gives the relay's certificate, empty without TLS.

    Raises SmtpFailure, and OSError if `ca_file` cannot be read.
    """
    client = _to_relay(config, tls_context(config))
    try:
        await client.connect()
        return dict(client.get_transport_info("peercert") or {})
    except (aiosmtplib.SMTPException, OSError) as error:
        raise _failure("connect", error) from error
    finally:
        await hang_up(client)


def _to_relay(config: SmtpConfig, tls: ssl.SSLContext | None) -> Connection:
    return Connection(
        hostname=config.host,
        port=config.relay_port,
        timeout=config.timeout,
        use_tls=config.tls == "implicit",
        start_tls=config.tls == "starttls",  # True: no STARTTLS, no conversation
        tls_context=tls,
        local_hostname=_own_name(),
    )


async def hang_up(client: Connection) -> None:
    """Drop a connection at once; nothing is said any more."""
    client.close()
    await asyncio.sleep(0)  # the socket is closed by the loop's next turn


def tls_context(config: SmtpConfig) -> ssl.SSLContext | None:
    """Make the context that checks the relay's certificate. Raises OSError if `ca_file` cannot be read."""
    if config.tls == "none":
        return None
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if config.ca_file:
        context.load_verify_locations(cafile=config.ca_file)
    return context


def _failure(stage: Stage, error: Exception) -> SmtpFailure:
    if isinstance(error, aiosmtplib.SMTPResponseException) and 400 <= error.code <= 599:
        return SmtpFailure(stage, error.code, f"{error.code} {error.message}")
    return SmtpFailure(stage, 0, str(error) or type(error).__name__)


async def _goodbye(client: Connection) -> None:
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):
        await client.quit(timeout=1)
    await hang_up(client)


def _own_name() -> str:
    """What EHLO says: our host's name, else the literal that RFC 5321 4.1.3 allows. No look-up: it can hang."""
    name = socket.gethostname()
    return name if name.isascii() and name.replace("-", "").replace(".", "").isalnum() else "[127.0.0.1]"
