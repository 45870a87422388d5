"""What one receiver is told of an alert, and what it may see of it."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from alertd.alerts.deliver import as_seen, delivery, digest_item, news_for, with_told
from alertd.alerts.policy import ReceiverPolicy
from alertd.base.ids import delivery_id
from alertd.model import Alert, AlertState, Change, Decision, Event, Folded, Match, Provenance, Rights, Severity, Told

AT = "2026-03-01T12:00:00.000Z"
NOW = 1_772_366_400_000
DESK = ReceiverPolicy("desk")
RISK = ReceiverPolicy("risk")


def match(rule: str, severity: Severity = "high", event: str = "ev_a", *receivers: str) -> Match:
    return Match(rule=rule, rule_hash="h", portfolio="p", event=event, event_revision=1, severity=severity,
                 title=f"Rule {rule}", receivers=list(receivers))  # fmt: skip


def change(revision: int, text: str, event: str = "ev_a", **fields: Any) -> Change:
    return Change(
        at=AT, revision=revision, event=event, event_revision=1, reason="update_material", text=text, **fields
    )


def state(*matches: Match, changes: list[Change] | None = None, **fields: Any) -> AlertState:
    changes = changes or [change(1, "first report")]
    alert = Alert(
        id="al_1", revision=changes[-1].revision, portfolio="p", subject="st_1", severity="critical", title="A lease",
        matches=list(matches), changes=changes, story="st_1", first_at=AT, updated_at=AT,
    )  # fmt: skip
    event = fields.pop("event", Event(id="ev_a", title="A lease", source="wire"))
    return AlertState(alert=alert, event=event, receivers=["desk"], portfolio_title="P", **fields)


def test_a_receiver_that_a_rule_names_sees_only_what_is_routed_to_it() -> None:
    known = state(match("all", "critical"), match("own", "low", "ev_a", "risk"))
    desk, risk = as_seen(known, DESK).alert, as_seen(known, RISK).alert
    assert ([m.rule for m in desk.matches], desk.severity) == (["all"], "critical")
    assert ([m.rule for m in risk.matches], risk.severity) == (["own"], "low")
    assert (delivery(known, DESK, kind="alert.fired", reason="first", now=NOW).lane) == "critical"
    assert (delivery(known, RISK, kind="alert.fired", reason="first", now=NOW).lane) == "normal"


def test_what_the_portfolios_rules_wait_for_is_not_for_who_sees_a_part_of_it() -> None:
    waits = ["contract dispute between A and B → critical (turns-sour)"]
    known = state(match("all"), match("own", "low", "ev_a", "risk"))
    known = replace(known, alert=replace(known.alert, armed=waits))
    assert as_seen(known, DESK).alert.armed == waits
    assert as_seen(known, RISK).alert.armed == []
    secret = state(match("all"), replace(match("all", "high", "ev_b"), rights=Rights(receivers=["risk"])))
    secret = replace(secret, alert=replace(secret.alert, armed=waits))
    assert as_seen(secret, DESK).alert.armed == []


def test_who_was_told_in_anothers_place_still_sees_what_is_routed_to_itself() -> None:
    known = state(
        match("all", "high"),
        match("own", "critical", "ev_b", "risk"),
        changes=[change(1, "first report"), change(2, "own news", "ev_b", seen={"desk": ""})],
        told={"risk": Told(revision=1, via="desk")},
    )
    risk = as_seen(known, RISK).alert
    assert [m.rule for m in risk.matches] == ["all", "own"]
    assert [c.text for c in risk.changes] == ["first report", "own news"]
    assert risk.severity == "critical"


def test_a_change_that_does_not_concern_what_it_sees_is_not_shown_to_it() -> None:
    changes = [
        change(1, "first report"),
        change(2, "now also matches: Own; new: exclusivity", seen={"desk": "new: exclusivity"}),
        change(3, "now also matches: Own", seen={"desk": ""}),
        change(4, "another event, which only Own is about", "ev_b"),
    ]
    known = state(match("all"), match("own", "low", "ev_b", "risk"), changes=changes)
    seen = as_seen(known, DESK).alert
    assert [c.text for c in seen.changes] == ["first report", "new: exclusivity"]
    assert all(not c.seen for c in seen.changes)
    assert [c.text for c in as_seen(known, RISK).alert.changes] == ["another event, which only Own is about"]


def test_what_came_twice_is_said_once_where_it_came_last() -> None:
    texts = ["first report", "also reported by paper", "corrected: 3 → 2", "also reported by paper"]
    seen = replace(state().alert, changes=[change(n, text) for n, text in enumerate(texts, 1)])
    assert news_for(Told(revision=1), seen, ReceiverPolicy("desk")) == ["corrected: 3 → 2", "also reported by paper"]


def test_news_are_the_changes_since_the_receiver_was_told() -> None:
    changes = [change(n, f"change {n}") for n in (1, 2, 3)]
    known = state(match("all"), changes=changes, told={"desk": Told(revision=1, severity="high")})
    made = delivery(known, DESK, kind="alert.updated", reason="update_material", now=NOW, loud=False)
    assert (made.id, made.message.news) == (delivery_id("desk", "al_1", 3), ["change 2", "change 3"])
    assert (made.message.told_before, made.message.loud) == (True, False)
    assert delivery(known, RISK, kind="alert.fired", reason="first", now=NOW).message.news == []
    assert digest_item(known, DESK, reason="quiet_until", since=NOW).news == ["change 2", "change 3"]


def test_whoever_is_told_knows_the_revision_and_nothing_waits_for_it_any_more() -> None:
    known = state(match("all"), told={"desk": Told(held="desk/brief//1", held_since_ms=5)})
    after = with_told(known, {"desk": DESK}, ["desk"], NOW).told["desk"]
    assert after == Told(revision=1, at_ms=NOW, severity="critical", sources=1)


def test_a_receiver_in_whose_place_another_is_told_lends_it_its_eyes() -> None:
    known = state(match("all"), match("own", "low", "ev_a", "risk"))
    boss = ReceiverPolicy("boss")
    made = delivery(known, boss, kind="alert.fired", reason="escalated", now=NOW, escalated_from="risk")
    assert made.message.alert is not None
    assert [m.rule for m in made.message.alert.matches] == ["own"]
    later = with_told(known, {"boss": boss}, ["boss"], NOW, via="risk")
    assert [m.rule for m in as_seen(later, boss).alert.matches] == ["own"]


def test_an_event_that_is_closed_to_a_receiver_is_shown_by_the_headline_of_one_that_is_not() -> None:
    rights = Rights(receivers=["risk"])
    closed = Event(id="ev_b", title="Secret", provenance=Provenance(rights=rights))
    decision = Decision(portfolio="p", alert="al_1", alert_revision=1, reason="first")
    folded = [Folded(event="ev_a", revision=1, decision=decision, headline="A lease, openly")]
    changes = [change(1, "first report"), change(2, "also reported: “Secret”", "ev_b", rights=rights)]
    known = state(match("all"), changes=changes, event=closed, folded=folded)
    made = delivery(known, DESK, kind="alert.acknowledged", reason="acknowledged", now=NOW)
    assert made.message.event is not None
    assert made.message.event.title == "A lease, openly"
    assert made.message.alert is not None
    assert (made.message.alert.title, len(made.message.alert.changes)) == ("A lease, openly", 1)


def test_an_alert_of_a_time_without_lanes_knows_whom_it_told_by_what_was_decided() -> None:
    decision = Decision(portfolio="p", alert="al_1", alert_revision=1, reason="first", receivers={"desk": "dl_x"})
    known = state(match("all"), folded=[Folded(event="ev_a", revision=1, decision=decision)])
    assert delivery(known, DESK, kind="alert.closed", reason="closed", now=NOW).message.told_before
