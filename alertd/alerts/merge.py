"""Two alerts of a portfolio whose stories turned out to be one: the older carries on, the younger closes. Pure.

Nobody is told: what the younger said has been read, and the next news comes with the older. Done again, it changes
nothing, so that whoever dies half-way, or does the same at the same time, does no harm:

    older: takes in what the younger has taken in       commit, compare-and-set
    younger: closed, with the older's id                commit, compare-and-set
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from alertd.alerts.bounds import MAX_CHANGES, MAX_FOLDED, MAX_MATCHES, bounded
from alertd.alerts.outcome import alert_of, decision_on
from alertd.alerts.policy import loudest
from alertd.alerts.said import united
from alertd.base.clock import rfc3339
from alertd.model import Alert, AlertState, Change, Decision, Event, Said
from alertd.rules.book import Portfolio


@dataclass(frozen=True, slots=True)
class Merge:
    """What is to be committed, the older first, and the decision about the younger."""

    older: AlertState | None
    """None: it has taken the younger in already."""
    younger: AlertState
    decision: Decision


def merge(
    older: AlertState | None, younger: AlertState | None, portfolio: Portfolio, subject: str, event: Event, now: int
) -> Merge | None:
    """Close the younger alert as part of the older, whose subject is the story that the younger's became part of.

    Where there is no older alert, the younger carries on under its name. None if there is nothing to close. `event`
    showed that both stories are one; `now` is in milliseconds.
    """
    alert_id = alert_of(portfolio, subject)
    if younger is None or younger.alert.merged_into or younger.alert.id == alert_id:
        return None
    closed = _closed(younger, alert_id, event, now)
    decision = decision_on(
        portfolio,
        younger.alert.id,
        closed.alert.revision,
        "merged_into",
        [match.rule for match in younger.alert.matches],
        detail=f"alert {alert_id}: their stories are one",
    )
    return Merge(_taken_over(older, younger, alert_id, subject, event, now), closed, decision)


def _closed(younger: AlertState, into: str, event: Event, now: int) -> AlertState:
    text = f"closed: carried on by alert {into}"
    alert = _with_change(younger.alert, event, text, now)
    return msgspec.structs.replace(younger, alert=msgspec.structs.replace(alert, status="closed", merged_into=into))


def _taken_over(
    older: AlertState | None, younger: AlertState, into: str, subject: str, event: Event, now: int
) -> AlertState | None:
    text = f"carries on alert {younger.alert.id}"
    if not any(change.rights for change in younger.alert.changes):  # else its title may not be for all who read this
        text += f": “{younger.alert.title[:120]}”"
    if older is None:
        alert = msgspec.structs.replace(younger.alert, id=into, subject=subject, story=subject)
        said = united(younger.said, Said(stories=[subject]))
        return msgspec.structs.replace(younger, alert=_with_change(alert, event, text, now), said=said)
    there = {(folded.event, folded.revision) for folded in older.folded}
    new = [folded for folded in younger.folded if (folded.event, folded.revision) not in there]
    if not new:
        return None
    known = {match.event for match in older.alert.matches}
    matches = [*older.alert.matches, *(m for m in younger.alert.matches if m.event not in known)][-MAX_MATCHES:]
    alert = msgspec.structs.replace(
        older.alert,
        matches=matches,
        severity=loudest([older.alert.severity, younger.alert.severity]),
    )
    return msgspec.structs.replace(
        older,
        alert=_with_change(alert, event, text, now),
        folded=bounded([*older.folded, *new], MAX_FOLDED),
        said=united(older.said, younger.said),
    )


def _with_change(alert: Alert, event: Event, text: str, now: int) -> Alert:
    change = Change(
        at=rfc3339(now),
        revision=alert.revision + 1,
        event=event.id,
        event_revision=event.revision,
        reason="merged_into",
        text=text,
    )
    changes = bounded([*alert.changes, change], MAX_CHANGES)
    return msgspec.structs.replace(alert, revision=alert.revision + 1, updated_at=rfc3339(now), changes=changes)
