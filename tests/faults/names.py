"""A name server of a test's own, with scripted answers, and a daemon that asks it and no other.

    with NameServer() as names:
        names.answer("slow.test", after_s=20)
        w.daemon.before = names.before(case.folder)      in a mount namespace of its own, with its own resolv.conf

Source: RFC 1035 section 4.1. Only what getaddrinfo asks for: A and AAAA over UDP; the address is always 127.0.0.1.
"""

from __future__ import annotations

import random
import shutil
import socket
import struct
import subprocess
import threading
from collections import Counter
from pathlib import Path
from typing import Final, Self

import pytest

NO_SUCH_NAME: Final = 3
FAILURE: Final = 2
_A: Final = 1


class NameServer:
    """Answers at port 53 of an address of the loopback network; a context manager. Skips where it may not."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        """Name -> how often its address was asked for."""
        self._codes: dict[str, int] = {}
        self._after: dict[str, float | None] = {}
        self._stop = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.address = f"127.53.{random.randrange(1, 255)}.{random.randrange(1, 255)}"
        self._thread = threading.Thread(target=self._serve, name="name-server", daemon=True)

    def answer(self, *names: str, code: int = 0, after_s: float | None = 0.0) -> None:
        """Say how names are answered: with an address or an error, after a time; None: never."""
        for name in names:
            self._codes[name], self._after[name] = code, after_s

    def before(self, folder: Path) -> tuple[str, ...]:
        """Give the program that starts another one with this server as its only one. Skips where it may not."""
        if shutil.which("unshare") is None:
            pytest.skip("no unshare(1): a process cannot have its own resolv.conf")
        conf = folder / "resolv.conf"
        conf.write_text(f"nameserver {self.address}\noptions timeout:30 attempts:1\n")
        found = ("unshare", "--mount", "sh", "-c", f'mount --bind {conf} /etc/resolv.conf && exec "$@"', "sh")
        tried = subprocess.run([*found, "true"], capture_output=True, text=True)
        if tried.returncode:
            pytest.skip(f"no mount namespace: {tried.stderr.strip()}")
        return found

    def __enter__(self) -> Self:
        try:
            self._socket.bind((self.address, 53))
        except OSError as error:
            pytest.skip(f"no name server at port 53: {error}")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
            bell.sendto(b"", (self.address, 53))
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            query, client = self._socket.recvfrom(512)
            if len(query) < 17:
                continue
            name, kind = _question(query)
            if kind == _A:
                self.asked[name] += 1
            after = self._after.get(name, 0.0)
            if after is None:
                continue
            reply = _reply(query, kind, self._codes.get(name, NO_SUCH_NAME))
            if not after:
                self._socket.sendto(reply, client)
                continue
            later = threading.Timer(after, self._send, (reply, client))
            later.daemon = True
            later.start()

    def _send(self, reply: bytes, client: tuple[str, int]) -> None:
        if not self._stop.is_set():
            self._socket.sendto(reply, client)


def _question(query: bytes) -> tuple[str, int]:
    labels, at = [], 12
    while size := query[at]:
        labels.append(query[at + 1 : at + 1 + size].decode("ascii", "replace"))
        at += 1 + size
    return ".".join(labels).lower(), int(struct.unpack_from("!H", query, at + 1)[0])


def _reply(query: bytes, kind: int, code: int) -> bytes:
    found = code == 0 and kind == _A
    end = query.index(0, 12) + 5
    head = query[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, int(found), 0, 0)
    record = struct.pack("!HHHIH4s", 0xC00C, _A, 1, 1, 4, socket.inet_aton("127.0.0.1")) if found else b""
    return head + query[12:end] + record
