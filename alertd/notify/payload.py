"""The JSON that machines get: `{type, timestamp, data: {alert, event, delivery}}`, kept under 20 kB. Pure.

Source: Standard Webhooks 1.0.0, "Payload structure" and its advice to stay below 20 kB. What is left out to get there
is named in `data.trimmed`; nothing is left out silently.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from alertd.model import Alert, Event, Message, event_to_dict

MAX_BYTES = 20_000
EXCERPT_BYTES = 2048
_MATCHES_KEPT = 10
_CHANGES_KEPT = 5
_TEXT_KEPT = 300
_ITEMS_KEPT, _EXPIRED_KEPT = 15, 5

Json = dict[str, Any]


def payload(message: Message, *, template_fault: str = "") -> bytes:
    """Write a message as the JSON that webhooks and the console's JSON lines carry; always below 20 kB.

    `template_fault`: why this stands in for what a template should have written.
    """
    data: Json = {}
    if message.alert is not None:
        data["alert"] = without_receivers(message.alert)
    if message.event is not None:
        data["event"] = event_fields(message)
    if message.notice is not None:
        data["notice"] = json_data(message.notice)
    if message.coverage is not None:
        data["coverage"] = json_data(message.coverage)
    if message.digest is not None:
        data["digest"] = json_data(message.digest)
    if message.type.startswith("alert."):
        data["news"] = json_data(message.news)
        data["loud"] = message.loud
    if message.escalated_from:
        data["escalated_from"] = message.escalated_from
    data["delivery"] = {
        "id": message.delivery,
        "receiver": message.receiver,
        "reason": message.reason,
        "dispatched_by": message.dispatched_by,
    }
    if template_fault:
        data["template_fault"] = template_fault
    said = {"replay": True} if message.replay else {}
    body: Json = {"type": message.type, "timestamp": message.at, **said, "data": data}
    trimmed: list[str] = []
    for name, trim in _TRIMS:
        encoded = _encode(body)
        if len(encoded) < MAX_BYTES:
            return encoded
        if trim(data):
            trimmed.append(name)
            data["trimmed"] = trimmed
    return _encode(body)


def _encode(body: Json) -> bytes:
    # Lone surrogates cannot be written as UTF-8; a message must not die of one.
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError:
        return msgspec.json.encode(json_data(body))


def json_data(value: Any) -> Any:
    """Give plain JSON data in which every text is valid Unicode."""
    builtins = msgspec.to_builtins(value)
    return _valid(builtins)


def _valid(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_valid(key): _valid(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_valid(item) for item in value]
    return value


def without_receivers(alert: Alert) -> Json:
    """Give the alert; whom else its parts may be told is nothing for those who may be told."""
    fields: Json = json_data(alert)
    for part in (*fields["matches"], *fields["changes"]):
        del part["rights"]
    for match in fields["matches"]:
        del match["receivers"]
    note = fields["note"] = fields.pop("research_note")
    if note is not None:
        note.pop("rights", None)
    return fields


def event_fields(message: Message) -> Json:
    """Give the event with an excerpt of at most 2 kB in place of its body."""
    assert message.event is not None
    fields: Json = {}
    for key, value in event_to_dict(message.event).items():
        if key == "body":
            fields["excerpt"] = excerpt(value)
        else:
            fields[key] = _valid(value)
    return fields


def excerpt(body: str) -> str:
    """Give the beginning of a text: at most 2,048 bytes of UTF-8, whole characters."""
    return body[:EXCERPT_BYTES].encode("utf-8", "replace")[:EXCERPT_BYTES].decode("utf-8", "ignore")


# --- getting below the limit, from what is missed least -------------------------------------------------------


def _drop_note_quotes(data: Json) -> bool:
    """Keep what a note says and where its words stand; the words are in the text."""
    note: Json = data.get("alert", {}).get("note") or {}
    changed = False
    for said in note.get("statements", []):
        for ground in said.get("grounds", []):
            evidence: Json = ground.get("evidence") or {}
            changed |= bool(evidence.get("quote"))
            if "quote" in evidence:
                evidence["quote"] = ""
    return changed


def _shorten_evidence(data: Json) -> bool:
    return _trim_evidence(data, keep=3, text=200)


def _drop_evidence(data: Json) -> bool:
    return _trim_evidence(data, keep=0, text=0)


def _trim_evidence(value: Any, keep: int, text: int) -> bool:
    """Shorten every `evidence` list, however deep, to `keep` items with quotes of at most `text` characters."""
    if isinstance(value, list):
        trimmed = [_trim_evidence(item, keep, text) for item in value]  # every item, not only up to the first
        return any(trimmed)
    if not isinstance(value, dict):
        return False
    changed = False
    for key, item in value.items():
        if key != "evidence" or not isinstance(item, list):
            changed |= _trim_evidence(item, keep, text)
            continue
        changed |= len(item) > keep
        del item[keep:]
        for piece in item:
            quote = piece.get("quote") if isinstance(piece, dict) else None
            if isinstance(quote, str) and len(quote) > text:
                piece["quote"] = quote[: text - 1] + "…"
                changed = True
    return changed


def _keep_last_changes(data: Json) -> bool:
    changes: list[Json] = data.get("alert", {}).get("changes", [])
    dropped = len(changes) > _CHANGES_KEPT
    del changes[:-_CHANGES_KEPT]
    return _shorten_texts(changes) or dropped


def _keep_first_matches(data: Json) -> bool:
    matches: list[Json] = data.get("alert", {}).get("matches", [])
    dropped = len(matches) > _MATCHES_KEPT
    del matches[_MATCHES_KEPT:]
    return _shorten_texts(matches) or dropped


def _keep_first_items(data: Json) -> bool:
    """Keep the first alerts of a digest, which are the loudest; the others are counted."""
    digest: Json = data.get("digest", {})
    dropped = False
    for key, count, kept in (("items", "more", _ITEMS_KEPT), ("expired", "more_expired", _EXPIRED_KEPT)):
        items: list[Json] = digest.get(key, [])
        if len(items) > kept:
            digest[count] += len(items) - kept
            del items[kept:]
            dropped = True
    return dropped


_DETAILS = {"authors", "categories", "filers", "facts", "companies", "parties", "event_types"}
_DETAILS |= {"amounts", "durations", "terms", "sentiment", "published_raw"}
_CORE = frozenset(Event.__struct_fields__) - _DETAILS | {"excerpt"}


def _keep_core_event(data: Json) -> bool:
    event: Json = data.get("event", {})
    extra = [key for key in event if key not in _CORE]
    for key in extra:
        del event[key]
    return bool(extra)


def _shorten_all(data: Json) -> bool:
    """Last resort: no text above 300 characters, no list above 10 items."""
    return _shorten_texts(data)


def _shorten_texts(value: Any) -> bool:
    if not isinstance(value, dict | list):
        return False
    changed = False
    if isinstance(value, list):
        changed = len(value) > _MATCHES_KEPT
        del value[_MATCHES_KEPT:]
    for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
        if isinstance(item, str) and len(item) > _TEXT_KEPT:
            value[key] = item[: _TEXT_KEPT - 1] + "…"
            changed = True
        else:
            changed |= _shorten_texts(item)
    return changed


def _drop_note(data: Json) -> bool:
    """The alert comes before what somebody makes of it."""
    alert: Json = data.get("alert", {})
    there = alert.get("note") is not None
    alert["note"] = None
    return there


def _drop_alert_lists(data: Json) -> bool:
    """What is left when even that is not enough: the alert without its matches, the event without its excerpt."""
    for part, keys in (("alert", ("matches", "changes")), ("event", ("excerpt", "items", "provenance"))):
        for key in keys:
            data.get(part, {}).pop(key, None)
    return True


_TRIMS: tuple[tuple[str, Callable[[Json], bool]], ...] = (
    ("note_quotes", _drop_note_quotes),
    ("note", _drop_note),
    ("evidence_shortened", _shorten_evidence),
    ("evidence", _drop_evidence),
    ("changes", _keep_last_changes),
    ("matches", _keep_first_matches),
    ("digest_items", _keep_first_items),
    ("event_details", _keep_core_event),
    ("texts", _shorten_all),
    ("lists", _drop_alert_lists),
)
