"""Numbers and weights, however a system or a person writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.companies.numbers import (
    BadNumber,
    Decimal,
    Unit,
    decimal_of,
    parse_number,
    parse_weight,
    to_weight,
    unit_of_header,
)

POINT: Decimal = "."
COMMA: Decimal = ","


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1234.5", 1234.5), ("1,234.5", 1234.5), ("1,234,567", 1234567), ("1'234.50", 1234.5), ("1 234.5", 1234.5),
        ("1\u00a0234.5", 1234.5), ("1\u202f234.5", 1234.5), ("1_234", 1234), (".5", 0.5), ("5.", 5), ("+5", 5),
        ("(1,234)", -1234), ("($1,234.00)", -1234), ("-1,234", -1234), ("1,234-", -1234), ("−1234", -1234),
        ("–5", -5), ("$5.25", 5.25), ("5.25 USD", 5.25), ("-€1,000", -1000), ("£12", 12), ("1.5E+3", 1500),
        ("2.5e-4", 0.00025), ("0", 0), ("-0", 0), ("（5）", None), ("1,234．5", 1234.5), ("１２", 12),
    ],
)  # fmt: skip
def test_numbers_with_a_point_are_read(cell: str, value: float | None) -> None:
    if value is None:
        with pytest.raises(BadNumber):
            parse_number(cell)
    else:
        assert parse_number(cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1.234,5", 1234.5), ("1.234.567", 1234567), ("0,5", 0.5), ("(1.234,50)", -1234.5), ("1 234,50 EUR", 1234.5),
     ("1234,5-", -1234.5), ("12", 12)],
)  # fmt: skip
def test_numbers_with_a_comma_are_read(cell: str, value: float) -> None:
    assert parse_number(cell, COMMA) == value


@pytest.mark.parametrize(
    "cell",
    ["", "x", "1,23", "1,2345", "12,34,567", "1.2.3", "1,234,56", "--5", "(5", "5)", "((5))", "1e999", "nan", "inf",
     "Infinity", "=1+1", '="5"', "#REF!", "#DIV/0!", "5 %", "0x10", "²", "5 5x", "1" * 30, "1-2", "$"],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_or_in_none_is_refused(cell: str) -> None:
    with pytest.raises(BadNumber):
        parse_number(cell)


@pytest.mark.parametrize("cell", ["1,234.5", "1.5", "12.34", "1.23.456"])
def test_a_point_where_commas_are_decimal_is_refused(cell: str) -> None:
    with pytest.raises(BadNumber, match="not a number"):
        parse_number(cell, COMMA)


@given(st.floats(-1e12, 1e12).map(lambda x: round(x, 4)))
def test_a_number_is_the_same_in_every_style(number: float) -> None:
    point = f"{number:,.4f}"
    assert parse_number(point) == parse_number(point.translate(str.maketrans(",.", ".,")), COMMA) == number
    if number < 0:
        assert parse_number(f"({point[1:]})") == parse_number(f"{point[1:]}-") == number


@given(st.text(max_size=30), st.sampled_from([POINT, COMMA]))
def test_any_text_is_a_finite_number_or_refused(text: str, decimal: Decimal) -> None:
    try:
        value = parse_number(text, decimal)
    except BadNumber:
        return
    assert abs(value) < 1e120


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [
        (["1,234.5"], POINT), (["0.5"], POINT), (["1.234,5"], COMMA), (["0,5"], COMMA), (["12,5", "1.234"], COMMA),
        (["1.234.567"], COMMA), (["1,234,567"], POINT), (["1,234"], POINT), ([], POINT), (["x", ""], POINT),
        (["1,234", "0.5"], POINT), (["(1.234,50)"], COMMA), (["0.125"], POINT), (["1234.567"], POINT),
    ],
)  # fmt: skip
def test_the_numbers_of_a_file_tell_the_decimal_sign(cells: list[str], decimal: Decimal) -> None:
    assert decimal_of(cells) == decimal


def test_a_file_with_both_signs_is_not_guessed_at() -> None:
    with pytest.raises(BadNumber, match=r"`0\.5` has a decimal point, `0,7` a decimal comma"):
        decimal_of(["100", "0.5", "0,7"])


@pytest.mark.parametrize(
    ("cell", "unit", "weight"),
    [("8.0%", None, 0.08), ("80bp", None, 0.008), ("80 bps", None, 0.008), ("8 pct", None, 0.08), ("8％", None, 0.08),
     ("(2%)", None, -0.02), ("-2 %", None, -0.02), ("8", "percent", 0.08), ("80", "bp", 0.008), ("8%", "bp", 0.08),
     ("0.08", "fraction", 0.08), ("2%-", None, None), ("8", None, None), ("%", None, None), ("5 kg", "bp", None)],
)  # fmt: skip
def test_a_weight_has_its_own_unit_or_that_of_the_column(cell: str, unit: Unit | None, weight: float | None) -> None:
    if weight is None:
        with pytest.raises(BadNumber):
            to_weight(cell, POINT, unit)
    else:
        assert to_weight(cell, POINT, unit) == pytest.approx(weight)


@pytest.mark.parametrize(
    ("name", "unit"),
    [("Weight (%)", "percent"), ("wgt_bps", "bp"), ("Pct NAV", "percent"), ("Weight in bp", "bp"),
     ("fraction", "fraction"), ("weight", None), ("subpct", None), ("", None)],
)  # fmt: skip
def test_the_name_of_a_column_may_tell_the_unit(name: str, unit: Unit | None) -> None:
    assert unit_of_header(name) == unit


@pytest.mark.parametrize(
    ("value", "hint"),
    [("8.0", "such as 8.0% or 80bp"), (8, "such as 8%"), (0.08, "such as 0.08%"), (True, "a number with its unit"),
     (None, "a number with its unit"), ("much", "such as 8.0%"), ([], "a number with its unit")],
)  # fmt: skip
def test_a_weight_in_yaml_says_its_unit(value: object, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        parse_weight(value)


def test_a_weight_in_yaml_is_read_as_a_fraction() -> None:
    assert [parse_weight(text) for text in ("8.0%", "-3.5 %", "80bp", "1,000bp")] == [0.08, -0.035, 0.008, 0.1]
