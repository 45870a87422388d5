"""Tags of wires, cashtags, RICs, ISINs and CIKs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.companies.model import Company, Listing
from alertd.companies.securities_named import SecurityNames
from alertd.companies.tags import tags_in, tags_of_category
from tests.companies.make import AMZN, GOOGL, NVDA, table

VEGA = Company(id="vega", name="Vega Grid", listings=(Listing("VGRD", "XLON"),), isins=("GB00BH4HKS39",))
WHO = SecurityNames(table(VEGA), {"US67066G1040": NVDA}, {})


def found(text: str) -> list[str | None]:
    return [tag.company for tag in tags_in(text, WHO) if tag.sure]


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("(NASDAQ: NVDA)", NVDA),
        ("(Nasdaq:NVDA)", NVDA),
        ("(NASDAQ GS: NVDA)", NVDA),
        ("(Nasdaq Global Select Market: NVDA)", NVDA),
        ("(NASDAQ: $NVDA)", NVDA),
        ("NYSE: BAC rises", "cik-0000070858"),
        ("NYSE:BAC", "cik-0000070858"),
        ("(NYSE: BRK.B)", "cik-0001067983"),
        ("(NYSE: NVDA)", NVDA),
        ("(LSE: VGRD)", "vega"),
        ("$NVDA", NVDA),
        ("up: $BRK.B, again", "cik-0001067983"),
        ("[NVDA]", NVDA),
        ("<NVDA.O>", NVDA),
        ("NVDA.OQ", NVDA),
        ("VGRD.L", "vega"),
        ("NVDA US Equity", NVDA),
        ("VGRD LN Equity", "vega"),
        ("ISIN US67066G1040", NVDA),
        ("GB00BH4HKS39", "vega"),
        ("CIK 0001045810", NVDA),
        ("CIK: 1045810", NVDA),
        ("NVIDIA CORP (0001045810) (Filer)", NVDA),
        ("(NASDAQ: QQQQQ)", None),
        ("(0001999999)", None),
    ],
)
def test_a_tag_says_who_is_meant(text: str, company: str | None) -> None:
    assert found(text) == [company]


@pytest.mark.parametrize(
    "text",
    ["US67066G1041", "$B", "$1B", "US$M", "nvda", "U.S", "a.O", "NVDA.XX", "Time: NVDA", "at 10: ON", "(XYZ: NVDA)",
     "VGRD.O", "(LSE: NVDA)", "[OPEN]", "[ON]", "$nvda", "A$NVDA"],
)  # fmt: skip
def test_what_only_resembles_a_tag_is_none(text: str) -> None:
    assert found(text) == []


def test_several_tickers_in_one_bracket_are_one_companys() -> None:
    (tag,) = tags_in("Alphabet (NASDAQ: GOOG, GOOGL) said", WHO)
    assert (tag.company, tag.written) == (GOOGL, "NASDAQ: GOOG, GOOGL")
    assert "Alphabet (NASDAQ: GOOG, GOOGL) said"[tag.start : tag.end] == "NASDAQ: GOOG, GOOGL"


def test_two_exchanges_in_one_bracket_are_two_tags() -> None:
    assert found("Vega (NASDAQ: AMZN; LSE: VGRD)") == [AMZN, "vega"]


@pytest.mark.parametrize(
    ("category", "company"), [("Nasdaq:NVDA", NVDA), ("US67066G1040", NVDA), ("$NVDA", NVDA), ("NVDA.O", NVDA)]
)
def test_a_category_may_hold_a_tag(category: str, company: str) -> None:
    assert [tag.company for tag in tags_of_category(category, WHO)] == [company]


@pytest.mark.parametrize("category", ["ON", "OPEN", "NVDA", "Technology", "", "Nasdaq:QQQQQ"])
def test_a_bare_word_in_a_category_is_no_tag(category: str) -> None:
    assert list(tags_of_category(category, WHO)) == []


@given(st.text(max_size=300) | st.text("(NASDQYE: $.,;)[]<>VOL0123456789CIK& ", max_size=300))
def test_tags_of_any_text_lie_in_it(text: str) -> None:
    for tag in tags_in(text, WHO):
        assert 0 <= tag.opens <= tag.start < tag.end <= len(text)
