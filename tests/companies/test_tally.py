"""From rows to what is held of each company: identifiers, the security master, share classes, options, cash."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.companies.delimited import BadFile
from alertd.companies.model import Company, Listing
from tests.companies.make import AMZN, GOOGL, NVDA, table, tally, weights

HYNIX = Company(id="sk-hynix", name="SK Hynix", listings=(Listing("000660", "XKRX"),))
SPACEX = Company(id="spacex", name="SpaceX", private=True)
KNOWN = table(HYNIX, SPACEX)

MASTER = """\
figi,isin,cusip,sedol,lei,cik,company,ticker,exchange,type,underlying
BBG000BBJQV0,US67066G1040,67066G104,2379504,549300S4KLFTLO7GSQ80,1045810,,,,,
,US02079K3059,02079K305,BYVY8G0,5493006MHB84DD0ZWV18,1652044,,,,,
,US02079K1079,02079K107,BYY88Y7,5493006MHB84DD0ZWV18,1652044,,,,,
,KR7000660001,,6450267,,,sk-hynix,000660,XKRX,,
,GB0007188757,,0718875,,863064,,RIO,XLON,,
,US7672041008,767204100,,,863064,,,,,
BBG00OPTION9,,,,,,,,,Option,67066G104
,XS0000000000,,,,,nobody knows,,,,
"""


def one(header: str, row: str, master: str = MASTER) -> str:
    """Give the company of the one row of a file; empty if nobody is known."""
    found = tally(f"{header},weight\n{row},1%\n", master, KNOWN)
    return next(iter(found.holdings.positions), "")


@pytest.mark.parametrize(
    ("header", "row", "company"),
    [
        ("ticker", "NVDA", NVDA),
        ("ticker", "BRK/B", "cik-0001067983"),
        ("ticker,exchange", "NVDA,XNAS", NVDA),
        ("ticker,exchange", "NVDA,NASDAQ", NVDA),
        ("ticker,exchange", "NVDA,XLON", ""),
        ("ticker,exchange", "000660,XKRX", "sk-hynix"),
        ("ticker,exchange", "RIO,XLON", "cik-0000863064"),
        ("ticker", "RIO LN", "cik-0000863064"),
        ("ticker,exchange", "000660,KS", "sk-hynix"),
        ("ticker", "NVDA US Equity", NVDA),
        ("ticker", "nvda", NVDA),
        ("ticker", "NVIDIA CORP", ""),  # a name is no ticker
        ("cik", "1045810", NVDA),
        ("cik", "0001045810", NVDA),
        ("cik", "9999999", ""),
        ("company", "spacex", "spacex"),
        ("company", "Nvidia", NVDA),
        ("isin", "US67066G1040", NVDA),
        ("isin", "us67066g1040", NVDA),
        ("isin", "US02079K1079", GOOGL),
        ("isin", "US0231351067", ""),
        ("cusip", "67066G104", NVDA),
        ("cusip", "67066G10", NVDA),
        ("cusip", "2079K305", ""),
        ("sedol", "2379504", NVDA),
        ("sedol", "BYVY8G", GOOGL),
        ("sedol", "718875", "cik-0000863064"),
        ("figi", "BBG000BBJQV0", NVDA),
        ("lei", "549300S4KLFTLO7GSQ80", NVDA),
        ("lei", "549300 S4KLFTLO7GSQ80", NVDA),
        ("isin,ticker", "US0000000000,NVDA", NVDA),
        ("figi", "BBG00OPTION9", NVDA),
    ],
)
def test_a_row_is_about_the_company_of_its_identifiers(header: str, row: str, company: str) -> None:
    assert one(header, row) == company


def test_an_isin_contains_a_cusip_or_a_sedol() -> None:
    master = "cusip,sedol,cik\n67066G104,,1045810\n,0718875,863064\n"
    assert one("isin", "US67066G1040", master) == NVDA
    assert one("isin", "GB0007188757", master) == "cik-0000863064"
    assert one("isin", "US67066G1041", master) == "", "a mistyped one contains nothing"


def test_without_a_security_master_licensed_identifiers_mean_nobody() -> None:
    assert one("isin", "US67066G1040", "") == ""


def test_the_surest_identifier_counts_and_a_contradiction_is_told() -> None:
    found = tally("isin,ticker,weight\nUS67066G1040,AMZN,1%\n", MASTER, KNOWN)
    assert list(found.holdings.positions) == [NVDA]
    assert found.report.doubts == (f"line 2: isin says {NVDA}, ticker says {AMZN}",)
    assert found.report.warnings[-1] == "1 rows have identifiers of different companies; the surest one counts"


@pytest.mark.parametrize(
    ("header", "row", "why"),
    [
        ("ticker", "XXXX", "unknown ticker"),
        ("isin,cusip", "US0231351067,023135106", "unknown isin, cusip"),
        ("isin", "US0231351068", "unknown isin: the isin has a wrong check digit"),
        ("cusip", "6.7066E+10", "an identifier that a spreadsheet has rounded"),
        ("ticker,name", ",Something", "no identifier"),
        ("ticker,type,underlying", "X1,call,YYYY", "unknown underlying"),
        ("ticker,type", "X1,call", "an option without an underlying"),
    ],
)
def test_a_row_without_a_company_says_why(header: str, row: str, why: str) -> None:
    (unmapped,) = tally(f"{header},weight\n{row},1%\n", MASTER, KNOWN).report.unmapped_rows
    assert (unmapped.line, unmapped.why, unmapped.weight) == (2, why, 0.01)


def test_share_classes_and_receipts_add_up_to_their_issuer() -> None:
    text = "isin,ticker,weight\nUS02079K3059,,2%\nUS02079K1079,,1.5%\n,GOOG,0.25%\nUS7672041008,,1%\n,RIO,-0.4%\n"
    assert weights(tally(text, MASTER, KNOWN)) == {"GOOGL": 3.75, "RIO": 0.6}


def test_a_short_stays_negative_and_a_hedged_company_is_held_with_what_is_left() -> None:
    found = tally("ticker,weight\nNVDA,-3%\nAMZN,2%\nGOOG,-1%\nGOOGL,1%\n")
    assert weights(found) == {"NVDA": -3, "AMZN": 2, "GOOGL": 0}
    assert (found.report.shorts, round(found.report.gross, 6), round(found.report.net, 6)) == (2, 0.07, -0.01)


def test_an_option_counts_for_its_underlying_by_delta() -> None:
    header = "ticker,type,underlying,quantity,delta,underlying_price,market_value,name"
    text = f"""{header}
NVDA,stock,,500,,,100000,Nvidia
NVDA 261218P00150000,put,,10,-0.4,200,5000,Nvidia put
,call,67066G104,5,0.6,200,3000,Nvidia call
,call,NVDA US Equity,1,1,200,20000,Nvidia call
,call,AMZN,-5,0.5,100,-700,Amazon call sold
"""
    found = tally(text, MASTER, KNOWN, nav=1_000_000)
    # 10 % of shares, less 10 x 100 x 200 x 0.4 by the put, and 5 x 100 x 200 x 0.6 and 100 x 200 by the calls
    assert weights(found) == {"NVDA": 10 - 8 + 6 + 2, "AMZN": -2.5}
    assert (found.report.securities, found.report.options) == (1, 4)


def test_cash_currencies_and_totals_are_counted_and_left_out() -> None:
    text = "type,ticker,weight\nEquity,NVDA,1%\nCash,USD,60%\nFX,EURUSD,30%\n,Total,100%\n"
    found = tally(text)
    assert weights(found) == {"NVDA": 1}
    assert (found.report.rows, found.report.securities, found.report.ignored) == (4, 1, 3)
    assert (found.report.unmapped, round(found.report.gross, 6)) == (0, 0.01)


def test_a_company_with_a_position_of_unknown_weight_is_held_without_one() -> None:
    found = tally("ticker,weight\nNVDA,1%\nNVDA,\nAMZN,2%\n")
    assert {h.label: h.unweighted for h in found.holdings.positions.values()} == {"NVDA": True, "AMZN": False}
    assert found.report.unweighted == 1


def test_a_row_with_a_number_that_cannot_be_read_counts_as_unmapped_but_its_company_is_held() -> None:
    found = tally("ticker,weight\nNVDA,8%\nAMZN,#REF! %\n")
    assert {h.label: h.unweighted for h in found.holdings.positions.values()} == {"NVDA": False, "AMZN": True}
    assert (found.report.unmapped, found.report.unmapped_share) == (1, 0.5)
    assert found.report.unmapped_rows[0].why == "weight: `#REF!` is not a number"


def test_the_unmapped_share_is_that_of_gross_or_of_the_rows_where_weights_are_missing() -> None:
    assert tally("ticker,weight\nNVDA,8%\nXXXX,-2%\n").report.unmapped_share == pytest.approx(0.2)
    assert tally("ticker\nNVDA\nAMZN\nGOOG\nXXXX\n").report.unmapped_share == 0.25


def test_the_largest_unmapped_rows_are_told_first_and_not_all() -> None:
    rows = "".join(f"X{i},{i}bp\n" for i in range(1, 40))
    report = tally(f"ticker,weight\nNVDA,90%\n{rows}").report
    assert report.unmapped == 39
    assert [row.written for row in report.unmapped_rows[:3]] == ["X39", "X38", "X37"]
    assert len(report.unmapped_rows) == 20


@pytest.mark.parametrize(
    ("text", "keys", "told"),
    [
        ("ticker,weight\nNVDA,2000%\n", {}, ("gross is 2000%: is `weight_unit` right?",)),
        ("ticker,weight\nNVDA,700%\nAMZN,-280%\n", {}, ()),
        ("ticker,weight\nNVDA,5\nAMZN,-7\n", {"weight_unit": "fraction"},
         ("gross is 1200%: is `weight_unit` right?",)),
        ("ticker,weight\nNVDA,0.05\nAMZN,0.03\n", {"weight_unit": "percent"},
         ("gross is only 0.08 %: is `weight_unit` right?",)),
        ("ticker,weight\nNVDA,4%\nAMZN,-2%\n", {}, ()),
        ("ticker,weight\nNVDA,0\n", {}, ()),
        ("ticker,market_value\nNVDA,40000\n", {"nav": 1e9}, ("gross is only 0.004 %: is `nav` right?",)),
    ],
)  # fmt: skip
def test_a_gross_that_is_more_probably_a_wrong_unit_is_pointed_out(
    text: str, keys: dict[str, Any], told: tuple[str, ...]
) -> None:
    assert tally(text, **keys).report.warnings == told


def test_columns_that_nobody_reads_are_listed() -> None:
    text = "ticker,Weight (%),Sector,,Date,Qty\nNVDA,8,Chips,,2026-11-27,500\n"
    report = tally(text, map={"weight": "Weight (%)"}, as_of="date").report
    assert report.unread == ("Sector", "Qty")


# --- the security master --------------------------------------------------------------------------------------


def test_rows_of_the_master_that_name_nobody_are_counted() -> None:
    assert tally("ticker,weight\nNVDA,10%\n", MASTER, KNOWN).report.warnings == (
        "1 of its rows name no known company",
    )


def test_an_identifier_that_stands_for_two_companies_means_neither() -> None:
    master = "cusip,ticker\n67066G104,NVDA\n67066G104,AMZN\n"
    found = tally("cusip,weight\n67066G104,10%\n", master)
    assert found.holdings.positions == {}
    assert found.report.warnings == (
        "1 identifiers stand for several companies and mean none, such as cusip 67066G104",
    )


def test_a_master_that_names_no_issuers_is_refused() -> None:
    with pytest.raises(BadFile, match="no column names the issuer") as refused:
        tally("cusip,weight\n67066G104,1%\n", "cusip,isin\n67066G104,US67066G1040\n")
    assert refused.value.hint == "map `cik`, `company` or `ticker`"


def test_types_in_the_master_are_written_as_freely_as_in_the_file() -> None:
    master = "cusip,cik,type,underlying\n67066G104,1045810,,\n,,,\nX12345678,,EQUITY-OPTION,67066G104\n"
    found = tally("cusip,weight\nX12345678,1%\n", master)
    assert (weights(found), found.report.options) == ({"NVDA": 1}, 1)


# --- always ---------------------------------------------------------------------------------------------------

ROWS = st.lists(
    st.tuples(st.sampled_from(["NVDA", "GOOG", "GOOGL", "AMZN", "XXXX"]), st.integers(-900, 900)),
    min_size=1,
    max_size=9,
)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows: list[tuple[str, int]], chance: random.Random) -> None:
    def text(of: list[tuple[str, int]]) -> str:
        return "ticker,weight\n" + "".join(f"{ticker},{weight}bp\n" for ticker, weight in of)

    mixed = list(rows)
    chance.shuffle(mixed)
    one, other = (tally(text(of), duplicate_rows="add") for of in (rows, mixed))
    assert weights(one) == weights(other)
    assert one.report.gross == pytest.approx(other.report.gross)


@given(ROWS)
def test_every_weight_is_held_or_unmapped(rows: list[tuple[str, int]]) -> None:
    text = "ticker,weight\n" + "".join(f"{ticker},{weight}bp\n" for ticker, weight in rows)
    report = tally(text, duplicate_rows="add").report
    missing = sum(weight for ticker, weight in rows if ticker == "XXXX")
    assert report.net * 10_000 + missing == pytest.approx(sum(weight for _, weight in rows), abs=1e-6)
    assert report.gross * 10_000 == pytest.approx(sum(abs(weight) for _, weight in rows), abs=1e-6)
    assert report.unmapped == sum(ticker == "XXXX" for ticker, _ in rows)
