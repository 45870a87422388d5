"""A note that is written after its alert went out: the alert carries it, and who wants such notes is told. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from alertd.alerts.deliver import as_seen, delivery
from alertd.alerts.knowing import Policies, knowing, snoozed
from alertd.alerts.lanes import has_message, lanes
from alertd.alerts.notes import by_model, dropped_line, kept, note_line
from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import rfc3339
from alertd.model import AlertState, Effects, JournalRecord, NewDelivery, Note


@dataclass(frozen=True, slots=True)
class Noted:
    """What a note comes to."""

    state: AlertState
    deliveries: tuple[NewDelivery, ...]
    effects: Effects


def noted(state: AlertState, note: Note, policies: Policies, now: int, how: dict[str, Any]) -> Noted:
    """Put a note into its alert, and tell those who know of the alert and want what a model writes.

    `how` is for the journal: who wrote it, what was dropped and why. `now` in milliseconds.
    """
    event = state.event
    alert = replace(state.alert, note=kept(note, event) if event is not None else note)
    after = replace(state, alert=alert, note_material="")
    # Who has put the alert away is not called back by a note; it stands in the alert.
    told = [_told(after, policy, now) for policy in _wanting(after, note, policies) if not _put_away(after, now)]
    deliveries = tuple(one for one in told if one is not None)
    return Noted(after, deliveries, Effects(note_due_ms=0, record=_record(after, note, deliveries, now, how)))


def _put_away(state: AlertState, now: int) -> bool:
    return state.alert.status == "closed" or snoozed(state, now)


def _wanting(state: AlertState, note: Note, policies: Policies) -> list[ReceiverPolicy]:
    """Give who was told of the alert by a message, and wants such a note.

    Where no model could write it, the facts stand already in the messages of those that get no note apart.
    """
    known = lanes(state)
    told = [one for one in knowing(state, policies) if one.note == "model" and has_message(known.get(one.id))]
    return told if by_model(note) else [one for one in told if one.notes_apart]


def _told(state: AlertState, policy: ReceiverPolicy, now: int) -> NewDelivery | None:
    seen = as_seen(state, policy)
    if seen.alert.note is None:
        return None
    return delivery(state, policy, kind="note", reason="note", now=now, news=[], loud=False, seen=seen)


def _record(
    state: AlertState, note: Note, deliveries: Sequence[NewDelivery], now: int, how: dict[str, Any]
) -> JournalRecord:
    """Say in the journal that it was written; its words stand there as far as their source lets them be kept."""
    alert = state.alert
    shown = alert.note if alert.note is not None else note
    return JournalRecord(
        kind="note",
        at=rfc3339(now),
        ids=[alert.id, note.event, *(one.id for one in deliveries)],
        reason="fallback" if note.fallback else "written",
        data={
            "alert": alert.id,
            "portfolio": alert.portfolio,
            "desk": state.desk,
            "revision": alert.revision,
            "note": note_line(shown),
            "receivers": {one.receiver: one.id for one in deliveries},
            **how,
            "dropped": dropped_line(how.get("dropped", ()), shown.rights),
        },
    )
