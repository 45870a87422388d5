"""When two stories turn out to be one, the older alert carries on: nobody is told, and twice is once."""

from __future__ import annotations

import msgspec

from alertd.alerts.decide import decide
from alertd.alerts.merge import Merge, merge
from alertd.alerts.outcome import alert_of
from alertd.alerts.policy import ReceiverPolicy
from alertd.model import AlertState, Event, Match, Severity, StoredAlert, Story
from tests.rules.make import portfolio

PORTFOLIO = portfolio("text: lease")
DESK = ReceiverPolicy("desk")
NOW = 1_800_000_000_000
OLD, YOUNG = alert_of(PORTFOLIO, "st_old"), alert_of(PORTFOLIO, "st_young")
SHOWN = Event(id="ev_shows", title="Both are one")


def event(name: str, story: str, revision: int = 1) -> Event:
    return Event(id=f"ev_{name}", source="wire", title=f"{name} happens", revision=revision, story=Story(id=story))


def matching(one: Event, severity: Severity = "high") -> Match:
    return Match(
        rule="lease", rule_hash="h", portfolio="desk-a", event=one.id, event_revision=one.revision, severity=severity
    )


def alert(name: str, story: str, severity: Severity = "high") -> AlertState:
    """Raise an alert about a story, which the desk is told."""
    one = event(name, story)
    outcome = decide(StoredAlert(version=0, state=None), [matching(one, severity)], one, PORTFOLIO, [DESK], NOW)
    assert outcome.state is not None
    assert outcome.deliveries
    return outcome.state


def merged(older: AlertState | None, younger: AlertState | None) -> Merge | None:
    return merge(older, younger, PORTFOLIO, "st_old", SHOWN, NOW + 5)


def test_the_younger_closes_and_names_the_older() -> None:
    made = merged(alert("a", "st_old"), alert("b", "st_young"))
    assert made is not None
    closed = made.younger.alert
    assert (closed.id, closed.status, closed.merged_into, closed.revision) == (YOUNG, "closed", OLD, 2)
    assert closed.changes[-1].text == f"closed: carried on by alert {OLD}"
    assert (made.decision.reason, made.decision.alert, made.decision.receivers) == ("merged_into", YOUNG, {})


def test_the_older_takes_in_what_the_younger_has_taken_in() -> None:
    made = merged(alert("a", "st_old"), alert("b", "st_young", "critical"))
    assert made is not None
    assert made.older is not None
    older = made.older
    assert (older.alert.id, older.alert.severity, older.alert.title) == (OLD, "critical", "a happens")
    assert [m.event for m in older.alert.matches] == ["ev_a", "ev_b"]
    assert [f.event for f in older.folded] == ["ev_a", "ev_b"]
    assert older.alert.changes[-1].text == f"carries on alert {YOUNG}: “b happens”"
    assert older.said is not None
    assert older.said.stories == ["st_old", "st_young"]


def test_where_there_is_no_older_alert_the_younger_carries_on_under_its_name() -> None:
    made = merged(None, alert("b", "st_young"))
    assert made is not None
    assert made.older is not None
    carried = made.older.alert
    assert (carried.id, carried.subject, carried.story, carried.status) == (OLD, "st_old", "st_old", "open")
    assert made.younger.alert.merged_into == OLD
    assert made.older.said is not None
    assert made.older.said.stories == ["st_young", "st_old"]


def test_done_again_it_changes_nothing_and_done_by_half_it_does_the_rest() -> None:
    older, younger = alert("a", "st_old"), alert("b", "st_young")
    made = merged(older, younger)
    assert made is not None
    half = merged(made.older, younger)
    assert half is not None
    assert (half.older, half.younger) == (None, made.younger)
    assert merged(made.older, made.younger) is None
    assert merged(older, None) is None


def test_afterwards_the_older_knows_the_events_of_the_younger_and_whom_it_told() -> None:
    made = merged(alert("a", "st_old"), alert("b", "st_young"))
    assert made is not None
    assert made.older is not None
    stored = StoredAlert(version=2, state=made.older)
    again = event("b", "st_young")
    repeat = decide(stored, [matching(again)], again, PORTFOLIO, [DESK], NOW, story="st_old", subject="st_old")
    assert (repeat.state, repeat.deliveries) == (None, ())
    fixed = msgspec.structs.replace(event("b", "st_young", 2), title="b happens twice")
    update = decide(stored, [matching(fixed)], fixed, PORTFOLIO, [DESK], NOW, story="st_old", subject="st_old")
    assert update.decision is not None
    assert update.decision.reason == "update_material"
    assert [d.message.type for d in update.deliveries] == ["alert.updated"], "it was told of this before"
    assert update.deliveries[0].chain == OLD
