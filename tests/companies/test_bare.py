"""Tickers that stand in running text with nothing around them."""

from __future__ import annotations

import time

import pytest

from alertd.companies.finder import CompanyFinder
from alertd.companies.model import Company, Listing
from alertd.text.fold import Tokens
from tests.companies.test_finder import FINDER, named, read, why_not


@pytest.mark.parametrize(
    ("title", "tickers"),
    [
        ("NVDA jumps after results", ["NVDA"]),
        ("Why TSLA and AMD fell", ["TSLA", "AMD"]),
        ("Buy MSFT, sell GOOGL", ["MSFT", "GOOGL"]),
        ("AAPL, MSFT, GOOGL up", ["AAPL", "MSFT", "GOOGL"]),
        ("NVDA", ["NVDA"]),
        ("TSLA's deliveries miss", ["TSLA"]),
        ("Most Active Options: AAPL, CHTR, ULTA", ["AAPL", "CHTR", "ULTA"]),
    ],
)
def test_a_large_registrants_ticker_counts_by_itself(title: str, tickers: list[str]) -> None:
    assert named(title) == tickers


@pytest.mark.parametrize(
    ("title", "ticker"),
    [
        ("Shares of BYND fell", "BYND"),
        ("BYND stock is cheap", "BYND"),
        ("BYND falls 5% on debt", "BYND"),
        ("Traders look at NVDA, BYND today", "BYND"),
        ("A small maker (Symbol: BYND) of burgers", "BYND"),
        ("Salesforce grows; CRM deserves more", "CRM"),
        ("CRM shares gain on cloud demand", "CRM"),
    ],
)
def test_other_tickers_count_with_what_tickers_have_around_them(title: str, ticker: str) -> None:
    assert ticker in named(title)


@pytest.mark.parametrize(
    "title",
    [
        "CEO and CFO plan an IPO in the USA, pending SEC and FDA review",
        "OPEC, NATO, the IMF and the ECB warn on LNG, EV, ESG and AI demand",
        "Words such as GDP, EPS, ETF, API and CPI",
        "RBA holds rates as EMA reviews a drug",
        "PAC money and USB ports",
        "CRM software for small firms",
        "BTC and ETH slide, USD firm",
        "BTC options expire",
        "BYND on its own says nothing",
        "4 - SMITH WELL TSLA (Reporting)",
        "BREAKING: THE COURT RULES FOR NVDA RIVAL IN LONG RUNNING CASE",
        "8-K - QUORVEX AMP INC (Filer)",
        "xNVDA NVDAx NVDA-4090 /NVDA @NVDA NVDA_X",
        "nvda jumps",
    ],
)
def test_words_abbreviations_and_letters_within_others_are_none(title: str) -> None:
    assert named(title) == []


def test_an_abbreviation_that_the_item_explains_is_that() -> None:
    assert named("A Better Night Basis (ABNB) is a charity", "ABNB runs four shelters.") == []
    assert named("Airbnb (ABNB) hires", "ABNB rose.") == ["ABNB"]


def test_a_ticker_that_was_another_companys_is_not_taken_beside_that_company() -> None:
    assert named("Nvidia (Symbol: BYND) falls") == ["NVDA"]


@pytest.mark.parametrize("title", ["Texaco <TX> files suit", "National Security Agency (NSA) looks for staff"])
def test_a_ticker_in_brackets_is_not_taken_behind_the_name_of_somebody_else(title: str) -> None:
    assert named(title) == []
    assert named("Nvidia <NVDA> and [AMD] rise") == ["NVDA", "AMD"]


def test_a_note_of_a_bank_is_not_the_bank() -> None:
    assert named("FNGU rose again") == []


def test_how_it_was_taken_is_told_and_why_not() -> None:
    (one,) = read("NVDA jumps").mentions
    assert (one.way, one.start, one.end) == ("ticker", 0, 4)
    assert "BYND" in why_not("BYND on its own says nothing")


def test_a_ticker_makes_an_ordinary_word_the_same_company() -> None:
    assert named("AAPL rises", "Apple watchers wait") == ["AAPL"]
    assert len(read("AAPL rises", "Apple watchers wait").mentions) == 2


def test_a_ticker_that_the_desk_declares_counts() -> None:
    own = Company(id="vega", name="Vega Grid", listings=(Listing("VGRD", "XNAS"),))
    assert named("VGRD wins a lease", finder=CompanyFinder(FINDER.table.with_declared([own]))) == ["VGRD"]


@pytest.mark.parametrize("piece", ["NVDA ", "BYND, ", "(BYND) BYND ", "ABCDE", "NVDA. "])
def test_repetition_costs_no_more_than_its_length(piece: str) -> None:
    text = (piece * 20_000)[:65_536]
    began = time.thread_time()
    FINDER.find(Tokens(text), Tokens(text))
    assert time.thread_time() - began < 3
