"""What clocks bring about in an alert's life: when they are set, and what they do when their time has come. Pure.

    escalate    nobody acknowledged, closed or snoozed it in time: others are told
    resurface   a snooze is over: who knows of the alert is told what came meanwhile
    close       its story is over: it closes without a page

The timers stay in the store until the commit that they bring about cancels them, so that none is lost or done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from alertd.alerts.bounds import MAX_CHANGES, bounded
from alertd.alerts.deliver import Seen, as_seen, delivery, with_told
from alertd.alerts.knowing import Policies, Silenced, behind_wall, escalations, knowing, snoozed
from alertd.alerts.lanes import knows, lane, lanes
from alertd.alerts.policy import ReceiverPolicy, severity_rank
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.model import (
    Alert,
    AlertState,
    Change,
    ChangeKind,
    Effects,
    JournalRecord,
    NewDelivery,
    Timer,
    TimerKind,
)

STORY_IDLE_MS = 72 * 3_600_000
"""A story to which nothing came for so long is over: no later event joins it."""
IDLE_MS = 7 * 86_400_000
"""The same for an alert about something else: a company, the parties of a deal, an episode of a rule."""
MINUTE_S = 60
HOUR_MS = 3_600_000


def close_timer(alert: Alert, now: int) -> Timer:
    """Give the timer that closes an alert to which nothing comes any more; each event sets it anew. `now` in ms."""
    idle = STORY_IDLE_MS if alert.subject.startswith("st_") else IDLE_MS
    return Timer(kind="close", alert=alert.id, due_ms=now + idle)


def escalate_timer(policy: ReceiverPolicy, alert: Alert, now: int) -> Timer | None:
    """Give the timer that passes an alert on, should nobody answer; None where the receiver wants none of that.

    `alert` as the receiver is told of it, at `now` in milliseconds.
    """
    wanted = policy.escalate
    if wanted is None or severity_rank(alert.severity) < severity_rank(wanted.min_severity):
        return None
    due = now + round(wanted.after_s * 1000)
    return Timer(kind="escalate", alert=alert.id, receiver=policy.id, due_ms=due)


@dataclass(frozen=True, slots=True)
class Rung:
    """What a timer brings about: always a commit, which cancels it."""

    outcome: str
    """`escalated`, `resurfaced`, `closed`, or why nothing came of it."""
    state: AlertState
    deliveries: tuple[NewDelivery, ...]
    effects: Effects


def ring(timer: Timer, state: AlertState, policies: Policies, silenced: Silenced, now: int) -> Rung:
    """Do what a timer is for whose time has come. `now` in milliseconds."""
    case = _Case(timer, state, policies, silenced, now)
    if state.alert.merged_into:
        return case.nothing(f"carried on by {state.alert.merged_into}")
    if state.alert.status == "closed":
        return case.nothing("closed meanwhile")
    return _KINDS[timer.kind](case)


@dataclass(frozen=True, slots=True)
class _Case:
    timer: Timer
    state: AlertState
    policies: Policies
    silenced: Silenced
    now: int

    def nothing(
        self, why: str, *, timers: tuple[Timer, ...] = (), receivers: Mapping[str, str] | None = None
    ) -> Rung:
        """Let it be."""
        return self._rung(why, self.state, (), timers, receivers or {})

    def done(
        self,
        outcome: str,
        state: AlertState,
        deliveries: tuple[NewDelivery, ...] = (),
        *,
        timers: tuple[Timer, ...] = (),
        cancel: tuple[str, ...] = (),
        without: Mapping[str, str] | None = None,
    ) -> Rung:
        """Do it; `without` are receivers that are not told, and why."""
        receivers = {one.receiver: one.id for one in deliveries} | dict(without or {})
        return self._rung(outcome, state, deliveries, timers, receivers, cancel)

    def _rung(
        self,
        outcome: str,
        state: AlertState,
        deliveries: tuple[NewDelivery, ...],
        timers: tuple[Timer, ...],
        receivers: Mapping[str, str],
        cancel: tuple[str, ...] = (),
    ) -> Rung:
        timer, alert = self.timer, state.alert
        data: dict[str, Any] = {
            "timer": timer.kind,
            "receiver": timer.receiver or None,
            "due": rfc3339(timer.due_ms),
            "portfolio": alert.portfolio,
            "desk": state.desk,
            "revision": alert.revision,
            "receivers": dict(receivers),
        }
        ids = [alert.id, *(one.id for one in deliveries), *([timer.receiver] if timer.receiver else [])]
        record = JournalRecord(kind="timer", at=rfc3339(self.now), ids=ids, reason=outcome, data=data)
        again = {one.name for one in timers}
        over = [name for name in dict.fromkeys([timer.name, *cancel]) if name not in again]
        return Rung(outcome, state, deliveries, Effects(timers=list(timers), cancel=over, record=record))

    def changed(self, kind: ChangeKind, text: str, **fields: Any) -> AlertState:
        """Give the state with one more revision, as the clock makes it."""
        alert, at = self.state.alert, rfc3339(self.now)
        change = Change(at=at, revision=alert.revision + 1, event="", event_revision=0, reason=kind, text=text)
        alert = replace(
            alert,
            revision=alert.revision + 1,
            updated_at=at,
            changes=bounded([*alert.changes, change], MAX_CHANGES),
            **fields,
        )
        return replace(self.state, alert=alert)


# --- escalation ------------------------------------------------------------------------------------------


def _escalate(case: _Case) -> Rung:
    state, origin = case.state, case.policies.get(case.timer.receiver)
    if state.alert.status == "acknowledged":
        return case.nothing(f"acknowledged meanwhile by {state.alert.acknowledged_by}")
    if snoozed(state, case.now):
        return case.nothing(f"snoozed until {state.alert.snoozed_until}")
    if origin is None or origin.escalate is None:
        return case.nothing("receiver_removed" if origin is None else "it passes nothing on any more")
    seen = as_seen(state, origin)
    if severity_rank(seen.alert.severity) < severity_rank(origin.escalate.min_severity):
        return case.nothing(f"below the min_severity {origin.escalate.min_severity} of its escalation")
    if why := case.silenced(origin, state, seen):
        return case.nothing(why)
    without = {name: why for name in origin.escalate.to if (why := _not_passed_on(case, origin, name))}
    targets = [case.policies[name] for name in origin.escalate.to if name not in without]
    if not targets:
        return case.nothing("nobody to pass it on to", receivers=without)
    after = _span(origin.escalate.after_s)
    text = f"nobody acknowledged it at {origin.id} within {after}: passed on to {', '.join(t.id for t in targets)}"
    after_it, root = case.changed("escalated", text), _root(state, origin.id)
    deliveries = tuple(
        delivery(
            after_it,
            policy,
            kind="alert.updated" if knows(lane(state, policy.id)) else "alert.fired",
            reason="escalated",
            now=case.now,
            news=[f"nobody acknowledged it at {origin.id} within {after}"],
            escalated_from=origin.id,
            seen=as_seen(after_it, policy, via=root),
        )
        for policy in targets
    )
    told = with_told(after_it, case.policies, [policy.id for policy in targets], case.now, via=root)
    return case.done("escalated", told, deliveries, timers=_further(case, targets, told), without=without)


def _not_passed_on(case: _Case, origin: ReceiverPolicy, target: str) -> str:
    """Say why a receiver is not told in another's place; empty if it is."""
    policy = case.policies.get(target)
    if policy is None:
        return "receiver_removed"
    root = _root(case.state, origin.id)
    told_before = {root, *(name for name, known in lanes(case.state).items() if known.via == root)}
    if root != origin.id and target in told_before:
        return "it was told of it on the way here"
    if behind_wall(case.state, policy):
        return "restricted: the alert is another desk's"
    seen = as_seen(case.state, policy, via=root)
    if not seen.alert.matches:
        return "restricted: nothing of it may be told there"
    return case.silenced(policy, case.state, seen)


def _root(state: AlertState, receiver: str) -> str:
    """Give the receiver to which the alert was routed: those to whom it is passed on see what that one sees."""
    known = lane(state, receiver)
    return (known.via if known is not None else "") or receiver


def _further(case: _Case, targets: list[ReceiverPolicy], state: AlertState) -> tuple[Timer, ...]:
    """Set the next level; who knew of the alert before has a clock of its own, or had."""
    new = [policy for policy in targets if not knows(lane(case.state, policy.id))]
    timers = (escalate_timer(policy, as_seen(state, policy).alert, case.now) for policy in new)
    return tuple(timer for timer in timers if timer is not None)


def _span(seconds: float) -> str:
    """Write a time span for people: `15 min`, `90 s`."""
    return f"{seconds / MINUTE_S:g} min" if seconds % MINUTE_S == 0 else f"{seconds:g} s"


# --- the end of a snooze, and of a story -------------------------------------------------------------------


def _resurface(case: _Case) -> Rung:
    state, until = case.state, case.state.alert.snoozed_until
    if until is None:
        return case.nothing("not snoozed any more")
    if snoozed(state, case.now):
        return case.nothing(f"snoozed until {until}", timers=(replace(case.timer, due_ms=parse_rfc3339(until)),))
    after_it = case.changed("resurfaced", "the snooze is over", snoozed_until=None)
    known = lanes(state)
    there = [case.policies[name] for name in sorted(known) if name in case.policies and not known[name].held]
    seen: dict[str, Seen] = {p.id: as_seen(after_it, p) for p in there if not behind_wall(state, p)}
    hushed = {name: why for name, one in seen.items() if (why := case.silenced(case.policies[name], state, one))}
    deliveries = tuple(
        delivery(
            after_it,
            case.policies[name],
            kind="alert.updated" if knows(known[name]) else "alert.fired",
            reason="resurfaced",
            now=case.now,
            seen=one,
        )
        for name, one in seen.items()
        if name not in hushed and one.alert.matches
    )
    told = with_told(after_it, case.policies, [one.receiver for one in deliveries], case.now)
    waits = () if told.alert.status == "acknowledged" else tuple(waits_again(told, case.policies, case.now))
    return case.done("resurfaced", told, deliveries, timers=waits, without=hushed)


def _close(case: _Case) -> Rung:
    state = case.state
    if snoozed(state, case.now):
        later = parse_rfc3339(state.alert.snoozed_until or "") + STORY_IDLE_MS
        return case.nothing("snoozed", timers=(replace(case.timer, due_ms=later),))
    after_it = case.changed("closed", "its story is over", status="closed", snoozed_until=None)
    known = lanes(state)
    waits = max((_end_of(lane_.held) for lane_ in known.values()), default=0)
    if waits > case.now:  # a weekly digest must still find it open
        return case.nothing("something of it waits", timers=(replace(case.timer, due_ms=waits + HOUR_MS),))
    deliveries = tuple(
        delivery(after_it, policy, kind="alert.closed", reason="closed", now=case.now, loud=False)
        for policy in knowing(state, case.policies)
        if policy.answered and policy.mode == "every" and not known[policy.id].held
    )
    told = with_told(after_it, case.policies, [one.receiver for one in deliveries], case.now)
    return case.done("closed", told, deliveries, cancel=tuple(escalations(state)))


def _end_of(window: str) -> int:
    """Give the end of a window by its name (`Hold.window`); 0 for none."""
    end = window.rpartition("/")[2]
    return int(end) if end.isdecimal() else 0


def waits_again(state: AlertState, policies: Policies, now: int) -> list[Timer]:
    """Give the timers of an alert that waits for an answer again: for its escalations, and for its end."""
    wanted = [escalate_timer(policy, as_seen(state, policy).alert, now) for policy in knowing(state, policies)]
    return [*(timer for timer in wanted if timer is not None), close_timer(state.alert, now)]


_KINDS: Mapping[TimerKind, Callable[[_Case], Rung]] = {
    "escalate": _escalate,
    "resurface": _resurface,
    "close": _close,
}
