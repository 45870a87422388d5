"""An alert as whoever looks on for a desk may see it: on the page, over the API, in the stream. Pure.

A token, or a name that a proxy says, is a desk's and no receiver's. What the rights of a source allow is said of
receivers; so the desk sees what that of its receivers may be told which may be told most.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from alertd.alerts.deliver import as_seen
from alertd.alerts.lanes import lanes
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.rights import closed_to, limits
from alertd.model import Alert, AlertState, Rights

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
    most = max(theirs, key=lambda one: sum(not closed_to(one, rights) for rights in [event, *_all_rights(state)]))
    eyes = ReceiverPolicy(most.id, accepts=most.accepts, desk=desk, note="model")
    seen = as_seen(replace(state, alert=_routed_to_all(alert), receivers=[eyes.id], told={}), eyes)
    if not seen.alert.matches and (alert.matches or closed_to(eyes, event)):
        return None
    names = {one.id for one in theirs}
    found = replace(
        state,
        alert=seen.alert,
        event=seen.short,
        facts_note=None,
        told={name: told for name, told in lanes(state).items() if name in names},
    )
    if len(seen.alert.matches) + len(seen.alert.changes) == len(alert.matches) + len(alert.changes):
        return found
    known = {one.event for one in seen.alert.matches} | {one.event for one in seen.alert.changes}
    return replace(found, folded=[one for one in state.folded if one.event in known], said=None, sources=1)


def _all_rights(state: AlertState) -> list[Rights | None]:
    alert = state.alert
    notes = [one.rights for one in (alert.note, state.facts_note) if one is not None]
    return [*(one.rights for one in alert.matches), *(one.rights for one in alert.changes), *notes]


def _routed_to_all(alert: Alert) -> Alert:
    matches = [replace(one, receivers=[]) for one in alert.matches]
    return replace(alert, matches=matches, changes=[replace(one, seen={}) for one in alert.changes])
