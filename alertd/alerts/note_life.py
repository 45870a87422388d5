"""The note of an alert as events come to it: when it is written anew, who is told, what a model is to write. Pure.

    news                              the note is about the event at hand from now on
    the same facts, from elsewhere    what a model wrote of them stays
    its text has come, and says more  the note is written anew, and told by itself
    anything else                     the note stays
    any of them                       how often its story was told is counted anew, and told to nobody (crowding)

Facts are compared with facts, whoever wrote the note that is shown. A model is asked once for each note of facts;
where the note changes before it has answered, it is asked about the new one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from alertd.alerts.circumstances import Circumstances, View
from alertd.alerts.crowding import recounted, united
from alertd.alerts.lanes import sources_in
from alertd.alerts.meaning import Meant
from alertd.alerts.notes import by_model, kept, same_facts, says_more
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.timing import Send, when
from alertd.model import AlertState, Counted, Event, Note, NoteDue, Told


@dataclass(frozen=True, slots=True)
class Renewed:
    """The note that an alert carries from an event on."""

    note: Note | None
    facts: Note | None = None
    """Where a model wrote it: that of the facts."""
    more: bool = False
    """It says something of weight that the facts before did not."""
    alone: bool = False
    """The event is no news but for that."""


AS_IT_WAS = Renewed(None)
"""Of an alert without a note."""


def facts_of(state: AlertState | None) -> Note | None:
    """Give the note of the facts, whoever wrote the one that the alert carries."""
    if state is None:
        return None
    note = state.alert.note
    return state.facts_note if note is not None and by_model(note) else note


def renewed(
    state: AlertState | None, event: Event, meant: Meant, write: Callable[[], Note | None], *, is_shown: bool
) -> Renewed:
    """Say what becomes of the note with an event. `is_shown`: the alert bears its headline from now on."""
    anew = _renewed(state, event, meant, write, is_shown=is_shown)
    known, story = facts_of(state), event.story
    told: list[Counted | None] = [known.counted] if known is not None else []
    if story is not None:
        sources = max(sources_in(state), story.sources)
        told.append(Counted(reports=story.position, sources=sources, novelty=story.novelty))
    note, facts = anew.note, anew.facts
    for one in told:
        note, facts = (recounted(said, one) if said is not None else None for said in (note, facts))
    return dataclasses.replace(anew, note=note, facts=facts)


def _renewed(
    state: AlertState | None, event: Event, meant: Meant, write: Callable[[], Note | None], *, is_shown: bool
) -> Renewed:
    facts = facts_of(state)
    before = state.alert.note if state is not None else None
    as_it_was = Renewed(before, state.facts_note if state is not None else None)
    if not is_shown or not (meant.material or event.revision_reason == "full_text"):
        return as_it_was
    note = kept(write(), event)
    more = says_more(note, facts)
    if not meant.material:
        return Renewed(note, more=True, alone=True) if more else as_it_was
    stays = before is not None and by_model(before) and before.event != event.id
    return as_it_was if stays and same_facts(note, facts) else Renewed(note, more=more)


def waited_for(state: AlertState, note: Note) -> bool:
    """Tell whether a model is to write a note already."""
    due = state.note_due
    return due is not None and (due.event, due.event_revision) == (note.event, note.event_revision)


def askable(note: Note, event: Event) -> bool:
    """Tell whether a model can be asked for a note: it is of the event at hand, of which the material is there."""
    return (note.event, note.event_revision) == (event.id, event.revision)


def due_after(
    state: AlertState, *, wanted: bool, alone: bool, material: Callable[[], str], now: int
) -> NoteDue | None:
    """Say what a model is to write of an alert as it is now, with what was due before; `wanted`: somebody waits anew.

    `material` is that of the event at hand. Where the note is about a newer event than the one that is waited for,
    that is what the model writes about.
    """
    note, before = state.alert.note, state.note_due
    if note is None or by_model(note):
        return None
    if not wanted and (before is None or waited_for(state, note)):
        return before
    return NoteDue(
        event=note.event,
        event_revision=note.event_revision,
        revision=before.revision if before is not None else 0 if alone else state.alert.revision,
        since_ms=before.since_ms if before is not None and not wanted else now,
        material=material(),
    )


def kept_back(policy: ReceiverPolicy, view: View, circumstances: Circumstances, before: Told | None, now: int) -> str:
    """Say why a receiver is not told a note now; empty if it is.

    It rings nowhere where an update of its alert would not be told at once. A cooldown does not count: it began with
    the message that the note belongs to.
    """
    if view.alert.status == "closed":
        return "closed"
    timing = when(dataclasses.replace(policy, cooldown=None), view, circumstances, before, now)
    return "" if isinstance(timing, Send) else timing.text


def merged(older: AlertState, younger: AlertState) -> AlertState:
    """Give the older of two alerts that became one with the note that it carries from then on.

    It keeps its own, and what is due of it. Of the younger it takes one that it has not, and one that a model is to
    write where it waits for none and was written none: who was told of the older is told then.
    """
    own, other = older.alert.note, younger.alert.note
    both = [facts.counted if facts is not None else None for facts in (facts_of(older), facts_of(younger))]
    told = united(both[0], both[1])
    due = younger.note_due
    takes_due = due is not None and older.note_due is None and (own is None or not by_model(own))
    if other is None or not (own is None or takes_due):
        return _recounted(older, told)
    alert = replace(older.alert, note=other)
    due = replace(due, revision=0) if due is not None else None
    return _recounted(replace(older, alert=alert, facts_note=younger.facts_note, note_due=due), told)


def _recounted(state: AlertState, told: Counted | None) -> AlertState:
    note, facts = (recounted(one, told) if one is not None else None for one in (state.alert.note, state.facts_note))
    return replace(state, alert=replace(state.alert, note=note), facts_note=facts)
