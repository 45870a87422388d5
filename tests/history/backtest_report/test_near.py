"""Near misses: all of a rule but one condition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from alertd.history.backtest.happened import NearMiss
from alertd.history.backtest.near import NearFinder
from alertd.model import Amount, CompanyMention, Event, ReportedType, Sentiment
from alertd.rules.match import Matcher
from tests.ruletests.make import desk, one_rule

NVDA, VRT = "cik-0001045810", "cik-0001674101"


def near(folder: Path, when: str, **event: Any) -> tuple[NearMiss, ...]:
    """Give the near misses of a rule `p/r` for an event."""
    book = desk(folder, one_rule(when)).book
    matcher = Matcher(book)
    read = matcher.read(Event(**{"id": "ev_1", "source": "wire", "event_at": "2026-03-02T10:00:00.000Z"} | event))
    held = {(match.portfolio, match.rule) for match in matcher.match_read(read).matches}
    return NearFinder(book).of(read.reading, read.keys(), held)


LEASE = "{all: [{event_type: compute_lease}, {mentions: holdings}, {amount: '>= 500M USD per year'}]}"


def leased(**more: Any) -> dict[str, Any]:
    """Give the fields of an event that reports a lease by a holding."""
    given = {
        "title": "Nvidia to lease a computer",
        "companies": [CompanyMention(id=NVDA)],
        "event_types": [ReportedType(type="compute_lease")],
        "amounts": [Amount(low=6e8, high=6e8, per="year")],
    }
    return given | more


def test_what_holds_is_no_near_miss_and_what_lacks_one_condition_is(tmp_path: Path) -> None:
    assert near(tmp_path / "a", LEASE, **leased()) == ()
    (miss,) = near(tmp_path / "b", LEASE, **leased(amounts=[Amount(low=2e8, high=2e8, per="year")]))
    assert (miss.portfolio, miss.rule, miss.failing, miss.held) == ("p", "r", 1, 2)
    assert miss.condition == "amount: >= 500M USD per year"
    assert miss.because == ("✗ amount: >= 500M USD per year  — 200M USD per year",)


@pytest.mark.parametrize(
    ("lacks", "condition"),
    [
        ({"amounts": []}, "amount: >= 500M USD per year"),
        ({"companies": [CompanyMention(id="lumen")]}, "mentions: holdings"),
        ({"event_types": [], "title": "Nvidia buys a computer"}, "event_type: compute_lease"),
    ],
)
def test_also_what_an_index_would_leave_out_at_once_is_found(
    tmp_path: Path, lacks: dict[str, Any], condition: str
) -> None:
    (miss,) = near(tmp_path, LEASE, **leased(**lacks))
    assert miss.condition.startswith(condition)


def test_two_conditions_that_fail_are_no_near_miss(tmp_path: Path) -> None:
    assert near(tmp_path, LEASE, **leased(amounts=[], companies=[])) == ()


def test_that_a_holding_is_named_and_nothing_else_is_no_near_miss(tmp_path: Path) -> None:
    when = "{all: [{title: recall}, {mentions: holdings}]}"
    assert near(tmp_path, when, title="Nvidia shines", companies=[CompanyMention(id=NVDA)]) == ()


def test_one_condition_is_enough_where_the_other_asks_how_much(tmp_path: Path) -> None:
    when = "{all: [{title: recall}, {sentiment: '<= -0.5'}]}"
    assert near(tmp_path / "a", when, title="A recall") == ()  # there is no tone to measure
    (miss,) = near(tmp_path / "b", when, title="A recall", sentiment=Sentiment(score=-0.2))
    assert miss.condition == "sentiment: <= -0.5"
    assert miss.because[0].startswith("✗")


def test_of_several_companies_the_nearest_counts(tmp_path: Path) -> None:
    when = "{all: [{event_type: compute_lease}, {mentions: holdings}, {weight: '>= 5%'}, {amount: '>= 1M USD'}]}"
    both = [CompanyMention(id=NVDA), CompanyMention(id=VRT)]
    (miss,) = near(tmp_path / "a", when, **leased(companies=both, amounts=[]))
    assert miss.condition == "amount: >= 1M USD"
    (miss,) = near(tmp_path / "b", when, **leased(companies=[CompanyMention(id=VRT)]))
    assert miss.condition.startswith("weight:")


def test_an_any_fails_as_a_whole_and_a_not_says_what_stood_there(tmp_path: Path) -> None:
    when = "{all: [{event_type: compute_lease}, {mentions: holdings}, {any: [{text: alpha}, {text: beta}]}]}"
    (miss,) = near(tmp_path / "a", when, **leased())
    assert miss.condition == "text: alpha or text: beta"
    when = "{all: [{event_type: compute_lease}, {mentions: holdings}, {not: {title: computer}}]}"
    (miss,) = near(tmp_path / "b", when, **leased())
    assert miss.condition == "not title: computer"
    assert "“computer”" in miss.because[0]


def test_rules_over_time_and_single_conditions_are_not_looked_at(tmp_path: Path) -> None:
    assert near(tmp_path / "a", "{title: lease}", title="Nothing") == ()
    over_time = "{all: [{mentions: holdings}, {title: recall}, {count: {at_least: 3, within: 1h}}]}"
    assert near(tmp_path / "b", over_time, **leased()) == ()


def test_each_all_within_an_any_is_a_way_in_which_a_rule_nearly_holds(tmp_path: Path) -> None:
    other = "{all: [{form: 8-K}, {title: recall}, {mentions: holdings}]}"
    (miss,) = near(tmp_path, f"{{any: [{LEASE}, {other}]}}", **leased(amounts=[]))
    assert miss.condition == "amount: >= 500M USD per year"


def test_what_is_not_held_has_no_weight_to_fail_by(tmp_path: Path) -> None:
    when = "{all: [{event_type: compute_lease}, {title: computer}, {weight: '>= 5%'}]}"
    assert near(tmp_path / "a", when, **leased(companies=[CompanyMention(id="lumen")])) == ()
    (miss,) = near(tmp_path / "b", when, **leased(companies=[CompanyMention(id=VRT)]))
    assert miss.condition == "weight: >= 5%"
