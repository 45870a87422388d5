"""One line of the past, read: the JSON of a record of the journal, or of a plain event, into the types of `past.py`.

Typed at once, without plain dicts in between: a backtest reads millions of these, most of them in its workers.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec

from alertd.base.clock import parse_rfc3339
from alertd.base.ids import event_id, mark
from alertd.errors import ParseFailed
from alertd.history.past import Past, PastEvent, PastRecord
from alertd.history.past_skips import Why
from alertd.model import Decision, Event, JournalRecord, Match, Struct, event_from_dict
from alertd.rules.given import in_json, problems

Origin = Literal["archive", "file"]
_NO_SOURCE = "file"
"""The source of an event that names none."""
_FIELDS = frozenset(Event.__struct_fields__) - {"extra"}
_OTHERS = frozenset({"answer", "silence", "version", "reload", "release", "timer"})
KINDS = _OTHERS | {"event"}
"""Kinds of records that a past is made of."""


class RawPast(NamedTuple):
    """A line as it was read, with what its place among others follows from."""

    at_ms: int
    """When it happened; where a clock went back, the latest before it in its source."""
    origin: Origin
    where: str
    """For people: `archive 2026-11-29:17`, `events.jsonl:3`."""
    data: bytes
    key: str
    """The same wherever the same line stands: parts of an archive may be given twice."""
    redacted: str = ""
    """Why a part of it is gone."""


class Head(Struct, frozen=True):
    """What is looked at in every record."""

    kind: str
    at: str
    reason: str = ""
    ids: tuple[str, ...] = ()


class _Story(Struct, frozen=True):
    id: str = ""
    merged: tuple[str, ...] = ()


class _Data(Struct, frozen=True):
    event: msgspec.Raw
    matches: tuple[Match, ...] = ()
    decisions: tuple[Decision, ...] = ()
    rules_version: str = ""
    turn: int = 0
    newest: int = 0
    source_desk: str | None = None
    story: _Story = _Story()


class _Record(Struct, frozen=True):
    data: _Data


_heads = msgspec.json.Decoder(Head)
_records = msgspec.json.Decoder(_Record)
_events = msgspec.json.Decoder(Event)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_journal = msgspec.json.Decoder(JournalRecord)


def head_of(data: bytes) -> Head:
    """Read what every record has. Raises ParseFailed."""
    try:
        return _heads.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ParseFailed(f"no record of a journal: {error}") from None


def past_of(raw: RawPast) -> Past | None:
    """Read a line; None: a record of a kind that nothing follows from. Raises ParseFailed."""
    try:
        return _of_archive(raw) if raw.origin == "archive" else plain_event(raw.data)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ParseFailed(str(error)) from None


def _of_archive(raw: RawPast) -> Past | None:
    head = head_of(raw.data)
    at = parse_rfc3339(head.at)
    if head.kind in _OTHERS:
        return PastRecord(at_ms=at, kind=head.kind, record=_journal.decode(raw.data))  # type: ignore[arg-type]
    if head.kind != "event":
        return None
    data = _records.decode(raw.data).data
    event = _event(data.event)
    given = event.story.id if event.story is not None else ""
    return PastEvent(
        at_ms=at,
        event=event,
        matches=data.matches,
        decisions=data.decisions,
        decided=True,
        rules_version=data.rules_version,
        turn=data.turn,
        newest=data.newest,
        absorbed=data.story.merged,
        story=data.story.id if data.story.id != given else "",
        desk=data.source_desk,
    )


def _event(raw: msgspec.Raw) -> Event:
    """Read an event; only one with fields that this version does not know takes the slower way."""
    if _fields.decode(raw).keys() <= _FIELDS:
        return _events.decode(raw)
    return event_from_dict(msgspec.json.decode(raw, type=dict[str, Any]))


def plain_event(data: bytes) -> PastEvent:
    """Read an event as `alertd parse`, `enrich` and `match` write it, or a shorter one. Raises ParseFailed.

    What it leaves out is filled in; a time it must have.
    """
    fields = _unwrapped(msgspec.json.decode(data, type=dict[str, Any]))
    if wrong := next(iter(problems(fields, in_json)), None):
        raise ParseFailed(f"{wrong.message} {wrong.hint}".strip())
    event = event_from_dict(fields)
    at = time_of(event.seen_at, event.published_at)
    if at is None:
        raise ParseFailed(NO_TIME)
    source = event.source or _NO_SOURCE
    said = mark(msgspec.json.encode(fields, order="deterministic").decode())
    filled = msgspec.structs.replace(
        event,
        source=source,
        id=event.id or event_id(source, f"said:{said}"),
        seen_at=event.seen_at or event.published_at or "",
        event_at=event.event_at or event.accepted_at or event.published_at or event.seen_at,
    )
    return PastEvent(at_ms=at, event=filled)


def unreadable(raw: RawPast, error: str) -> str:
    """Say where a line stands that could not be read, and what is wrong with it."""
    return f"{raw.where}: {'not an event: ' if raw.origin == 'file' else ''}{error}"


NO_TIME = "the event states no time: `seen_at` or `published_at`, such as 2026-01-12T07:41:56Z"


def fault_of(data: bytes) -> tuple[Why, str]:
    """Say why a line of a file, of which no time is known, is no event that could be taken."""
    try:
        plain_event(data)
    except (ParseFailed, msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
        return ("no_time" if str(error) == NO_TIME else "unreadable"), f"not an event: {error}"
    return "no_time", f"not an event: {NO_TIME}"


class _Times(Struct, frozen=True):
    seen_at: str | None = None
    published_at: str | None = None


class _Wrapped(_Times, frozen=True):
    event: _Times | None = None


_wrapped = msgspec.json.Decoder(_Wrapped)


def plain_time(data: bytes) -> int | None:
    """Give when a plain event happened; None: it states no time, or is no event."""
    try:
        found = _wrapped.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    inner = found.event or found
    return time_of(inner.seen_at, inner.published_at)


def time_of(seen_at: str | None, published_at: str | None) -> int | None:
    """Give when an event was seen, else when it was published, in ms; None: it says neither."""
    text = seen_at or published_at
    try:
        return max(parse_rfc3339(text), 0) if text else None
    except ValueError:
        return None


def _unwrapped(fields: dict[str, Any]) -> dict[str, Any]:
    """Take the event out of a line that `alertd match` printed."""
    inner = fields.get("event")
    return inner if isinstance(inner, dict) else fields
