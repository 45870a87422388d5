"""What stands in a deal with somebody else, in a whole market or in a total says nothing of how large the news is."""

from __future__ import annotations

import pytest

from alertd.model import Amount, DealTerm, Duration, Event
from alertd.research.another import is_of_more
from alertd.research.exposure import gather
from alertd.research.facts_note import facts_note
from tests.research.making import graph, lease, of, span

LEAD = "The lease begins at once, the two companies said on Monday, and both boards have agreed to it."


def told(body: str, section: str, **fields: object) -> list[str]:
    """Give what a note of the lease with such a body says in a section."""
    about: Event = lease(**{"body": body, "terms": [], **fields})
    return [one.text for one in of(facts_note(gather(about, {}, graph(), {}), about.event_at), section)]


@pytest.mark.parametrize(
    ("said", "figure"),
    [
        ("The market for leased computing is worth $400 billion a year.", "$400 billion"),
        ("Worldwide spending on data centers will reach $400 billion by 2030.", "$400 billion"),
        ("It is a $400 billion market.", "$400 billion"),
        ("Brenner sees a market of $400 billion.", "$400 billion"),
        ("The order lifts its backlog to $3.4 billion.", "$3.4 billion"),
        ("That brings its total commitments to about $3.4 billion.", "$3.4 billion"),
        ("Its order book stood at $3.4 billion.", "$3.4 billion"),
    ],
)
def test_a_market_and_a_total_are_more_than_the_news(said: str, figure: str) -> None:
    at = said.index(figure)
    assert is_of_more(said, at, at + len(figure))


@pytest.mark.parametrize(
    ("said", "figure"),
    [
        ("The tenant pays $400 million a year.", "$400 million"),
        ("It raised its guidance to $3.4 billion.", "$3.4 billion"),
        ("The chip maker has a market value of $60 billion.", "$60 billion"),
        ("The order is worth $600 million.", "$600 million"),
        ("It lifted its offer to $3.4 billion.", "$3.4 billion"),
    ],
)
def test_a_rent_an_offer_and_a_forecast_are_not(said: str, figure: str) -> None:
    at = said.index(figure)
    assert not is_of_more(said, at, at + len(figure))


@pytest.mark.parametrize(
    "deal",
    [
        "Its contract with Sorrel Networks is worth $70 million a year",
        "A lease of another site from Corvin Trust costs $70 million a year",
        "It has an existing agreement with Corvin Trust for $70 million a year",
    ],
)
def test_a_deal_with_somebody_else_gives_no_sum(deal: str) -> None:
    body = f"{LEAD}\n\n{deal}."
    amount = Amount(
        low=7e7, high=7e7, per="year", role="deal_value", evidence=[span("$70 million a year", text=body)]
    )
    assert not any("$70m" in one for one in told(body, "implication", amounts=[amount]))


@pytest.mark.parametrize(
    "deal",
    ["Its contract with Lumen Labs is worth $70 million a year", "Its lease from Ohio costs $70 million a year",
     "An order from the Federal Power Commission costs it $70 million a year"],
)  # fmt: skip
def test_one_with_a_party_does_nor_is_a_place_or_an_office_somebody(deal: str) -> None:
    body = f"{LEAD}\n\n{deal}."
    amount = Amount(
        low=7e7, high=7e7, per="year", role="deal_value", evidence=[span("$70 million a year", text=body)]
    )
    assert any("$70m" in one for one in told(body, "implication", amounts=[amount]))


@pytest.mark.parametrize(("whom", "told_so"), [("Sorrel Networks", False), ("Lumen Labs", True)])
def test_its_length_its_dates_and_its_rights_are_none_of_the_news(whom: str, told_so: bool) -> None:
    deal = f"Its contract with {whom} runs for 9 years, can be ended at any time, and will expire in June 2031."
    body = f"{LEAD}\n\n{deal}"
    about = {
        "durations": [Duration(low=9, high=9, unit="year", of="contract", evidence=[span("for 9 years", text=body)])],
        "terms": [DealTerm(type="termination_right", evidence=[span("can be ended", text=body)])],
    }
    assert any("9 years" in one for one in told(body, "horizon", **about)) is told_so
    assert any(one.startswith("Termination right") for one in told(body, "risk", **about)) is told_so
    assert any("June 2031" in one for one in told(body, "horizon")) is told_so
