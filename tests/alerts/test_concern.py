"""Which alerts an event concerns."""

from __future__ import annotations

from typing import Any

import msgspec

from alertd.alerts.concern import Concern, raised, with_earlier
from alertd.alerts.outcome import alert_of
from alertd.base.ids import alert_id
from alertd.model import Alert, Event, Match, Story
from alertd.rules.book import Portfolio
from tests.rules.make import portfolio

EVENT = Event(id="ev_a", title="A lease", story=Story(id="st_a"))
A, B = portfolio("text: lease", name="a"), portfolio("text: lease", name="b")
WAS_C = msgspec.structs.replace(portfolio("text: lease", name="d"), identity="c")


def find(name: str) -> Portfolio | None:
    return {"a": A, "b": B, "c": WAS_C, "d": WAS_C}.get(name)


def match(name: str = "a", **fields: Any) -> Match:
    return Match(rule="r", rule_hash="h", portfolio=name, event="ev_a", event_revision=1, severity="high", **fields)


def alert(name: str, subject: str = "st_a", of: str = "") -> Alert:
    return Alert(
        id=alert_id(of or name, subject),
        revision=1,
        portfolio=name,
        subject=subject,
        severity="high",
        title="A lease",
        matches=[],
        story="st_a",
        first_at="",
        updated_at="",
    )


def told(concerns: list[Concern]) -> list[tuple[str, str, int]]:
    return [(concern.portfolio.id, concern.subject, len(concern.matches)) for concern in concerns]


def test_there_is_one_for_each_portfolio_and_subject() -> None:
    matches = [match(), match(), match(subject="company:vega"), match("b")]
    assert told(raised(EVENT, matches, find)) == [("a", "st_a", 2), ("a", "company:vega", 1), ("b", "st_a", 1)]


def test_rules_on_trial_stand_apart() -> None:
    live, trial = raised(EVENT, [match(experimental=True), match()], find)[::-1]
    assert (live.on_trial, trial.on_trial, live.alert) == (False, True, trial.alert)


def test_alerts_that_the_event_went_into_before_are_added_once() -> None:
    concerns = raised(EVENT, [match()], find)
    earlier = [alert("a"), alert("b"), alert("b"), alert("a", "rule:r")]
    assert told(with_earlier(concerns, earlier, find)) == [("a", "st_a", 1), ("b", "st_a", 0), ("a", "rule:r", 0)]


def test_an_earlier_alert_is_updated_although_only_rules_on_trial_hold() -> None:
    concerns = raised(EVENT, [match(experimental=True)], find)
    assert told(with_earlier(concerns, [alert("a")], find)) == [("a", "st_a", 1), ("a", "st_a", 0)]


def test_alerts_of_a_portfolio_that_is_gone_concern_nobody() -> None:
    assert with_earlier([], [alert("gone")], find) == []
    assert raised(EVENT, [match("gone")], find) == []


def test_a_renamed_portfolio_keeps_its_alerts() -> None:
    assert alert_of(WAS_C, "st_a") == alert_id("c", "st_a")
    assert told(with_earlier([], [alert("c"), alert("d", of="c")], find)) == [("d", "st_a", 0)]


def test_a_portfolio_that_took_the_name_of_another_does_not_take_its_alerts() -> None:
    assert with_earlier([], [alert("d", of="d")], find) == []
