"""What another report of a story adds to an alert: news, or one more voice."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from alertd.alerts.decide import decide
from alertd.alerts.outcome import Outcome
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.said import MOST, news_in, said_by, united
from alertd.model import Alert, Amount, DealTerm, Event, Match, ReportedType, Said, Severity, StoredAlert, Story
from tests.rules.make import portfolio

PORTFOLIO = portfolio("text: lease")
NOW = 1_800_000_000_000
BILLIONS = Amount(low=3e9, high=4e9, per="year", role="revenue")


def event(number: int = 1, story: str = "st_a", **fields: Any) -> Event:
    """Make an event of a story."""
    return Event(id=f"ev_{number}", source=f"wire-{number}", title=f"Event {number}", story=Story(id=story), **fields)


def match(number: int = 1, severity: Severity = "high", rule: str = "lease") -> Match:
    return Match(
        rule=rule, rule_hash="h", portfolio="desk-a", event=f"ev_{number}", event_revision=1, severity=severity,
        title=f"Rule {rule}",
    )  # fmt: skip


def lease(status: str) -> ReportedType:
    return ReportedType(type="compute_lease", status=status)


class Alerts:
    """The store of one alert about a story."""

    def __init__(self, updates: Any = "material") -> None:
        self.policy = ReceiverPolicy("desk", updates=updates)
        self.stored = StoredAlert(version=0, state=None)

    def take(self, one: Event, *matches: Match, story: str = "", subject: str = "st_a") -> Outcome:
        outcome = decide(self.stored, matches, one, PORTFOLIO, [self.policy], NOW, story=story, subject=subject)
        if outcome.state is not None:
            self.stored = StoredAlert(version=self.stored.version + 1, state=outcome.state)
        return outcome

    @property
    def alert(self) -> Alert:
        assert self.stored.state is not None
        return self.stored.state.alert


def reason(outcome: Outcome) -> tuple[str, str]:
    assert outcome.decision is not None
    return outcome.decision.reason, outcome.decision.detail


LEASE = lease("announced")
SAME: dict[str, Any] = {"event_types": [LEASE], "amounts": [BILLIONS], "terms": [DealTerm(type="reclaim_right")]}
ADDS: list[tuple[str, dict[str, Any], Match, str]] = [
    ("nothing", SAME, match(2), ""),
    ("less", {"event_types": [LEASE]}, match(2), ""),
    ("a lower severity", SAME, match(2, "low"), ""),
    ("a rounded amount", SAME | {"amounts": [Amount(low=3.1e9, high=4e9, per="year")]}, match(2), ""),
    ("the end of a range that is known", SAME | {"amounts": [Amount(low=4e9, high=4e9, per="year")]}, match(2), ""),
    ("a total that was worked out", SAME | {"amounts": [Amount(low=5e9, high=5e9, derived=True)]}, match(2), ""),
    ("only hearsay of what is known", {"event_types": [lease("reported")]}, match(2), ""),
    ("a louder match", SAME, match(2, "critical"), "severity high → critical"),
    ("another rule", SAME, match(2, rule="other"), "now also matches: Rule other"),
    ("a type", SAME | {"event_types": [LEASE, ReportedType(type="litigation")]}, match(2), "new: litigation"),
    ("a denial", {"event_types": [lease("denied")]}, match(2), "compute_lease is denied"),
    ("a term", SAME | {"terms": [DealTerm(type="exclusivity")]}, match(2), "new: exclusivity"),
    ("an amount", SAME | {"amounts": [Amount(low=9e6, high=9e6)]}, match(2), "new: $9m"),
    ("the price of a share", SAME | {"amounts": [Amount(low=3.5, high=4, per="share")]}, match(2),
     "new: $3.5-4 per share"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "fields", "second", "adds"), ADDS, ids=[what for what, *_ in ADDS])
def test_another_report_of_the_story_is_news_if_it_adds_something(
    what: str, fields: dict[str, Any], second: Match, adds: str
) -> None:
    alerts = Alerts()
    alerts.take(event(**SAME), match())
    outcome = alerts.take(event(2, **fields), second)
    if adds:
        assert reason(outcome) == ("update_material", f"also reported: “Event 2”; {adds}")
        assert [d.message.type for d in outcome.deliveries] == ["alert.updated"]
        assert (alerts.alert.revision, alerts.alert.title) == (2, "Event 2")
    else:
        assert reason(outcome) == ("update_minor", "also reported by wire-2")
        assert outcome.deliveries == ()
        assert (alerts.alert.revision, alerts.alert.title) == (1, "Event 1")
        assert [m.event for m in alerts.alert.matches] == ["ev_1", "ev_2"]


CUT = Amount(low=4.4e9, high=4.4e9)
REVISED: list[tuple[str, Amount, str | None, tuple[str, str]]] = [
    (
        "another figure", Amount(low=4.35e9, high=4.35e9), "correction",
        ("update_material", "the source corrected the amount: $4.4bn → $4.35bn"),
    ),
    ("another kind", Amount(low=3e8, high=3e8, per="year"), "correction", ("update_material", "new: $300m a year")),
    ("the same figure", CUT, "correction", ("update_minor", "text edited")),
    ("what it was before", Amount(low=5e9, high=5e9, earlier=True), None, ("update_minor", "text edited")),
    ("more of the same text", Amount(low=9e9, high=9e9), "full_text", ("update_minor", "full text read")),
]  # fmt: skip


@pytest.mark.parametrize(("what", "amount", "why", "expected"), REVISED, ids=[what for what, *_ in REVISED])
def test_a_figure_that_a_revision_corrects_is_news_to_the_digit(
    what: str, amount: Amount, why: Any, expected: tuple[str, str]
) -> None:
    alerts = Alerts()
    alerts.take(event(amounts=[CUT]), match())
    revised = event(amounts=[amount], revision=2, revision_reason=why)
    assert reason(alerts.take(revised, msgspec.structs.replace(match(), event_revision=2))) == expected


def test_which_of_two_figures_was_corrected_is_not_guessed() -> None:
    alerts = Alerts()
    alerts.take(event(amounts=[CUT, Amount(low=7e9, high=7e9)]), match())
    revised = event(amounts=[Amount(low=3e9, high=3e9)], revision=2, revision_reason="correction")
    assert reason(alerts.take(revised, msgspec.structs.replace(match(), event_revision=2)))[1] == "new: $3bn"


def test_a_receiver_that_wants_all_updates_hears_of_every_voice() -> None:
    alerts = Alerts(updates="all")
    alerts.take(event(**SAME), match())
    outcome = alerts.take(event(2, **SAME), match(2))
    assert [d.message.type for d in outcome.deliveries] == ["alert.updated"]
    assert alerts.alert.changes[-1].text == "also reported by wire-2"


def test_what_was_added_once_is_known_the_next_time() -> None:
    alerts = Alerts()
    reports = [
        SAME,
        SAME | {"terms": [DealTerm(type="exclusivity")]},
        SAME | {"terms": [DealTerm(type="exclusivity")]},
    ]
    found = [reason(alerts.take(event(n, **fields), match(n)))[0] for n, fields in enumerate(reports, 1)]
    assert found == ["first", "update_material", "update_minor"]


def test_another_story_that_comes_to_the_subject_is_always_news() -> None:
    alerts = Alerts()
    alerts.take(event(**SAME), match(), subject="company:vega")
    other = alerts.take(event(2, "st_b", **SAME), match(2), subject="company:vega")
    assert reason(other) == ("update_material", "also reported: “Event 2”")
    assert reason(alerts.take(event(3, "st_b", **SAME), match(3), subject="company:vega"))[0] == "update_minor"


def test_the_story_is_the_one_that_the_event_belongs_to_by_now() -> None:
    alerts = Alerts()
    alerts.take(event(**SAME), match())
    assert reason(alerts.take(event(2, "st_young", **SAME), match(2), story="st_a"))[0] == "update_minor"


def test_of_an_alert_of_which_it_is_not_known_what_it_said_all_is_news() -> None:
    alerts = Alerts()
    alerts.take(event(**SAME), match())
    assert alerts.stored.state is not None
    old = msgspec.structs.replace(alerts.stored.state, said=None)
    alerts.stored = StoredAlert(version=1, state=old)
    assert reason(alerts.take(event(2, **SAME), match(2)))[0] == "update_material"
    assert alerts.stored.state is not None
    assert alerts.stored.state.said is None


def test_what_is_remembered_is_bounded() -> None:
    said = Said()
    for n in range(3 * MOST):
        many = event(n, amounts=[Amount(low=10.0**n, high=10.0**n)], terms=[DealTerm(type=f"t{n}")])
        said = said_by(many, f"st_{n}", said)
    assert {len(getattr(said, name)) for name in ("terms", "amounts", "stories")} == {MOST}


def test_two_alerts_together_have_said_what_both_have() -> None:
    one, two = said_by(event(1, **SAME), "st_a"), said_by(event(2, "st_b", **SAME), "st_b")
    both = united(one, two)
    assert both is not None
    assert (both.stories, both.types, len(both.amounts)) == (["st_a", "st_b"], ["compute_lease announced"], 1)
    assert united(one, None) is None
    assert news_in(event(3, **SAME), "st_b", [], bare_alert(), both) == []


def bare_alert() -> Alert:
    return Alert(
        id="al_1", revision=1, portfolio="desk-a", subject="st_a", severity="high", title="t", matches=[],
        story="st_a", first_at="", updated_at="",
    )  # fmt: skip
