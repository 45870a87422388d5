"""When two stories turn out to be one, the older alert carries on: nobody is told, and twice is once."""

from __future__ import annotations

import msgspec

from alertd.alerts.decide import decide
from alertd.alerts.merge import Merge, merge
from alertd.alerts.outcome import alert_of
from alertd.alerts.policy import Escalate, ReceiverPolicy
from alertd.alerts.release import Release
from alertd.model import AlertState, DigestItem, Event, Hold, Match, Severity, StoredAlert, Story, Told, Window
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


# --- lanes, clocks and what waits ---------------------------------------------------------------------------------


def told_of(state: AlertState, **lanes: Told) -> AlertState:
    return msgspec.structs.replace(state, told=lanes)


def carried(older: AlertState | None, younger: AlertState, *policies: ReceiverPolicy) -> Merge:
    known = {policy.id: policy for policy in policies}
    made = merge(older, younger, PORTFOLIO, "st_old", SHOWN, NOW + 5, known)
    assert made is not None
    return made


def test_who_was_told_of_either_has_its_lane_with_the_older() -> None:
    older = told_of(alert("a", "st_old"), desk=Told(revision=1, at_ms=5, severity="low"))
    younger = told_of(
        alert("b", "st_young"),
        desk=Told(revision=1, at_ms=7, severity="high", sources=2, held="desk/brief//9", held_since_ms=8),
        risk=Told(revision=1, at_ms=6, severity="high"),
        late=Told(held="late/storm//9", held_since_ms=4),
    )
    made = carried(older, younger)
    assert made.older is not None
    assert made.older.told == {
        "desk": Told(revision=1, at_ms=7, severity="high", sources=2, held="desk/brief//9", held_since_ms=8),
        "risk": Told(revision=2, at_ms=6, severity="high", elsewhere=True),  # its message is the younger's
        "late": Told(held="late/storm//9", held_since_ms=4),
    }


def test_clocks_of_the_younger_are_stopped_and_escalations_that_had_begun_go_on_with_the_older() -> None:
    younger = told_of(
        alert("b", "st_young"),
        desk=Told(revision=1, at_ms=NOW, severity="high"),
        risk=Told(revision=1, at_ms=NOW - 10**9, severity="high"),
        boss=Told(revision=1, at_ms=NOW, severity="high", via="desk"),
    )
    policies = [ReceiverPolicy(name, escalate=Escalate(900, ("chief",))) for name in ("desk", "risk", "boss")]
    made = carried(alert("a", "st_old"), younger, *policies)
    assert {(timer.name, timer.due_ms) for timer in made.timers if timer.kind == "escalate"} == {
        (f"escalate/{OLD}/desk", NOW + 900_000)
    }, "one is over, and who was told by an escalation does not begin another"
    assert [timer.name for timer in made.timers if timer.kind == "close"] == [f"close/{OLD}/"]
    names = {f"escalate/{YOUNG}/{name}" for name in ("desk", "risk", "boss")}
    assert set(made.cancel) == {*names, f"resurface/{YOUNG}/", f"close/{YOUNG}/"}


def test_an_older_alert_that_was_closed_opens_again_for_a_younger_that_is_open() -> None:
    older, younger = alert("a", "st_old"), alert("b", "st_young")
    over = msgspec.structs.replace(older, alert=msgspec.structs.replace(older.alert, status="closed"))
    made = carried(over, younger)
    assert made.older is not None
    assert made.older.alert.status == "open"


def test_what_is_acknowledged_stays_so_and_its_escalations_are_not_begun_again() -> None:
    older, younger = alert("a", "st_old"), alert("b", "st_young")
    known = msgspec.structs.replace(older.alert, status="acknowledged", acknowledged_by="jd")
    made = carried(
        msgspec.structs.replace(older, alert=known), younger, ReceiverPolicy("desk", escalate=Escalate(900, ("b",)))
    )
    assert made.older is not None
    assert (made.older.alert.status, made.older.alert.acknowledged_by) == ("acknowledged", "jd")
    assert [timer.kind for timer in made.timers] == ["close"]


def test_a_louder_alert_that_nobody_took_is_not_taken_by_the_acknowledgement_of_a_softer_one() -> None:
    older, younger = alert("a", "st_old", "medium"), alert("b", "st_young", "critical")
    known = msgspec.structs.replace(older.alert, status="acknowledged", acknowledged_by="jd")
    made = carried(
        msgspec.structs.replace(older, alert=known), younger, ReceiverPolicy("desk", escalate=Escalate(900, ("b",)))
    )
    assert made.older is not None
    assert (made.older.alert.status, made.older.alert.acknowledged_by) == ("open", None)
    assert f"escalate/{OLD}/desk" in [timer.name for timer in made.timers]


def test_a_snooze_of_the_younger_that_is_carried_on_comes_back() -> None:
    younger = alert("b", "st_young")
    until = "2027-01-15T09:00:00.000Z"
    younger = msgspec.structs.replace(younger, alert=msgspec.structs.replace(younger.alert, snoozed_until=until))
    made = carried(None, younger)
    assert made.older is not None
    assert made.older.alert.snoozed_until == until
    assert (f"resurface/{OLD}/", NOW + 3_600_000) in [(timer.name, timer.due_ms) for timer in made.timers]


def test_what_waits_of_the_younger_for_who_was_told_of_it_goes_out_and_what_was_told_does_not() -> None:
    waits = "desk/brief//9"
    for older in (None, alert("a", "st_old"), told_of(alert("a", "st_old"), other=Told(revision=1))):
        for lane, listed in (
            (Told(revision=1, severity="high", held=waits, held_since_ms=8), True),
            (Told(revision=2, severity="high"), False),  # it was told at once meanwhile
        ):
            younger = told_of(alert("b", "st_young"), desk=lane)
            made = carried(older, younger)
            assert made.older is not None
            item = DigestItem(
                alert=YOUNG, revision=2, portfolio="desk-a", severity="high", title="b", first_at="", updated_at="",
                since="", reason="quiet_until", news=["corrected: 3 → 2"],
            )  # fmt: skip
            put = Hold(receiver="desk", kind="brief", until_ms=9, since_ms=8, expires_ms=NOW * 2, item=item)
            window = Window(name=waits, receiver="desk", kind="brief", portfolio="", until_ms=9, part=0)
            release = Release(window, DESK, (), NOW)
            release.add(put, made.older)
            released = release.made()
            assert bool(released.deliveries) == listed, (older is None, lane, released.fates)
            if listed:
                assert "corrected: 3 → 2" in released.deliveries[0].message.news
