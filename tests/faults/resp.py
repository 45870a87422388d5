"""Just enough of RESP2 to know which reply answers which command: pure, fed with what came over the wire.

https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from alertd.store.scripts import script

_WITH_SUBCOMMAND = frozenset({"CLIENT", "CLUSTER", "CONFIG", "OBJECT", "SCRIPT", "SENTINEL", "XGROUP", "XINFO"})
_ENDLESS = frozenset({"MONITOR", "PSYNC", "SUBSCRIBE", "PSUBSCRIBE", "SYNC"})
"""After these a server speaks without being asked, or in another format."""


class Frames:
    """Cuts a stream of bytes into whole messages. Raises ValueError for what is no RESP2."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take in what arrived and give the messages that are whole now."""
        self._bytes += data
        found = []
        at = 0
        while (end := _end(self._bytes, at)) is not None:
            found.append(bytes(self._bytes[at:end]))
            at = end
        del self._bytes[:at]
        return found

    def take_rest(self) -> bytes:
        """Give the beginning of a message that is not whole yet, and forget it."""
        rest = bytes(self._bytes)
        self._bytes.clear()
        return rest


def _end(data: bytearray, at: int) -> int | None:
    """Say where the message that begins at `at` ends; None if that did not arrive yet."""
    open_messages = 1
    while open_messages:
        line_end = data.find(b"\r\n", at)
        if line_end < 0:
            return None
        kind, text = bytes(data[at : at + 1]), data[at + 1 : line_end]
        at = line_end + 2
        open_messages -= 1
        if kind == b"*":
            open_messages += max(int(text), 0)
        elif kind == b"$" and int(text) >= 0:
            at += int(text) + 2
            if at > len(data):
                return None
        elif kind not in (b"+", b"-", b":", b"$") and not kind.isalpha():
            raise ValueError(f"no RESP2: {bytes(data[:40])!r}")
    return at


def words(message: bytes) -> list[bytes]:
    """Read a command: an array of bulk strings, or an inline command."""
    if not message.startswith(b"*"):
        return message.split()
    found: list[bytes] = []
    at = message.index(b"\r\n") + 2
    while at < len(message):
        line_end = message.index(b"\r\n", at)
        size = int(message[at + 1 : line_end])
        at = line_end + 2
        found.append(message[at : at + size])
        at += size + 2
    return found


@cache
def _scripts() -> dict[str, str]:
    """Map what EVALSHA and EVAL name a script by to our own name of it."""
    folder = files("alertd.store.scripts")
    names = [file.name.removesuffix(".lua") for file in folder.iterdir() if file.name.endswith(".lua")]
    return {key: name for name in names for key in (script(name).sha, script(name).text)}


def name_of(command: Sequence[bytes]) -> str:
    """Name a command: `XADD`, `XGROUP CREATE`; a script of ours by its own name, `ingest`."""
    first = command[0].decode("ascii", "replace").upper() if command else ""
    if len(command) < 2:
        return first
    second = command[1].decode("utf-8", "replace")
    if first in ("EVALSHA", "EVAL"):
        return _scripts().get(second, first)
    return f"{first} {second.upper()}" if first in _WITH_SUBCOMMAND else first


def is_endless(name: str) -> bool:
    """Tell whether replies cannot be counted any more after this command."""
    return name in _ENDLESS
