"""What a rule that holds says of the limits that were met: in its match, for the row `Why you` of a message."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.model import Amount, CompanyMention, DealTerm, Event, Match, Party, ReportedType, Sentiment, Story
from alertd.rules.book import Portfolio
from alertd.rules.grounds import MAX_CHARS
from alertd.rules.match import Matcher
from alertd.rules.outcome import MAX_GROUNDS
from tests.rules.desk import MSFT, NVDA, ask, desk_book, desk_portfolio
from tests.rules.make import news


def lease(**fields: Any) -> Event:
    known: dict[str, Any] = {
        "event_types": [
            ReportedType(type="compute_lease", confidence=0.93, parties=[Party(company="spacex", role="lessor")])
        ],
        "amounts": [Amount(low=3e9, high=4e9, currency="USD", per="year")],
        "terms": [DealTerm(type="reclaim_right")],
        "sentiment": Sentiment(score=-0.42, label="negative"),
        "story": Story(id="st_1", novelty=1.0),
        "companies": [CompanyMention(id="spacex", name="SpaceX", role="lessor", sentiment=-0.5)],
        "language": "en",
    }
    return news("SpaceX leases compute", **(known | fields))


def grounds(condition: str, event: Event) -> list[str]:
    return [one.text for one in ask(condition, event).verdict.grounds]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("event_type: compute_lease", ["clear compute lease"]),
        ("terms: reclaim_right", ["reclaim right"]),
        ('amount: ">= 500M USD per year"', ["low end $3bn ≥ $500m a year"]),
        ('amount: "<= 5B USD per year"', ["high end $4bn ≤ $5bn a year"]),
        ('amount: "1B..5B USD per year"', ["$3-4bn within $1-5bn a year"]),
        ('amount: ">= 500M EUR per year"', ["$3-4bn a year is low end €2.73bn ≥ €500m a year"]),
        ('amount: "> 100M USD per month"', ["$3-4bn a year is low end $250m > $100m a month"]),
        ('sentiment: "<= -0.35"', ["tone moderately negative, −0.42 ≤ −0.35"]),
        ('{sentiment: "<= -0.35", of: spacex}', ["SpaceX moderately negative, −0.50 ≤ −0.35"]),
        ('novelty: ">= 0.8"', ["100 % new ≥ 80 %"]),
        ('weight: ">= 1%"', ["SpaceX +2.0 % ≥ 1 %"]),
        ("role: lessor", ["SpaceX lessor"]),
        ("exposed: holdings", ["exposed by one step"]),
        ("{exposed: holdings, hops: 0}", ["named"]),
        ("text: leases", []),
        ("not: {text: merger}", []),
        ("not: {event_type: contract_dispute}", []),
        ("any: [{text: merger}, {event_type: compute_lease}]", ["clear compute lease"]),
        ("all: [{event_type: compute_lease}, {terms: reclaim_right}]", ["clear compute lease", "reclaim right"]),
    ],
)
def test_a_condition_says_what_met_its_limit(condition: str, said: list[str]) -> None:
    assert grounds(condition, lease()) == said


def test_an_amount_that_is_no_range_has_no_low_end() -> None:
    one = lease(amounts=[Amount(low=2.5e9, high=2.5e9, currency="USD", bound="over")])
    assert grounds('amount: ">= 500M USD"', one) == ["$2.5bn ≥ $500m"]


def test_a_condition_that_does_not_hold_says_nothing() -> None:
    assert grounds("all: [{event_type: compute_lease}, {text: merger}]", lease()) == []


def matches(portfolio: Portfolio, event: Event) -> tuple[Match, ...]:
    return Matcher(desk_book(portfolio)).match(event).matches


def test_a_match_names_the_owner_of_its_rule_and_when_the_holdings_were_so() -> None:
    desk = desk_portfolio("event_type: compute_lease", settings="owner: jd")
    dated = msgspec.structs.replace(desk.holdings, as_of="2026-01-12")
    (match,) = matches(msgspec.structs.replace(desk, holdings=dated), lease())
    assert (match.owner, match.held_as_of) == ("jd", "2026-01-12")
    assert [one.text for one in match.grounds] == ["clear compute lease"]
    timed = msgspec.structs.replace(dated, at="2026-01-12T11:30:00Z")
    (match,) = matches(msgspec.structs.replace(desk, holdings=timed), lease())
    assert match.held_as_of == "2026-01-12T11:30:00Z"


def test_a_match_that_touches_no_holding_does_not_say_when_they_were_so() -> None:
    desk = desk_portfolio("event_type: compute_lease", held={MSFT: 0.01})
    dated = msgspec.structs.replace(desk.holdings, as_of="2026-01-12")
    (match,) = matches(msgspec.structs.replace(desk, holdings=dated), lease())
    assert (match.holdings, match.held_as_of) == ([], "")


def test_grounds_are_said_once_and_are_few() -> None:
    twice = "all: [{event_type: compute_lease}, {event_type: compute_lease}, {terms: reclaim_right}]"
    (match,) = matches(desk_portfolio(twice), lease())
    assert [one.text for one in match.grounds] == ["clear compute lease", "reclaim right"]
    many = ", ".join(f'{{amount: ">= {n}M USD per year"}}' for n in range(1, 20))
    (match,) = matches(desk_portfolio(f"all: [{many}]"), lease())
    assert len(match.grounds) == MAX_GROUNDS


_ANY = """
any:
  - {sentiment: "<= 0.35", of: NVDA}
  - sentiment: "<= 0.35"
  - novelty: ">= 0"
  - amount: ">= 1 USD"
  - event_type: compute_lease
  - role: lessor
  - exposed: holdings
  - weight: ">= 1%"
"""


@given(
    st.text(max_size=300), st.text(max_size=40), st.floats(allow_nan=True), st.floats(allow_infinity=True), st.text()
)
def test_a_ground_is_short_whatever_strangers_write(
    name: str, currency: str, score: float, low: float, per: str
) -> None:
    odd = lease(
        companies=[CompanyMention(id=NVDA, name=name, sentiment=score, role=name)],
        amounts=[Amount(low=low, high=low, currency=currency, per=per), Amount(low=low, high=low, currency="USD")],
        event_types=[ReportedType(type="compute_lease", confidence=score)],
        sentiment=Sentiment(score=score, label=name),
        story=Story(id="st_1", novelty=score),
    )
    assert all(len(text) <= MAX_CHARS for text in grounds(_ANY, odd))
