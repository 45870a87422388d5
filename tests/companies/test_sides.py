"""Long or short: by a column of words, and by columns that nobody reads and that contradict the weights."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.companies.delimited import BadFile
from alertd.companies.sides import side_of
from tests.companies.make import positions

PERCENT: dict[str, Any] = {"weight_unit": "percent"}


def read(text: str, **keys: Any) -> list[float | None]:
    """Give the weights of the rows, in percent."""
    return [None if r.weight is None else round(r.weight * 100, 6) for r in positions(text, **PERCENT | keys).rows]


def refused(text: str, **keys: Any) -> tuple[str, str, str]:
    with pytest.raises(BadFile) as fault:
        positions(text, **PERCENT | keys)
    return str(fault.value), fault.value.hint, fault.value.key


def warned(text: str, **keys: Any) -> list[str]:
    return positions(text, **PERCENT | keys).warnings


# --- columns that nobody reads --------------------------------------------------------------------------------


def test_a_quantity_that_is_not_read_and_says_short_refuses_the_file() -> None:
    text = "ticker;weight;Qty\nNVDA;3,4;800\nGD;1,2;-500\n"
    told = "by column `Qty`, which is not read, GD in line 3 is short"
    assert refused(text) == (told, "add `quantity: Qty` to `map`", "map")
    assert read(text, map={"quantity": "Qty"}) == [3.4, -1.2]


@pytest.mark.parametrize(
    ("header", "words", "hint"),
    [
        ("L/S", ("L", "S"), "side: L/S"),
        ("Long/Short", ("Long", "Short"), "side: Long/Short"),
        ("LongShort Indicator", ("LONG", "SHORT"), "side: LongShort Indicator"),
        ("Position", ("Long", "Short"), "side: Position"),
        ("Position", ("5", "-5"), "quantity: Position"),
        ("Shares held", ("5", "(5)"), "quantity: Shares held"),
        ("Qty: net", ("1.000,00", "1.000,00-"), "quantity: 'Qty: net'"),
        ("# of shares", ("5", "\u22125"), "quantity: '# of shares'"),
    ],
)
def test_columns_that_say_a_side_are_known_by_their_names(header: str, words: tuple[str, str], hint: str) -> None:
    text = f"ticker;weight;{header}\nNVDA;3;{words[0]}\nGD;1;{words[1]}\nJNJ;2;{words[1]}\n"
    told = f"by column `{header}`, which is not read, 2 rows such as GD in line 3 are short"
    assert refused(text) == (told, f"add `{hint}` to `map`", "map")


@pytest.mark.parametrize(
    "text",
    [
        "ticker,weight,Qty\nNVDA,3,800\nGD,-1,-500\n",
        "ticker,weight,Qty\nNVDA,3,800\nGD,-1,500\n",
        "ticker,weight,L/S\nNVDA,3,L\nGD,-1,S\n",
        "ticker,weight,Qty\nNVDA,3,800\nUSD CASH,1,-500\nTotal,4,-1\n",
        "ticker,weight,quantity,Qty settled\nNVDA,3,800,-800\n",
        "ticker,weight,side,Qty\nNVDA,3,L,-800\n",
        "ticker,weight,Qty traded\nNVDA,3,-800\n",
        "ticker,weight,Side of rating\nNVDA,3,Sell\n",
        "ticker,weight,Size\nNVDA,3,S\n",
        "ticker,weight,Sector\nNVDA,3,-1\n",
        "ticker,weight,Qty\nNVDA,,-800\nGD,3,500\n",
    ],
)
def test_what_agrees_or_says_nothing_of_the_position_raises_no_doubt(text: str) -> None:
    assert warned(text) == []


def test_words_count_although_a_quantity_without_signs_is_read() -> None:
    text = "ticker,weight,quantity,L/S\nNVDA,3,800,L\nGD,1,500,S\n"
    assert refused(text)[1] == "add `side: L/S` to `map`"


def test_options_are_short_by_what_is_sold_and_not_by_their_delta() -> None:
    header = "ticker,type,underlying,weight,delta,Qty"
    assert warned(f"{header}\n,put,NVDA,4,-0.5,3\n") == []
    assert "line 2 is short" in refused(f"{header}\n,put,NVDA,4,-0.5,-3\n")[0]
    assert read("type,ticker,exposure,Qty\nput,NVDA,30000,-3\n", nav=1e6) == [3]


def test_a_value_that_is_not_read_and_says_short_is_warned_of() -> None:
    assert warned("ticker,weight,Value (USD)\nNVDA,3,800\nGD,1,-500\n") == [
        "by column `Value (USD)`, which is not read, GD in line 3 is short; check the signs of the weights"
    ]


def test_a_side_in_words_that_nobody_knows_is_warned_of() -> None:
    assert warned("ticker,weight,Side code\nNVDA,3,X1\n") == [
        "column `Side code` is not read; if it says long or short, add `side: Side code` to `map`"
    ]


# --- columns that are read ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "keys", "percent"),
    [
        ("ticker,weight,side\nGD,1.2,S\n", {}, -1.2),
        ("ticker,weight,Side\nGD,1.2,Short\n", {}, -1.2),
        ("ticker,weight,L/S\nGD,1.2,SELL_SHORT\n", {"map": {"side": "L/S"}}, -1.2),
        ("ticker,weight,side\nGD,1.2,Long\n", {}, 1.2),
        ("ticker,weight,side\nGD,1.2,\n", {}, 1.2),
        ("ticker,weight,side\nGD,1.2,-1\n", {}, -1.2),
        ("ticker,weight,side\nGD,-1.2,S\n", {}, -1.2),
        ("ticker,quantity,price,side\nGD,500,20,S\n", {"nav": 1e6}, -1),
        ("ticker,market_value,side\nGD,10000,S\n", {"nav": 1e6}, -1),
        ("ticker,type,quantity,delta,underlying_price,side\nGD,put,5,0.5,40,S\n", {"nav": 1e6}, 1),
        ("ticker,type,weight,delta,side\nGD,call,4,0.5,S\n", {}, -2),
        ("ticker,weight,market_value\nGD,1.2,-500\n", {}, -1.2),
        ("ticker,weight,market_value,quantity\nGD,1.2,-500,40\n", {}, 1.2),
        ("ticker,weight,exposure\nGD,1.2,-500\n", {}, -1.2),
    ],
)
def test_a_side_or_a_negative_value_makes_a_short(text: str, keys: dict[str, Any], percent: float) -> None:
    assert read(text, **keys) == [percent]


def test_a_side_that_is_no_side_is_a_problem_of_its_row() -> None:
    (row,) = positions("ticker,weight,side\nGD,1.2,Sideways\n", **PERCENT).rows
    assert (row.weight, row.problem) == (None, "side: `Sideways` is neither long nor short")


def test_columns_that_contradict_one_another_are_pointed_out() -> None:
    assert warned("ticker,weight,market_value\nGD,1.2,-500\n") == [
        "1 rows have a negative value and a positive weight; they count as short"
    ]
    assert warned("ticker,weight,side\nGD,-1.2,L\n") == [
        "1 rows have a side that is long and a negative weight or quantity; they count as short"
    ]


@given(st.integers(-(10**9), 10**9).filter(bool), st.sampled_from(["{}", "{}.5", "{},5", "{:,}"]))
def test_a_signed_number_is_a_side_however_it_is_written(number: int, style: str) -> None:
    assert side_of(style.format(number)) == ("short" if number < 0 else "long")
