"""Who knows of an alert, and may hear more of it: what answers, clocks and releases share. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from alertd.alerts.deliver import Seen
from alertd.alerts.lanes import knows, lanes
from alertd.alerts.policy import ReceiverPolicy, severity_rank
from alertd.alerts.silences import silenced
from alertd.base.clock import parse_rfc3339, to_datetime
from alertd.model import Alert, AlertState, Silence, Timer, Told

Policies = Mapping[str, ReceiverPolicy]


def behind_wall(state: AlertState, policy: ReceiverPolicy) -> bool:
    """Tell whether an alert belongs to a desk that is not the receiver's."""
    return state.desk is not None and policy.desk != state.desk


def knowing(state: AlertState, policies: Policies) -> list[ReceiverPolicy]:
    """Give the receivers that were told of an alert and may hear more of it, in the order of their ids."""
    told = [policies[name] for name, lane in sorted(lanes(state).items()) if name in policies and knows(lane)]
    return [policy for policy in told if not behind_wall(state, policy)]


def snoozed(state: AlertState, now: int) -> bool:
    """Tell whether somebody has put an alert off until a time that has not come."""
    until = state.alert.snoozed_until
    return until is not None and parse_rfc3339(until) > now


def hushed(silences: Sequence[Silence], policy: ReceiverPolicy, state: AlertState, seen: Seen, now: int) -> str:
    """Say why an alert is silenced for a receiver now, beginning with `silenced`; empty: it is not."""
    by = silenced(
        silences,
        portfolio=state.alert.portfolio,
        desk=state.desk,
        receiver=policy.id,
        event=seen.event,
        matches=seen.alert.matches,
        now=now,
    )
    return f"silenced: {by.detail}" if by is not None else ""


def nothing_to_see(state: AlertState, seen: Seen, before: Told | None) -> str:
    """Say why nothing of an alert is left for a receiver; empty if something is.

    For who was told, that what it was told of holds no longer is news; it stands in the changes.
    """
    told = before.revision if before is not None else 0
    if seen.alert.matches or (told and any(one.event and one.revision > told for one in seen.alert.changes)):
        return ""
    return "restricted: nothing of it may be told here" if state.alert.matches else "no rule holds any more"


def louder(before: Told | None, seen: Alert) -> bool:
    """Tell whether an alert is louder than a receiver was told."""
    return before is not None and knows(before) and severity_rank(seen.severity) > severity_rank(before.severity)


def taken_back(state: AlertState) -> bool:
    """Tell whether every event of an alert was withdrawn."""
    if state.event is None or not state.event.withdrawn:
        return False
    newest = {folded.event: folded.headline for folded in state.folded}
    return not any(newest.values())


def escalations(state: AlertState) -> list[str]:
    """Name the timers of an alert's escalations: those that may be set."""
    return [
        Timer(kind="escalate", alert=state.alert.id, receiver=receiver, due_ms=0).name
        for receiver in sorted(lanes(state))
    ]


def local(ms: int, timezone: str) -> str:
    """Write a time for people on the clock of a portfolio: `2026-01-12 07:41 EST`."""
    return to_datetime(ms).astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M %Z")
