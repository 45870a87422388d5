"""An alert that nobody acknowledged, closed or snoozed in time is passed on. Pure.

Those to whom it is passed on see what the receiver saw to which it was routed (`Told.via`), go by their own walls and
rights, and may pass it on again. Nobody is told twice on one way, so that two who name each other end.
"""

from __future__ import annotations

from alertd.alerts.clocks import escalate_timer
from alertd.alerts.deliver import as_seen, delivery, with_told
from alertd.alerts.knowing import behind_wall, snoozed, taken_back
from alertd.alerts.lanes import knows, lane, lanes
from alertd.alerts.policy import ReceiverPolicy, severity_rank
from alertd.alerts.ringing import Case, Rung
from alertd.model import AlertState, Timer

MINUTE_S = 60


def escalate(case: Case) -> Rung:
    """Tell others, in the place of a receiver where nobody answered."""
    state, origin = case.state, case.policies.get(case.timer.receiver)
    if state.alert.status == "acknowledged":
        return case.nothing(f"acknowledged meanwhile by {state.alert.acknowledged_by}")
    if snoozed(state, case.now):
        return case.nothing(f"snoozed until {state.alert.snoozed_until}")
    if taken_back(state):
        return case.nothing("withdrawn meanwhile")
    if origin is None or origin.escalate is None:
        return case.nothing("receiver_removed" if origin is None else "it passes nothing on any more")
    seen = as_seen(state, origin)
    if severity_rank(seen.alert.severity) < severity_rank(origin.escalate.min_severity):
        return case.nothing(f"below the min_severity {origin.escalate.min_severity} of its escalation")
    if why := case.hushed(origin, seen):
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


def _not_passed_on(case: Case, origin: ReceiverPolicy, target: str) -> str:
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
    return case.hushed(policy, seen)


def _root(state: AlertState, receiver: str) -> str:
    """Give the receiver to which the alert was routed: those to whom it is passed on see what that one sees."""
    known = lane(state, receiver)
    return (known.via if known is not None else "") or receiver


def _further(case: Case, targets: list[ReceiverPolicy], state: AlertState) -> tuple[Timer, ...]:
    """Set the next level; who knew of the alert before has a clock of its own, or had."""
    new = [policy for policy in targets if not knows(lane(case.state, policy.id))]
    timers = (escalate_timer(policy, as_seen(state, policy).alert, case.now) for policy in new)
    return tuple(timer for timer in timers if timer is not None)


def _span(seconds: float) -> str:
    """Write a time span for people: `15 min`, `90 s`."""
    return f"{seconds / MINUTE_S:g} min" if seconds % MINUTE_S == 0 else f"{seconds:g} s"
