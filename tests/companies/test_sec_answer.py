"""What the SEC's site answers: read, and refused where it is odd."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.companies.registrants import read_registrants, write_registrants
from alertd.companies.sec_answer import FIELDS, Row, compare, read_answer, refusal
from alertd.errors import ParseFailed
from tests.companies.make import AMZN, GOOGL, NVDA, ROWS, registrants


def answer(rows: list[list[Any]], fields: tuple[str, ...] = FIELDS) -> bytes:
    return json.dumps({"fields": fields, "data": rows}).encode()


def cells(rows: tuple[Row, ...] = ROWS) -> list[list[Any]]:
    return [[int(row.cik), row.name, row.ticker, row.exchange or None] for row in rows]


def many(rows: list[list[Any]], total: int = 1000) -> list[list[Any]]:
    """Put so many more rows after these that a single odd one is within bounds."""
    return rows + [[10_000 + i, f"Company {i}", f"Z{i}", "OTC"] for i in range(total - len(rows))]


def test_the_rows_of_one_cik_are_one_company_in_the_order_in_which_they_come() -> None:
    companies, odd = read_answer(answer(cells()))
    assert {company.id: company for company in companies} == registrants().companies
    assert [company.id for company in companies[:3]] == [NVDA, GOOGL, AMZN]
    assert odd == 0


def test_the_order_of_the_fields_does_not_matter_and_others_may_come() -> None:
    fields = ("exchange", "ticker", "lei", "name", "cik")
    rows = [[exchange, ticker, "x", name, cik] for cik, name, ticker, exchange in cells()]
    assert read_answer(answer(rows, fields)) == read_answer(answer(cells()))


@pytest.mark.parametrize(
    "row",
    [[0, "A", "A", None], [-1, "A", "A", None], ["x", "A", "A", None], [1, "", "A", None], [1, "A" * 201, "A", None],
     [1, "A", "", None], [1, "A", "A\tB", None], [1, "A", "TOOLONGTICKER", None], [1, "A", "A", "Nas daq"],
     [1, "A", "A"], [1, None, "A", None], [1, 2, "A", None], [None, "A", "A", None], [10**11, "A", "A", None],
     ["١", "A", "A", None], []],
)  # fmt: skip
def test_an_odd_row_is_left_out_and_counted(row: list[Any]) -> None:
    companies, odd = read_answer(answer(many([row])))
    assert (len(companies), odd) == (999, 1)


def test_more_than_a_hundredth_of_odd_rows_is_refused() -> None:
    with pytest.raises(ParseFailed, match="is odd: 11 of 1000 rows"):
        read_answer(answer(many([[]] * 11)))


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>", b"[]", b"{}", b'{"fields": ["cik"], "data": [[1]]}', b'{"fields": 1, "data": 2}', b"\xff\xfe",
     b'{"0": {"cik_str": 1045810, "ticker": "NVDA", "title": "NVIDIA CORP"}}', b"[" * 100_000,
     b'{"fields": ["cik", "name", "ticker", "exchange"], "data": [[1.5, "A", "A", "B"]]}'],
)  # fmt: skip
def test_what_is_not_the_list_is_refused(data: bytes) -> None:
    with pytest.raises(ParseFailed, match="is not the SEC's list of companies"):
        read_answer(data)


def test_names_are_written_on_one_line_without_what_does_not_print() -> None:
    companies, _ = read_answer(answer([[1, " A\n\tB\x00\u202eC ", "a.b", None]]))
    assert (companies[0].name, companies[0].listings[0].ticker) == ("A B C", "A-B")


def test_a_ticker_that_comes_twice_is_the_first_companys() -> None:
    companies, _ = read_answer(answer([[1, "A", "A", None], [2, "B", "A", None], [2, "B", "B", None]]))
    assert [[x.ticker for x in company.listings] for company in companies] == [["A"], ["B"]]


def test_the_difference_names_what_came_went_and_moved() -> None:
    rows = [*cells()[3:], [1, "New", "NEW", None], [1652044, "Alphabet", "NVDA", "Nasdaq"]]
    difference = compare(registrants(), read_answer(answer(rows))[0])
    assert difference.added == ("cik-0000000001",)
    assert difference.gone == (NVDA,)
    assert difference.moved == ("NVDA",)


def test_a_table_that_is_much_the_same_may_replace_the_one_in_use() -> None:
    now = registrants()
    assert refusal(now, compare(now, now.companies.values())) == ""


def test_a_table_that_has_lost_a_fifth_may_not() -> None:
    now = registrants()
    few = list(now.companies.values())[:8]
    assert refusal(now, compare(now, few)) == "3 of 11 companies are missing in it (27%)"


def test_a_table_in_which_tickers_mean_other_companies_may_not() -> None:
    rows = cells()
    rows[0][2], rows[1][2] = rows[1][2], rows[0][2]
    now = registrants()
    assert (
        refusal(now, compare(now, read_answer(answer(rows))[0])) == "2 of 12 tickers belong to other companies in it"
    )


CELLS = st.one_of(
    st.none(), st.integers(-(2**70), 2**70), st.text(max_size=12), st.sampled_from(["NVDA", "Nasdaq", "A.B"])
)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=5), max_size=5))
def test_whatever_the_rows_hold_what_is_taken_can_be_written_and_read_again(rows: list[list[Any]]) -> None:
    filler = [[7, "Seven", "SEVEN", "NYSE"]]
    try:
        companies, _ = read_answer(answer(many(rows + filler, 600)))
    except ParseFailed:
        return
    again = read_registrants(write_registrants(companies, "2026-01-01", "a test"), "x")
    assert list(again.companies.values()) == companies
