"""What a commit brings about beside its alert, checked before it is written; what the names of these say."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from alertd.base.clock import parse_rfc3339
from alertd.model import AlertState, Effects, Hold, Silence, Timer, Told, Window
from alertd.store.records import ALERT_MS, CLOSED_MS, checked_id, from_json, to_json

T = TypeVar("T")

MAX_NAME = 500
"""Characters of the name of a mark, a counter or a timer."""
NOTHING = Effects()


def taken_in(state: AlertState, answer: bool) -> str:
    """Name the event that a commit takes in; empty if none brings it about."""
    return state.folded[-1].event if state.folded and not answer else ""


def lifetime_ms(state: AlertState) -> int:
    """Say how long an alert is kept from this commit on."""
    return CLOSED_MS if state.alert.status == "closed" else ALERT_MS


def lane_line(window: str, lane: Told) -> bytes:
    """Write what a release says of the lane of its window's receiver: one line for each since the last commit.

    It is laid over the state when that is read, so that the next commit writes a state which says it itself.
    """
    return window.encode() + b"|" + to_json(lane) + b"\n"


def with_lanes(state: AlertState, lines: bytes) -> AlertState:
    """Lay over a state what was released since it was written. Raises Corrupt.

    Where a commit came between the look at the alert and the release, it may know more: a newer revision that was
    told, another window in which one is held.
    """
    if not lines:
        return state
    told = dict(state.told)
    for line in lines.splitlines():
        name, _, raw = line.partition(b"|")
        window = name.decode("utf-8", "replace")
        receiver = window.partition("/")[0]
        told[receiver] = _released(told.get(receiver), from_json(raw, Told, "what a release told"), window)
    return replace(state, told=told)


def raw_with_lanes(state: bytes, lines: bytes) -> Any:
    """Lay what was released over the JSON of a state, with the fields in it that this version does not know."""
    found = msgspec.json.decode(state)
    told = dict(found.get("told") or {})
    for line in lines.splitlines():
        name, _, raw = line.partition(b"|")
        receiver = name.decode("utf-8", "replace").partition("/")[0]
        told[receiver] = {**told.get(receiver, {}), **msgspec.json.decode(raw)}
    return {**found, "told": told}


def _released(known: Told | None, lane: Told, window: str) -> Told:
    if known is None:
        return lane
    if known.held == window:
        known = replace(known, held="", held_since_ms=0, held_quiet=False)
    if known.revision > lane.revision:
        return known
    if not known.held:
        return lane
    return replace(lane, held=known.held, held_since_ms=known.held_since_ms, held_quiet=known.held_quiet)


def checked_effects(alert_id: str, effects: Effects) -> Effects:
    """Refuse effects that no record can be made of, or that are about another alert. Raises ValueError."""
    for hold in effects.holds:
        if hold.item.alert != alert_id:
            raise ValueError(f"a commit of {alert_id} cannot put {hold.item.alert!r} off")
        checked_window(hold)
    for timer in effects.timers:
        checked_id(timer.alert, "an alert id")
        if timer.receiver:
            checked_id(timer.receiver, "a receiver id")
    for name in (*effects.cancel, *(c.name for c in effects.counts), *(m.name for m in effects.marks)):
        checked_name(name)
    for mark in effects.marks:
        if len(mark.value) > MAX_NAME or not mark.value.isprintable():
            raise ValueError(f"not usable as the value of a mark: {mark.value[:80]!r}")
    return effects


def checked_window(hold: Hold) -> str:
    """Name a hold's window. Raises ValueError for a receiver or a portfolio that would break the name."""
    checked_id(hold.receiver, "a receiver id")
    if hold.portfolio:
        checked_id(hold.portfolio, "a portfolio")
    return hold.window


def checked_name(name: str) -> str:
    """Refuse a name of a mark, a counter or a timer that no key can be made of. Raises ValueError."""
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise ValueError(f"not usable as a name: {name[:80]!r}")
    return name


def hold_json(hold: Hold) -> bytes:
    """Write a hold; its version stands beside it."""
    return to_json(replace(hold, version=0))


def silence_end(silence: Silence) -> int:
    """Give the end of a silence in milliseconds. Raises ValueError."""
    if checked_id(silence.id, "the id of a silence").startswith("#"):
        raise ValueError(f"not usable as the id of a silence: {silence.id!r}")
    return parse_rfc3339(silence.ends_at)


def window_of(name: str) -> Window | None:
    """Read a window out of its name; None if it is none that this version knows."""
    pieces = name.split("/")
    if len(pieces) != 4:
        return None
    receiver, kind, portfolio, until = pieces
    fields = {"name": name, "receiver": receiver, "kind": kind, "portfolio": portfolio, "until_ms": until}
    return _converted(fields | {"part": "0"}, Window)


def timer_of(name: str, due_ms: int) -> Timer | None:
    """Read a timer out of its name; None if it is none that this version knows."""
    pieces = name.split("/")
    if len(pieces) != 3:
        return None
    kind, alert, receiver = pieces
    return _converted({"kind": kind, "alert": alert, "receiver": receiver, "due_ms": str(due_ms)}, Timer)


def _converted(fields: dict[str, str], kind: type[T]) -> T | None:
    try:
        return msgspec.convert(fields, kind, strict=False)
    except msgspec.ValidationError:
        return None
