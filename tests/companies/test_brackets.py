"""Letters in brackets behind a name: its ticker, or what the text calls somebody else in short."""

from __future__ import annotations

import time

import pytest

from alertd.companies.finder import CompanyFinder
from alertd.companies.model import Company
from alertd.text.fold import Tokens
from tests.companies.test_finder import FINDER, named, why_not


@pytest.mark.parametrize(
    ("text", "tickers"),
    [
        ("Alcoa Corp <AA.N> buys a mine", ["AA"]),
        ("Box (BOX) shares jump", ["BOX"]),
        ("Honeywell [HON] cites costs", ["HON"]),
        ("Wendy's International <WEN> denies it", ["WEN"]),
        ("J.P. Morgan and Co Inc <JPM> lends", ["JPM"]),
        ("International Business Machines (IBM) rises", ["IBM"]),
        ("Bayerische Motoren Werke (BMW) recalls cars", ["BMWKY"]),
        ("The lease (NYSE: BOX) runs", ["BOX"]),
        ("The lease ($BOX) runs", ["BOX"]),
    ],
)
def test_a_bracket_is_a_ticker_by_its_exchange_or_by_the_name_before_it(text: str, tickers: list[str]) -> None:
    assert named(text) == tickers


@pytest.mark.parametrize(
    "text",
    [
        "The unit (BOX) was closed on Monday",
        "Holders of class (A) shares in the region (US) met",
        "Amax Inc <AMX.N> sold a parcel",
        "Wexcombe Reid <AAR> is to buy the systems",
        "Wexcombe Airways <BAB> carries more",
        "First Union Corp of Georgia <FUNC> revises its pact",
        "Scientific Micro Systems <SMSI> buys a rival",
    ],
)
def test_letters_in_brackets_alone_say_nothing(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Association of American Railroads (AAR) counts cars", "The AAR said traffic rose. AAR counts weekly."),
        ("Riverbend <RIV> lists", "It began trading today under the symbol RIV."),
        ("Diagnostic Wexcombe <DRS> makes a bid", "DRS said it would pay cash. DRS makes radar."),
        ("Wexcombe Glass [AFG] renews its offer", "AFG said the offer stands."),
    ],
)
def test_what_a_bracket_explains_is_that_in_the_whole_item(title: str, body: str) -> None:
    assert named(title, body) == []


def test_the_reason_names_whose_letters_they_are() -> None:
    refused = why_not("Association of American Railroads (AAR) counts cars")
    assert refused["(AAR)"] == "stands for `Association of American Railroads (AAR)`"
    assert why_not("Amax Inc <AMX.N> sold a parcel") == {"AMX.N": "no ticker of Amax"}
    assert why_not("The unit (BOX) closed")["(BOX)"] == "letters in brackets, and no name of theirs before them"


def test_the_company_in_full_is_meant_beside_such_letters() -> None:
    title = "Association of American Railroads (AAR) counts cars"
    assert named(title, "AAR Corp repairs aircraft, and is no member.") == ["AIR"]


def test_a_longer_name_with_such_letters_is_still_one() -> None:
    assert named("C3.ai climbs as Artificial Intelligence (AI) spreads") == ["AI"]


def test_a_name_that_the_desk_declares_stands_in_brackets_too() -> None:
    own = CompanyFinder(FINDER.table.with_declared([Company(id="hdfc", name="HDFC", aliases=("HDFC",))]))
    assert named("The housing lender (HDFC) lends more", finder=own) == ["hdfc"]


@pytest.mark.parametrize("piece", ["(BOX) ", "Wexcombe (AAR) ", "<AMX.N> ", "Amax <AMX.N> ", "[[AFG] "])
def test_repetition_costs_no_more_than_its_length(piece: str) -> None:
    text = (piece * 20_000)[:65_536]
    began = time.thread_time()
    FINDER.find(Tokens(text), Tokens(text))
    assert time.thread_time() - began < 3
