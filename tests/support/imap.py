"""Real mailboxes behind real IMAP servers, with TLS and IDLE.

    with open_mailbox("dovecot") as box:            # Debian's Dovecot; skips where it is not installed
    with open_mailbox("python") as box:             # tests/support/imap_server.py, in this process
        box.deliver(mail("Trading suspension", sender="alerts@sec.gov"))

`mail` writes a mail as the mail server of the house stores it: with the `Authentication-Results` that it adds.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol

import pytest
import trustme

from tests.support.http import DEADLINE_S, refused_port
from tests.support.imap_server import PASSWORD, USER, ImapServer

OUR_SERVER = "mx.example.com"
Kind = Literal["dovecot", "python"]
KINDS: tuple[Kind, ...] = ("dovecot", "python")


class Mailbox(Protocol):
    """The mailbox of `USER`, as a test sees it."""

    host: str
    port: int
    plain_port: int
    """Without TLS from the start; with STARTTLS."""
    ca_file: Path

    def deliver(self, raw: bytes, folder: str = "INBOX", *, age_s: float = 0) -> None:
        """Put a mail into a folder; it came `age_s` seconds ago."""

    def renumber(self) -> None:
        """Give all mails of INBOX other numbers, under another UIDVALIDITY."""

    def expunge(self) -> None:
        """Delete all mails of INBOX."""

    def seen(self) -> list[bool]:
        """Tell which mails of INBOX are marked as read, in their order."""

    def stop(self) -> None:
        """End the server; the mailbox stays."""

    def start(self) -> None:
        """Start the server, on the same ports."""


def mail(
    subject: str,
    *,
    sender: str = "Alerts <alerts@sec.gov>",
    signed: str = "sec.gov",
    text: str = "The Commission has suspended trading in Vega Grid.",
    number: str = "",
    headers: str = "",
    date: str = "Mon, 02 Jun 2025 09:05:00 -0400",
) -> bytes:
    """Write a mail. `signed` is the domain that our server found a good signature of; empty: it found none."""
    found = f"dkim=pass header.d={signed} header.b=abc" if signed else "dkim=none"
    number = number or subject.lower().replace(" ", "-")
    return (
        f"Return-Path: <bounces@example.net>\r\n"
        f"Authentication-Results: {OUR_SERVER}; spf=pass smtp.mailfrom=example.net; {found}\r\n"
        f"Received: from relay.example.net by {OUR_SERVER}; Mon, 02 Jun 2025 09:05:01 -0400\r\n"
        f"From: {sender}\r\nTo: desk@example.com\r\nSubject: {subject}\r\n"
        f"Date: {date}\r\nMessage-ID: <{number}@sec.gov>\r\n{headers}"
        f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()


def settings(box: Mailbox, **more: Any) -> dict[str, Any]:
    """Give the settings of a source that reads a mailbox."""
    return {
        "id": "regulators", "type": "mail", "host": box.host, "port": box.port, "ca_file": str(box.ca_file),
        "username": USER, "password": PASSWORD, "from": ["*@sec.gov", "alerts@exchange.example"],
        "authenticated_by": OUR_SERVER, "allow_private": True, "backlog": "all", **more,
    }  # fmt: skip


@contextmanager
def open_mailbox(kind: Kind) -> Iterator[Mailbox]:
    """Run a server with an empty mailbox. Skips the test if there is no Dovecot that could be run."""
    if kind == "dovecot" and (not shutil.which("dovecot") or os.geteuid() != 0):
        pytest.skip("no dovecot that we may start: apt-get install dovecot-imapd, and be root")
    folder = Path(tempfile.mkdtemp(prefix="alertd-imap-"))
    folder.chmod(0o755)  # Dovecot's processes give up being root
    box: Mailbox = Dovecot(folder) if kind == "dovecot" else ImapServer(folder)
    try:
        box.start()
        yield box
    finally:
        box.stop()
        shutil.rmtree(folder)


def certificate(folder: Path) -> Path:
    """Write certificate and key for `localhost` into a folder; gives the authority's file."""
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    for i, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(str(folder / "cert.pem"), append=i > 0)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return folder / "ca.pem"


_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = yes
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home={folder}/home
}}
mail_location = maildir:{folder}/home/mail
namespace inbox {{
  inbox = yes
  separator = /
}}
mailbox_idle_check_interval = 1 s
service imap-login {{
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
"""


class Dovecot:
    """Debian's Dovecot with a mailbox of its own."""

    def __init__(self, folder: Path) -> None:
        self.host = "localhost"
        self.port, self.plain_port = refused_port(), refused_port()
        self.ca_file = certificate(folder)
        self.folder = folder
        self._inbox = folder / "home" / "mail"
        self._process: subprocess.Popen[bytes] | None = None
        self._delivered = 0
        (folder / "state").mkdir()
        (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        (folder / "dovecot.conf").write_text(
            _CONFIG.format(folder=folder, port=self.port, plain_port=self.plain_port)
        )
        for part in ("tmp", "new", "cur"):
            (self._inbox / part).mkdir(parents=True)
        self._own(folder / "home")

    def start(self) -> None:
        self._process = subprocess.Popen(["dovecot", "-F", "-c", str(self.folder / "dovecot.conf")])
        wait_for_port(self.port)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(DEADLINE_S)
            self._process = None

    def deliver(self, raw: bytes, folder: str = "INBOX", *, age_s: float = 0) -> None:
        where = self._inbox if folder == "INBOX" else self._inbox / f".{folder.replace('/', '.')}"
        for part in ("tmp", "new", "cur"):
            (where / part).mkdir(parents=True, exist_ok=True)
        self._delivered += 1
        name = f"{int(time.time())}.{self._delivered:06d}.alertd"
        (where / "tmp" / name).write_bytes(raw)
        os.utime(where / "tmp" / name, (time.time() - age_s,) * 2)
        self._own(where)
        (where / "tmp" / name).rename(where / "new" / name)

    def renumber(self) -> None:
        self.stop()
        validity = int((self._inbox / "dovecot-uidlist").read_text().split("V", 1)[1].split()[0])
        for file in self._inbox.glob("dovecot*"):
            file.unlink()
        (self._inbox / "dovecot-uidlist").write_text(f"3 V{validity + 1000} N50\n")
        self._own(self._inbox)
        self.start()

    def expunge(self) -> None:
        for part in ("new", "cur"):
            for file in (self._inbox / part).iterdir():
                file.unlink()

    def seen(self) -> list[bool]:
        files = sorted(file.name for part in ("new", "cur") for file in (self._inbox / part).iterdir())
        return ["S" in name.partition(":2,")[2] for name in files]

    @staticmethod
    def _own(folder: Path) -> None:
        for path in (folder, *folder.rglob("*")):
            with contextlib.suppress(FileNotFoundError):  # Dovecot works here at the same time
                os.chown(path, 65534, 65534)


def wait_for_port(port: int) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + DEADLINE_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "the IMAP server never listened"
            time.sleep(0.02)
