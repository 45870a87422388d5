"""Check digits: a mistyped identifier is seen, a shortened one is completed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alertd.companies.check_digits import cusip_digit, is_right, isin_digit, sedol_digit
from alertd.companies.companies_file import CompanyEntry
from alertd.companies.securities import tidy

RIGHT = [
    ("isin", "US0378331005"), ("isin", "US67066G1040"), ("isin", "GB0002634946"), ("isin", "KR7000660001"),
    ("cusip", "037833100"), ("cusip", "67066G104"), ("cusip", "02079K305"), ("cusip", "38259P508"),
    ("sedol", "0263494"), ("sedol", "B0YBKJ7"), ("sedol", "BH4HKS3"),
    ("figi", "BBG000B9XRY4"), ("figi", "BBG000BPH459"),
    ("lei", "HWUPKR0MPOU8FGXBT394"), ("lei", "5493001KJTIIGC8Y1R12"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), RIGHT)
def test_published_identifiers_are_right(name: str, value: str) -> None:
    assert is_right(name, value)


@given(st.sampled_from(RIGHT), st.integers(0, 18), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(right: tuple[str, str], place: int, by: int) -> None:
    name, value = right
    place %= len(value)
    if value[place].isdigit():
        wrong = f"{value[:place]}{(int(value[place]) + by) % 10}{value[place + 1 :]}"
        assert not is_right(name, wrong)


@pytest.mark.parametrize(("name", "value"), RIGHT)
def test_what_is_too_short_or_too_long_is_wrong(name: str, value: str) -> None:
    assert not any(is_right(name, other) for other in (value[:-1], f"{value}0", "", value.lower() + "x"))


@pytest.mark.parametrize("name", ["ticker", "cik", "company"])
def test_identifiers_without_a_check_digit_can_always_be_right(name: str) -> None:
    assert is_right(name, "NVDA")


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8))
def test_a_cusip_with_its_digit_is_right(begin: str) -> None:
    assert is_right("cusip", begin + cusip_digit(begin))


@pytest.mark.parametrize("isin", [value for name, value in RIGHT if name == "isin"])
def test_an_isin_ends_with_its_digit(isin: str) -> None:
    assert isin_digit(isin[:-1]) == isin[-1]
    assert isin_digit(isin[:-2]) == ""


@given(st.text("0123456789BCDFGHJKLMNPQRSTVWXYZ", min_size=6, max_size=6))
def test_a_sedol_with_its_digit_is_right(begin: str) -> None:
    assert is_right("sedol", begin + sedol_digit(begin))


@pytest.mark.parametrize(
    ("name", "written", "meant"),
    [
        ("cusip", "67066G104", "67066G104"),
        ("cusip", "67066g-104", "67066G104"),
        ("cusip", "67066G10", "67066G104"),  # without its check digit
        ("cusip", "03783310", "037833100"),
        ("cusip", "37833100", "037833100"),  # without its zero
        ("cusip", '="037833100"', "037833100"),
        ("cusip", "'037833100", "037833100"),
        ("cusip", "00206R102", "00206R102"),
        ("cusip", "206R102", "206R102"),  # letters keep a spreadsheet from dropping zeros: this is something else
        ("sedol", "B0YBKJ7", "B0YBKJ7"),
        ("sedol", "B0YBKJ", "B0YBKJ7"),
        ("sedol", "263494", "0263494"),
        ("sedol", "026349", "0263494"),
        ("sedol", "aeiou1", "AEIOU1"),  # a SEDOL has no vowels
        ("isin", "us 0378331005", "US0378331005"),
        ("cik", "1045810", "0001045810"),
        ("cik", "1045810.0", "0001045810"),
        ("cik", "CIK0001045810", "0001045810"),
        ("cik", "Nvidia", ""),
        ("ticker", " nvda  us ", "NVDA US"),
        ("exchange", "xnas", "Nasdaq"),
        ("exchange", "xlon", "XLON"),
    ],
)
def test_identifiers_are_brought_into_their_one_form(name: str, written: str, meant: str) -> None:
    assert tidy(name, written) == meant


@pytest.mark.parametrize("nothing", ["", "  ", "N/A", "#N/A", "null", "None", "-", "nan", '=""', "'"])
def test_a_cell_without_a_value_is_no_identifier(nothing: str) -> None:
    assert all(tidy(name, nothing) == "" for name in ("isin", "cusip", "sedol", "ticker", "company", "cik"))


def test_who_declares_an_isin_is_told_its_digit() -> None:
    with pytest.raises(ValidationError, match=r"`US037833100` is followed by 5, not 6"):
        CompanyEntry(company="AAPL", isins=("US0378331006",))
    with pytest.raises(ValidationError, match="two letters, nine letters or digits"):
        CompanyEntry(company="AAPL", isins=("US03783310",))
