"""The header of a mail or of one of its parts: fields, encoded words, parameters. Pure, and linear in the length.

Python's own parser is not used: its time grows with the product of lines and nesting, and what it makes of a field
depends on the field. Here a field is its bytes, unfolded, and nothing is guessed about who sent it
(`mail_sender.py`). Sources: RFC 5322 (fields), RFC 6532 (UTF-8 in them), RFC 2047 (encoded words), RFC 2231.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from alertd.sources.charset import decode

MAX_FIELD = 16 << 10
"""Characters of a field that are looked at."""
MAX_FIELDS = 1_000

_END = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:(.*)", re.DOTALL)
_WORD = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]{0,2000})\?=")
_PARAMETER = re.compile(r""";\s*([^\s=;"]{1,80})\s*=\s*(?:"((?:[^"\\]|\\.)*+)"|([^;"\s]*))""")
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_ESCAPED = re.compile(r"\\(.)")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of a header, in their order: names in lower case, values unfolded."""

    fields: Sequence[tuple[str, str]]

    def all(self, name: str) -> list[str]:
        """Give the values of all fields of a name."""
        return [value for field, value in self.fields if field == name]

    def first(self, name: str) -> str:
        """Give the value of the first field of a name; empty if there is none."""
        return next((value for field, value in self.fields if field == name), "")

    def line(self, name: str) -> str:
        """Give a field as a person reads it: its encoded words decoded."""
        return decode_words(self.first(name))


def split(raw: bytes) -> tuple[bytes, int]:
    """Give the bytes of the header, and where the body begins. Without an empty line all is header."""
    found = _END.search(raw)
    return (raw[: found.start()], found.end()) if found else (raw, len(raw))


def read_header(raw: bytes) -> Header:
    """Read the fields of a header. Lines that are no field are passed over."""
    fields: list[tuple[str, str]] = []
    for line in _FOLD.sub(b"", raw).splitlines():
        if (found := _FIELD.match(line)) and len(fields) < MAX_FIELDS:
            fields.append((found[1].decode("ascii").lower(), to_text(found[2][:MAX_FIELD], "").strip()))
    return Header(fields)


def to_text(data: bytes, charset: str) -> str:
    """Give the text of bytes; a character set that is unknown, wrong or missing is guessed."""
    if data.startswith(b"\x1f\x8b"):  # of a feed this would be unpacked; nothing that comes by mail is
        return ""
    return decode(data, f"text/plain; charset={charset[:40]}" if charset else None)[0]


def decode_words(text: str) -> str:
    """Decode encoded words. Blanks between two of them are nothing, and a character may stand on both."""
    if "=?" not in text:
        return text
    pieces: list[str] = []
    held, charset, position = b"", "", 0
    for found in _WORD.finditer(text):
        between = text[position : found.start()]
        if held and (between.strip() or found[1].lower() != charset):
            pieces.append(to_text(held, charset))
            held = b""
        # Before the first word, and where something stands between two, what is between is text.
        if between.strip() or not position:
            pieces.append(between)
        charset = found[1].lower()
        held += _unquoted(found[3]) if found[2] in "qQ" else from_base64(found[3].encode())
        position = found.end()
    if held:
        pieces.append(to_text(held, charset))
    return "".join((*pieces, text[position:]))


def _unquoted(word: str) -> bytes:
    return binascii.a2b_qp(word.encode(), header=True)


def from_base64(data: bytes) -> bytes:
    """Decode base64, with anything else between and with its end missing."""
    clean = _NOT_BASE64.sub(b"", data)
    rest = len(clean) % 4
    clean = clean[:-1] if rest == 1 else clean + b"=" * (-rest % 4)
    return binascii.a2b_base64(clean)


def read_value(text: str) -> tuple[str, dict[str, str]]:
    """Read `value; name=x; name="y"`: value and names in lower case, parameters of RFC 2231 put together."""
    value = text.partition(";")[0].strip().lower()
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for found in _PARAMETER.finditer(text, text.find(";") if ";" in text else len(text)):
        part = found[3] if found[2] is None else _ESCAPED.sub(r"\1", found[2])
        if name := _SECTION.fullmatch(found[1].lower()):
            sections.setdefault(name[1], {}).setdefault(int(name[2] or 0), (part, bool(name[3])))
    return value, {name: _joined(parts) for name, parts in sections.items()}


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    """Join the sections of a parameter: `charset'language'%41…` in the first, then more of it."""
    charset = ""
    held = b""
    for number in sorted(parts):
        text, encoded = parts[number]
        if encoded and number == min(parts) and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        held += unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
    return decode_words(to_text(held, charset))
