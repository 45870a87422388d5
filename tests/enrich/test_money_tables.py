"""Figures of tables in thousands, prices of shares that are told as a deal's, and francs of old news."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.enrich.money import add_money
from alertd.enrich.money_tables import Tables
from alertd.model import Amount
from tests.enrich.making import understood

TABLE = """Harbor Robotics reported its results.

(in thousands, except per share data)
                          2026          2025
Net sales            $ 151,234     $ 140,112
Net income             $ 7,712
Net income per share    $ 0.52        $ 0.47

It bought a site for $900 in spring and paid $12,500 in fees to agents.
"""


def amounts(title: str, body: str = "", **fields: object) -> list[Amount]:
    return understood(add_money, title, body, **fields).amounts


def values(title: str, body: str = "") -> list[float]:
    return [one.high for one in amounts(title, body)]


def test_rows_of_a_table_in_thousands_are_a_thousand_times_larger_and_sentences_below_it_are_not() -> None:
    assert values("Results", TABLE) == [151_234_000, 140_112_000, 7_712_000, 0.52, 0.47, 900, 12_500]


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("(in millions)", 151_000_000),
        ("(Dollars in thousands)", 151_000),
        ("(In thousands of U.S. dollars)", 151_000),
        ("(000s omitted)", 151_000),
        ("US$'000)", 151_000),
        ("Thousands of dollars", 151_000),
        ("(amounts in dollars)", 151),
        ("Many thousands came", 151),
    ],
)
def test_the_heading_says_how_much_larger(heading: str, value: float) -> None:
    assert values("Results", f"{heading}\nNet sales   $151   $140\n")[0] == value


@pytest.mark.parametrize(
    "text",
    [
        "(in thousands)\nNet sales were $151 for each of the 140 stores.",
        "(in thousands)\nNet sales   $151 million   $140 million",
        "(in thousands)\nPrice per share   $151   $140",
        "(in thousands)\nOn March 5, 2024 $151 was paid.",
        "Net sales   $151   $140\n(in thousands)",
    ],
)
def test_what_is_no_row_or_says_its_magnitude_stays_as_it_is_written(text: str) -> None:
    assert values("Results", text)[0] in (151, 151_000_000)


def test_a_table_ends() -> None:
    body = "(in thousands)\nNet sales   $151   $140\n" + "It was a quiet quarter in most places. " * 300
    assert values("Results", f"{body}\nNet sales   $152   $141\n") == [151_000, 140_000, 152, 141]


@pytest.mark.parametrize(
    "text",
    [
        "Harbor Robotics is to acquire Tidewater for $31 in cash for each share",
        "Holders will get $31 in cash, without interest, for each outstanding share of Tidewater",
        "It pays $31 in cash and 0.62 of its own shares for each Tidewater share",
        "It will pay $31 for each series A preferred",
        "Harbor Robotics raises its takeover bid for Tidewater to $31",
        "Harbor Robotics to acquire the rest of Tidewater for $31",
    ],
)
def test_what_is_paid_for_each_share_is_no_value_of_the_deal(text: str) -> None:
    found = amounts(text)[0]
    assert (found.high, found.per, found.role) == (31, "share", "per_share")


def test_a_deal_in_full_stays_one_beside_its_price_for_a_share() -> None:
    whole, price = amounts("Harbor Robotics to buy Tidewater for $5 billion, or $31 for each share")
    assert (whole.role, whole.per, price.role, price.per) == ("deal_value", None, "per_share", "share")


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Harbor Robotics sells its Russian unit for $1", "deal_value"),
        ("Harbor Robotics sells the console for $499", None),
        ("Harbor Robotics sells its shop for $2,500", "deal_value"),
    ],
)
def test_a_symbolic_price_is_that_of_a_company_and_a_small_one_that_of_a_thing(text: str, role: str | None) -> None:
    (found,) = amounts(text)
    assert (found.role, found.per) == (role, None)


@pytest.mark.parametrize(
    ("body", "at", "currency"),
    [
        ("BRUSSELS, March 3 - It will raise 5 billion francs.", "1987-03-03", "BEF"),
        ("PARIS, March 3 - It will raise 5 billion francs.", "1987-03-03", "FRF"),
        ("ZURICH, March 3 - It will raise 5 billion francs in Belgium.", "1987-03-03", "CHF"),
        ("BRUSSELS, March 3 - It will raise 5 billion francs.", "2026-03-03", "CHF"),
        ("BRUSSELS, March 3 - It will raise 5 billion Swiss francs.", "1987-03-03", "CHF"),
        ("It once raised 5 billion Belgian francs.", "2026-03-03", "BEF"),
        ("It once raised 5 billion French francs.", "2026-03-03", "FRF"),
        ("It will raise 5 billion francs.", "1987-03-03", "CHF"),
    ],
)
def test_francs_of_old_news_are_those_of_the_place_that_is_named_first(body: str, at: str, currency: str) -> None:
    (found,) = amounts("Loan", body, event_at=f"{at}T10:00:00.000Z")
    assert (found.high, found.currency) == (5e9, currency)


def test_the_title_names_the_place_where_the_body_names_none() -> None:
    (found,) = amounts("Belgian loan", "It will raise 5 billion francs.", event_at="1990-03-03T10:00:00.000Z")
    assert found.currency == "BEF"


@given(st.text(alphabet="(in thousands)$0123456789,. \nNet", max_size=300))
def test_any_text_is_read(text: str) -> None:
    tables = Tables(text, text.lower())
    for start in range(0, len(text), 7):
        assert tables.power(start, start + 3) in (0, 3, 6, 9)


@pytest.mark.parametrize(
    "piece", ["(in thousands) ", "$ 151 ", "(in thousands)\n$ 151   ", "$31 for each ", "for each x "]
)
def test_repetition_costs_no_more_than_its_length(piece: str) -> None:
    text = f"(in thousands)\n{piece * 20_000}"[:65_536]
    began = time.thread_time()
    amounts("Results", text)
    assert time.thread_time() - began < 3
