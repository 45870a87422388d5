"""How a line of the archive is written, and read again: JSON with the record's bytes as they came."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from alertd.errors import Corrupt
from alertd.history.archive.line import Line, Place
from alertd.model import JournalRecord

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding JSON of strangers raises; the last for brackets in brackets without end."""
MAX_LINE = 8 << 20
"""Bytes of a line. An event's body has at most 256 KiB; a mail of a digest less than a megabyte."""
MAX_NUMBER = 10**9
"""Lines of a day; ten thousand a second would be fewer."""
MAX_MS = 7_258_118_399_999
"""The last millisecond that a journal id may be of: of the year 2199, so that a line's place fits into a number."""
GAP = "archive_gap"
"""Reason of a notice about lines of the journal that never came into the archive."""
JOURNAL_ID = re.compile(r"(\d{1,15})-(\d{1,20})")


class Gone(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a line, or a part of it, is not there any more."""

    why: str
    at: str
    """When it was removed."""
    e: str = ""
    """Digest of what stands in `r` now, where a part was left."""


class Wire(msgspec.Struct, frozen=True, gc=False):
    """A line as it stands in the file."""

    n: int
    j: str
    """The id in the journal."""
    c: str
    """The chain up to here."""
    d: str = ""
    """Digest of what `r` was, where that is not there any more."""
    x: Gone | None = None
    r: msgspec.Raw = msgspec.Raw(b"")
    """The record's bytes; none where it was removed."""

    @property
    def record(self) -> bytes:
        """Give the record's bytes; empty where it was removed."""
        return bytes(self.r)


_WIRE = msgspec.json.Decoder(Wire)
_RECORD = msgspec.json.Decoder(JournalRecord)
_ANY = msgspec.json.Decoder(dict[str, Any])


def written(n: int, journal_id: str, chain: str, record: bytes) -> bytes:
    """Write a line, its end included."""
    return b'{"n":%d,"j":"%b","c":"%b","r":%b}\n' % (n, journal_id.encode(), chain.encode(), record)


def written_without(line: Wire, digest: str, gone: Gone, left: bytes = b"") -> bytes:
    """Write a line again whose record was removed, or of which only a part is left."""
    head = b'{"n":%d,"j":"%b","c":"%b","d":"%b","x":%b' % (
        line.n, line.j.encode(), line.c.encode(), digest.encode(), msgspec.json.encode(gone),
    )  # fmt: skip
    return head + (b',"r":' + left if left else b"") + b"}\n"


def read(text: bytes) -> Wire:
    """Read a line. Raises Corrupt."""
    try:
        found = _WIRE.decode(text)
    except UNDECODABLE as error:
        raise Corrupt(f"no line of an archive: {error}") from error
    if not 0 < found.n < MAX_NUMBER or not JOURNAL_ID.fullmatch(found.j) or journal_ms(found.j) > MAX_MS:
        raise Corrupt("no line of an archive: its number or its journal id is none")
    return found


def journal_ms(journal_id: str) -> int:
    """Give the time of a journal id: ms by the store's clock. Raises Corrupt."""
    if (found := JOURNAL_ID.fullmatch(journal_id)) is None:
        raise Corrupt(f"no journal id: {journal_id[:40]!r}")
    return int(found[1])


def record_of(raw: bytes) -> JournalRecord | None:
    """Read a record; None if it is of a kind that this version does not know. Raises Corrupt."""
    try:
        return _RECORD.decode(raw)
    except UNDECODABLE as error:
        try:
            fields = _ANY.decode(raw)
        except UNDECODABLE:
            raise Corrupt(f"no record of the journal: {error}") from error
        if isinstance(kind := fields.get("kind"), str) and kind not in KINDS:
            return None
        raise Corrupt(f"no record of the journal: {error}") from error


def _kinds() -> frozenset[str]:
    info = msgspec.inspect.type_info(JournalRecord)
    assert isinstance(info, msgspec.inspect.StructType)
    field = next(field for field in info.fields if field.name == "kind")
    assert isinstance(field.type, msgspec.inspect.LiteralType)
    return frozenset(str(value) for value in field.type.values)


KINDS = _kinds()
"""The kinds of records that this version knows."""


def line_of(day: str, wire: Wire, at_ms: int, record: JournalRecord | None) -> Line:
    """Give a line as readers get it."""
    return Line(Place(day, wire.n), wire.j, at_ms, record, wire.x.why if wire.x is not None else "")


def text_of(line: Wire) -> bytes:
    """Write a line as it was read."""
    if line.x is None:
        return written(line.n, line.j, line.c, line.record)
    return written_without(line, line.d, line.x, line.record)


class _Limits(msgspec.Struct, frozen=True):
    keep_body_s: int | None = None


class _Provenance(msgspec.Struct, frozen=True):
    rights: _Limits | None = None


class _Event(msgspec.Struct, frozen=True):
    provenance: _Provenance = _Provenance()


class _Note(msgspec.Struct, frozen=True):
    rights: _Limits | None = None


class _Data(msgspec.Struct, frozen=True):
    event: _Event = _Event()
    rights: _Limits | None = None
    note: _Note | str | None = None
    """Of an answer it is what a person wrote."""


class _Glance(msgspec.Struct, frozen=True):
    kind: str = ""
    data: _Data = _Data()


class _Kind(msgspec.Struct, frozen=True):
    kind: str = ""
    reason: str = ""


_KIND = msgspec.json.Decoder(_Kind)
_GLANCE = msgspec.json.Decoder(_Glance)


def kind_of(raw: bytes) -> str:
    """Give the kind of a record without reading the rest; empty if it has none."""
    try:
        return _KIND.decode(raw).kind
    except UNDECODABLE:
        return ""


def tells_gap(raw: bytes) -> bool:
    """Tell whether a record says that lines of the journal never came into the archive."""
    try:
        found = _KIND.decode(raw)
    except UNDECODABLE:
        return False
    return found.kind == "notice" and found.reason == GAP


def may_be_limited(raw: bytes) -> bool:
    """Tell without reading all of a record whether its source may limit how long its text is kept."""
    try:
        data = _GLANCE.decode(raw).data
    except UNDECODABLE:
        return True
    noted = data.note.rights if isinstance(data.note, _Note) else None
    return any(found is not None for found in (data.rights, data.event.provenance.rights, noted))
