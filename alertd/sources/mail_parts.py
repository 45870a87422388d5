"""A mail -> its parts, decoded. Pure, and linear in the length whatever is nested in what.

    bytes -> header, body -> split at boundaries, part in part -> Part (type, file name, bytes)

What is built to break readers is refused as a whole, with the reason: parts nested too deep, too many of them, a
header of megabytes. Sources: RFC 2045 and 2046 (MIME), RFC 2183 (Content-Disposition).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alertd.sources.mail_headers import Header, from_base64, read_header, read_value, split, to_text
from alertd.sources.mail_sender import Refused
from alertd.sources.plain import cut_title, plain_line

MAX_HEADER = 256 << 10
"""Bytes of a header; those of large mailing lists have 20 KiB."""
MAX_DEPTH = 10
"""Parts inside one another: an answer to a forwarded mail has five."""
MAX_PARTS = 250
MAX_BOUNDARY = 200
"""Characters; RFC 2046 allows 70."""
_MAX_VALUE = 4_096


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a mail: a text, a file, or several parts."""

    type: str
    """As `text/plain`."""
    charset: str
    flowed: bool
    """Its lines are to be joined (RFC 3676)…"""
    delsp: bool
    """…without the blank at which they were broken."""
    file_name: str
    attached: bool
    """It says that it is an attachment, or has a file name."""
    raw: bytes
    encoding: str
    parts: Sequence[Part] = ()
    """Of a `multipart/…`, and the one of a `message/rfc822`."""
    subject: str = ""
    """Of a `message/rfc822`."""

    def data(self) -> bytes:
        """Give its bytes, without the encoding for transport."""
        if self.encoding == "base64":
            return from_base64(self.raw)
        return binascii.a2b_qp(self.raw) if self.encoding == "quoted-printable" else self.raw

    def text(self, limit: int) -> str:
        """Give its text, of so many bytes at most, as it is written: markup stays markup."""
        return to_text(self.data()[:limit], self.charset)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as its bytes say."""

    header: Header
    body: Part


def read_mail(raw: bytes) -> Mail:
    """Take a mail apart. Raises Refused if it is built to do harm, or is no mail."""
    head, start = split(raw)
    header = _checked_header(head)
    if not header.fields:
        raise Refused("unreadable", "no header: this is no mail")
    return Mail(header, _Splitter().part(header, raw[start:], 0))


def read_head(raw: bytes) -> Header:
    """Read the header alone, of bytes that may end in it. Raises Refused as `read_mail`."""
    return _checked_header(split(raw)[0])


def _checked_header(head: bytes) -> Header:
    if len(head) > MAX_HEADER:
        raise Refused("bomb", f"its header has {len(head):,} bytes, more than {MAX_HEADER:,}")
    return read_header(head)


class _Splitter:
    """Splits one mail, and counts its parts."""

    def __init__(self) -> None:
        self._count = 0

    def part(self, header: Header, body: bytes, depth: int, default: str = "text/plain") -> Part:
        self._count += 1
        if self._count > MAX_PARTS:
            raise Refused("bomb", f"more than {MAX_PARTS} parts")
        if depth > MAX_DEPTH:
            raise Refused("bomb", f"parts nested deeper than {MAX_DEPTH}")
        kind, named = read_value(header.first("content-type")[:_MAX_VALUE])
        kind = kind if kind.count("/") == 1 else default
        placed, where = read_value(header.first("content-disposition")[:_MAX_VALUE])
        file_name = plain_line(where.get("filename") or named.get("name", ""), literal=True)
        encoding = header.first("content-transfer-encoding").partition(";")[0].strip().lower()
        parts, subject = self._inside(kind, named.get("boundary", ""), encoding, body, depth)
        return Part(
            type=kind if parts or not kind.startswith("multipart/") else "text/plain",
            charset=named.get("charset", ""),
            flowed=named.get("format", "").lower() == "flowed",
            delsp=named.get("delsp", "").lower() == "yes",
            file_name=cut_title(file_name, 120),
            attached=placed == "attachment" or bool(file_name),
            raw=b"" if parts else body,
            encoding=encoding,
            parts=parts,
            subject=subject,
        )

    def _inside(
        self, kind: str, boundary: str, encoding: str, body: bytes, depth: int
    ) -> tuple[tuple[Part, ...], str]:
        if kind.startswith("multipart/"):
            default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
            return tuple(self._part(piece, depth, default) for piece in _pieces(body, boundary)), ""
        if kind == "message/rfc822":
            inner = from_base64(body) if encoding == "base64" else body
            head, start = split(inner)
            header = _checked_header(head)
            return (self.part(header, inner[start:], depth + 1),), header.line("subject")
        return (), ""

    def _part(self, piece: bytes, depth: int, default: str) -> Part:
        head, start = split(piece)
        if start == len(piece) and b":" not in head.partition(b"\n")[0]:
            head, start = b"", 0  # no empty line and no field: a text without a header
        return self.part(_checked_header(head), piece[start:], depth + 1, default)


def _pieces(body: bytes, boundary: str) -> Iterator[bytes]:
    """Give what stands between the boundaries; the last piece ends with the body where the end is missing."""
    if not boundary or len(boundary) > MAX_BOUNDARY:
        return
    mark = re.escape(boundary.encode("utf-8", "replace"))
    line = re.compile(rb"(?:\A|\r?\n)--" + mark + rb"(--)?[ \t]*+(?=\r?\n|\Z)")
    start: int | None = None
    for found in line.finditer(body):
        if start is not None:
            yield body[start : found.start()]
        if found[1]:
            return
        start = found.end() + (2 if body.startswith(b"\r\n", found.end()) else 1)
    if start is not None:
        yield body[start:]
