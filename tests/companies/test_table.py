"""Which company a text means."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.companies.model import Company, Listing
from alertd.companies.names import exchange_of, fold_name, short_name
from alertd.companies.search import search
from alertd.companies.table import load_registrants
from tests.companies.make import AMZN, GOOGL, NVDA, ROWS, registrants, table

TABLE = table()
SPACEX = Company(id="spacex", name="SpaceX", aliases=("Space Exploration Technologies",), sector="Aero Space")
HYNIX = Company(id="sk-hynix", name="SK Hynix", listings=(Listing("000660", "XKRX"),))


def meant(text: str, exchange: str = "") -> str | None:
    company = TABLE.resolve(text, exchange)
    return company.id if company else None


@pytest.mark.parametrize(
    "text",
    ["NVDA", "cik-0001045810", "0001045810", "1045810", "CIK0001045810", "CIK 1045810", "NVIDIA CORP", "Nvidia Corp.",
     "cik-1045810", "nvidia", " NVDA ", "ＮＶＩＤＩＡ"],
)  # fmt: skip
def test_a_registrant_is_known_by_ticker_cik_and_name(text: str) -> None:
    assert meant(text) == NVDA


@pytest.mark.parametrize("text", ["BRK-B", "BRK.B", "BRK/B", "BRK B"])
def test_a_class_of_shares_may_be_written_in_any_of_the_usual_ways(text: str) -> None:
    assert meant(text) == "cik-0001067983"


def test_share_classes_are_one_company_called_by_its_first_ticker() -> None:
    assert meant("GOOG") == meant("GOOGL") == GOOGL
    company = TABLE.get(GOOGL)
    assert company and company.label == "GOOGL"


@pytest.mark.parametrize(
    ("text", "ticker"),
    [("Amazon", "AMZN"), ("amazon.com", "AMZN"), ("Bank of America", "BAC"), ("Johnson and Johnson", "JNJ"),
     ("Alphabet", "GOOGL"), ("The Alphabet", "GOOGL")],
)  # fmt: skip
def test_the_legal_form_of_a_name_may_be_left_out(text: str, ticker: str) -> None:
    assert meant(text) == meant(ticker)


@pytest.mark.parametrize(
    "text", ["nvda", "open", "on", "", "  ", "$NVDA", "NVDAX", "0", "00000000000", "cik-10458100000", "-"]
)
def test_what_only_resembles_a_name_means_nobody(text: str) -> None:
    assert meant(text) is None


def test_a_name_that_two_companies_have_means_neither() -> None:
    assert meant("Rio Tinto") is None
    assert TABLE.suggest("Rio Tinto") == (
        "several are called so: RIO (RIO TINTO PLC), RTNTF (RIO TINTO LTD); write the ticker or the CIK"
    )
    assert meant("Rio Tinto plc") == "cik-0000863064"


@pytest.mark.parametrize("exchange", ["Nasdaq", "XNAS", "xnas", "NASDAQ", "XNGS"])
def test_a_ticker_is_found_at_its_exchange_however_that_is_called(exchange: str) -> None:
    assert meant("NVDA", exchange) == NVDA


@pytest.mark.parametrize("exchange", ["XLON", "NYSE", "XNYS", "OTC", "nowhere"])
def test_a_ticker_at_another_exchange_is_another_share(exchange: str) -> None:
    assert meant("NVDA", exchange) is None
    assert (
        TABLE.suggest("NVDA", exchange) == f"NVDA (NVIDIA CORP) is traded at Nasdaq, not at {exchange_of(exchange)}"
    )


def test_where_the_table_names_no_exchange_any_american_one_will_do() -> None:
    assert meant("NWHR", "XNAS") == meant("NWHR", "XNYS") == "cik-0002098707"
    assert meant("NWHR", "XLON") is None


def test_a_declared_company_is_known_by_id_name_alias_and_ticker_elsewhere() -> None:
    known = TABLE.with_declared([SPACEX, HYNIX])
    assert all(known.resolve(text) == SPACEX for text in ("spacex", "SpaceX", "space exploration technologies"))
    assert known.resolve("000660") == known.resolve("000660", "XKRX") == HYNIX
    assert known.resolve("000660", "XTKS") is None
    assert TABLE.resolve("spacex") is None, "the table it was declared over is as it was"


def test_a_declared_company_with_a_cik_is_found_by_it() -> None:
    known = TABLE.with_declared([Company(id="spacex", name="SpaceX", cik="0001181412")])
    assert all(known.resolve(text) for text in ("1181412", "cik-0001181412"))
    assert known.canonical("cik-0001181412") == "spacex"


def test_a_company_declared_over_a_registrant_stands_once_in_the_table() -> None:
    nvidia = TABLE.get(NVDA)
    assert nvidia
    known = TABLE.with_declared([Company(id="nvidia", name="Nvidia", cik="0001045810", listings=nvidia.listings)])
    assert known.resolve("NVDA") == known.get("nvidia") == known.get(NVDA)
    assert len(known) == len(TABLE) == len({company.id for company in known}) == len({row.cik for row in ROWS})


def test_a_sector_is_what_is_declared_to_be_of_it() -> None:
    known = TABLE.with_declared([SPACEX])
    assert known.sector("aero-space") == known.sector("Aero Space") == {"spacex"}
    assert known.sector("aerospace") == frozenset()
    assert known.sectors == ("aero-space",)


def test_two_foreign_shares_with_one_ticker_are_told_apart_by_the_exchange_alone() -> None:
    one, two = (Company(id=x, name=x, listings=(Listing("ABC", x.upper()),)) for x in ("xlon", "xpar"))
    known = TABLE.with_declared([one, two])
    assert known.resolve("ABC") is None
    assert (known.resolve("ABC", "XLON"), known.resolve("ABC", "XPAR")) == (one, two)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("nvda", "did you mean `NVDA` (NVIDIA CORP)? tickers are written in upper case"),
        ("NVDX", "did you mean `NVDA` (NVIDIA CORP)?"),
        ("AMNZ", "did you mean `AMZN` (AMAZON COM INC)?"),
        ("Nvidea", "did you mean `NVDA` (NVIDIA CORP)?"),
        ("spacx", "did you mean `spacex`?"),
        ("0009999999", "no company with a ticker has that CIK; declare it with `cik` under rules/companies/"),
        ("anthropic", "a company without a ticker is declared under rules/companies/"),
        ("", "a company without a ticker is declared under rules/companies/"),
    ],
)
def test_a_hint_says_what_was_meant(text: str, hint: str) -> None:
    assert TABLE.with_declared([SPACEX]).suggest(text) == hint


def test_search_finds_beginnings_of_tickers_and_of_words_declared_companies_first() -> None:
    known = TABLE.with_declared([Company(id="amazing", name="Amazing Rio")])
    assert [c.id for c in search(known, "ama")] == ["amazing", AMZN]
    assert [c.label for c in search(known, "rio tin")] == ["RIO", "RTNTF"]
    assert [c.label for c in search(known, "nvda")] == ["NVDA"]
    assert [c.label for c in search(known, "rio", limit=1)] == ["RIO"]
    assert search(known, "") == search(known, "?") == search(known, "zzz") == []


@given(st.text(max_size=300), st.text(max_size=30))
def test_nothing_that_is_asked_raises(text: str, exchange: str) -> None:
    company = TABLE.resolve(text, exchange)
    assert company is None or TABLE.get(company.id) == company
    assert TABLE.suggest(text, exchange)
    search(TABLE, text)


@given(st.text(max_size=60))
def test_folding_a_folded_name_changes_nothing(text: str) -> None:
    assert fold_name(fold_name(text)) == fold_name(text)
    assert short_name(text) == "" or fold_name(text)


def test_every_registrant_is_found_by_its_id_cik_and_tickers() -> None:
    known = load_registrants()
    assert len(known) > 7000
    for company in known:
        assert company.cik and known.resolve(company.id) is known.resolve(company.cik) is company
        assert all(known.resolve(x.ticker, x.exchange) is company for x in company.listings)


def test_the_table_is_read_once() -> None:
    began = time.thread_time()
    assert load_registrants().registrants is load_registrants().registrants
    assert time.thread_time() - began < 1


def test_a_ticker_that_two_companies_have_is_the_larger_ones() -> None:
    larger, smaller = registrants().companies[NVDA], registrants().companies[AMZN]
    assert registrants().tickers["NVDA"] == larger.id != smaller.id


def test_a_letter_typed_twice_goes_before_a_larger_company() -> None:
    real = load_registrants()
    assert real.suggest("NKEE") == f"did you mean `NKE` ({real.registrants.companies['cik-0000320187'].name})?"
    assert real.suggest("MSTF").startswith("did you mean `MSFT`")
