"""What an event means for an alert: one table of stories, and the properties that repeats and orders must keep."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.alerts.bounds import MAX_CHANGES, MAX_FOLDED, MAX_MATCHES
from alertd.alerts.decide import decide
from alertd.alerts.outcome import Outcome
from alertd.alerts.policy import ReceiverPolicy
from alertd.base.ids import alert_id, delivery_id, story_id
from alertd.model import AlertState, Event, Evidence, Match, Severity, StoredAlert, Story
from tests.rules.make import portfolio

PORTFOLIO = portfolio("text: lease")
DESK = ReceiverPolicy("desk")
NOW = 1_800_000_000_000
TITLE = "SpaceX leases compute"


def _event(revision: int = 1, title: str = TITLE, **fields: Any) -> Event:
    return Event(id="ev_a", title=title, revision=revision, **fields)


def _match(
    revision: int = 1, quote: str = "leases compute", rule: str = "lease", severity: Severity = "high", start: int = 7
) -> Match:
    return Match(
        rule=rule,
        rule_hash="h",
        portfolio="desk-a",
        event="ev_a",
        event_revision=revision,
        severity=severity,
        title=f"Rule {rule}",
        evidence=[Evidence(field="title", start=start, end=start + 6, quote=quote)],
    )


class Alerts:
    """The store of one alert: takes outcomes in, as a commit would."""

    def __init__(self, *receivers: ReceiverPolicy) -> None:
        self.receivers = receivers or (DESK,)
        self.stored = StoredAlert(version=0, state=None)

    def take(self, event: Event, *matches: Match, now: int = NOW) -> Outcome:
        outcome = decide(self.stored, matches, event, PORTFOLIO, self.receivers, now)
        if outcome.state is not None:
            self.stored = StoredAlert(version=self.stored.version + 1, state=outcome.state)
        return outcome

    @property
    def state(self) -> AlertState:
        assert self.stored.state is not None
        return self.stored.state


def _reason(outcome: Outcome) -> str:
    assert outcome.decision is not None
    return outcome.decision.reason


def _told(outcome: Outcome) -> list[tuple[str, str]]:
    return [(delivery.receiver, delivery.message.type) for delivery in outcome.deliveries]


def test_the_first_match_raises_an_alert_and_tells_the_receiver() -> None:
    alerts = Alerts()
    outcome = alerts.take(_event(), _match(), _match(rule="b", severity="critical"))
    alert = alerts.state.alert
    assert (alert.id, alert.subject) == (alert_id("desk-a", story_id("ev_a")), story_id("ev_a"))
    assert (alert.revision, alert.severity, alert.title, alert.status) == (1, "critical", TITLE, "open")
    (delivery,) = outcome.deliveries
    assert delivery.id == delivery_id("desk", alert.id, 1)
    assert (delivery.lane, delivery.mode, delivery.chain) == ("critical", "latest", alert.id)
    assert (delivery.due_ms, delivery.expires_ms) == (NOW, NOW + 86_400_000)
    assert (delivery.message.type, delivery.message.timezone) == ("alert.fired", "America/New_York")
    assert delivery.message.alert == alert
    assert outcome.decision is not None
    assert (outcome.decision.reason, outcome.decision.receivers) == ("first", {"desk": delivery.id})
    assert outcome.decision.rules == ["lease", "b"]


def test_without_a_match_there_is_nothing_to_decide() -> None:
    assert Alerts().take(_event()) == Outcome(None)


@pytest.mark.parametrize(
    ("event", "reason"), [(_event(baseline=True), "baseline"), (_event(2, withdrawn=True), "expired")]
)
def test_what_is_baseline_or_withdrawn_since_raises_no_alert(event: Event, reason: str) -> None:
    outcome = Alerts().take(event, _match())
    assert (_reason(outcome), outcome.state, outcome.deliveries) == (reason, None, ())


def test_a_notice_of_withdrawal_that_is_an_item_of_its_own_is_told() -> None:
    outcome = Alerts().take(_event(title="WITHDRAWN: SpaceX leases compute", withdrawn=True), _match())
    assert (_reason(outcome), _told(outcome)) == ("first", [("desk", "alert.fired")])


@pytest.mark.parametrize(
    ("event", "matches", "reason", "text"),
    [
        (_event(2, "SpaceX leases more compute"), [_match(2)], "update_material", f"headline was “{TITLE}”, is"),
        (_event(2), [_match(2, severity="low")], "update_material", "severity high → low"),
        (_event(2), [_match(2), _match(2, rule="b")], "update_material", "now also matches: Rule b"),
        (_event(2), [_match(2, rule="b")], "update_material", "no longer matches: Rule lease; now also"),
        (_event(2), [], "update_material", "no longer matches: Rule lease"),
        (_event(2), [_match(2, quote="leases little")], "update_material", "corrected: “leases little”"),
        (_event(2, withdrawn=True), [_match(2)], "update_material", "withdrawn by the source"),
        (_event(2, withdrawn=True), [], "update_material", "withdrawn by the source"),
        (_event(2, revision_reason="full_text"), [_match(2, quote="fuller")], "update_minor", "full text read"),
        (_event(2, body="another"), [_match(2, start=9)], "update_minor", "text edited"),
    ],
)  # fmt: skip
def test_a_later_revision_updates_the_alert(event: Event, matches: list[Match], reason: str, text: str) -> None:
    alerts = Alerts()
    alerts.take(_event(), _match())
    outcome = alerts.take(event, *matches)
    assert outcome.decision is not None
    assert outcome.decision.reason == reason
    assert outcome.decision.detail.startswith(text)
    if reason == "update_material":
        assert _told(outcome) == [("desk", "alert.updated")]
        assert (alerts.state.alert.revision, alerts.state.alert.changes[-1].text) == (2, outcome.decision.detail)
    else:
        assert _told(outcome) == []
        assert (alerts.state.alert.revision, len(alerts.state.alert.changes)) == (1, 1)
        assert alerts.state.alert.matches == matches


def test_a_withdrawn_alert_keeps_what_it_said_and_can_come_back() -> None:
    alerts = Alerts()
    alerts.take(_event(), _match())
    alerts.take(_event(2, "", withdrawn=True))
    assert (alerts.state.alert.title, alerts.state.alert.matches) == (TITLE, [_match()])
    assert _reason(alerts.take(_event(3, withdrawn=True))) == "update_minor"
    back = alerts.take(_event(4), _match(4))
    assert back.decision is not None
    assert back.decision.detail == "published again after it was withdrawn"


def test_an_alert_that_matches_no_more_is_told_once() -> None:
    alerts = Alerts()
    alerts.take(_event(), _match())
    assert _reason(alerts.take(_event(2))) == "update_material"
    assert _reason(alerts.take(_event(3))) == "update_minor"
    assert alerts.state.alert.severity == "high"


def test_an_older_revision_after_a_newer_one_is_a_duplicate() -> None:
    alerts = Alerts()
    alerts.take(_event(2), _match(2))
    late = alerts.take(_event(1), _match(1))
    assert (_reason(late), late.state, late.deliveries) == ("duplicate", None, ())


@pytest.mark.parametrize(
    ("policy", "first", "minor", "material"),
    [
        (ReceiverPolicy("desk"), "alert.fired", "", "alert.updated"),
        (ReceiverPolicy("desk", updates="none"), "alert.fired", "", "alert.updated"),  # a rise is told to all
        (ReceiverPolicy("desk", updates="all"), "alert.fired", "alert.updated", "alert.updated"),
        (ReceiverPolicy("desk", min_severity="critical"), "", "", "alert.fired"),
        (ReceiverPolicy("desk", min_severity="critical", updates="all"), "", "", "alert.fired"),
        (ReceiverPolicy("desk", min_severity="critical", updates="none"), "", "", "alert.fired"),
        (ReceiverPolicy("other"), "", "", ""),
    ],
)
def test_each_receiver_is_told_what_it_asked_for(
    policy: ReceiverPolicy, first: str, minor: str, material: str
) -> None:
    alerts = Alerts(policy)
    outcomes = [
        alerts.take(_event(), _match()),
        alerts.take(_event(2, body="edited"), _match(2)),
        alerts.take(_event(3), _match(3, severity="critical")),
    ]
    assert ["".join(kind for _, kind in _told(outcome)) for outcome in outcomes] == [first, minor, material]
    for outcome in outcomes:
        assert outcome.decision is not None
        assert outcome.decision.receivers["desk"]  # a delivery, or the reason why there is none


def test_an_alert_nobody_is_told_of_still_exists() -> None:
    alerts = Alerts(ReceiverPolicy("desk", min_severity="critical"))
    outcome = alerts.take(_event(), _match())
    assert outcome.decision is not None
    assert outcome.decision.reason == "no_receiver"
    assert outcome.decision.receivers == {"desk": "no_receiver: below its min_severity critical"}
    assert alerts.state.alert.revision == 1


def test_a_receiver_that_was_removed_is_named() -> None:
    outcome = Alerts(ReceiverPolicy("another")).take(_event(), _match())
    assert outcome.decision is not None
    assert outcome.decision.receivers == {"desk": "receiver_removed"}


def test_a_receiver_told_of_an_alert_hears_that_it_fell_below_its_threshold() -> None:
    alerts = Alerts(ReceiverPolicy("desk", min_severity="high"))
    alerts.take(_event(), _match())
    assert _told(alerts.take(_event(2), _match(2, severity="low"))) == [("desk", "alert.updated")]


def test_memory_of_an_alert_is_bounded_and_keeps_how_it_began() -> None:
    alerts = Alerts()
    for revision in range(1, 620):
        alerts.take(_event(revision, f"Title {revision}"), _match(revision))
    state = alerts.state
    assert (len(state.folded), len(state.alert.changes)) == (MAX_FOLDED, MAX_CHANGES)
    assert (state.folded[0].revision, state.folded[-1].revision) == (1, 619)
    assert (state.alert.changes[0].text, state.alert.revision) == ("first report", 619)
    assert [len(folded.decision.receivers) for folded in state.folded[-51:]] == [0, *[1] * 50]
    assert _reason(alerts.take(_event(50), _match(50))) == "duplicate"


# --- alerts about several events ------------------------------------------------------------------------------


def _other(number: int = 1, severity: Severity = "high", revision: int = 1, **fields: Any) -> tuple[Event, Match]:
    event = Event(id=f"ev_{number}", title=f"Event {number}", revision=revision, story=Story(id="st_a"), **fields)
    made = msgspec.structs.replace(_match(revision, severity=severity), event=event.id)
    return event, made


def test_another_event_about_the_subject_is_an_update_that_is_told() -> None:
    alerts = Alerts()
    alerts.take(*_other(1))
    outcome = alerts.take(*_other(2, "critical"))
    assert (_reason(outcome), _told(outcome)) == ("update_material", [("desk", "alert.updated")])
    alert = alerts.state.alert
    assert alert.changes[-1].text == "also reported: “Event 2”; severity high → critical"
    assert ([match.event for match in alert.matches], alert.severity) == (["ev_1", "ev_2"], "critical")
    assert (alert.title, alert.first_title) == ("Event 2", "Event 1")


def test_a_revision_is_compared_with_what_its_own_event_said() -> None:
    alerts = Alerts()
    alerts.take(*_other(1))
    alerts.take(*_other(2))
    assert _reason(alerts.take(*_other(1, revision=2))) == "update_minor"
    first, match = _other(1, revision=3)
    outcome = alerts.take(msgspec.structs.replace(first, title="Event one"), match)
    assert outcome.decision is not None
    assert outcome.decision.detail == "headline was “Event 1”, is “Event one”"


def test_when_one_of_its_events_matches_no_more_the_others_still_do() -> None:
    alerts = Alerts()
    alerts.take(*_other(1, "critical"))
    alerts.take(*_other(2, "low"))
    outcome = alerts.take(_other(1, revision=2)[0])
    assert outcome.decision is not None
    assert outcome.decision.detail == "no longer matches: Rule lease; severity critical → low"
    assert [match.event for match in alerts.state.alert.matches] == ["ev_2"]


def test_one_of_its_events_is_taken_back_and_comes_back() -> None:
    alerts = Alerts()
    alerts.take(*_other(1))
    alerts.take(*_other(2))
    gone = alerts.take(_other(1, revision=2, withdrawn=True)[0])
    assert (_reason(gone), len(alerts.state.alert.matches)) == ("update_material", 2)
    assert _reason(alerts.take(*_other(3))) == "update_minor"
    back = alerts.take(*_other(1, revision=3))
    assert back.decision is not None
    assert back.decision.detail == "published again after it was withdrawn"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"baseline": True}, "baseline"), ({"withdrawn": True, "revision": 2}, "expired")],
)
def test_what_begins_no_alert_does_not_join_one(fields: dict[str, Any], reason: str) -> None:
    alerts = Alerts()
    alerts.take(*_other(1))
    outcome = alerts.take(*_other(2, **fields))
    assert (_reason(outcome), outcome.state) == (reason, None)


def test_an_event_without_a_match_that_is_not_in_the_alert_is_of_no_concern_to_it() -> None:
    alerts = Alerts()
    alerts.take(*_other(1))
    assert alerts.take(_other(2, revision=2)[0]) == Outcome(None)


def test_matches_of_many_events_are_bounded_and_those_at_hand_are_whole() -> None:
    alerts = Alerts()
    for number in range(1, 3 * MAX_MATCHES):
        alerts.take(*_other(number))
    event, match = _other(999)
    alerts.take(event, *[msgspec.structs.replace(match, rule=f"r{n}") for n in range(MAX_MATCHES - 1)])
    kept = [m.event for m in alerts.state.alert.matches]
    assert kept == [f"ev_{3 * MAX_MATCHES - 1}", *["ev_999"] * (MAX_MATCHES - 1)]


def test_rules_on_trial_raise_nothing_and_change_nothing() -> None:
    trial = msgspec.structs.replace(_match(), experimental=True)
    alerts = Alerts()
    alone = alerts.take(_event(), trial)
    assert (_reason(alone), alone.state, alone.deliveries) == ("experimental", None, ())
    both = alerts.take(_event(), trial, _match(rule="live"))
    assert _reason(both) == "first"
    assert [match.rule for match in alerts.state.alert.matches] == ["live"]


_REVISIONS = st.lists(
    st.tuples(st.sampled_from(["A", "B"]), st.booleans(), st.sampled_from(["high", "critical", None])),
    min_size=1,
    max_size=6,
)


def _history(drawn: list[tuple[str, bool, Severity | None]]) -> list[tuple[Event, tuple[Match, ...]]]:
    return [
        (_event(n, title, withdrawn=withdrawn), (_match(n, severity=severity),) if severity else ())
        for n, (title, withdrawn, severity) in enumerate(drawn, 1)
    ]


@given(_REVISIONS, st.data())
def test_repeats_in_any_order_change_nothing_and_get_the_same_answer(
    drawn: list[tuple[str, bool, Severity | None]], data: st.DataObject
) -> None:
    history = _history(drawn)
    plain, repeated = Alerts(), Alerts()
    answers = [plain.take(event, *matches) for event, matches in history]
    for n, (event, matches) in enumerate(history):
        first = repeated.take(event, *matches)
        assert first == answers[n]
        for again in data.draw(st.lists(st.integers(0, n), max_size=3)):
            event, matches = history[again]
            outcome = repeated.take(event, *matches, now=NOW + 999)
            assert (outcome.state, outcome.deliveries) == (None, ())
            if answers[again].state is not None:
                assert outcome.decision == answers[again].decision
    assert repeated.stored == plain.stored


@given(_REVISIONS)
def test_deciding_twice_from_the_same_state_gives_the_same_deliveries(
    drawn: list[tuple[str, bool, Severity | None]],
) -> None:
    alerts = Alerts()
    for event, matches in _history(drawn):
        before = alerts.stored
        once = alerts.take(event, *matches)
        assert decide(before, matches, event, PORTFOLIO, [DESK], NOW) == once
        assert len({d.id for d in once.deliveries}) == len(once.deliveries)
