"""Positions that are written in the portfolio's own file."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.base.yaml import load_yaml
from alertd.companies.holdings import InlineHolding
from alertd.companies.model import Company, Listing
from alertd.errors import ConfigError
from alertd.rules.holdings_files import hold_inline
from alertd.rules.loader import load_portfolio
from tests.companies.make import table

KNOWN = table(
    Company(id="spacex", name="SpaceX", private=True),
    Company(id="sk-hynix", name="SK Hynix", listings=(Listing("000660", "XKRX"),)),
)


def hold(*entries: str) -> tuple[dict[str, float | None], list[str]]:
    """Give the weights in percent, and what is wrong."""
    doc = load_yaml("holdings:\n" + "".join(f"  - {entry}\n" for entry in entries), "ai.yaml")
    made = [InlineHolding.model_validate(entry) for entry in doc.value["holdings"]]
    held, faults = hold_inline(doc, ("holdings",), made, KNOWN)
    weights = {
        h.label: None if h.unweighted else round(h.weight * 100, 6) for h in (held.positions.values() if held else ())
    }
    return weights, [str(fault) for fault in faults]


def test_positions_are_added_up_by_issuer() -> None:
    assert hold(
        "{ticker: NVDA, weight: 8.0%}", "{ticker: GOOGL, weight: 2%}", "{ticker: GOOG, weight: 150bp}",
        "{company: spacex, weight: 2%}", '{ticker: "000660", exchange: XKRX, weight: -1%}',
        '{cik: "1018724", weight: 0%}',
    ) == (
        {"NVDA": 8, "GOOGL": 3.5, "SpaceX": 2, "SK Hynix": -1, "AMZN": 0},
        [],
    )  # fmt: skip


def test_a_position_without_a_weight_leaves_that_of_its_company_open() -> None:
    assert hold("{ticker: GOOGL, weight: 2%}", "{ticker: GOOG}", "{ticker: NVDA}")[0] == {"GOOGL": None, "NVDA": None}


def test_every_position_that_names_nobody_is_a_fault_with_its_place() -> None:
    assert hold("{ticker: NVDX}", "{ticker: NVDA, exchange: XLON}", "{company: Rio Tinto}", "{ticker: BAC}") == (
        {},
        [
            "ai.yaml:2:14: there is no company `NVDX` (did you mean `NVDA` (NVIDIA CORP)?)",
            "ai.yaml:3:14: there is no company `NVDA` at XLON"
            " (NVDA (NVIDIA CORP) is traded at Nasdaq, not at XLON)",
            "ai.yaml:4:15: there is no company `Rio Tinto` (several are called so: RIO (RIO TINTO PLC),"
            " RTNTF (RIO TINTO LTD); write the ticker or the CIK)",
        ],
    )  # fmt: skip


def test_a_position_that_stands_there_twice_is_a_fault() -> None:
    assert hold("{ticker: NVDA, weight: 1%}", "{ticker: BAC}", "{ticker: NVDA, weight: 2%}")[1] == [
        "ai.yaml:4:14: `NVDA` is held twice (first in line 2; add them up)"
    ]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{ticker: NVDA, cik: 1}", "a holding names one of `ticker`, `cik` or `company`"),
        ("{weight: 1%}", "a holding names one of `ticker`, `cik` or `company`"),
        ("{company: spacex, exchange: XNAS}", "`exchange` goes with a `ticker`"),
        ("{ticker: NVDA, weight: 8}", "say the unit: such as 8% or 80bp"),
        ("{ticker: NVDA, weight: 8.0}", "say the unit: such as 8.0% or 80bp"),
        ("{ticker: NVDA, wieght: 8%}", "unknown key `wieght` (did you mean `weight`?)"),
        ("{cik: NVDA}", "`cik`"),
        ("NVDA", "a mapping"),
    ],
)
def test_what_is_written_wrongly_says_how_it_is_right(entry: str, told: str) -> None:
    text = f"portfolio: ai\ntitle: AI\nreceivers: []\nholdings: [{entry}]\nrules:\n"
    rule: Any = "  - {id: r, title: R, severity: low, when: {mentions: holdings}}\n"
    with pytest.raises(ConfigError) as refused:
        load_portfolio(text + rule, "ai.yaml")
    assert told in str(refused.value)
    assert str(refused.value).startswith("ai.yaml:4:")
