"""A note that is written after its alert went out: the alert carries it, and who wants such notes is told. Pure.

told                             who was told of the alert by a message, and an update of it would be told at once
in the alert, and not told       closed, snoozed, silenced, quiet hours, something of it waits, too late
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from alertd.alerts.circumstances import Circumstances, View
from alertd.alerts.crowding import recounted
from alertd.alerts.deliver import as_seen, delivery
from alertd.alerts.knowing import Policies, knowing
from alertd.alerts.lanes import has_message, lanes
from alertd.alerts.note_life import facts_of, kept_back
from alertd.alerts.notes import by_model, dropped_line, kept, note_line, without_words
from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import rfc3339
from alertd.model import AlertState, Effects, JournalRecord, NewDelivery, Note, Silence, Told

WORTH_MS = 600_000
"""A note that comes so long after its alert is no message any more: it stands in the alert."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What a note comes to."""

    state: AlertState
    deliveries: tuple[NewDelivery, ...]
    effects: Effects


def noted(
    state: AlertState,
    note: Note,
    policies: Policies,
    now: int,
    how: dict[str, Any],
    silences: Sequence[Silence] = (),
) -> Noted:
    """Put a note into its alert, and tell those who wait for it, quietly.

    `how` is for the journal: who wrote it, what was dropped and why. `now` in milliseconds.
    """
    carried = facts_of(state)
    told = carried.counted if carried is not None else None
    shown = recounted(_kept(note, state), told)  # a report may have come while it was written
    facts = carried if by_model(shown) else None
    after = replace(state, alert=replace(state.alert, note=shown), facts_note=facts, note_due=None)
    made: list[NewDelivery] = []
    answers: dict[str, str] = {}
    for policy, lane in _waiting(state, note, policies):
        one = _told(after, policy, lane, now, silences, since=_since(state, now))
        if isinstance(one, NewDelivery):
            made.append(one)
        if one is not None:
            answers[policy.id] = one.id if isinstance(one, NewDelivery) else one
    record = _record(after, note, [one.id for one in made], now, {"receivers": answers, **how})
    return Noted(after, tuple(made), Effects(note_due_ms=0, record=record))


def _kept(note: Note, state: AlertState) -> Note:
    """Give the note as the alert may keep it; of an event that the alert is not shown with, without limited words."""
    event = state.event
    if event is not None and event.id == note.event:
        return kept(note, event) or note
    return without_words(note) if note.rights is not None else note


def _since(state: AlertState, now: int) -> int:
    return state.note_due.since_ms if state.note_due is not None else now


def _waiting(state: AlertState, note: Note, policies: Policies) -> list[tuple[ReceiverPolicy, Told]]:
    """Give who was told of the alert by a message since the note is due, and wants such a note.

    Where no model could write it, the facts stand already in the messages of those that get no note apart.
    """
    known = lanes(state)
    revision = state.note_due.revision if state.note_due is not None else 0
    told = [(one, known[one.id]) for one in knowing(state, policies) if one.note == "model"]
    return [
        (one, lane)
        for one, lane in told
        if has_message(lane) and lane.revision >= revision and (by_model(note) or one.notes_apart)
    ]


def _told(
    state: AlertState, policy: ReceiverPolicy, lane: Told, now: int, silences: Sequence[Silence], *, since: int
) -> NewDelivery | str | None:
    """Give the message of the note, or why there is none; None where there is nothing that the receiver may see."""
    seen = as_seen(state, policy)
    if seen.alert.note is None:
        return None
    if now - since >= WORTH_MS:
        return f"expired: it came {(now - since) // 60_000} min after the alert"
    view = View(policy.id, seen.alert, seen.event, "material", state.desk)
    if why := kept_back(policy, view, Circumstances(silences=tuple(silences)), lane, now):
        return why
    return delivery(
        state,
        policy,
        kind="note",
        reason="note",
        now=now,
        news=[],
        loud=False,
        seen=seen,
        behind=lane.revision,
    )


def _record(
    state: AlertState, note: Note, deliveries: Sequence[str], now: int, how: Mapping[str, Any]
) -> JournalRecord:
    """Say in the journal that it was written; its words stand there as far as their source lets them be kept."""
    alert = state.alert
    shown = alert.note if alert.note is not None else note
    return JournalRecord(
        kind="note",
        at=rfc3339(now),
        ids=[alert.id, note.event, *deliveries],
        reason="fallback" if note.fallback else "written",
        data={
            "alert": alert.id,
            "portfolio": alert.portfolio,
            "desk": state.desk,
            "revision": alert.revision,
            "note": note_line(shown),
            **how,
            "dropped": dropped_line(how.get("dropped", ()), shown.rights),
        },
    )
