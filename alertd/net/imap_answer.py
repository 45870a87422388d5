"""What an IMAP server says, read: pure. Sources: RFC 9051 and RFC 3501 (formal syntax)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LITERAL = b"\0"
"""Stands in an answer's text for a literal; a NUL of the server's own is refused."""

_LITERAL_END = re.compile(rb"~?\{(\d{1,12})\+?\}\Z")
# What quotes open and nothing closes goes to the end: looking for the end again from each quote would be quadratic.
_TOKEN = re.compile(rb'(\0)|([()])|"((?:[^"\\]|\\.|\\\Z)*+)(?:"|\Z)|([^\s()"\0]+)', re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)")
_PARTIAL = re.compile(r"<\d+>\Z")
_CODE = re.compile(rb"\S{1,20} (?:OK|NO|BAD) \[([A-Z-]+)(?: ([^\]]*))?\]", re.IGNORECASE)
_NUMBERED = re.compile(rb"\* (\d{1,10}) ([A-Z]+)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: a line, with the literals that stand in it."""

    text: bytes
    literals: Sequence[bytes] = ()

    def is_untagged(self, word: bytes) -> bool:
        """Say whether it is `* WORD …`."""
        return self.text[:2] == b"* " and self.text[2:].split(b" ", 1)[0].upper() == word

    def numbered(self, word: bytes) -> int | None:
        """Give the number of `* 12 WORD`."""
        found = _NUMBERED.match(self.text)
        return int(found[1]) if found and found[2].upper() == word else None

    def is_tagged(self, tag: bytes) -> bool:
        """Say whether it ends the command that was sent with this tag."""
        return self.text.split(b" ", 1)[0] == tag

    @property
    def is_ok(self) -> bool:
        """Whether the command that it ends was carried out."""
        return [word.upper() for word in self.text.split(None, 2)[1:2]] == [b"OK"]

    def code(self, name: bytes) -> bytes | None:
        """Give what `[NAME …]` says, the code of a status (RFC 9051 section 7.1)."""
        found = _CODE.match(self.text)
        return (found[2] or b"") if found and found[1].upper() == name else None


def literal_size(line: bytes) -> int | None:
    """Give the size of the literal that a line announces at its end, in bytes."""
    found = _LITERAL_END.search(line[-20:])
    return int(found[1]) if found else None


def without_announcement(line: bytes) -> bytes:
    """Give a line with a mark instead of the announcement of a literal."""
    return line[: line.rindex(b"{")].removesuffix(b"~") + LITERAL


def fetched(answer: Answer) -> dict[str, bytes]:
    """Give the items of `* 12 FETCH (UID 34 BODY[] …)`, by name; lists such as flags are left out."""
    items: dict[str, bytes] = {}
    name, depth = "", 0
    for kind, value in _tokens(answer):
        if kind == "bracket":
            depth += 1 if value == b"(" else -1
            name = name if depth > 1 else ""
        elif depth == 1 and not name:
            name = _PARTIAL.sub("", value.decode("ascii", "replace").upper())
        elif depth == 1:
            items[name] = b"" if kind == "atom" and value.upper() == b"NIL" else value
            name = ""
    return items


def _tokens(answer: Answer) -> Iterator[tuple[str, bytes]]:
    literals = iter(answer.literals)
    for found in _TOKEN.finditer(answer.text):
        if found[1]:
            yield "literal", next(literals, b"")
        elif found[2]:
            yield "bracket", found[2]
        elif found[4]:
            yield "atom", found[4]
        else:
            yield "quoted", _ESCAPED.sub(rb"\1", found[3])


def found_uids(answer: Answer) -> list[int]:
    """Give the numbers of `* SEARCH 2 3 6`."""
    return [int(word) for word in answer.text[8:].split() if word.isdigit() and len(word) <= 10]


def quoted(text: str) -> bytes:
    """Write ASCII text as a quoted string. Raises ValueError for what cannot stand in one."""
    if not text.isascii() or not text.isprintable():
        raise ValueError("only printable ASCII can be sent as it is")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.encode("ascii")


def folder_name(name: str) -> bytes:
    """Write the name of a folder: other alphabets in modified UTF-7 (RFC 3501 section 5.1.3)."""
    pieces = []
    for found in re.finditer(r"([\x20-\x7e]+)|([^\x20-\x7e]+)", name):
        if found[1]:
            pieces.append(found[1].replace("&", "&-"))
        else:
            code = base64.b64encode(found[2].encode("utf-16-be", "replace")).decode("ascii").rstrip("=")
            pieces.append(f"&{code.replace('/', ',')}-")
    return quoted("".join(pieces))
