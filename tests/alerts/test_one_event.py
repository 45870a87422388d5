"""What an alert shows where no report is at hand is of one event: the one whose headline it bears."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from alertd.alerts.deliver import as_seen, delivery, digest_item
from alertd.alerts.policy import Quiet, ReceiverPolicy
from alertd.model import DigestItem, Event, Match, Rights
from tests.alerts.making import MINUTE, NOW, Case, event, match

DESK = ReceiverPolicy("desk")
CLOSED = Rights(receivers=["risk"])


def report(name: str, revision: int = 1, **fields: Any) -> tuple[Event, Match]:
    made = event(name, revision, url=f"https://wire.example.com/{name}", **fields)
    return made, match(made)


def item(case: Case) -> DigestItem:
    return digest_item(case.state, DESK, reason="quiet_until", since=NOW)


def shown(case: Case) -> tuple[str, str, str]:
    """Give headline, source and link of what a message shows that no report brings about; a digest has the same."""
    seen, line = as_seen(case.state, DESK), item(case)
    assert (line.title, line.source, line.url) == (seen.alert.title, seen.event.source, seen.event.url)
    assert seen.event.title == seen.alert.title
    return seen.event.title, seen.event.source, seen.event.url


A = ("Event a", "wire-a", "https://wire.example.com/a")


def test_a_report_that_adds_nothing_is_not_what_the_alert_shows() -> None:
    case = Case(ReceiverPolicy("desk", updates="all"))
    case.take(*report("a"))
    assert case.take(*report("b")).deliveries, "it is told all the same"
    assert shown(case) == A


def test_a_second_source_is_not_what_the_alert_shows() -> None:
    case = Case()
    case.take(*report("a"))
    assert case.take(*report("b", sources=2)).deliveries
    assert shown(case) == A
    assert case.state.sources == 2


def test_a_report_that_changes_the_alert_is_what_it_shows() -> None:
    case = Case()
    case.take(*report("a"))
    case.take(event("b", url="https://wire.example.com/b"), match(event("b"), severity="critical"))
    assert shown(case) == ("Event b", "wire-b", "https://wire.example.com/b")


def test_the_full_text_of_another_report_changes_neither_headline_nor_link() -> None:
    case = Case()
    case.take(*report("a"))
    case.take(*report("b"))
    case.take(*report("b", 2, revision_reason="full_text", body="more"))
    assert shown(case) == A


def test_the_full_text_of_the_report_is_shown() -> None:
    case = Case()
    case.take(*report("a"))
    case.take(*report("a", 2, revision_reason="full_text", body="more"))
    assert shown(case) == A
    assert case.state.event is not None
    assert case.state.event.body == "more"


def test_a_report_without_a_headline_is_called_by_its_link() -> None:
    case = Case()
    case.take(*report("a"))
    bare = event("b", title="", url="https://wire.example.com/b")
    case.take(bare, match(bare, severity="critical"))
    assert case.alert.title == "https://wire.example.com/b"
    assert item(case).url == "https://wire.example.com/b"


def test_what_is_put_off_for_a_report_that_adds_nothing_is_listed_by_the_alerts_own() -> None:
    night = ReceiverPolicy("desk", updates="all", quiet=Quiet(hours="00:00-23:00"))
    case = Case()
    case.take(*report("a"))
    case.policies["desk"] = night
    (hold,) = case.take(*report("b"), after=MINUTE).effects.holds
    assert (hold.item.title, hold.item.source, hold.item.url) == A


# --- withdrawn ------------------------------------------------------------


def test_a_headline_that_its_source_took_back_is_marked_while_another_report_stands() -> None:
    case = Case()
    case.take(*report("a"))
    case.take(*report("b"))
    case.take(event("a", 2, withdrawn=True))
    assert item(case).title == "Event a"
    assert item(case).withdrawn


def test_the_headline_that_stands_is_not_marked() -> None:
    case = Case()
    case.take(*report("a"))
    case.take(event("b"), match(event("b"), severity="critical"))
    case.take(event("a", 2, withdrawn=True))
    assert item(case).title == "Event b"
    assert not item(case).withdrawn


# --- what a correction leaves ------------------------------------------------------------


def test_a_correction_names_the_rule_and_the_report_that_keep_the_alert_louder() -> None:
    case = Case()
    case.take(event("a"), match(event("a"), severity="critical"))
    case.take(event("b"), match(event("b"), "rule-9", severity="critical"))
    (made,) = case.take(event("a", 2, title="Not so"), match(event("a", 2), severity="high")).deliveries
    assert made.message.alert is not None
    assert made.message.alert.severity == "critical"
    assert made.message.stands_by == "critical still by rule-9 (Rule rule-9), of “Event b”"


def test_nothing_is_said_where_the_report_is_as_loud_as_the_alert() -> None:
    case = Case()
    (made,) = case.take(*report("a")).deliveries
    assert not made.message.stands_by


def test_the_report_that_keeps_it_louder_may_be_withdrawn() -> None:
    case = Case()
    case.take(event("b"), match(event("b"), "rule-9", severity="critical"))
    case.take(event("b", 2, withdrawn=True))
    (made,) = case.take(event("a", title="Less"), match(event("a"), "rule-1", severity="low")).deliveries
    assert made.message.stands_by == "critical still by rule-9 (Rule rule-9), of a report that was withdrawn"


def test_a_withdrawal_has_the_sources_that_its_story_had() -> None:
    case = Case()
    case.take(*report("a"))
    case.take(*report("b", sources=2))
    (made,) = case.take(event("a", 2, withdrawn=True)).deliveries
    assert made.message.event is not None
    assert made.message.event.story is not None
    assert made.message.event.story.sources == 2


def test_sources_that_a_receiver_may_not_know_of_are_not_counted_for_it() -> None:
    case = Case()
    case.take(*report("a"))
    case.take(*report("b", sources=2))
    hidden = [replace(change, rights=None if change.event == "ev_a" else CLOSED) for change in case.alert.changes]
    state = replace(case.state, alert=replace(case.alert, changes=hidden))
    made = delivery(state, DESK, kind="alert.updated", reason="escalated", now=NOW)
    assert made.message.event is not None
    assert made.message.event.story is not None
    assert made.message.event.story.sources == 1
