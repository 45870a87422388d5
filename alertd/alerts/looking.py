"""An alert as whoever looks on for a desk may see it: on the page, over the API, in the stream. Pure.

A token, or a name that a proxy says, is a desk's and no receiver's. What the rights of a source allow is said of
receivers; so the desk sees each part of an alert that one of its receivers may be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from alertd.alerts.deliver import as_seen
from alertd.alerts.lanes import lanes
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.rights import closed_to, limits
from alertd.model import Alert, AlertState, Event, Note, Rights

_ANYBODY = ReceiverPolicy("", accepts="public")
"""Whom a desk without receivers sees as: what is limited to some is not for it."""


def as_a_desk_sees(state: AlertState, desk: str | None, policies: Iterable[ReceiverPolicy]) -> AlertState | None:
    """Give an alert of a desk without what rights keep from all of its receivers; None: all of it.

    Whom a rule tells, and how exactly a receiver is told weights, is no matter of rights: the desk sees that whole.
    """
    alert, event = state.alert, limits(state.event) if state.event is not None else None
    if event is None and not any(rights is not None for rights in _all_rights(state)):
        return state
    theirs = [one for one in policies if one.desk == desk] or [_ANYBODY]
    opened = _opened(state, theirs)
    seen = as_seen(replace(opened, alert=_routed_to_all(opened.alert), receivers=[_EYES], told={}), _eyes(desk))
    if not seen.alert.matches and (alert.matches or not _open(event, theirs)):
        return None
    names = {one.id for one in theirs}
    found = replace(
        state,
        alert=seen.alert,
        event=_with_rights_of(state.event, seen.short),
        facts_note=None,
        told={name: told for name, told in lanes(state).items() if name in names},
    )
    if len(seen.alert.matches) + len(seen.alert.changes) == len(alert.matches) + len(alert.changes):
        return found
    known = {one.event for one in seen.alert.matches} | {one.event for one in seen.alert.changes}
    return replace(found, folded=[one for one in state.folded if one.event in known], said=None, sources=1)


_EYES = ""
"""A receiver that there is not: it stands for all of the desk's."""


def _eyes(desk: str | None) -> ReceiverPolicy:
    return ReceiverPolicy(_EYES, accepts="public", desk=desk, note="model")


def _open(rights: Rights | None, theirs: Iterable[ReceiverPolicy]) -> bool:
    """Tell whether one of some receivers may be told of what stands under these rights."""
    return any(not closed_to(one, rights) for one in theirs)


def _opened(state: AlertState, theirs: Sequence[ReceiverPolicy]) -> AlertState:
    """Give an alert of which the eyes may be told what one of these receivers may; how much of a text stays."""

    def of(rights: Rights | None) -> Rights | None:
        return replace(rights, receivers=[_EYES]) if rights is not None and _open(rights, theirs) else rights

    def note(one: Note | None) -> Note | None:
        return replace(one, rights=of(one.rights)) if one is not None else None

    alert, event = state.alert, state.event
    if event is not None and (limited := limits(event)) is not None:
        event = replace(event, provenance=replace(event.provenance, rights=of(limited)))
    return replace(
        state,
        alert=replace(
            alert,
            matches=[replace(one, rights=of(one.rights)) for one in alert.matches],
            changes=[replace(one, rights=of(one.rights)) for one in alert.changes],
            note=note(alert.note),
        ),
        event=event,
        facts_note=note(state.facts_note),
    )


def _with_rights_of(event: Event | None, seen: Event) -> Event:
    """Give an event as it is seen with the rights that it has."""
    if event is None or seen.id != event.id:
        return seen
    return replace(seen, provenance=replace(seen.provenance, rights=event.provenance.rights))


def _all_rights(state: AlertState) -> list[Rights | None]:
    alert = state.alert
    notes = [one.rights for one in (alert.note, state.facts_note) if one is not None]
    return [*(one.rights for one in alert.matches), *(one.rights for one in alert.changes), *notes]


def _routed_to_all(alert: Alert) -> Alert:
    matches = [replace(one, receivers=[]) for one in alert.matches]
    return replace(alert, matches=matches, changes=[replace(one, seen={}) for one in alert.changes])
