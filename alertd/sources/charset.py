"""Bytes of a document -> text, whatever they claim to be.

Order of trust: byte order mark, the pattern of NULs, then valid UTF-8 that is not plain ASCII (no other encoding
looks like it by chance), then what HTTP and the XML declaration say, then a guess between damaged UTF-8 and
Windows-1252. Single-byte and East Asian labels are widened as the WHATWG Encoding Standard does. Codecs that are no
character sets (`undefined`, `unicode_escape`, `rot13`, `idna`…) and UTF-7 are never used, whatever is declared.
"""

from __future__ import annotations

import codecs
import re
import zlib

from alertd.errors import ParseFailed

MAX_DOCUMENT = 32 << 20
"""Bytes of a document after unpacking; the source's own `max_bytes` is lower and checked at the network."""

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NULS = (
    (re.compile(rb"[<{\[\s]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[<{\[\s]"), "utf-32-be"),
    (re.compile(rb"[<{\[\s]\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0[<{\[\s]\0[^\0]"), "utf-16-be"),
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""")
_HTTP_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)

_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_SETS = re.compile(
    r"utf-8|cp\d+|iso8859-\d+|koi8-[ru]|kz1048|mac-[a-z]+|tis-620|ptcp154|"
    r"gb2312|gbk|gb18030|hz|big5|big5hkscs|shift_jis|euc_jp|euc_kr|johab|iso2022_[a-z0-9_]+|ascii"
)
_SEVEN_BIT = re.compile(r"iso2022_|hz")


def decode(body: bytes, content_type: str | None) -> tuple[str, list[str]]:
    """Give the text without its byte order mark, and what had to be overlooked. Raises ParseFailed if too large."""
    notes: list[str] = []
    if body.startswith(b"\x1f\x8b"):
        body = _gunzip(body)
        notes.append("compressed twice")
    if len(body) > MAX_DOCUMENT:
        raise ParseFailed(f"the document has {len(body):,} bytes; more than {MAX_DOCUMENT:,} are not read")
    for bom, codec in _BOMS:
        if body.startswith(bom):
            return _lenient(body[len(bom) :], codec, notes), notes
    for pattern, codec in _NULS:
        if pattern.match(body):
            return _lenient(body, codec, notes), notes
    return _ascii_like(body, _labels(body, content_type, notes), notes), notes


def _gunzip(body: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, MAX_DOCUMENT)
    except zlib.error as error:
        raise ParseFailed("the document is damaged gzip data") from error
    if unpacker.unconsumed_tail:
        raise ParseFailed(f"the document unpacks to more than {MAX_DOCUMENT:,} bytes")
    return plain


def _lenient(body: bytes, codec: str, notes: list[str]) -> str:
    text = body.decode(codec, "replace")
    if "�" in text:
        notes.append(f"bytes that are not {codec.upper()} were replaced")
    return text


def _labels(body: bytes, content_type: str | None, notes: list[str]) -> list[str]:
    """Give the Python codecs that HTTP and the document name, in this order, as far as they are character sets."""
    said: list[str] = []
    if content_type and (found := _HTTP_CHARSET.search(content_type)):
        said.append(found[1])
    if declared := _DECLARED.search(body[:1024]):
        said.append(declared[1].decode("ascii"))
    codecs_named = []
    for label in said:
        try:
            name = codecs.lookup(label).name
        except (LookupError, UnicodeError):
            name = ""
        if _SETS.fullmatch(name):
            codecs_named.append(_WIDER.get(name, name))
        else:
            notes.append(f"declared as {label[:30]}, which is no character set that is read")
    return codecs_named


def _ascii_like(body: bytes, labels: list[str], notes: list[str]) -> str:
    seven_bit = next((label for label in labels if _SEVEN_BIT.match(label)), None)
    if seven_bit is None:
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    broken = body.decode("utf-8", "replace")
    bad = broken.count("�")
    good = sum(1 for _ in re.finditer(r"[^\x00-\x7f\ufffd]", broken))
    if seven_bit is None and good >= 10 * bad:
        notes.append("bytes that are not UTF-8 were replaced")
        return broken
    for label in labels:
        if label == "utf-8":
            continue
        try:
            return body.decode(label)
        except UnicodeDecodeError:
            notes.append(f"declared as {label}, which it is not")
    if good >= bad:
        notes.append("bytes that are not UTF-8 were replaced")
        return broken
    notes.append("read as Windows-1252")
    return body.decode("cp1252", "replace")
