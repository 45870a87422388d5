"""Debian's Postfix as a relay of one's own: STARTTLS, AUTH, greylisting, and mailboxes to look into.

    with Postfix(users=["pm", "ana"], login=("alertd", "planted")) as relay:
        relay.greylist("ana")
        …
        assert relay.wait_for("pm", 1)[0]["Subject"] == "…"

It runs in a temporary directory on a free port of 127.0.0.1; the system's own instance is not touched. Its master
needs root, so that without root, or without Postfix, the test skips and says so. Who may log in, and who is told to
come back later, it asks two small services in this process. Sources: postfix.org, "SMTP Access Policy Delegation";
doc.dovecot.org, "Dovecot Authentication Protocol" 1.1.
"""

from __future__ import annotations

import base64
import email
import email.policy
import os
import shutil
import socketserver
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Self

import pytest
import trustme

from tests.support.http import DEADLINE_S, refused_port

DOMAIN = "example.com"
_NOBODY = 65534
_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.{domain}
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = {folder}/conf/cert.pem
smtpd_tls_key_file = {folder}/conf/key.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth}
smtpd_recipient_restrictions = reject_unlisted_recipient, check_policy_service inet:127.0.0.1:{policy},
  permit_sasl_authenticated, reject
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ {boxes} }}
virtual_uid_maps = static:{nobody}
virtual_gid_maps = static:{nobody}
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """A relay for `users` of example.com that wants `login`; a context manager."""

    def __init__(self, users: Sequence[str], login: tuple[str, str]) -> None:
        if shutil.which("postfix") is None:
            pytest.skip("no postfix: apt-get install -y postfix")
        if os.geteuid() != 0:
            pytest.skip("postfix's master needs root")
        self._users = list(users)
        self._grey: set[str] = set()
        self._services = [_Auth(login), _Policy(self._grey)]
        self._folder = Path(tempfile.mkdtemp(prefix="alertd-postfix-"))
        self.port = refused_port()
        self.ca_file = self._folder / "ca.pem"
        self._master: subprocess.Popen[bytes] | None = None

    def greylist(self, user: str) -> None:
        """Tell whoever writes to this user next to come back later, once."""
        self._grey.add(f"{user}@{DOMAIN}")

    def mails(self, user: str) -> list[EmailMessage]:
        """Give the mails of a user, in the order in which they came."""
        files = sorted((self._folder / "mail" / user / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    def wait_for(self, user: str, number: int) -> list[EmailMessage]:
        """Wait until a user has so many mails."""
        deadline = time.monotonic() + DEADLINE_S
        while len(found := self.mails(user)) < number:
            assert time.monotonic() < deadline, f"{user} has {len(found)} mails\n{self.log()}"
            time.sleep(0.05)
        return found

    def log(self) -> str:
        """Give what Postfix says."""
        log = self._folder / "log"
        return log.read_text("utf-8", "replace") if log.exists() else ""

    def __enter__(self) -> Self:
        self._write()
        for service in self._services:
            threading.Thread(target=service.serve_forever, name="postfix-service", daemon=True).start()
        self._master = subprocess.Popen(
            ["postfix", "-c", str(self._folder / "conf"), "start-fg"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + DEADLINE_S
        while "daemon started" not in self.log():
            assert time.monotonic() < deadline and self._master.poll() is None, self.log()
            time.sleep(0.05)
        return self

    def __exit__(self, *exc: object) -> None:
        subprocess.run(["postfix", "-c", str(self._folder / "conf"), "stop"], capture_output=True, check=False)
        if self._master is not None:
            self._master.wait(DEADLINE_S)
        for service in self._services:
            service.shutdown()
            service.server_close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _write(self) -> None:
        folder = self._folder
        folder.chmod(0o755)
        for name in ("conf", "queue", "data", "mail"):
            (folder / name).mkdir()
        shutil.chown(folder / "data", "postfix")
        os.chown(folder / "mail", _NOBODY, _NOBODY)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.ca_file))
        issued = authority.issue_cert("localhost")
        issued.private_key_pem.write_to_path(str(folder / "conf" / "key.pem"))
        issued.cert_chain_pems[0].write_to_path(str(folder / "conf" / "cert.pem"))
        auth, policy = (service.server_address[1] for service in self._services)
        boxes = " ".join(f"{user}@{DOMAIN}={user}/" for user in self._users)
        main = _MAIN.format(
            folder=folder, domain=DOMAIN, auth=auth, policy=policy, boxes=boxes, nobody=_NOBODY, port=self.port
        )
        (folder / "conf" / "main.cf").write_text(main)
        (folder / "conf" / "master.cf").write_text(_MASTER.format(port=self.port))


class _Service(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, handler: type[socketserver.StreamRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)


class _Auth(_Service):
    """Says who may log in, as Dovecot would."""

    def __init__(self, login: tuple[str, str]) -> None:
        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                greeting = "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t" + "0" * 32 + "\nDONE\n"
                self.wfile.write(greeting.encode())
                for line in self.rfile:
                    fields = line.decode().rstrip("\n").split("\t")
                    if fields[0] != "AUTH":
                        continue
                    given = next((f[5:] for f in fields if f.startswith("resp=")), "")
                    _, user, password = base64.b64decode(given).decode().split("\0")
                    word = "OK" if (user, password) == login else "FAIL"
                    self.wfile.write(f"{word}\t{fields[1]}\tuser={user}\n".encode())

        super().__init__(Handler)


class _Policy(_Service):
    """Defers the recipients in `grey`, each once."""

    def __init__(self, grey: set[str]) -> None:
        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                asked: dict[str, str] = {}
                for line in self.rfile:
                    name, _, value = line.decode().rstrip("\n").partition("=")
                    if name:
                        asked[name] = value
                        continue
                    recipient = asked.get("recipient", "")
                    action = "450 4.2.0 greylisted, come back later" if recipient in grey else "DUNNO"
                    grey.discard(recipient)
                    self.wfile.write(f"action={action}\n\n".encode())
                    asked = {}

        super().__init__(Handler)
