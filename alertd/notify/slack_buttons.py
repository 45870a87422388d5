"""The buttons under a message in Slack, and what a click on one of them says. Pure.

Sources: docs.slack.dev, "Block Kit: block elements" (a button's text has at most 75 characters, its address 3,000; a
`block_id` at most 255, and a new one for each iteration of a message; an overflow menu at most five options, of 75)
and "block_actions payload".
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from alertd.model import Alert, AnswerKind, DigestItem, Struct

Block = dict[str, Any]

READ = "read_source"
WHY = "why"
_HOURS = {"1h": "1 hour", "4h": "4 hours", "24h": "24 hours", "3d": "3 days"}
_HOUR_MS = 3_600_000
SNOOZES = {"1h": _HOUR_MS, "4h": 4 * _HOUR_MS, "24h": 24 * _HOUR_MS, "3d": 72 * _HOUR_MS}
_PLACE = re.compile(r"alertd/([a-z0-9-]{1,63})/(al_[a-z2-7]{26})/[0-9a-z.]{1,20}")


class Handle(Struct, frozen=True, kw_only=True):
    """What buttons are about; there is none where a click would lead nowhere."""

    receiver: str
    alert: Alert | None = None
    items: list[DigestItem] = msgspec.field(default_factory=list)
    """The alerts of a digest, in the order in which it lists them."""
    part: str = ""
    """Tells two messages of one revision apart: the first one and the reply in its thread."""


class Click(NamedTuple):
    """What somebody pressed."""

    receiver: str
    alert: str
    kind: AnswerKind | str
    """An answer, or `why`."""
    snooze_ms: int = 0


def read_click(block_id: str, action_id: str, value: str) -> Click | None:
    """Read a click by what Slack says of it; None if it is none of ours, or asks for nothing (a link was opened)."""
    place = _PLACE.fullmatch(block_id)
    kind, _, how_long = (value or action_id).partition(":")
    if place is None or kind not in _KINDS or (kind == "snooze" and how_long not in SNOOZES):
        return None
    return Click(place[1], place[2], kind, SNOOZES.get(how_long, 0))


def link_button(url: str) -> Block:
    """Make the button that leads to the source."""
    return {"type": "button", "action_id": READ, "text": _text("Read source"), "url": url}


def answers(handle: Handle | None, before: list[Block]) -> list[Block]:
    """Make the line of buttons: those given, and behind them the answers that the alert's state allows."""
    if handle is None or handle.alert is None:
        return [{"type": "actions", "elements": before}] if before else []
    kinds = _WHILE[handle.alert.status]
    made = [*before, *(_select() if kind == "snooze" else _button(kind) for kind in kinds)]
    place = _place(handle.receiver, handle.alert.id, handle.alert.revision, handle.part)
    return [{"type": "actions", "block_id": place, "elements": made}]


def item_menu(handle: Handle | None, number: int, url: str) -> Block | None:
    """Make what stands beside one alert of a digest: a menu of answers, or the button that leads to the source."""
    if handle is None or number >= len(handle.items):
        return link_button(url) if url else None
    options = [{"text": _text("Read source"), "value": READ, "url": url}] if url else []
    for kind in ("acknowledge", "snooze:4h", "noise", WHY):
        name = "Snooze 4 hours" if kind == "snooze:4h" else _KINDS[kind]
        options.append({"text": _text(name), "value": kind})
    return {"type": "overflow", "action_id": "answer", "options": options}


def item_place(handle: Handle | None, number: int) -> str:
    """Give the `block_id` of one alert of a digest; empty where it has no menu."""
    if handle is None or number >= len(handle.items):
        return ""
    item = handle.items[number]
    return _place(handle.receiver, item.alert, item.revision, f"d{number}")


_KINDS: dict[str, str] = {
    "acknowledge": "Acknowledge",
    "unacknowledge": "Undo acknowledge",
    "snooze": "Snooze",
    "useful": "Useful",
    "noise": "Noise",
    WHY: "Why",
}
_WHILE: dict[str, tuple[str, ...]] = {
    "open": ("acknowledge", "snooze", "useful", "noise", WHY),
    "acknowledged": ("unacknowledge", "snooze", "useful", "noise", WHY),
    "closed": ("useful", "noise", WHY),
}
"""State of the alert -> what can be answered."""


def _place(receiver: str, alert: str, revision: int, part: str) -> str:
    return f"alertd/{receiver}/{alert}/{revision}{'.' if part else ''}{part}"


def _button(kind: str) -> Block:
    made: Block = {"type": "button", "action_id": kind, "text": _text(_KINDS[kind]), "value": kind}
    return made | {"style": "primary"} if kind == "acknowledge" else made


def _select() -> Block:
    options = [{"text": _text(words), "value": f"snooze:{code}"} for code, words in _HOURS.items()]
    return {"type": "static_select", "action_id": "snooze", "placeholder": _text("Snooze"), "options": options}


def _text(words: str) -> Block:
    return {"type": "plain_text", "text": words, "emoji": False}
