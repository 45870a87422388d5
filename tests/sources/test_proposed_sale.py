"""Form 144: who means to sell how many shares of which company."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.errors import ParseFailed
from alertd.rules.facts import FACTS, rows_of, wrong_kind
from alertd.sources.forms import read_form
from tests.sources.form_documents import ownership, proposed_sale, schedule_13d, submission


def test_a_notice_says_who_means_to_sell_what_for_how_much() -> None:
    found = read_form("144", proposed_sale())
    assert found.title == "Jane Doe, officer, director, means to sell 12,000 shares of Vega Grid Corp ($182k)"
    assert found.facts["insider"] == "DOE JANE"
    assert (found.facts["plan_10b5_1"], found.facts["amendment"]) == (False, False)
    (row,) = found.facts["transactions"]
    assert (row["shares"], row["value"], row["price"], row["date"]) == (12000, 182400, 15.2, "2026-05-27")


def test_lots_are_rows_and_the_sentence_adds_them() -> None:
    found = read_form("144", proposed_sale(("1000", "15000"), ("500", "8000")))
    assert "means to sell 1,500 shares of Vega Grid Corp ($23k)" in found.title
    assert [row["price"] for row in found.facts["transactions"]] == [15, 16]


def test_the_date_of_a_plan_says_that_there_is_one() -> None:
    found = read_form("144/A", proposed_sale(form="144/A", plan="02/12/2026"))
    assert (found.facts["plan_10b5_1"], found.facts["amendment"]) == (True, True)
    assert found.title.endswith(", under a 10b5-1 plan")


def test_figures_that_are_none_are_not_stated() -> None:
    found = read_form("144", proposed_sale(("many", "0"), ("0", "5"), ("1", "9" * 30)))
    assert [row.get("price") for row in found.facts["transactions"]] == [None, None, None]
    assert "means to sell 1 shares of Vega Grid Corp" in found.title


def test_every_fact_has_the_type_that_conditions_read() -> None:
    for body in (proposed_sale(), proposed_sale(("x", "y"), plan="02/12/2026", remarks="A word.")):
        for one in rows_of(read_form("144", body).facts):
            assert {name: reason for name in FACTS if (reason := wrong_kind(name, one.get(name)))} == {}


def test_it_is_found_in_a_submission() -> None:
    body = submission("144", proposed_sale().decode())
    assert read_form("144", body).facts["issuer"] == "Vega Grid Corp"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b"<html>a form</html>", "no `edgarSubmission`"),
        (schedule_13d(), "no Form 144 but"),
        (ownership(), "no `edgarSubmission`"),
        (proposed_sale(person=""), "who means to sell"),
        (proposed_sale()[:400], "cut off"),
    ],
)
def test_what_is_no_form_144_is_refused_in_words(body: bytes, why: str) -> None:
    with pytest.raises(ParseFailed, match=why):
        read_form("144", body)


def test_no_other_form_takes_it_for_its_own() -> None:
    for form in ("4", "SCHEDULE 13D"):
        with pytest.raises(ParseFailed):
            read_form(form, proposed_sale())


@given(st.binary(max_size=200), st.integers(0, 9))
def test_any_damage_is_facts_or_a_refusal(junk: bytes, place: int) -> None:
    body = proposed_sale()
    at = place * len(body) // 10
    try:
        assert read_form("144", body[:at] + junk + body[at:]).title
    except ParseFailed as refused:
        assert str(refused)
