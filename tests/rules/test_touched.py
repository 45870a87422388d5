"""Which holdings a match shows, and how what happened comes to them."""

from __future__ import annotations

import pytest

from alertd.companies.model import Holding, Relation
from alertd.companies.relations import Graph
from alertd.model import CompanyMention, Event, Sentiment, TouchedHolding
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


@pytest.mark.parametrize(
    ("weight", "own", "whole", "impact"),
    [
        (0.05, 0.5, None, "good"),
        (0.05, -0.5, 0.9, "bad"),
        (-0.05, 0.5, None, "bad"),
        (-0.05, -0.5, None, "good"),
        (0.05, 0.14, None, None),
        (0.05, None, -0.5, None),  # the tone of the whole, where two companies are named, may be the other's
        (None, -0.9, None, None),
        (0.05, float("nan"), None, None),
    ],
)
def test_news_is_good_or_bad_for_the_position(
    weight: float | None, own: float | None, whole: float | None, impact: str | None
) -> None:
    event = Event(
        title="SpaceX leases Colossus 1 to Anthropic",
        companies=[CompanyMention(id="spacex", sentiment=own), CompanyMention(id="anthropic")],
        sentiment=Sentiment(score=whole) if whole is not None else None,
    )
    holding = Holding(company="spacex", weight=weight or 0.0, unweighted=weight is None)
    scope = Scope(World(Graph(RELATIONS), LABELS), {"spacex": holding, "nvda": Holding(company="nvda", weight=0.1)})
    found = touched(("spacex", "nvda"), Reading(event, TermScanner().scan(event.title, "")), scope)
    assert [one.impact for one in found] == [impact, None]


def test_where_one_company_alone_is_named_the_tone_of_the_whole_is_its_own() -> None:
    event = Event(title="SpaceX", companies=[CompanyMention(id="spacex")], sentiment=Sentiment(score=-0.5))
    scope = Scope(World(), {"spacex": Holding(company="spacex", weight=-0.05)})
    (found,) = touched(("spacex",), Reading(event, TermScanner().scan(event.title, "")), scope)
    assert found.impact == "good"
