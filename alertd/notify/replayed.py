"""How a message says that it is replayed, where a person reads it first, in every form that it takes. Pure.

Templates know nothing of replays: what they name as titles says it, and if they name none, what they wrote.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from alertd.model import Message
from alertd.notify.lines import HEADLINE_MAX, SEPARATOR, TITLE_MAX, Lines
from alertd.notify.plain import cut

REPLAY = "REPLAY"
_TEXTS = ("text", "summary", "title", "message")
"""Fields of JSON in which services carry what a person reads."""


def replayed_lines(lines: Lines) -> Lines:
    """Mark the headline and the status."""
    headline = cut(f"{REPLAY}{SEPARATOR}{lines.headline}", HEADLINE_MAX)
    return msgspec.structs.replace(lines, headline=headline, status=f"{REPLAY}{SEPARATOR}{lines.status}")


def replayed_titles(message: Message) -> Message:
    """Mark what a template can name: the titles of alert and event, and of the alerts of a digest."""
    alert, event, digest = message.alert, message.event, message.digest
    if alert is not None:
        first = _marked(alert.first_title) if alert.first_title else ""
        alert = msgspec.structs.replace(alert, title=_marked(alert.title), first_title=first)
    if event is not None:
        event = msgspec.structs.replace(event, title=_marked(event.title))
    if digest is not None:
        items = [msgspec.structs.replace(item, title=_marked(item.title)) for item in digest.items]
        digest = msgspec.structs.replace(digest, items=items)
    return msgspec.structs.replace(message, alert=alert, event=event, digest=digest)


def replayed_text(text: str, form: str) -> str:
    """Mark what a template wrote, where it does not say it yet; JSON has a field that says so, too."""
    if form == "json":
        return _json(text)
    if REPLAY in text:
        return text
    return f"<p><b>{REPLAY}</b></p>{text}" if form == "html" else f"{REPLAY}{SEPARATOR}{text.lstrip()}"


def _json(text: str) -> str:
    try:
        made = json.loads(text)
    except (ValueError, RecursionError):
        return text  # whoever takes it says what is wrong with it
    if not isinstance(made, dict):
        return text
    said: dict[str, Any] = {"replay": True, **made}
    texts = {name: value for name in _TEXTS if isinstance(value := made.get(name), str) and REPLAY not in value}
    said |= {name: _marked(value) for name, value in texts.items()}
    return json.dumps(said, ensure_ascii=False)


def _marked(title: str) -> str:
    return cut(f"{REPLAY}: {title}", TITLE_MAX)
