"""What comes of a timer whose time has come. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace as replace_policy

from msgspec.structs import replace

from alertd.alerts.circumstances import Circumstances, View
from alertd.alerts.clocks import STORY_IDLE_MS, waits_again
from alertd.alerts.deliver import as_seen, delivery, with_told
from alertd.alerts.escalation import escalate
from alertd.alerts.knowing import Policies, behind_wall, escalations, knowing, nothing_to_see, snoozed, taken_back
from alertd.alerts.lanes import held, knows, lanes, missing
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.putting import hold_of
from alertd.alerts.ringing import Case, Rung
from alertd.alerts.route import below, filtered
from alertd.alerts.timing import Put, Withhold, when
from alertd.base.clock import parse_rfc3339
from alertd.model import AlertState, Hold, NewDelivery, Silence, Timer, TimerKind, Told

HOUR_MS = 3_600_000


def ring(timer: Timer, state: AlertState, policies: Policies, silences: Sequence[Silence], now: int) -> Rung:
    """Do what a timer is for whose time has come. `now` in milliseconds."""
    case = Case(timer, state, policies, silences, now)
    if state.alert.merged_into:
        return case.nothing(f"carried on by {state.alert.merged_into}")
    if state.alert.status == "closed":
        return case.nothing("closed meanwhile")
    return _KINDS[timer.kind](case)


def _resurface(case: Case) -> Rung:
    """Tell what came while it was snoozed, as any news: quiet hours, digests and silences are kept to."""
    state, until = case.state, case.state.alert.snoozed_until
    whom = _concerned(case)
    if until is None:  # somebody ended it: who knows of the alert was told that
        whom = [(policy, before) for policy, before in whom if before.missed and not knows(before)]
    if not whom and until is None:
        return case.nothing("not snoozed any more")
    if until is not None and snoozed(state, case.now):
        return case.nothing(f"snoozed until {until}", timers=(replace(case.timer, due_ms=parse_rfc3339(until)),))
    after_it = case.changed("resurfaced", "the snooze is over", snoozed_until=None)
    deliveries: list[NewDelivery] = []
    holds: list[Hold] = []
    without: dict[str, str] = {}
    for policy, before in whom:
        seen = as_seen(after_it, policy)
        if nothing_to_see(state, seen, before) or (taken_back(state) and not knows(before)):
            continue
        view = View(policy.id, seen.alert, seen.event, "material" if knows(before) else "first", state.desk)
        if why := _kept_from(policy, view, before):
            without[policy.id] = why
            continue
        asked_for = replace_policy(policy, cooldown=None)  # somebody wants it back
        timing = when(asked_for, view, Circumstances(silences=tuple(case.silences)), before, case.now)
        if isinstance(timing, Withhold):
            without[policy.id] = timing.text
            continue
        message = delivery(
            after_it,
            policy,
            kind="alert.updated" if knows(before) else "alert.fired",
            reason="resurfaced",
            now=case.now,
            seen=seen,
        )
        if isinstance(timing, Put):
            holds.append(hold_of(after_it, policy, timing, message, case.now, seen))
            without[policy.id] = timing.text
        else:
            deliveries.append(message)
    told = with_told(after_it, case.policies, [one.receiver for one in deliveries], case.now)
    known = lanes(told)
    waiting = {hold.receiver: held(known.get(hold.receiver), hold.window, case.now) for hold in holds}
    withheld = {name: missing(known.get(name)) for name in without if name not in waiting}
    told = replace(told, told={**known, **waiting, **withheld})
    again = waits_again(told, case.policies, case.now) if told.alert.status != "acknowledged" else []
    timers = tuple(timer for timer in again if timer.receiver not in waiting)  # theirs begin when it is told
    return case.done("resurfaced", told, tuple(deliveries), timers=timers, without=without, holds=tuple(holds))


def _concerned(case: Case) -> list[tuple[ReceiverPolicy, Told]]:
    """Give who knows of the alert, or would have been told; for whom something of it waits hears of it with that."""
    there = [
        (case.policies[name], known) for name, known in sorted(lanes(case.state).items()) if name in case.policies
    ]
    return [(policy, known) for policy, known in there if not known.held and not behind_wall(case.state, policy)]


def _kept_from(policy: ReceiverPolicy, view: View, before: Told) -> str:
    """Say why who was told nothing yet is told nothing now; empty if it may be, and for who knows of it.

    Its `only` was asked when the report came: here neither its portfolio nor its rules are at hand.
    """
    if knows(before):
        return ""
    return below(policy, view.severity) or filtered(replace_policy(policy, only=None), view)


def _close(case: Case) -> Rung:
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


_KINDS: Mapping[TimerKind, Callable[[Case], Rung]] = {
    "escalate": escalate,
    "resurface": _resurface,
    "close": _close,
}
