"""How records are written and read. Whatever does not decode is Corrupt, and harms only itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from alertd.base.beyond import Beyond, beyond_of
from alertd.base.ids import usable_id
from alertd.errors import Corrupt
from alertd.model import Claim, Delivery, Event, JournalRecord, Known, Message, NewDelivery, event_from_dict
from alertd.store.types import DeadEvent

T = TypeVar("T")

MAX_ERROR = 2_000
"""Characters of an error text that are kept."""
MAX_UNSENT = 8_000
"""Bytes of news that are carried from messages that were never sent (scripts/queueing.lua)."""
MOST_JOBS = 100
"""Jobs of the API that wait or run; more are not taken on."""
_HOLD = re.compile(r"[a-z0-9/-]{1,200}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
MAX_THREAD = 500
"""Characters that say where the first message about an alert stands."""

SIGHT_MS = 14 * 86_400_000
"""How long a mark is remembered after it was last on the page."""
ENDED_MS = 7 * 86_400_000
"""How long an ended delivery is kept."""
DEAD_MS = 30 * 86_400_000
"""How long a dead letter or dead event is kept: it still waits for a person's decision."""
ALERT_MS = 37 * 86_400_000
"""How long an alert is kept after its last commit."""
CLOSED_MS = 30 * 86_400_000
"""The same of one that is closed."""
PLACED_MS = 14 * 86_400_000
"""How long it is remembered where an event is, for a revision that takes it out again."""
STORY_MS = 72 * 3_600_000
"""How long a story is kept after its last report."""
BETWEEN_MS = 400 * 86_400_000
"""How long it is remembered which stories there were between two parties."""
MERGED_MS = ALERT_MS
"""How long it is remembered which story another became part of: as long as the alerts about it."""
SILENCE_MS = 30 * 86_400_000
"""How long a silence is kept after its end, for those who ask why they heard nothing."""
PART_MS = ENDED_MS + 86_400_000
"""How long it is known how many messages a window gave: longer than the last of them, lest another gets its id."""
LATE_MS = 86_400_000
"""How long after its time a timer is looked at: whether there is still an alert that it belongs to."""
FEEDBACK_MS = 400 * 86_400_000
"""How long it is remembered what people think of an alert."""
ONCE_S = 86_400
GRACE_MS = 86_400_000
"""The shortest life that a dead letter gets when it is tried again."""
LIVING_MS = 10_000
"""How long a process counts as living after its heartbeat."""

TEXT_WAIT_MS = 60_000
"""How long a rule that does not know enough yet waits for an event's full text."""
TEXT_LIFE_MS = 86_400_000
"""How long the full text of an event is tried for."""
TEXT_MARK = "t-"
"""Begins the hash of a text among those of its item (scripts/fetches.lua)."""

_encoder = msgspec.json.Encoder()
_event_decoder = msgspec.json.Decoder(Event)
_NOTHING_MORE = b',"extra":{}}'
"""How the JSON of an event ends, if its unknown fields are written apart and there are none."""


def to_json(value: Any) -> bytes:
    """Write a struct as JSON."""
    return _encoder.encode(value)


def from_json(raw: bytes, kind: type[T], what: str) -> T:
    """Read a struct. Raises Corrupt, naming `what` it was."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Corrupt(f"{what} does not decode: {error}") from error


def clean(text: str, limit: int = MAX_ERROR) -> str:
    """Bound a text and drop lone surrogates, which are not UTF-8 and would break the call that carries them."""
    return text[:limit].encode("utf-8", "replace").decode("utf-8")


def checked_id(value: str, what: str) -> str:
    """Refuse an id or mark that would break the records it is written into. Raises ValueError."""
    if not usable_id(value):
        raise ValueError(f"not usable as {what}: {value!r}")
    return value


def checked_holds(names: Sequence[str]) -> list[str]:
    """Refuse names of what a job has to do with that would break the list they stand in. Raises ValueError."""
    for name in names:
        if not _HOLD.fullmatch(name):
            raise ValueError(f"not usable as what a job has to do with: {name[:80]!r}")
    return list(names)


def checked_member(value: str) -> str:
    """Refuse the name of a set or an event that no key can be made of, or that stands for something. ValueError."""
    if not value or len(value) > 300 or value[0] in "#~" or value == "r" or not value.isprintable():
        raise ValueError(f"not usable in a set of the state: {value[:80]!r}")
    return value


def checked_key(value: str) -> str:
    """Refuse a key by which stories are found that no key of the store can be made of. Raises ValueError."""
    if not value or len(value) > 200 or not value.isprintable():
        raise ValueError(f"not usable as a key of stories: {value[:80]!r}")
    return value


def checked_chain(value: str) -> str:
    """Refuse an empty chain name. Raises ValueError."""
    if not value or len(value) > 200 or not value.isprintable():
        raise ValueError(f"not usable as a chain: {value!r}")
    return value


def new_record(new: NewDelivery, now: int) -> Delivery:
    """Make the record of a delivery that is about to be queued. Raises ValueError for unusable ids."""
    alert = new.message.alert
    return Delivery(
        id=checked_id(new.id, "a delivery id"),
        receiver=checked_id(new.receiver, "a receiver id"),
        lane=new.lane,
        mode=new.mode,
        chain=checked_chain(new.chain),
        alert=alert.id if alert else "",
        alert_revision=alert.revision if alert else 0,
        type=new.message.type,
        keep_body_s=new.keep_body_s,
        export=new.export,
        behind=new.behind,
        created_ms=now,
        due_ms=new.due_ms,
        expires_ms=new.expires_ms,
    )


def carried(record: StoredDelivery, older: StoredDelivery, body: bytes | None) -> StoredDelivery:
    """Give a record that takes the place of one that was never sent: what that had to say goes with it."""
    message = msgspec.json.decode(body, type=Message) if body is not None else None
    if message is None or message.alert is None:
        return record
    said = record.unsent_news + older.unsent_news
    said += "".join(_CONTROL.sub(" ", text) + "\n" for text in message.news)
    while len(said.encode()) > MAX_UNSENT:
        said = said.partition("\n")[2]
    return replace(
        record,
        unsent_first=record.unsent_first or older.unsent_first or not message.told_before,
        unsent_loud=record.unsent_loud or older.unsent_loud or message.loud,
        unsent_news=said,
    )


def dead_record(delivery_id: str, receiver: str, chain: str, now: int, error: str) -> Delivery:
    """Make the record that stands for one that cannot be read; tried again, it gets a new life."""
    return Delivery(
        id=delivery_id,
        receiver=receiver,
        lane="normal",
        mode="every",
        chain=chain,
        created_ms=now,
        due_ms=now,
        expires_ms=now,
        error=error,
    )


class StoredDelivery(Delivery, frozen=True, kw_only=True):
    """A delivery with what only the queue needs."""

    doubt: bool = False
    """Some earlier attempt may have arrived; stays once it is set."""
    kept: bool = False
    """Its payload stays, when it is sent, until it is archived."""


def claim_from(raw: bytes, payload: bytes, thread: bytes) -> Claim:
    """Make a claim from the record that a script answered with."""
    stored = from_json(raw, StoredDelivery, "a delivery")
    where = thread.decode("utf-8", "replace")
    return Claim(delivery=delivery_of(stored), payload=payload, in_doubt=stored.doubt, thread=where)


def delivery_of(stored: StoredDelivery) -> Delivery:
    """Give the record without the queue's own fields."""
    return Delivery(**{name: getattr(stored, name) for name in Delivery.__struct_fields__})


def delivery_from(raw: bytes) -> Delivery:
    """Read a delivery's record. Raises Corrupt."""
    return from_json(raw, Delivery, "a delivery")


def own_record(delivery_id: str, raw: bytes | None) -> Delivery:
    """Read the record that stands under an id. Raises Corrupt, also where there is none or another's."""
    if raw is None:
        raise Corrupt(f"the record of delivery {delivery_id} is missing")
    found = delivery_from(raw)
    if found.id != delivery_id:
        raise Corrupt(f"the record of delivery {delivery_id} is that of {found.id}")
    return found


def message_from(raw: bytes) -> Message:
    """Read a delivery's message. Raises Corrupt."""
    return from_json(raw, Message, "a message")


def owner_from(mark: str, raw: bytes) -> Known | None:
    """Read an owner record (scripts/marks.lua); None if it is none."""
    text = raw.decode("utf-8", "replace")
    if not text.startswith("i") or text.count("|") not in (3, 4):
        return None
    event_id, revision, hashes, *_ = text[1:].split("|")
    return Known(identity=mark, event_id=event_id, revision=int(revision), hashes=[h for h in hashes.split(",") if h])


def event_from_fields(fields: Mapping[str, bytes]) -> Event:
    """Read an event as the stream keeps it: its JSON, and laid over it what ingest decided. Raises Corrupt."""
    return opened_event(fields)[0]


def opened_event(fields: Mapping[str, bytes]) -> tuple[Event, Beyond | None]:
    """Read an event, and what its parts hold beyond what is known. Its own unknown fields are in `extra`. Corrupt."""
    try:
        event = _own_event(fields["e"])
        written: dict[str, Any] = {} if event is not None else msgspec.json.decode(fields["e"], type=dict[str, Any])
        event = event or event_from_dict(written)
        overlay = {
            "id": fields["i"].decode(),
            "source": event.source or fields["s"].decode(),
            "revision": int(fields["r"]),
            "revision_reason": fields["w"].decode() or None,
            "baseline": fields["b"] == b"1",
        }
        parts = {name: value for name, value in written.items() if name not in event.extra}
        return msgspec.structs.replace(event, **overlay), beyond_of(parts, event)
    except (KeyError, ValueError, msgspec.DecodeError) as error:
        raise Corrupt(f"an event does not decode: {error!r}") from error


def _own_event(raw: bytes) -> Event | None:
    """Read an event as this version writes it, as nearly all of them: there is nothing beyond it. None for others."""
    try:
        event = _event_decoder.decode(raw)
    except (ValueError, msgspec.DecodeError):
        return None
    return event if raw[:-1] + _NOTHING_MORE == _encoder.encode(event) else None


def dead_event_from(entry_id: str, fields: Mapping[str, bytes]) -> DeadEvent:
    """Read a dead event; its JSON may be what is broken."""
    try:
        event = event_from_fields(fields)
    except Corrupt:
        event = None
    return DeadEvent(
        id=entry_id,
        stream_id=fields["stream_id"].decode(),
        event_id=fields["i"].decode(),
        reason=fields["reason"].decode("utf-8", "replace"),
        at_ms=int(fields["now"]),
        event=event,
    )


def pairs(flat: Sequence[bytes]) -> dict[str, bytes]:
    """Make a mapping of a RESP2 reply that lists names and values in turn."""
    return {flat[i].decode(): flat[i + 1] for i in range(0, len(flat), 2)}


def record_ids(record: JournalRecord) -> list[str]:
    """Give the ids a record is traced under, each once, empty ones dropped."""
    return list(dict.fromkeys(i for i in record.ids if i))


def unique(values: Iterable[str]) -> list[str]:
    """Keep the first of equal values."""
    return list(dict.fromkeys(values))
