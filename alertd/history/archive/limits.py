"""What the terms of a source forbid to keep or to hand on, taken out of records. Pure.

An event keeps what was found in it, without its body and without words quoted from it (`alerts.rights`); a delivery
loses its payload, if the daemon noted that a limited text may stand in it (`data.rights`); a note keeps what it says
and where that stands, without the words (`data.note.rights`).
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from alertd.alerts.notes import without_words
from alertd.alerts.rights import shown, without_body
from alertd.model import Event, JournalRecord, Match, Note, Rights, event_from_dict, event_to_dict

PAYLOADS = ("payload", "payload_base64")
"""What was sent, as text, or where that is none."""
SHORT_S = 2 * 86400
"""A body that may not be kept for so long is never written: retention works once a day, on days that are over."""
RIGHTS_OVER = "the text was kept as long as its source allows"
NOT_EXPORTED = "its source does not allow to hand on the text"


def rights_of(record: JournalRecord) -> Rights | None:
    """Give what limits the text in a record; None if nothing does, or if what is written there cannot be read."""
    if record.kind == "delivery":
        limits = record.data.get("rights")
    elif record.kind == "note":
        limits = _mapping(record.data.get("note")).get("rights")
    else:
        provenance = _mapping(_mapping(record.data.get("event")).get("provenance"))
        limits = provenance.get("rights")
    if not isinstance(limits, dict):
        return None
    try:
        return msgspec.convert(limits, Rights)
    except msgspec.ValidationError:
        return Rights(keep_body_s=0, export=False)  # rather too little than what is not allowed


def text_until(record: JournalRecord, at_ms: int) -> int | None:
    """Say until when (ms) the text in a record of a time may be kept; None: as long as the record."""
    rights = rights_of(record)
    return None if rights is None or rights.keep_body_s is None else at_ms + rights.keep_body_s * 1000


def may_leave(record: JournalRecord) -> bool:
    """Tell whether the text in a record may be handed on."""
    rights = rights_of(record)
    return rights is None or rights.export


def has_text(record: JournalRecord) -> bool:
    """Tell whether there is text in a record that could be taken out."""
    return without_text(record) != record


def without_text(record: JournalRecord) -> JournalRecord:
    """Give a record without its source's text."""
    data = record.data
    if record.kind == "delivery":
        return replace(record, data={k: v for k, v in data.items() if k not in PAYLOADS})
    if record.kind == "note":
        return replace(record, data=data | _unquoted(data))
    if not isinstance(data.get("event"), dict):
        return record
    try:
        event = event_from_dict(data["event"])
        matches = msgspec.convert(data.get("matches", []), list[Match])
    except msgspec.ValidationError:  # of another version: nothing of it can be told apart
        return replace(record, data={k: v for k, v in data.items() if k not in ("event", "matches", "alerts")})
    kept = data | {
        "event": event_to_dict(_bare(event)),
        "matches": msgspec.to_builtins(without_body(event, matches)[1]),
    }
    if "alerts" in data:
        cards = data["alerts"] if isinstance(data["alerts"], list) else []
        kept["alerts"] = [_mapping(card) | {"quotes": []} | _unquoted(_mapping(card)) for card in cards]
    return replace(record, data=kept)


def _unquoted(data: dict[str, Any]) -> dict[str, Any]:
    """Give what takes the place of a note and of what was dropped from it: the details may be words of the text."""
    kept: dict[str, Any] = {}
    if isinstance(data.get("note"), dict):
        try:
            kept["note"] = msgspec.to_builtins(without_words(msgspec.convert(data["note"], Note)))
        except msgspec.ValidationError:  # of another version: nothing of it can be told apart
            kept["note"] = {}
    if isinstance(data.get("dropped"), list):
        kept["dropped"] = [[one[0], ""] for one in data["dropped"] if isinstance(one, list) and one]
    return kept


def _bare(event: Event) -> Event:
    """Give an event as a message of a source that shows titles alone would carry it: no passages among its facts."""
    provenance = event.provenance
    title = replace(provenance, rights=replace(provenance.rights or Rights(), show="title"))
    return replace(shown(replace(event, provenance=title)), provenance=provenance)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
