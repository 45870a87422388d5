"""A record of the journal in one line: what `alertd tail` prints, and `alertd why` for what is no event."""

from __future__ import annotations

from typing import Any

from alertd.base.clock import rfc3339
from alertd.model import JournalRecord


def line(record: JournalRecord) -> str:
    """Put a record into one line: when, what kind, what happened."""
    told = _event(record.data) if record.kind == "event" else headline(record)
    return f"{record.at} {record.kind:<10} {' '.join(told.split())}"


def headline(record: JournalRecord, asked: str = "") -> str:
    """Say what happened, without the time. What was asked about is not named again."""
    if record.kind == "delivery":
        return _delivery(record, asked)
    data = record.data
    if record.kind == "notice":
        return f"{record.reason}: {data.get('text', '')}"
    if record.kind == "entry" and record.reason.startswith("its "):  # of an event, by its source
        event, source = record.ids[0], record.ids[-1]
        about = [event] if event != asked else []
        about += [f"from {source}"] if source != asked else []
        return f"{' '.join(about)}: {record.reason}"
    names = " ".join(name for name in record.ids if name != asked)
    if record.kind == "entry" and "position" in data and not data.get("title"):
        names = f"{names} number {data['position'] + 1}".strip()
    title = f"“{data['title']}”" if data.get("title") else ""
    return " ".join(part for part in (names, title, record.reason) if part)


def _event(data: dict[str, Any]) -> str:
    event = data.get("event", {})
    revision = f" revision {event['revision']}" if event.get("revision", 1) > 1 else ""
    decided = ", ".join(f"{d['portfolio']}: {d['reason']}" for d in data.get("decisions", [])) or "no rule held"
    return f"{event.get('id', '')}{revision} from {event.get('source', '')} “{event.get('title', '')}” → {decided}"


_ENDS = {
    "sent": "sent",
    "retry": "failed",
    "requeued": "queued again by a person; it had died",
    "dead": "given up",
    "superseded": "not sent: a newer message took its place",
    "expired": "not sent: its time had passed",
}


def _delivery(record: JournalRecord, asked: str) -> str:
    data = record.data
    attempts = data.get("attempts", 0)
    at_attempt = f" at attempt {attempts}" if attempts > 1 else ""
    detail = f": {data['detail']}" if data.get("detail") else ""
    again = f"; next attempt {rfc3339(data.get('due_ms', 0))}" if record.reason == "retry" else ""
    name = data.get("delivery", " ".join(record.ids))
    to = f" to {data['receiver']}" if data.get("receiver") else ""
    # The alert is in the event's line, but a receiver's story is about many.
    about = f" about {data['alert']}" if data.get("alert") and asked not in ("", data["alert"]) else ""
    return f"{name}{to}{about} {_ENDS.get(record.reason, record.reason)}{at_attempt}{detail}{again}"
