"""The rows of a positions file: what each is, what it weighs, and the date of them all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.companies.delimited import BadFile
from alertd.companies.positions import Positions
from tests.companies.make import positions


def one(header: str, row: str, **keys: Any) -> float | None:
    """Give the weight of the one row of a file, in percent."""
    (found,) = positions(f"{header}\n{row}\n", **keys).rows
    assert found.problem == ""
    return None if found.weight is None else round(found.weight * 100, 6)


def problem(header: str, row: str, **keys: Any) -> str:
    (found,) = positions(f"{header}\n{row}\n", **keys).rows
    assert found.weight is None
    return found.problem


def fault(text: str, **keys: Any) -> tuple[str, str, str]:
    with pytest.raises(BadFile) as refused:
        positions(text, **keys)
    return str(refused.value), refused.value.hint, refused.value.key


# --- weights --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "row", "keys", "percent"),
    [
        ("ticker,weight", "NVDA,8.0%", {}, 8),
        ("ticker,weight", "NVDA,80bp", {}, 0.8),
        ("ticker,weight (%)", "NVDA,8", {"map": {"weight": "weight (%)"}}, 8),
        ("ticker,wgt_bps", "NVDA,80", {"map": {"weight": "wgt_bps"}}, 0.8),
        ("ticker,weight", "NVDA,80", {"weight_unit": "bp"}, 0.8),
        ("ticker,weight", "NVDA,0.08", {"weight_unit": "fraction"}, 8),
        ("ticker;weight", "NVDA;8,25%", {}, 8.25),
        ("ticker,weight", "NVDA,(2.5%)", {}, -2.5),
        ("ticker,weight", "NVDA,-2.5%", {}, -2.5),
        ("ticker,weight,quantity", "NVDA,2.5%,-100", {}, -2.5),
        ("ticker,weight,quantity", "NVDA,-2.5%,-100", {}, -2.5),
        ("ticker,weight,quantity", "NVDA,-2.5%,100", {}, -2.5),
        ("ticker,market_value", 'NVDA,"80,000"', {"nav": 1_000_000}, 8),
        ("ticker,market_value,quantity", "NVDA,80000,-5", {"nav": 1_000_000}, -8),
        ("ticker,quantity,price", "NVDA,100,200", {"nav": 1_000_000}, 2),
        ("ticker,quantity,price,fx", "NVDA,-100,200,1.25", {"nav": 1_000_000}, -2.5),
        ("ticker,market_value,nav", "NVDA,80000,1000000", {}, 8),
        ("ticker,market_value", "NVDA,80000", {"nav": "net"}, 100),
        ("ticker,market_value", "NVDA,80000", {}, None),
        ("ticker,weight", "NVDA,", {}, None),
        ("ticker,weight", "NVDA,n/a", {}, None),
        ("ticker", "NVDA", {}, None),
        ("ticker,weight,market_value", "NVDA,,80000", {"nav": 1_000_000}, 8),
        ("ticker,weight", 'NVDA,"=""8%"""', {}, 8),
    ],
)
def test_a_position_weighs_what_the_file_says(
    header: str, row: str, keys: dict[str, object], percent: float | None
) -> None:
    assert one(header, row, **keys) == percent


@pytest.mark.parametrize(
    ("header", "row", "keys", "percent"),
    [
        # two contracts of a hundred shares at 200, by delta
        ("ticker,type,quantity,delta,underlying_price", "NVDA,call,2,0.5,200", {"nav": 1_000_000}, 2),
        ("ticker,type,quantity,delta,underlying_price", "NVDA,put,2,0.5,200", {"nav": 1_000_000}, -2),
        ("ticker,type,quantity,delta,underlying_price", "NVDA,put,2,-0.5,200", {"nav": 1_000_000}, -2),
        ("ticker,type,quantity,delta,underlying_price", "NVDA,put,-2,-0.5,200", {"nav": 1_000_000}, 2),
        ("ticker,type,quantity,delta,underlying_price", "NVDA,call,-2,0.5,200", {"nav": 1_000_000}, -2),
        ("ticker,type,quantity,delta,underlying_price", "NVDA,option,2,-0.5,200", {"nav": 1_000_000}, -2),
        ("ticker,type,quantity,delta,underlying_price,multiplier", "NVDA,call,2,0.5,200,10", {"nav": 1e6}, 0.2),
        ("ticker,type,quantity,delta,underlying_price,fx", "NVDA,call,2,0.5,200,2", {"nav": 1_000_000}, 4),
        ("ticker,quantity,delta,underlying_price", "NVDA 261218P00150000,2,0.5,200", {"nav": 1_000_000}, -2),
        ("ticker,quantity,delta,underlying_price", "NVDA US 12/18/26 P150 Equity,2,0.5,200", {"nav": 1_000_000}, -2),
        ("ticker,quantity,delta,underlying_price", "NVDA 12/18/26 C150.5,2,-0.5,200", {"nav": 1_000_000}, 2),
        (
            "ticker,type,quantity,delta,underlying_price",
            "NVDA,P,2,0.5,200",
            {"nav": 1e6, "types": {"option": ["P"]}},
            -2,
        ),
        ("ticker,type,exposure", "NVDA,put,-30000", {"nav": 1_000_000}, -3),
        ("ticker,type,weight,delta", "NVDA,call,4%,0.5", {}, 2),
        ("ticker,type,weight,delta,quantity", "NVDA,call,4%,0.5,-3", {}, -2),
        ("ticker,type,weight,delta", "NVDA,call,4%,", {}, None),
        ("ticker,type,weight", "NVDA,call,4%", {}, 4),
        ("ticker,type,market_value", "NVDA,call,5000", {"nav": 1_000_000}, None),
    ],
)
def test_an_option_weighs_what_its_underlying_would_by_delta(
    header: str, row: str, keys: dict[str, object], percent: float | None
) -> None:
    assert one(header, row, **keys) == percent


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("NVDA,call,4%,1.5", "delta: 1.5 lies outside -1 and 1"),
        ("NVDA,call,much,0.5", "weight: `much` is not a number"),
        ("NVDA,call,=1+1,0.5", "weight: `=1+1` is not a number"),
        ("NVDA,call,4%,#REF!", "delta: `#REF!` is not a number"),
    ],
)
def test_a_number_that_cannot_be_read_is_told_with_its_row(row: str, told: str) -> None:
    assert problem("ticker,type,weight,delta", row, weight_unit="percent") == told


@pytest.mark.parametrize("price", ["1e99", "12345678901234567890e99", "1e9"])
def test_a_weight_beyond_all_bounds_is_none(price: str) -> None:
    header = "ticker,quantity,price,fx"
    assert problem(header, f"NVDA,1e99,{price},{price}", nav=1_000.0).startswith("a weight of ")


def test_a_weight_without_a_unit_is_not_guessed_at() -> None:
    told = ("the weight `8` has no unit", "set `weight_unit`", "weight_unit")
    assert fault("ticker,weight\nNVDA,8\n") == told
    assert positions("ticker,weight\nNVDA,0\nAMZN,0.0\n").rows[0].weight == 0


def test_a_file_with_two_decimal_signs_is_not_guessed_at() -> None:
    message = "`0.5%` has a decimal point, `0,7%` a decimal comma"
    assert fault("ticker;weight\nA;0.5%\nB;0,7%\n") == (message, "set `decimal`", "decimal")
    assert positions("ticker;weight\nA;0.5%\nB;0,7%\n", decimal=",").rows[0].problem


def test_a_number_that_could_be_a_thousand_times_as_much_is_pointed_out() -> None:
    text = "ticker;quantity;price\nNVDA;1.234;10\n"
    assert positions(text, nav=1e6).warnings == ["`1.234` is read with a decimal point; set `decimal`"]
    assert one("ticker;quantity;price", "NVDA;1.234;10", nav=1e6, decimal=",") == 1.234


def test_market_values_are_shares_of_the_net_or_gross_sum() -> None:
    text = "ticker,market_value\nNVDA,600\nAMZN,-200\nUSD CASH,100\nTotal,500\n"
    net, gross = (positions(text, nav=kind) for kind in ("net", "gross"))
    assert [row.weight for row in net.rows[:2]] == [1.2, -0.4]
    assert [row.weight for row in gross.rows[:2]] == [600 / 900, -200 / 900]


def test_a_net_sum_near_nothing_is_no_measure() -> None:
    text = "ticker,market_value\nNVDA,600\nAMZN,-590\n"
    assert fault(text, nav="net") == (
        "the net sum is only 0.8% of gross", "set `nav` to the portfolio's value", "nav"
    )  # fmt: skip


def test_a_column_of_the_portfolios_value_must_say_one_value() -> None:
    assert fault("ticker,market_value,nav\nA,1,10\nB,1,20\n")[0] == "column nav holds 2 different values"


def test_what_a_person_should_look_at_is_pointed_out() -> None:
    assert positions("ticker\nNVDA\n").warnings == [
        "no weight is known; map `weight`, or `market_value` and give `nav`"
    ]
    assert positions("ticker,weight,quantity\nNVDA,-2%,5\n").warnings == [
        "1 rows have a positive quantity and a negative weight; they count as short"
    ]
    assert positions("ticker,type,weight\nNVDA,call,2%\n").warnings == [
        "there is no delta, so options count with the weight that the file gives them"
    ]


@given(st.floats(-0.9, 0.9), st.integers(-500, 500), st.floats(1, 900))
def test_selling_an_option_is_the_opposite_of_buying_it(delta: float, contracts: int, price: float) -> None:
    header = "ticker,type,quantity,delta,underlying_price"
    bought, sold = (
        one(header, f"NVDA,option,{count},{delta:.6f},{price:.4f}", nav=1e9) for count in (contracts, -contracts)
    )
    assert bought is not None
    assert bought == -(sold or 0)


# --- what a row is --------------------------------------------------------------------------------------------


def sorts(text: str, **keys: Any) -> list[str]:
    return [row.sort for row in positions(text, **keys).rows]


def test_cash_and_currencies_are_known_by_their_type_or_their_name() -> None:
    text = (
        "type,ticker,name,weight\nEquity,NVDA,Nvidia,1%\nCash,USD,Dollars,1%\nFX-Forward,EURUSD,Forward,1%\n"
        ",USD CURNCY,,1%\n,CASH_EUR,,1%\n,,Cash,1%\nEquity,CASH,Pathward,1%\n"
    )
    assert sorts(text) == ["security", "cash", "cash", "cash", "cash", "cash", "security"]


def test_totals_are_no_positions() -> None:
    assert sorts("ticker,name,weight\nNVDA,Nvidia,1%\n,Total,100%\n,Grand Total,100%\n,Subtotal equities,100%\n") == [
        "security", "total", "total", "total",
    ]  # fmt: skip
    assert sorts("company,weight\nTotal SA,1%\nTOTAL:,100%\nSub total,3%\n") == ["security", "total", "total"]


def test_the_words_for_types_can_be_set() -> None:
    text = "type,ticker,weight\nOpt,NVDA,1%\nLiq,EUR,1%\nBond,X,1%\n"
    own = {"option": ["opt"], "cash": ["liq"], "ignore": ["bond"]}
    assert sorts(text, types=own) == ["option", "cash", "ignored"]


def test_an_option_is_known_by_its_symbol_and_names_its_underlying() -> None:
    (row,) = positions("ticker,weight\nNVDA  261218C00150000,1%\n").rows
    assert (row.sort, row.underlying) == ("option", "NVDA")


@pytest.mark.parametrize(
    ("ticker", "ids"),
    [
        ("NVDA US Equity", {"ticker": "NVDA"}),
        ("NVDA UW", {"ticker": "NVDA"}),
        ("VOD LN", {"ticker": "VOD", "exchange": "XLON"}),
        ("000660 KS Equity", {"ticker": "000660", "exchange": "XKRX"}),
        ("BRK/B US", {"ticker": "BRK/B"}),
        ("nvda", {"ticker": "NVDA"}),
        ("n/a", {}),
    ],
)
def test_tickers_may_be_written_as_bloomberg_does(ticker: str, ids: dict[str, str]) -> None:
    assert positions(f"ticker,weight\n{ticker},1%\n").rows[0].ids == ids


# --- rows and dates -------------------------------------------------------------------------------------------


def test_a_file_without_a_column_of_identifiers_is_refused() -> None:
    message, hint, key = fault("name,weight\nNvidia,1%\n")
    assert (message, key) == ("no column says what is held", "map")
    assert hint == "map one of ticker, cik, isin, cusip, sedol, figi"


def test_a_file_without_rows_is_refused() -> None:
    assert fault("ticker,weight\n")[:2] == ("the file has no rows", "an empty portfolio is written as `holdings: []`")


DOUBLE = "ticker,weight\nNVDA,1%\nAMZN,2%\nNVDA,1%\nNVDA,3%\n"


@pytest.mark.parametrize(("how", "rows"), [("once", 3), ("add", 4)])
def test_a_row_that_stands_there_twice_counts_as_told(how: str, rows: int) -> None:
    found = positions(DOUBLE, duplicate_rows=how)
    assert (len(found.rows), found.duplicates) == (rows, 1)


def test_a_row_that_stands_there_twice_may_refuse_the_file() -> None:
    message, hint, _ = fault(DOUBLE, duplicate_rows="refuse")
    assert (message, hint) == ("line 4 repeats line 2", "mend the file, or set `duplicate_rows`")


def dated(*dates: str, style: str = "%Y-%m-%d") -> Positions:
    rows = "".join(f"NVDA,{i + 1}%,{date}\n" for i, date in enumerate(dates))
    return positions(f"ticker,weight,date\n{rows}", as_of="date", date_format=style)


@pytest.mark.parametrize(
    ("written", "style"),
    [("2026-11-26", "%Y-%m-%d"), ("26/11/2026", "%d/%m/%Y"), ("20261126", "%d/%m/%Y"), ("26.11.26", "%d.%m.%y"),
     ("2026-11-26T18:00:00Z", "%d/%m/%Y"), ("2026-11-26 18:00", "%d/%m/%Y")],
)  # fmt: skip
def test_dates_are_read_as_told_or_as_iso(written: str, style: str) -> None:
    assert dated(written, style=style).as_of == "2026-11-26"


def test_without_a_column_the_files_own_date_counts() -> None:
    assert positions("ticker,weight\nNVDA,1%\n", modified="2026-11-25").as_of == "2026-11-25"


@pytest.mark.parametrize(
    ("written", "at"),
    [
        (["2026-11-26T18:00:00Z"], "2026-11-26T18:00:00+00:00"),
        (["2026-11-26 06:30", "2026-11-26 06:30"], "2026-11-26T06:30:00"),
        (["2026-11-26"], None),
        (["2026-11-26 06:30", "2026-11-26 06:45"], None),
    ],
)
def test_the_moment_of_the_positions_is_known_where_all_rows_state_it(written: list[str], at: str | None) -> None:
    found = dated(*written)
    assert (found.as_of, found.at and found.at.isoformat()) == ("2026-11-26", at)


def test_of_several_dates_the_oldest_counts_and_that_is_said() -> None:
    found = dated("2026-11-26", "", "2026-11-24")
    assert found.as_of == "2026-11-24"
    assert found.warnings == ["rows are of 2 different dates, 2026-11-24 to 2026-11-26; the oldest counts"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ticker,weight,date\nNVDA,1%,\n", ("column `date` holds no date", "", "as_of")),
        ("ticker,weight,date\nNVDA,1%,soon\n",
         ("`soon` is not a date", "set `date_format`; now it is %Y-%m-%d", "date_format")),
        ("ticker,weight,dates\nNVDA,1%,x\n", ("there is no column `date`", "did you mean `dates`?", "as_of")),
    ],
)  # fmt: skip
def test_a_date_that_cannot_be_read_refuses_the_file(text: str, told: tuple[str, str, str]) -> None:
    assert fault(text, as_of="date") == told
