"""A record of the journal in one line: what `alertd tail` prints, and `alertd why` for what is no event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from alertd.alerts.reasons import REASONS, outcome
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.history.archive.limits import PAYLOADS
from alertd.model import JournalRecord

__all__ = ["REASONS", "headline", "line", "outcome", "payload_bytes"]


def line(record: JournalRecord) -> str:
    """Put a record into one line: when, what kind, what happened."""
    told = _event(record.data) if record.kind == "event" else headline(record)
    return f"{record.at} {record.kind:<10} {' '.join(told.split())}"


def headline(record: JournalRecord, asked: str = "") -> str:
    """Say what happened, without the time. What was asked about is not named again."""
    if record.kind == "delivery":
        return _delivery(record, asked)
    data = record.data
    if (told := _LIVES.get(record.kind)) is not None:
        return told(record, asked)
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


def _notice(record: JournalRecord, asked: str) -> str:
    return f"{record.reason}: {record.data.get('text', '')}"


def _version(record: JournalRecord, asked: str) -> str:
    version = str(record.data.get("rules_version", "?"))
    files = len(record.data.get("files") or ())
    return f"rules {version[:12]} in force, of {files} {'file' if files == 1 else 'files'}"


_ANSWERS = {
    "acknowledge": "acknowledged",
    "unacknowledge": "open again, taken back",
    "snooze": "snoozed",
    "close": "closed",
    "useful": "called useful",
    "noise": "called noise",
}


def _answer(record: JournalRecord, asked: str) -> str:
    """Say who did what: `al_… acknowledged by jd (slack), revision 3: on it; told desk`."""
    data = record.data
    alert = next((one for one in record.ids if one.startswith("al_") and one != asked), "")
    what = _ANSWERS.get(record.reason, record.reason)
    until = f" until {data['until']}" if data.get("until") else ""
    who, via = data.get("who", "somebody"), data.get("via", "?")
    way = "" if who == via or str(who).endswith(f"({via})") else f" ({via})"  # a token's name says it already
    by = f"by {who}{way}, revision {data.get('revision', '?')}"
    note = f": {data['note']}" if data.get("note") else ""
    return f"{alert} {what}{until} {by}{note}{_told(data)}".strip()


def _told(data: dict[str, Any]) -> str:
    receivers = data.get("receivers")
    if not isinstance(receivers, dict) or not receivers:
        return ""
    return "; " + ", ".join(f"{receiver}: {outcome(what)}" for receiver, what in receivers.items())


def _timer(record: JournalRecord, asked: str) -> str:
    """Say what a clock brought about: `al_… escalate of desk; pager: dl_…`."""
    data = record.data
    alert = next((one for one in record.ids if one.startswith("al_") and one != asked), "")
    of = f" of {data['receiver']}" if data.get("receiver") else ""
    text = f": {data['text']}" if data.get("text") else ""
    return f"{alert} {record.reason}{of}{text}{_told(data)}".strip()


def _release(record: JournalRecord, asked: str) -> str:
    """Say what a window that is over gave: one message, and of each member what became of it."""
    data = record.data
    members = data.get("members", {})
    to = f"of {data.get('receiver', '?')} " if data.get("receiver") != asked else ""
    head = f"{data.get('kind', record.reason)} {to}until {data.get('until', '?')}"
    sent = f": {data['delivery']}" if data.get("delivery") else ": nothing was sent"
    if asked in members:
        return f"{head}{sent}; here {members[asked]}"
    told = ", ".join(f"{alert} {fate}" for alert, fate in members.items())
    return f"{head}{sent}{f' ({told})' if told else ''}"


def _note(record: JournalRecord, asked: str) -> str:
    """Say who wrote an alert's note: `al_… note by openai/small-1, 6 statements, 1 dropped (unknown_name)…`."""
    data = record.data
    note = data.get("note", {})
    alert = data.get("alert", "")
    about = f"{alert} " if alert and alert != asked else ""
    dropped = [str(one[0]) for one in data.get("dropped", ()) if one]
    left = f", {len(dropped)} dropped ({', '.join(sorted(set(dropped)))})" if dropped else ""
    if record.reason == "fallback":
        what = f"note of the facts stays{left}: {note.get('fallback', '')}"
    else:
        what = f"note by {note.get('by', '?')}, {len(note.get('statements', ()))} statements{left}"
    return f"{about}{what}{_told(data)}"


def _silence(record: JournalRecord, asked: str) -> str:
    """Say who silenced what: `si_… made by jd until 2026-…Z: maintenance (portfolios ai)`."""
    data = record.data
    name = next((one for one in record.ids if one.startswith("si_") and one != asked), "")
    silence = data.get("silence", data)
    by = f" by {silence['author']}" if silence.get("author") else ""
    until = f" until {silence['ends_at']}" if silence.get("ends_at") else ""
    why = f": {silence['reason']}" if silence.get("reason") else ""
    what = ", ".join(f"{key} {' '.join(silence[key])}" for key in _SILENCED if silence.get(key))
    return f"{name} {record.reason}{by}{until}{why}{f' ({what})' if what else ''}".strip()


_SILENCED = ("portfolios", "rules", "companies", "event_types", "sources", "receivers")
_LIVES: Mapping[str, Callable[[JournalRecord, str], str]] = {
    "notice": _notice,
    "answer": _answer,
    "timer": _timer,
    "release": _release,
    "note": _note,
    "silence": _silence,
    "version": _version,
}
"""How records are told that are about no one event."""


def _event(data: dict[str, Any]) -> str:
    event = data.get("event", {})
    revision = f" revision {event['revision']}" if event.get("revision", 1) > 1 else ""
    decided = ", ".join(f"{d['portfolio']}: {d['reason']}" for d in data.get("decisions", [])) or "no rule held"
    return f"{event.get('id', '')}{revision} from {event.get('source', '')} “{event.get('title', '')}” → {decided}"


def payload_bytes(data: Mapping[str, Any]) -> int | None:
    """Give the size of the message that is kept as it was sent; None: none is."""
    text, coded = (data.get(name) for name in PAYLOADS)
    if isinstance(text, str):
        return len(text.encode())
    return len(coded.rstrip("=")) * 3 // 4 if isinstance(coded, str) else None


_ENDS = {
    "sent": "sent",
    "retry": "failed",
    "requeued": "queued again by a person; it had died",
    "dead": "given up",
    "superseded": "not sent: a newer message took its place",
    "expired": "not sent: its time had passed",
}


def _again(due: int, at: str) -> str:
    """Say when a delivery was to be tried again; one that waits for its receiver is due all the time."""
    return f"next attempt {rfc3339(due)}" if due > parse_rfc3339(at) else "kept until the receiver is asked again"


def _delivery(record: JournalRecord, asked: str) -> str:
    data = record.data
    attempts = data.get("attempts", 0)
    at_attempt = f" at attempt {attempts}" if attempts > 1 else ""
    detail = f": {data['detail']}" if data.get("detail") else ""
    again = f"; {_again(data.get('due_ms', 0), record.at)}" if record.reason == "retry" else ""
    name = data.get("delivery", " ".join(record.ids))
    to = f" to {data['receiver']}" if data.get("receiver") else ""
    # The alert is in the event's line, but a receiver's story is about many.
    about = f" about {data['alert']}" if data.get("alert") and asked not in ("", data["alert"]) else ""
    size = payload_bytes(data)
    kept = f"; {size} bytes kept as sent" if size is not None else ""
    return f"{name}{to}{about} {_ENDS.get(record.reason, record.reason)}{at_attempt}{detail}{again}{kept}"
