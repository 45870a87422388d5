"""Two alerts of a portfolio whose stories turned out to be one: the older carries on, the younger closes. Pure.

Nobody is told: what the younger said has been read, and the next news comes with the older. Who was told of the
younger has its lane with the older from then on; what of the younger waits in a window goes out as the older, which
its release finds by `merged_into`; its clocks are stopped, and escalations that had begun go on with the older. So
does the note that a model is to write, where the older has none (`note_life.merged`). Done again, it changes nothing,
so that whoever dies half-way, or does the same at the same time, does no harm:

    older: takes in what the younger has taken in, sets clocks        commit, compare-and-set
    younger: closed, with the older's id, stops its clocks            commit, compare-and-set
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from alertd.alerts.bounds import MAX_CHANGES, MAX_FOLDED, MAX_MATCHES, bounded
from alertd.alerts.clocks import close_timer, escalate_timer
from alertd.alerts.deliver import as_seen
from alertd.alerts.knowing import escalations
from alertd.alerts.lanes import below_another, lanes, sources_in
from alertd.alerts.lanes import united as both
from alertd.alerts.note_life import merged
from alertd.alerts.outcome import alert_of, decision_on
from alertd.alerts.policy import ReceiverPolicy, loudest, severity_rank
from alertd.alerts.said import united
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.model import Alert, AlertState, Change, Decision, Event, Said, Timer, TimerKind
from alertd.rules.book import Portfolio


@dataclass(frozen=True, slots=True)
class Merge:
    """What is to be committed, the older first, and the decision about the younger."""

    older: AlertState | None
    """None: it has taken the younger in already."""
    younger: AlertState
    decision: Decision
    timers: list[Timer] = field(default_factory=list)
    """Of the older."""
    cancel: list[str] = field(default_factory=list)
    """Names of timers of the younger."""
    note_due_ms: int | None = None
    """When the note of the older is due; None: as it was."""


def merge(
    older: AlertState | None,
    younger: AlertState | None,
    portfolio: Portfolio,
    subject: str,
    event: Event,
    now: int,
    policies: Mapping[str, ReceiverPolicy] | None = None,
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
    taken = _taken_over(older, younger, alert_id, subject, event, now)
    timers = _timers(taken, younger, policies or {}, now) if taken is not None else []
    return Merge(taken, closed, decision, timers, _clocks(younger), _note_due(older, taken, now))


def _note_due(older: AlertState | None, taken: AlertState | None, now: int) -> int | None:
    """Say when the alert that carries on is due to get its note, where that passes to it."""
    if taken is None or taken.note_due is None or (older is not None and older.note_due == taken.note_due):
        return None
    return now


def _timers(taken: AlertState, younger: AlertState, policies: Mapping[str, ReceiverPolicy], now: int) -> list[Timer]:
    """Give the clocks of the alert that carries on: its end, and the escalations that had begun with the younger.

    Those whose time has come already have done their work.
    """
    if taken.alert.status == "closed":
        return []
    found = [close_timer(taken.alert, now)]
    if taken.alert.snoozed_until is not None:  # perhaps the younger's, whose own clock is stopped
        due = parse_rfc3339(taken.alert.snoozed_until)
        found.append(Timer(kind="resurface", alert=taken.alert.id, due_ms=due))
    for receiver, lane in lanes(younger).items() if taken.alert.status == "open" else ():
        policy = policies.get(receiver)
        if policy is not None and lane.revision and not lane.via:
            timer = escalate_timer(policy, as_seen(taken, policy).alert, lane.at_ms)
            found += [timer] if timer is not None and timer.due_ms > now else []
    return found


def _clocks(younger: AlertState) -> list[str]:
    """Name the timers that the younger may have."""
    kinds: tuple[TimerKind, ...] = ("resurface", "close")
    return [*escalations(younger), *(Timer(kind=kind, alert=younger.alert.id, due_ms=0).name for kind in kinds)]


def _closed(younger: AlertState, into: str, event: Event, now: int) -> AlertState:
    text = f"closed: carried on by alert {into}"
    alert = _with_change(younger.alert, event, text, now)
    alert = msgspec.structs.replace(alert, status="closed", merged_into=into)
    return msgspec.structs.replace(younger, alert=alert, note_due=None)


def _taken_over(
    older: AlertState | None, younger: AlertState, into: str, subject: str, event: Event, now: int
) -> AlertState | None:
    text = f"carries on alert {younger.alert.id}"
    if not any(change.rights for change in younger.alert.changes):  # else its title may not be for all who read this
        text += f": “{younger.alert.title[:120]}”"
    if older is None:
        alert = msgspec.structs.replace(younger.alert, id=into, subject=subject, story=subject)
        said = united(younger.said, Said(stories=[subject]))
        told = {name: below_another(lane) for name, lane in lanes(younger).items()}
        return msgspec.structs.replace(younger, alert=_with_change(alert, event, text, now), said=said, told=told)
    there = {(folded.event, folded.revision) for folded in older.folded}
    new = [folded for folded in younger.folded if (folded.event, folded.revision) not in there]
    if not new:
        return None
    known = {match.event for match in older.alert.matches}
    matches = [*older.alert.matches, *(m for m in younger.alert.matches if m.event not in known)][-MAX_MATCHES:]
    alert = _with_change(
        msgspec.structs.replace(
            older.alert,
            matches=matches,
            severity=loudest([older.alert.severity, younger.alert.severity]),
            feedback={**younger.alert.feedback, **older.alert.feedback},
        ),
        event,
        text,
        now,
    )
    if alert.status == "closed" and younger.alert.status != "closed":  # it is not over after all
        by, when = younger.alert.acknowledged_by, younger.alert.acknowledged_at
        status = younger.alert.status
        alert = msgspec.structs.replace(alert, status=status, acknowledged_by=by, acknowledged_at=when)
    elif alert.status == "acknowledged" and younger.alert.status == "open" and _louder(younger.alert, older.alert):
        alert = msgspec.structs.replace(alert, status="open", acknowledged_by=None, acknowledged_at=None)
    taken = msgspec.structs.replace(
        older,
        alert=alert,
        folded=bounded([*older.folded, *new], MAX_FOLDED),
        said=united(older.said, younger.said),
        told=both(lanes(older), lanes(younger), alert.revision),
        event=older.event if older.event is not None else younger.event,
        sources=max(sources_in(older), sources_in(younger)),
    )
    return merged(taken, younger)


def _louder(one: Alert, other: Alert) -> bool:
    """Tell whether an alert is louder than another: who took that one has not taken this one."""
    return severity_rank(one.severity) > severity_rank(other.severity)


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
