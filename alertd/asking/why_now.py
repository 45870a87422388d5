"""How something stands now, below its story: an alert and what each receiver knows of it, a silence, a receiver."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alertd.alerts.lanes import lanes
from alertd.alerts.silences import active_until
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.model import AlertState, Silence, SourceState, Told, Weekly, Window
from alertd.rules.explain import one_line
from alertd.store.types import ReceiverHealth
from alertd.text.written import counted

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class ReceiverStanding:
    """How a receiver does."""

    receiver: str
    health: ReceiverHealth
    waiting: Sequence[Window]
    """What waits for a time to go to it."""
    held: int
    """Alerts in these."""


Standing = AlertState | Silence | SourceState | ReceiverStanding
"""What can be asked about, as it stands."""


def standing_lines(standing: Standing, now: int, *, full: bool) -> Iterator[str]:
    """Tell how something stands; `now` in ms, with `full` all there is to say."""
    if isinstance(standing, AlertState):
        return alert_lines(standing, full=full)
    if isinstance(standing, Silence):
        return silence_lines(standing, now)
    if isinstance(standing, SourceState):
        return source_lines(standing)
    one = standing
    return receiver_lines(one.receiver, one.health, one.waiting, one.held, now)


def alert_lines(state: AlertState, *, full: bool) -> Iterator[str]:
    """Tell how an alert stands and what each receiver knows of it; with `full` its whole history."""
    alert = state.alert
    yield f"now  alert {alert.id} of {alert.portfolio} is {alert.status}, {alert.severity}, revision {alert.revision}"
    yield f"    “{one_line(alert.title)}”"
    if alert.merged_into:
        yield f"    carried on by {alert.merged_into}"
    if alert.acknowledged_by:
        yield f"    acknowledged by {alert.acknowledged_by} at {alert.acknowledged_at}"
    if alert.snoozed_until:
        yield f"    snoozed until {alert.snoozed_until}"
    for who, said in sorted(alert.feedback.items()):
        yield f"    {who} calls it {said}"
    for receiver, lane in sorted(lanes(state).items()):
        yield f"    {receiver}: {_lane(lane)}"
    if not lanes(state):
        yield "    nobody was told, and nothing of it waits"
    if full:
        yield from (f"    {c.at} revision {c.revision}: {c.reason}: {one_line(c.text)}" for c in alert.changes)


def _lane(lane: Told) -> str:
    told = (
        f"queued revision {lane.revision} at {rfc3339(lane.at_ms)}, {lane.severity}" if lane.revision else "not told"
    )
    via = f", in place of {lane.via}" if lane.via else ""
    if not lane.held:
        return told + via
    kind, until = _window(lane.held)
    return f"{told}{via}; waits since {rfc3339(lane.held_since_ms)} in the {kind} until {until}"


def _window(name: str) -> tuple[str, str]:
    """Read kind and end of a window from its name (`Hold.window`)."""
    parts = name.split("/")
    return (parts[1], rfc3339(int(parts[3]))) if len(parts) == 4 and parts[3].isdigit() else (name, "?")


def silence_lines(silence: Silence, now: int) -> Iterator[str]:
    """Tell whether a silence is in force, and what it is about."""
    starts, ends = parse_rfc3339(silence.starts_at), parse_rfc3339(silence.ends_at)
    until = active_until(silence, now)
    state = "over" if now >= ends else "not begun" if now < starts else f"in force until {rfc3339(until)}"
    if starts <= now < ends and not until:
        state = "resting until its next time of the week"
    yield f"now  silence {silence.id} is {state}: {one_line(silence.reason)}"
    yield f"    made by {silence.author} at {silence.created_at} · from {silence.starts_at} to {silence.ends_at}"
    yield from (f"    only {_weekly(one)}" for one in silence.weekly)
    named = {
        "portfolios": silence.portfolios, "rules": silence.rules, "companies": silence.companies,
        "event types": silence.event_types, "sources": silence.sources, "receivers": silence.receivers,
    }  # fmt: skip
    for what, names in named.items():
        if names:
            yield f"    {what}: {', '.join(names)}"


def _weekly(one: Weekly) -> str:
    days = " ".join(_DAYS[day] for day in one.days)
    return f"{days} {one.start}-{one.end} {one.timezone}"


def receiver_lines(
    receiver: str, health: ReceiverHealth, waiting: Sequence[Window], held: int, now: int
) -> Iterator[str]:
    """Tell what is on its way to a receiver, and what waits for it."""
    sent = f"last sent {rfc3339(health.last_sent_ms)}" if health.last_sent_ms else "never sent to"
    yield (
        f"now  receiver {receiver}: {sent}; {health.queued} queued, {health.waiting} behind them, {health.dead} dead,"
        f" {counted(health.failures, 'failure')} in a row"
    )
    if health.parked:
        again = f"asked again at {rfc3339(health.paused_until_ms)}" if health.paused_until_ms > now else "being asked"
        yield f"    parked: {one_line(health.parked)}; {again}"
    if held:
        yield f"    {counted(held, 'alert')} held for it"
    for window in waiting:
        yield f"    a {window.kind} goes out at {rfc3339(window.until_ms)}"


def source_lines(state: SourceState) -> Iterator[str]:
    """Tell how a source does."""
    last = f", last success {rfc3339(state.last_success_ms)}" if state.last_success_ms else ""
    error = f": {state.error}" if state.error else ""
    yield (
        f"now  source {state.source} is {state.state}{error}; {state.polls} polls, {state.events} events,"
        f" {state.duplicates} duplicates in all; last read: {state.entries} entries, {state.rejected} rejected{last}"
    )
