"""What people did, read from the journal: for a backtest or a replay, which do it once more."""

from __future__ import annotations

import msgspec

from alertd.base.clock import parse_rfc3339
from alertd.model import Answer, JournalRecord, Silence


def answer_of(record: JournalRecord, at_ms: int, alert: str = "") -> Answer:
    """Give what was said, as somebody who sees all desks: whether they might was asked then.

    `alert`: what the alert is called now, where that is not what it was called then. Raises ValueError, IndexError or
    msgspec.ValidationError for a record of another version, in a way that this one does not know.
    """
    data = record.data
    fields = {
        "kind": record.reason,
        "alert": alert or record.ids[0],
        "who": data.get("who", ""),
        "via": data.get("via", "cli"),
        "at_ms": at_ms,
        "until_ms": parse_rfc3339(data["until"]) if "until" in data else 0,
        "note": data.get("note", ""),
        "all_desks": True,
    }
    return msgspec.convert(fields, Answer)


def silence_of(record: JournalRecord) -> Silence:
    """Give a silence as it was written. Raises msgspec.ValidationError."""
    return msgspec.convert(record.data.get("silence"), Silence)
