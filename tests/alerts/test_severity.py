"""`severity: auto`: the base of the event type, and what moves it, each by one step, together by two at most."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alertd.alerts.severity import MOST, arithmetic, weigh, weighing
from alertd.model import (
    SEVERITIES,
    Amount,
    CompanyMention,
    Event,
    Match,
    ReportedType,
    Sentiment,
    Severity,
    Story,
    TouchedHolding,
)
from alertd.rules.world import Rates

BASES: dict[str, Severity] = {"compute_lease": "high", "price_target": "low", "bankruptcy": "critical"}
RATES = Rates(date="2026-01-02", rates={"EUR": 1.1, "JPY": 0.0067})
NVDA = "cik-0001045810"


def held(weight: float | None = 0.03, **about: object) -> TouchedHolding:
    return replace(TouchedHolding(company=NVDA, label="NVDA", weight=weight, named=True), **about)


def weighed(event: Event, *holdings: TouchedHolding, named: str = "compute_lease") -> Match:
    match = Match(
        rule="lease", rule_hash="h", portfolio="ai", event=event.id, event_revision=1, severity="medium",
        company=NVDA, holdings=list(holdings), auto=True,
    )  # fmt: skip
    return weigh(match, event, frozenset((named,)), BASES, RATES)


def event(*types: ReportedType, **about: object) -> Event:
    return replace(Event(id="ev_1", event_types=list(types) or [ReportedType(type="compute_lease")]), **about)


def test_without_anything_known_it_is_the_base_of_the_event_type() -> None:
    match = weighed(event())
    assert match.severity == "high"
    assert arithmetic(match) == "severity: base high (compute lease) = high"


def test_an_event_type_that_says_none_and_no_event_type_at_all_are_medium() -> None:
    assert weighed(event(ReportedType(type="outage"))).severity == "medium"
    none = weighed(replace(event(), event_types=[]))
    assert (none.severity, arithmetic(none)) == ("medium", "severity: base medium = medium")


def test_the_most_severe_of_the_types_counts_that_the_rule_names_or_else_that_are_reported() -> None:
    both = event(
        ReportedType(type="price_target"), ReportedType(type="compute_lease"), ReportedType(type="bankruptcy")
    )
    assert weighed(both).severity == "high"
    assert weighed(both, named="merger").severity == "critical"
    doubtful = event(ReportedType(type="bankruptcy", confidence=0.4), ReportedType(type="price_target"))
    assert weighed(doubtful).severity == "low"


@pytest.mark.parametrize(
    ("weight", "move"), [(0.05, 1), (-0.08, 1), (0.049, 0), (0.01, 0), (0.0099, -1), (-0.001, -1), (None, None)]
)
def test_the_weight_of_the_largest_holding(weight: float | None, move: int | None) -> None:
    steps = {step.factor: step.move for step in weighed(event(), held(weight)).steps}
    assert steps.get("weight") == move


@pytest.mark.parametrize(
    ("amount", "move"),
    [
        (Amount(low=1e9, high=1e9), 1),
        (Amount(low=9e8, high=5e9), 0),
        (Amount(low=4.9e7, high=4.9e7), -1),
        (Amount(low=1e8, high=1e8, per="month"), 1),
        (Amount(low=9.1e8, high=9.1e8, currency="EUR"), 1),
        (Amount(low=1e12, high=1e12, currency="JPY"), 1),
        (Amount(low=1e12, high=1e12, currency="CHF"), None),
        (Amount(low=1e12, high=1e12, role="valuation"), None),
        (Amount(low=1e12, high=1e12, earlier=True), None),
        (Amount(low=80, high=80, per="barrel"), None),
        (Amount(low=math.inf, high=math.inf), None),
    ],
)
def test_the_amount_in_dollars_a_year_by_its_low_end(amount: Amount, move: int | None) -> None:
    steps = {step.factor: step.move for step in weighed(event(amounts=[amount])).steps}
    assert steps.get("amount") == move


@pytest.mark.parametrize(
    ("status", "severity"), [("announced", "high"), ("rumoured", "medium"), ("denied", "medium")]
)
def test_a_rumour_and_a_denial_are_one_step_lower(status: str, severity: Severity) -> None:
    assert weighed(event(ReportedType(type="compute_lease", status=status))).severity == severity


def test_the_third_report_is_lower_unless_three_sources_have_it() -> None:
    assert weighed(event(story=Story(id="st_1", position=2, sources=2))).severity == "high"
    assert weighed(event(story=Story(id="st_1", position=3, sources=2))).severity == "medium"
    assert weighed(event(story=Story(id="st_1", position=3, sources=3))).severity == "high"


def test_one_source_of_low_trust_is_one_step_lower() -> None:
    assert weighed(event(story=Story(id="st_1"), trust="low")).severity == "medium"


@pytest.mark.parametrize(
    ("score", "impact", "severity"),
    [(-0.4, "bad", "critical"), (0.4, "bad", "critical"), (0.6, "good", "high"), (0.7, "good", "critical"),
     (0.6, None, "high"), (-0.7, None, "critical"), (0.1, None, "high")],
)  # fmt: skip
def test_a_tone_against_the_position_counts_from_less_on(score: float, impact: str, severity: Severity) -> None:
    told = event(companies=[CompanyMention(id=NVDA, sentiment=score)])
    assert weighed(told, held(impact=impact)).severity == severity


def test_without_a_tone_of_the_company_that_of_the_whole_counts() -> None:
    assert weighed(event(sentiment=Sentiment(score=-0.9))).severity == "critical"


def test_all_together_move_by_two_steps_at_most_and_end_at_the_ends() -> None:
    low = event(
        ReportedType(type="price_target", status="rumoured"),
        amounts=[Amount(low=1, high=1)],
        story=Story(id="st_1", position=9),
    )
    match = weighed(low, held(0.001), named="price_target")
    assert match.severity == "info"
    assert "(2 steps at most)" in arithmetic(match)
    large = event(
        ReportedType(type="price_target"), amounts=[Amount(low=1e10, high=1e10)], sentiment=Sentiment(score=1)
    )
    assert weighed(large, held(0.5), named="price_target").severity == "high"


def test_the_arithmetic_names_what_moved_it_and_explaining_also_what_did_not() -> None:
    told = event(
        story=Story(id="st_1", position=3, sources=2),
        amounts=[Amount(low=1e8, high=1e8)],
        companies=[CompanyMention(id=NVDA, sentiment=-0.1)],
    )
    match = weighed(told, held(-0.08))
    assert arithmetic(match) == (
        "severity: base high (compute lease), +1 weight −8.0 % (NVDA), −1 third report = high"
    )
    assert list(weighing(match))[1:] == [
        "  +1 weight: weight −8.0 % (NVDA)",
        "   0 amount: $100m",
        "  −1 novelty: third report",
        "   0 sources: 2 independent sources",
        "   0 tone: tone −0.10",
    ]


def test_a_stated_severity_has_no_arithmetic() -> None:
    stated = Match(rule="r", rule_hash="h", portfolio="p", event="e", event_revision=1, severity="low")
    assert arithmetic(stated) == ""
    assert list(weighing(stated)) == []


_numbers = st.floats(allow_nan=True, allow_infinity=True)


@given(
    st.lists(st.builds(ReportedType, type=st.sampled_from([*BASES, "x"]), confidence=_numbers, status=st.text())),
    st.lists(
        st.builds(Amount, low=_numbers, high=_numbers, currency=st.sampled_from(["USD", "usd", "EUR", "?", ""]),
                  per=st.sampled_from([None, "year", "day", "share"]))
    ),
    st.one_of(st.none(), st.builds(Story, id=st.just("st"), position=st.integers(), sources=st.integers())),
    st.one_of(st.none(), st.builds(Sentiment, score=_numbers)),
    st.lists(st.one_of(st.none(), _numbers), max_size=3),
)  # fmt: skip
def test_whatever_an_event_says_it_moves_by_two_at_most(
    types: list[ReportedType],
    amounts: list[Amount],
    story: Story | None,
    tone: Sentiment | None,
    weights: list[float | None],
) -> None:
    told = replace(event(), event_types=types, amounts=amounts, story=story, sentiment=tone)
    match = weighed(told, *(held(weight) for weight in weights))
    assert abs(SEVERITIES.index(match.severity) - match.steps[0].move) <= MOST
    assert all(abs(step.move) <= 1 for step in match.steps[1:])
    assert weighed(told, *(held(weight) for weight in weights)) == match
    assert arithmetic(match).endswith(f"= {match.severity}")
