"""Chapter 3. Deciding is pure: an event, its matches and the alert so far give a decision with a reason."""

from __future__ import annotations

from alertd.alerts.decide import decide
from alertd.alerts.policy import ReceiverPolicy
from alertd.base.ids import delivery_id
from alertd.model import Event, Match, StoredAlert
from alertd.rules.loader import load_portfolio

DESK = load_portfolio(
    """
portfolio: p
title: P
receivers: [desk]
rules: [{id: lease, title: A lease, severity: high, when: {title: lease}}]
""",
    "p.yaml",
)
POLICIES = [ReceiverPolicy(id="desk")]
NOTHING_YET = StoredAlert(version=0, state=None)
NOW = 1_768_000_000_000


def event(title: str = "Vega leases Orion", revision: int = 1, baseline: bool = False) -> Event:
    """Make an event; the id stays, whatever the title."""
    return Event(
        id="ev_" + "a" * 26, title=title, revision=revision, baseline=baseline, seen_at="2026-01-12T07:42:03.000Z",
        revision_reason="correction" if revision > 1 else None,
    )  # fmt: skip


def match(of: Event) -> Match:
    """Say that a rule held for it."""
    return Match(rule="lease", rule_hash="h", portfolio="p", event=of.id, event_revision=of.revision, severity="high")


def test_the_first_event_of_a_story_raises_an_alert() -> None:
    outcome = decide(NOTHING_YET, [match(event())], event(), DESK, POLICIES, NOW)
    assert outcome.decision is not None
    assert outcome.decision.reason == "first"
    assert outcome.state is not None
    (delivery,) = outcome.deliveries
    assert delivery.id == delivery_id("desk", outcome.state.alert.id, 1), "ids are made of what they name"


def test_the_same_event_again_gives_the_same_decision_and_nothing_to_send() -> None:
    first = decide(NOTHING_YET, [match(event())], event(), DESK, POLICIES, NOW)
    again = decide(StoredAlert(version=1, state=first.state), [match(event())], event(), DESK, POLICIES, NOW + 5)
    assert again.decision == first.decision
    assert not again.deliveries


def test_a_corrected_headline_updates_the_alert_the_desk_has() -> None:
    first = decide(NOTHING_YET, [match(event())], event(), DESK, POLICIES, NOW)
    corrected = event("Vega leases Orion for twelve years", revision=2)
    update = decide(StoredAlert(version=1, state=first.state), [match(corrected)], corrected, DESK, POLICIES, NOW)
    assert update.decision is not None
    assert update.decision.reason == "update_material"
    assert update.state is not None
    assert update.state.alert.revision == 2
    assert [d.message.type for d in update.deliveries] == ["alert.updated"]


def test_what_was_there_before_alertd_first_looked_is_recorded_and_not_sent() -> None:
    old = event(baseline=True)
    outcome = decide(NOTHING_YET, [match(old)], old, DESK, POLICIES, NOW)
    assert outcome.decision is not None
    assert outcome.decision.reason == "baseline"
    assert not outcome.deliveries
