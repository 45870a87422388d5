"""What a company is called in texts, made by rule from its name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.companies.aliases import aliases_of
from alertd.companies.gazetteer import Gazetteer, declared_names, registrants_names
from alertd.companies.model import Company
from alertd.companies.readable import readable_name
from alertd.companies.sec_answer import Row
from alertd.companies.table import load_registrants
from alertd.companies.well_known import well_known
from tests.companies.make import ROWS, registrants


def called(name: str) -> set[str]:
    return {" ".join(alias.words) for alias in aliases_of(Company(id="x", name=name))}


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("NVIDIA CORP", {"nvidia corp", "nvidia"}),
        ("BANK OF AMERICA CORP /DE/", {"bank of america corp", "bank of america"}),
        ("AMAZON COM INC", {"amazon com inc", "amazon com", "amazon"}),
        ("Amazon.com, Inc.", {"amazon com inc", "amazon com", "amazon"}),
        ("JOHNSON & JOHNSON", {"johnson johnson", "johnson and johnson"}),
        ("Johnson and Johnson", {"johnson johnson", "johnson and johnson"}),
        ("The Cigna Group", {"the cigna group", "cigna group", "cigna"}),
        ("MERCK & CO INC", {"merck co inc", "merck co", "merck", "merck and co inc", "merck and co"}),
        ("U.S. Bancorp", {"u s bancorp", "us bancorp"}),
        ("Telefonica S.A.", {"telefonica s a", "telefonica sa", "telefonica"}),
        ("Palantir Technologies Inc.", {"palantir technologies inc", "palantir technologies", "palantir"}),
        ("Vertiv Holdings Co", {"vertiv holdings co", "vertiv holdings", "vertiv"}),
    ],
)
def test_names_follow_from_a_name_by_rule(name: str, names: set[str]) -> None:
    assert called(name) == names


def test_aliases_and_former_names_are_names_too() -> None:
    company = Company(id="x", name="Meta Platforms", aliases=("Instagram",), former=("Facebook, Inc.",))
    assert {" ".join(alias.words) for alias in aliases_of(company)} >= {"instagram", "facebook inc", "facebook"}


def test_the_line_of_business_is_left_out_only_where_nobody_else_begins_so() -> None:
    rows = (
        *ROWS,
        Row("0000000001", "Zorbex Energy Inc", "ZE", "NYSE"),
        Row("0000000002", "Zorbex Pharma", "ZP", "NYSE"),
    )
    table = registrants(*rows, Row("0000000003", "Quelmo Systems Corp", "QS", "NYSE"))
    names = registrants_names(table.companies, table.tickers)
    assert names.get(("zorbex",)) is None
    found = names.get(("quelmo",))
    assert found is not None
    assert found.companies == ("cik-0000000003",)


def test_what_two_companies_are_called_names_both_the_larger_first() -> None:
    table = registrants()
    found = registrants_names(table.companies, table.tickers).get(("rio", "tinto"))
    assert found is not None
    assert found.companies[0] == "cik-0000863064"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("NVIDIA CORP", "Nvidia"),
        ("Apple Inc.", "Apple"),
        ("BANK OF AMERICA CORP /DE/", "Bank of America"),
        ("ELI LILLY & Co", "Eli Lilly"),
        ("INTERNATIONAL BUSINESS MACHINES CORP", "International Business Machines"),
        ("CVS HEALTH Corp", "CVS Health"),
        ("3M CO", "3M"),
        ("eBay Inc", "eBay"),
        ("AT&T INC.", "AT&T"),
        ("JOHNSON & JOHNSON", "Johnson & Johnson"),
        ("Inc", "Inc"),
    ],
)
def test_a_shouted_name_is_written_as_people_read_it(written: str, read: str) -> None:
    assert readable_name(written) == read


def test_every_ticker_of_the_well_known_is_a_registrants_and_every_id_is_one() -> None:
    tickers = load_registrants().registrants.tickers
    lines = well_known()
    assert len(lines) > 500
    assert [line.key for line in lines if line.is_registrant and line.key not in tickers] == []
    assert len({line.key for line in lines}) == len(lines)


@given(st.text(max_size=250), st.lists(st.text(max_size=60), max_size=4))
def test_any_name_has_words_that_find_it(name: str, aliases: list[str]) -> None:
    company = Company(id="x", name=name, aliases=tuple(aliases))
    names = declared_names([company], Gazetteer(()), str)
    for alias in aliases_of(company):
        assert names.get(alias.words) is not None
        assert alias.words
    assert readable_name(name) or not name
