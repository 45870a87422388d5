"""Which holdings a match shows, and how what happened comes to them."""

from __future__ import annotations

import pytest

from alertd.companies.model import Holding, Relation
from alertd.companies.relations import Graph
from alertd.model import CompanyMention, Event, TouchedHolding
from alertd.rules.logic import Reading, Scope
from alertd.rules.touched import MAX_TOUCHED, touched
from alertd.rules.world import World
from alertd.text.scan import TermScanner

RELATIONS = [
    Relation(company="nvda", type="supplier", of="spacex", strength=0.3),
    Relation(company="vrt", type="supplier", of="nvda"),
    Relation(company="anet", type="lessor", of="spacex", until="2025-12-31"),
    Relation(company="orcl", type="competitor", of="spacex", strength=0.2),
    Relation(company="orcl", type="customer", of="anthropic", strength=0.9),
]
LABELS = {"nvda": "NVDA", "spacex": "SpaceX", "vrt": "VRT", "orcl": "ORCL", "anet": "ANET", "anthropic": "Anthropic"}


def ask(companies: tuple[str, ...], *held: str, day: str = "2026-01-12") -> list[TouchedHolding]:
    event = Event(
        title="SpaceX leases Colossus 1 to Anthropic",
        event_at=f"{day}T12:00:00.000Z",
        companies=[CompanyMention(id="spacex", role="lessor"), CompanyMention(id="anthropic", relevance=0.8)],
    )
    positions = {company: Holding(company=company, weight=0.05) for company in held}
    scope = Scope(World(Graph(RELATIONS), LABELS), positions)
    return touched(companies, Reading(event, TermScanner().scan(event.title, "")), scope)


def test_a_holding_that_is_named_says_so_with_its_role() -> None:
    (found,) = ask(("spacex",), "spacex")
    assert (found.label, found.weight, found.named, found.role, found.path) == ("SpaceX", 0.05, True, "lessor", [])


@pytest.mark.parametrize(
    ("company", "path"),
    [
        ("nvda", ["supplies SpaceX"]),
        ("vrt", ["supplies NVDA", "supplies SpaceX"]),
        ("orcl", ["buys from Anthropic"]),  # of two ways as short, the stronger
    ],
)
def test_a_holding_that_is_near_says_by_which_way(company: str, path: list[str]) -> None:
    (found,) = ask((company,), company)
    assert not found.named
    assert found.path == path


def test_a_way_that_is_no_longer_in_force_is_none() -> None:
    assert [one.path for one in ask(("anet",), "anet", day="2025-06-01")] == [["leases to SpaceX"]]
    assert [one.path for one in ask(("anet",), "anet")] == [[]]


def test_only_holdings_are_shown_and_not_without_end() -> None:
    assert ask(("nvda",), "orcl") == []
    assert ask(("nvda",)) == []
    many = tuple(f"c{i}" for i in range(50))
    assert len(ask(many, *many)) == MAX_TOUCHED


def test_a_rule_about_no_company_shows_the_holdings_that_are_named() -> None:
    assert [one.company for one in ask((), "spacex", "nvda")] == ["spacex"]
