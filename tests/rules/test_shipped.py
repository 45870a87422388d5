"""The example rules in rules/: they load, prove themselves, and find the story and not the noise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from alertd.enrich.enricher import Enricher
from alertd.model import Event, Match
from alertd.rules.loaded import KnownSettings, Loaded
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from alertd.ruletests.lint import lint
from alertd.ruletests.run import Runner
from alertd.ruletests.stream import Stream
from tests.rules.make import news

RULES = Path(__file__).parents[2] / "rules"
NAMES = {
    "nvda": "cik-0001045810", "vrt": "cik-0001674101", "ko": "cik-0000021344", "pep": "cik-0000077476",
}  # fmt: skip
SHIPPED = {
    "compute_lease", "material_agreement", "contract_award", "contract_dispute", "contract_termination",
    "supply_agreement", "acquisition", "tender_offer", "divestiture", "joint_venture", "ipo", "offering",
    "buyback", "dividend_change", "stock_split", "results", "guidance", "guidance_raise", "guidance_cut",
    "rating_change",
    "price_target", "executive_change", "layoffs", "restructuring", "impairment", "bankruptcy", "going_concern",
    "default", "delisting", "trading_halt", "index_change", "restatement", "auditor_change", "litigation",
    "settlement", "regulatory_action", "export_control", "sanctions", "product_recall", "clinical_result",
    "drug_decision", "cyber_incident", "outage", "activist_stake", "proxy_fight", "short_report", "insider_trade",
    "spinoff", "law_firm_notice", "strike",
}  # fmt: skip
"""The event types that are there from the start."""


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load_rules(RULES, known=KnownSettings({"desk": None}), tests=True)


@pytest.fixture(scope="module")
def matcher(loaded: Loaded) -> Matcher:
    return reads(loaded)


def reads(loaded: Loaded) -> Matcher:
    """Make a matcher that understands events as the daemon does."""
    return Matcher(loaded.book, understanding=Enricher.of(loaded.book.event_types, loaded.table))


@pytest.fixture
def stream(loaded: Loaded) -> Iterator[Stream]:
    with Stream(reads(loaded)) as stream:
        yield stream


def event(day: int, title: str, *companies: str, **fields: Any) -> Event:
    """Make what happens on a day of 2027 between companies, as an analyst would write it to `alertd match`."""
    at = f"{date.fromordinal(date(2027, 1, 1).toordinal() + day)}T14:30:00.000Z"
    named = [{"id": NAMES.get(company, company)} for company in companies]
    written = {"id": f"ev_{day}", "title": title, "event_at": at, "companies": named, **fields}
    return msgspec.convert(written, Event)


def named(matches: Iterable[Match]) -> set[str]:
    return {f"{match.portfolio}/{match.rule}" for match in matches}


# --- the files ------------------------------------------------------------------------------------------------------


def test_they_load_without_a_warning_and_nothing_in_them_is_odd(loaded: Loaded) -> None:
    assert loaded.warnings == []
    found = {fault.name for fault in lint(loaded, today=date(2026, 6, 1))}
    assert found <= {"no-rates"}  # rates are the desk's own: those of another day are worse than none


def test_the_tests_inside_them_pass_and_prove_every_condition(loaded: Loaded) -> None:
    runner = Runner(loaded, loaded.tests, coverage=True)
    outcomes = list(runner)
    assert [f"{o.id}, test {o.number}: {o.got}" for o in outcomes if not o.passed] == []
    assert [tests.rule for tests in loaded.tests if not tests.tests] == []
    assert runner.covered is not None
    assert {rule: gaps for rule, covered in runner.covered.items() if (gaps := covered.gaps())} == {}
    assert len(runner.covered) == len(loaded.tests) >= 30


def test_each_file_names_the_schema_that_an_editor_checks_it_by() -> None:
    for file in sorted(RULES.rglob("*.yaml")):
        first = file.read_text("utf-8").partition("\n")[0]
        comment, _, schema = first.partition("$schema=")
        assert comment == "# yaml-language-server: ", file
        assert (file.parent / schema).resolve().is_file(), file


def test_every_event_type_is_there_under_its_name(loaded: Loaded) -> None:
    assert {kind.id for kind in loaded.book.event_types} == SHIPPED


def test_a_derived_portfolio_has_the_rules_of_its_base_but_those_it_changes(loaded: Loaded) -> None:
    base, derived = loaded.book.portfolio("long-short"), loaded.book.portfolio("consumer-pairs")
    assert base is not None
    assert derived is not None
    assert {rule.id for rule in base.rules} - {rule.id for rule in derived.rules} == {"volume-spike"}
    louder = {rule.id for rule in derived.rules if rule.severity == "critical"}
    assert louder == {"long-cuts-guidance", "short-is-bid-for"}
    assert derived.receivers == base.receivers
    assert len(derived.holdings.positions) == 2


# --- headlines ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "body", "rules"),
    [
        ("Acme Robotics cuts full-year revenue guidance", "", {"guidance-cut"}),
        ("Profit warning: Acme lowers outlook", "", {"guidance-cut"}),
        ("Alpha Industries to acquire Beta Systems in all-stock deal", "", {"merger"}),
        ("Alpha and Beta agree merger", "Shareholders get 0.4 shares of Alpha for each share.", {"merger"}),
        ("Vega Grid leases 40 delivery vans", "", set()),
        ("Vega Grid releases its supercomputer benchmark", "", set()),
        ("Board issues new guidance on lease accounting for data center operators", "", set()),
        ("Vega Grid: note 14, operating leases of data centers", "", set()),
        ("Vega Grid denies lease of Orion supercomputer", "", set()),
        ("Lumen Labs mulls lease of Orion supercomputer", "", set()),
        ("City council cuts guidance counsellor posts", "The fiscal year ends in June.", set()),
        ("Acme raises full-year guidance, cuts 500 jobs", "", set()),
        ("Merger of two football clubs agreed", "The deal needs a vote.", set()),
        ("Apartment lease dispute reaches court", "The computer repairman had a lease.", set()),
        ("How to write a dispute letter about a GPU lease", "", set()),
        ("Compute prices fall", "", set()),
    ],
)
def test_the_themes_find_the_story_and_not_the_noise(
    matcher: Matcher, title: str, body: str, rules: set[str]
) -> None:
    found = named(matcher.match(news(title, body)).matches)
    assert {rule for rule in found if rule.startswith("themes/")} == {f"themes/{rule}" for rule in rules}


def test_where_one_holding_rises_and_another_sinks_each_rule_is_bound_to_the_right_one(matcher: Matcher) -> None:
    ko, pep = NAMES["ko"], NAMES["pep"]
    mixed = event(
        0,
        "Pepsi lifts full-year outlook as Coca-Cola cuts its revenue guidance",
        event_types=[
            {"type": "guidance_raise", "parties": [{"company": pep, "role": "issuer"}]},
            {"type": "guidance_cut", "parties": [{"company": ko, "role": "issuer"}]},
        ],
        companies=[{"id": pep, "sentiment": 0.6}, {"id": ko, "sentiment": -0.6}],
    )
    found = {m.rule: m.companies for m in matcher.match(mixed).matches if m.portfolio == "long-short"}
    assert found == {
        "long-cuts-guidance": [ko],
        "short-raises-guidance": [pep],
        "competitor-cuts-guidance": [pep],  # a competitor of it cut, and it did not
    }


# --- the seed story -------------------------------------------------------------------------------------------------

COLOSSUS = "SpaceX leases its Colossus 1 supercomputer to Anthropic for $3-4bn a year"
MONEY = {
    "amounts": [{"low": 3e9, "high": 4e9, "per": "year", "role": "revenue", "of": "spacex"}],
    "terms": [{"type": "reclaim_right", "held_by": "spacex"}],
}
BIG = "ai-infrastructure/big-compute-lease"
FRAGILE = "ai-infrastructure/reclaimable-compute-lease"


def test_the_lease_with_a_reclaim_right_matches_and_says_how_holdings_are_exposed(matcher: Matcher) -> None:
    matches = matcher.match(event(0, COLOSSUS, "spacex", "anthropic", **MONEY)).matches
    assert named(matches) == {BIG, FRAGILE}
    (fragile,) = [match for match in matches if match.severity == "critical"]
    assert fragile.rule == "reclaimable-compute-lease"
    assert fragile.companies[0] == NAMES["nvda"]
    assert {NAMES["vrt"], "spacex"} < set(fragile.companies)
    assert fragile.path == ["NVDA supplier of SpaceX (0.3)"]
    quotes = [evidence.quote for evidence in fragile.evidence]
    assert "reclaim_right, held by SpaceX" in quotes
    assert "3B to 4B USD per year, revenue" in quotes


@pytest.mark.parametrize(
    ("title", "companies", "fields", "rules"),
    [
        ("SpaceX leases 40 delivery vans", ("spacex",), MONEY, set()),
        (COLOSSUS, ("spacex", "anthropic"), {**MONEY, "terms": []}, {BIG}),
        ("SpaceX leases its Colossus 1 supercomputer to Anthropic", ("spacex", "anthropic"), {}, set()),
        ("Crusoe leases a supercomputer to Mistral", ("crusoe", "mistral"), MONEY, set()),
    ],
    ids=["vans", "no right to reclaim it", "no money stated", "nobody near a holding"],
)
def test_what_is_no_such_lease_does_not_match(
    matcher: Matcher, title: str, companies: tuple[str, ...], fields: dict[str, Any], rules: set[str]
) -> None:
    assert named(matcher.match(event(0, title, *companies, **fields)).matches) == rules


def test_a_relation_exposes_nobody_before_it_began(matcher: Matcher) -> None:
    early = event(0, COLOSSUS, "spacex", "anthropic", **MONEY)
    early = msgspec.structs.replace(early, event_at="2024-01-02T14:30:00.000Z")
    (match,) = [match for match in matcher.match(early).matches if match.rule == "big-compute-lease"]
    assert match.companies == ["spacex"]  # named, so exposed on any day


# --- the quarrel that follows ---------------------------------------------------------------------------------------

QUARREL = "Anthropic sues SpaceX over contract"
SOUR = "ai-infrastructure/dispute-after-lease"


def heard(stream: Stream, *events: Event) -> list[str]:
    """Tell after which events the sequence was complete."""
    return [each.title for each in events if SOUR in named(stream.take(each).matches)]


def test_a_dispute_between_the_two_sides_of_a_lease_completes_the_sequence(stream: Stream) -> None:
    lease = event(0, COLOSSUS, "spacex", "anthropic", **MONEY)
    dispute = event(150, QUARREL, "anthropic", "spacex")
    assert heard(stream, lease, event(60, "SpaceX launches satellites", "spacex"), dispute) == [QUARREL]


def test_it_does_not_in_another_order_with_another_side_or_too_late(loaded: Loaded) -> None:
    lease = event(100, COLOSSUS, "spacex", "anthropic", **MONEY)
    for other in (
        event(20, QUARREL, "anthropic", "spacex"),
        event(150, "OpenAI sues SpaceX over contract", "openai", "spacex"),
        event(100 + 366, QUARREL, "anthropic", "spacex"),
        event(150, "SpaceX denies breach of contract with Anthropic", "anthropic", "spacex"),
    ):
        with Stream(reads(loaded)) as stream:
            assert heard(stream, *sorted((lease, other), key=lambda e: e.event_at)) == [], other.title


def test_it_is_the_time_of_the_events_that_orders_them_not_when_they_are_heard_of(stream: Stream) -> None:
    lease = event(0, COLOSSUS, "spacex", "anthropic", **MONEY)
    dispute = event(150, QUARREL, "anthropic", "spacex")
    assert heard(stream, dispute, lease) == [COLOSSUS]
