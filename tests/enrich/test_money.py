from __future__ import annotations

import time
from math import isclose

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from alertd.enrich.money import MOST, add_money
from alertd.enrich.money_words import CODES, MAIN
from alertd.model import Amount, Evidence
from alertd.rules.money import AMOUNT_ROLES
from alertd.text.written import amount_text
from tests.enrich.making import understood

LEASE = "SpaceX leases its Colossus 1 supercomputer to Anthropic for $3-4bn a year"


def amounts(title: str, body: str = "", **fields: object) -> list[Amount]:
    return understood(add_money, title, body, **fields).amounts


def shown(title: str, body: str, evidence: Evidence) -> str:
    return (title if evidence.field == "title" else body)[evidence.start : evidence.end]


def test_a_lease_states_a_range_a_year_that_its_lessor_earns() -> None:
    (lease,) = amounts(LEASE)
    assert (lease.low, lease.high, lease.currency, lease.per) == (3e9, 4e9, "USD", "year")
    assert (lease.role, lease.of) == ("revenue", "spacex")
    assert shown(LEASE, "", lease.evidence[0]) == "$3-4bn a year"


def test_what_title_and_body_both_state_is_one_amount_with_both_places() -> None:
    body = "SpaceX has agreed to lease it to Anthropic for between\n$3 billion and $4 billion a year, people said."
    (lease,) = amounts(LEASE, body)
    assert [shown(LEASE, body, one) for one in lease.evidence] == [
        "$3-4bn a year",
        "$3 billion and $4 billion a year",
    ]
    assert [one.field for one in lease.evidence] == ["title", "body"]


def test_a_quote_never_exceeds_what_a_message_shows() -> None:
    (found,) = amounts("x", "word " * 200 + "a fine of $5m" + " word" * 200)
    assert len(found.evidence[0].quote) <= 200
    assert "$5m" in found.evidence[0].quote


def test_amounts_that_an_event_brings_stay_as_they_are() -> None:
    brought = [Amount(low=1.0, high=1.0, currency="EUR")]
    assert amounts("a fine of $5m", amounts=brought) == brought


def test_a_total_over_a_term_gives_what_it_is_a_year_with_the_span_of_both() -> None:
    text = "Northwind will pay $12 billion over four years"
    total, yearly = amounts(text)
    assert (total.low, total.per, total.derived) == (12e9, None, False)
    assert (yearly.low, yearly.high, yearly.per, yearly.derived) == (3e9, 3e9, "year", True)
    assert shown(text, "", yearly.evidence[0]) == "$12 billion over four years"


def test_the_longer_term_gives_the_low_end_of_what_is_paid_a_year() -> None:
    _, yearly = amounts("a three- to five-year contract worth $15bn")
    assert (yearly.low, yearly.high) == (3e9, 5e9)


def test_what_was_before_is_marked_and_stands_beside_what_is_now() -> None:
    before, now = amounts("Northwind's profit rose from $2m to $3m")
    assert (before.low, before.earlier, now.low, now.earlier) == (2e6, True, 3e6, False)
    assert (before.role, now.role, now.of) == ("profit", "profit", "northwind")


def test_a_correction_shows_the_figure_it_takes_back_as_earlier() -> None:
    found = amounts("x", "Revenue was $4.1 billion. (An earlier version of this item gave $4.4 billion.)")
    assert [(one.low, one.earlier) for one in found] == [(4.1e9, False), (4.4e9, True)]


def test_a_value_put_on_a_company_is_that_of_the_company_and_not_of_who_is_the_subject() -> None:
    (found,) = amounts("Harbor Robotics agreed to buy Tidewater in a deal that values it at $6.2 billion")
    assert (found.role, found.of) == ("valuation", "tidewater")


def test_the_only_company_of_an_item_is_meant_by_it_and_the_company() -> None:
    (found,) = amounts("Northwind reports results", "The company said revenue was $3 billion.")
    assert found.of == "northwind"
    (unclear,) = amounts("Northwind sues SpaceX", "The company said revenue was $3 billion.")
    assert unclear.of is None


def test_roles_are_those_that_rules_can_ask_for() -> None:
    text = (
        "Revenue was $1m; profit was $2m; a loss of $3m; costs of $4m; a charge of $5m; a $6m deal; "
        "a valuation of $7m; invests $8m; raises $9m in funding; debt of $10m; a dividend of $11m; "
        "a buyback of $12m; a fine of $13m; a $14m settlement; a price target of $15; $16 per share; "
        "a forecast of $17m"
    )
    assert {one.role for one in amounts("x", text)} == set(AMOUNT_ROLES)


@pytest.mark.parametrize(
    "text",
    ["$" * 10_000, "$1" * 10_000, "$ " * 30_000, "9" * 60_000, "1," * 30_000, "1 000 " * 10_000, "$1-" * 20_000,
     "half a " * 9_000 + "billion dollars", "one and " * 8_000 + "million euros", "a million " * 6_000 + "dollars",
     "from $1m to " * 5_000, "Rs " * 20_000, "$5m (" * 12_000, "one-" * 15_000 + "year $5m", "$5m over " * 7_000,
     "$1bn 5-year " * 5_000, "U.S." * 15_000 + "$5", "between " * 8_000 + "$5m and $6m", "\u00bd" * 60_000,
     "١٢٣$ " * 9_000],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_hostile_text_costs_time_by_its_length_only(text: str) -> None:
    begun = time.process_time()
    found = amounts("x", text)
    assert time.process_time() - begun < 2, "65,536 characters"
    assert len(found) <= MOST


def test_at_most_fifty_amounts_are_kept() -> None:
    assert len(amounts("x", "\n\n".join(f"It paid ${n}m." for n in range(1, 400)))) == MOST


def test_what_lies_behind_the_part_that_is_read_is_not_found() -> None:
    assert amounts("x", "word " * 14_000 + "a fine of $5m") == []


AROUND = st.text(alphabet="$€£¥₹0123456789.,-– mbkntoRs½½%()/abeyr\n", max_size=300)


@given(st.text(max_size=300), AROUND, AROUND)
def test_any_text_around_an_amount_gives_amounts_whose_places_are_in_it(title: str, before: str, behind: str) -> None:
    body = f"{before[:150]}\n\nIt paid $7.25 million.\n\n{behind[:150]}"
    made = amounts(title, body)
    assert any((amount.low, amount.currency) == (7_250_000, "USD") for amount in made)
    for amount in made:
        assert 0 <= amount.low <= amount.high
        for one in amount.evidence:
            text = title if one.field == "title" else body
            assert 0 <= one.start < one.end <= len(text)


CURRENCIES = sorted(set(CODES.values()) - {"ALL", "TOP", "CUP", "AMD", "BOB"})
DIGITS = st.integers(1, 999)
SCALE = st.sampled_from([1e3, 1e6, 1e9, 1e12])


@st.composite
def figures(draw: st.DrawFn) -> float:
    return draw(DIGITS) * draw(SCALE) / draw(st.sampled_from([1, 10, 100]))


@given(
    figures(),
    figures(),
    st.sampled_from(CURRENCIES),
    st.sampled_from([None, "over", "up_to", "about"]),
    st.booleans(),
)
def test_a_rendered_amount_reads_back_within_its_written_precision(
    one: float, other: float, currency: str, bound: str | None, ranged: bool
) -> None:
    low, high = (min(one, other), max(one, other)) if ranged else (one, one)
    assume(currency in MAIN or low >= 1000)  # MAD 5, RON 12: rare codes are read beside a magnitude only
    written = amount_text(low, high, currency, bound)
    (found,) = amounts(f"It paid {written} for it")
    assert isclose(found.low, low, rel_tol=0.006), written
    assert isclose(found.high, high, rel_tol=0.006), written
    assert (found.currency, found.bound) == (currency, bound), written


@given(st.integers(1, 99_999), st.integers(0, 99), st.sampled_from(["$", "€", "£", "₹", "US$", "C$", "HK$", "₩"]))
def test_an_amount_in_full_reads_back_exactly(whole: int, cents: int, sign: str) -> None:
    (found,) = amounts(f"The fee is {sign}{whole:,}.{cents:02} in all")
    assert found.low == found.high == float(f"{whole}.{cents:02}")


MAGNITUDES = {
    "k": 3, " thousand": 3, "m": 6, "mn": 6, " million": 6, "bn": 9, "B": 9, " billion": 9, "tn": 12, " trillion": 12,
    " lakh": 5, " crore": 7, " cr": 7,
}  # fmt: skip


@given(
    st.integers(1, 9_999), st.sampled_from(sorted(MAGNITUDES)), st.sampled_from(sorted(MAIN - {"RMB"})), st.booleans()
)
def test_codes_and_magnitudes_read_back_exactly_before_and_behind(
    number: int, magnitude: str, code: str, before: bool
) -> None:
    text = (
        f"about it: {code} {number / 10}{magnitude} paid"
        if before
        else f"paid {number / 10}{magnitude} {code} for it"
    )
    (found,) = amounts(text)
    assert isclose(found.low, number / 10 * 10 ** MAGNITUDES[magnitude], rel_tol=1e-12)
    assert found.currency == code


@given(st.integers(1, 98), st.integers(1, 99), st.sampled_from(["-", "–", " to ", " to $", "-$"]))
def test_ranges_read_back(low: int, more: int, joint: str) -> None:
    high = low + more
    (found,) = amounts(f"The fee is ${low}{joint}{high} million")
    assert (found.low, found.high) == (low * 1e6, high * 1e6)
