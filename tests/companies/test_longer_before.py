"""Whether a name is the end of somebody else's longer one, or the place that a report is from."""

from __future__ import annotations

import time

import pytest

from alertd.text.fold import Tokens
from tests.companies.test_finder import FINDER, named, why_not


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Metal Box to sell its tin unit", ""),
        ("METAL BOX SEES HIGHER PROFIT", ""),
        ("Tin maker sells a unit", "The buyer of Metal Box Plc will keep its name."),
        ("Twenty-First Century Fox, Inc. sets a date", ""),
        ("Studio sold", "He had left 21st Century Fox in spring."),
        ("Savings bank is bought", "It has agreed to buy Colonial Bancorp Inc of New Holland."),
        ("COLONIAL BANCORP INC SETS PAYOUT", ""),
        ("A partner leaves", "She had been with Pembridge Capstone for a year, they said."),
        ("Fund opens", "The money comes from Pillar Star Holdings of Leeds."),
    ],
)
def test_a_capital_word_before_a_name_makes_it_the_end_of_a_longer_one(title: str, body: str) -> None:
    assert named(title, body) == []


@pytest.mark.parametrize(
    ("title", "tickers"),
    [
        ("Box to sell its tin unit", ["BOX"]),
        ("Struggling Target cuts 1,000 jobs", ["TGT"]),
        ("Weak Target results weigh", ["TGT"]),
        ("Rival Target Corp cuts prices", ["TGT"]),
        ("On Monday Target Corp said it would cut prices", ["TGT"]),
        ("Harbor Picks Box Inc as Supplier", ["BOX"]),
        ("Chipmaker Intel Corp cuts jobs", ["INTC"]),
        ("The order went to German Siemens on Monday", ["SIEGY"]),
        ("He spoke to Apple Chief Executive Tim Cook", ["AAPL"]),
        ("Shares of Fox Corp rose", ["FOXA"]),
    ],
)
def test_verbs_roles_days_and_nationalities_before_a_name_leave_it_what_it_is(title: str, tickers: list[str]) -> None:
    assert named(title) == tickers


def test_the_name_of_a_company_right_before_another_makes_one_name_of_both() -> None:
    assert named("An adviser joins KKR Capstone in Asia") == ["KKR"]


def test_the_short_word_means_the_longer_name_later() -> None:
    body = "Metal Box Plc said profit rose. Box said it would pay a dividend."
    assert named("Tin maker reports", body) == []
    assert why_not("Tin maker reports", body)["Box"].startswith("capital only because")
    assert named("Tin maker reports", f"{body} Box Inc is no party to it.") == ["BOX"]


@pytest.mark.parametrize(
    "title",
    [
        "Energy and Commerce Committee meets; Commerce approves the rule",
        "Commerce Secretary speaks; Commerce will publish the list",
        "U.S. Commerce Department bans exports, Commerce said",
        "First Financial Management revises its pact",
        "Universal Care to Be Sold",
        "Kokusai Denwa Denshin Co Ltd faces a rival",
        "A firm of Fairfax, Va. wins a grant",
    ],
)
def test_bodies_of_the_state_and_names_that_go_on_are_no_company(title: str) -> None:
    assert named(title) == []


def test_management_is_what_every_company_has() -> None:
    assert named("Target Management Reshuffles Its Board") == ["TGT"]
    assert named("He left Tidewater Management for a bank in May") == []


@pytest.mark.parametrize(
    "body",
    [
        "BOGOTA, April 13 - The wells stand still. In Bogota the minister said so.",
        "OSLO, Norway, May 3, 2024 /PRNewswire/ -- The wells stand still.",
        "BRUNSWICK (Reuters) - The prosecutor said so. The court of Brunswick agreed.",
        "FAIRFAX, Va., March 2 - A firm said it won. Fairfax is home to 40 firms.",
    ],
)
def test_a_place_that_a_report_is_from_is_no_company_there_nor_later(body: str) -> None:
    assert named("News of the day", body) == []


def test_a_city_of_whose_name_a_company_is_needs_business_around_it() -> None:
    assert named("Bogota goes for new trains") == []
    assert named("Guests from Brunswick and Fairfax stay longer") == []
    assert named("Brunswick cuts its outlook") == ["BC"]
    assert named("Guests of Wells Fargo stay longer") == ["WFC"]


def test_a_company_of_that_place_is_found_by_its_name() -> None:
    body = "NORFOLK, Va., March 5 - Norfolk Southern Corp said so. Norfolk rose."
    assert named("Railway reports", body) == ["NSC"]
    assert named("Chips", "Nvidia, May 3 - it said so") == ["NVDA"]
    assert named("Chips", "Tesla (TSLA) - shares rose") == ["TSLA"]


@pytest.mark.parametrize(
    "piece", ["Metal Box ", "Colonial Bancorp Inc ", "BOGOTA, April ", "BOGOTA, May 3 ", "KKR Box "]
)
def test_repetition_costs_no_more_than_its_length(piece: str) -> None:
    text = (piece * 10_000)[:65_536]
    began = time.thread_time()
    FINDER.find(Tokens(text), Tokens(text))
    assert time.thread_time() - began < 3
