"""What results and charges are for the company that has them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from alertd.model import Amount, Evidence
from tests.research.test_whose import place, said, told


@pytest.mark.parametrize(
    "title",
    [
        "Vega Grid profit falls 30% in second quarter",
        "Vega Grid's quarterly net income drops by a third",
        "Vega Grid reports 12% decline in profit",
        "Vega Grid swings to loss in third quarter",
        "Vega Grid net loss widens in first quarter",
        "Vega Grid posts quarterly loss",
    ],
)
def test_a_profit_that_falls_is_bad_for_who_earns_it(title: str) -> None:
    assert told(said(title, "results")) == ["Vega Grid earned less than before."]


@pytest.mark.parametrize(
    "title",
    ["Vega Grid profit rises 12%", "Vega Grid swings to profit", "Vega Grid net loss narrows in first quarter"],
)
def test_a_profit_that_rises_is_good_for_who_earns_it(title: str) -> None:
    assert told(said(title, "results")) == ["Vega Grid earned more than before."]


@pytest.mark.parametrize(
    "title",
    [
        "Vega Grid profit falls less than feared",
        "Vega Grid profit falls but beats estimates",
        "Vega Grid profit rises 12%, misses expectations",
        "Vega Grid profit may fall",
        "Vega Grid profit rises as net loss in chips widens",
        "Vega Grid reports second-quarter results",
        "Like Intel, whose profit falls, it reports results",
    ],
)
def test_where_careful_people_could_disagree_there_is_no_direction(title: str) -> None:
    assert told(said(title, "results")) == []


def charged(title: str, figure: str, type_: str = "layoffs", status: str = "announced") -> list[str]:
    event = said(title, type_, role="", status=status)
    amount = Amount(low=5e8, high=5e8, role="charge", of="vega", evidence=[place(figure, title)])
    (found,) = event.event_types
    return told(replace(event, amounts=[amount], event_types=[replace(found, parties=[])]))


@pytest.mark.parametrize(
    "title",
    [
        "Vega Grid takes $500m charge for job cuts",
        "Vega Grid books write-down of $500m",
        "Vega Grid sets aside $500m in provisions",
    ],
)
def test_a_charge_is_bad_for_who_takes_it(title: str) -> None:
    assert charged(title, "$500m") == ["Vega Grid takes a charge."]


def test_a_charge_that_is_only_reported_says_so() -> None:
    assert charged("Vega Grid takes $500m charge", "$500m", status="reported") == [
        "Vega Grid takes a charge, if the report is right."
    ]


@pytest.mark.parametrize(
    "title",
    [
        "Vega Grid reverses charge of $500m",
        "Vega Grid earns $500m before charges",
        "Vega Grid avoids $500m charge",
        "Vega Grid founder charged with theft of $500m",
    ],
)
def test_what_is_no_charge_is_bad_for_nobody(title: str) -> None:
    assert charged(title, "$500m") == []


def test_a_charge_that_buys_savings_has_no_direction() -> None:
    event = said(
        "Vega Grid to cut jobs", "layoffs", body="It expects to save $210 million a year and books a charge."
    )
    words = "books a charge"
    start = event.body.index(words)
    spans = [Evidence(field="body", start=start, end=start + len(words), quote=words)]
    amount = Amount(low=5e8, high=5e8, role="charge", of="vega", evidence=spans)
    assert told(replace(event, amounts=[amount])) == []
    assert told(replace(event, amounts=[amount], body=event.body.replace("save", "earn"))) == [
        "Vega Grid takes a charge."
    ]


def test_a_charge_that_is_denied_or_only_talked_of_is_bad_for_nobody() -> None:
    for status in ("denied", "rumoured"):
        assert charged("Vega Grid takes $500m charge", "$500m", status=status) == []
