"""All steps together, on any text: nothing raises, what is shown stands there, and what was understood once stays."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alertd.companies.table import load_registrants
from alertd.enrich.draft import READ
from alertd.enrich.enricher import Enricher, broken_steps
from alertd.model import Amount, Event, Evidence, ReportedType
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from alertd.rules.read import Read
from tests.rules.make import news

RULES = Path(__file__).parents[2] / "rules"
_WORDS = """
    SpaceX Anthropic NVIDIA Apple apple Target Visa Ford Meta Vega Grid Inc. Corp (NYSE: GE) $NVDA NVDA.O J&J AT&T
    leases lease leased to from sues sued denies may will if not plans talks terminates acquires cuts raises guidance
    profit loss narrows misses beats rose fell despite but while and of the a its for $3 billion 3-4bn dollars year
    €2m a year 15-year through 2031 until 90 days' notice exclusive terminate reclaim penalty subject to approval
    “quoted” ’s said on Tuesday . , ; : ! ? — – ( ) \n \n\n U.S. 8-K No. 1.5 % 1,234.5 crore Rs
    straße Überfall 東京 الشركة कंपनी Газпром \u202e \u200b \u0301 \ufeff \x00 \x85 😀 İ ß ﬁ
"""
WORDS = [*_WORDS.split(" "), " ", "\n", "\n\n", "\t", "  "]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join) | st.text(max_size=300)


@cache
def matcher() -> Matcher:
    loaded = load_rules(RULES)
    book = msgspec.structs.replace(loaded.book, portfolios=())
    return Matcher(book, understanding=Enricher.of(book.event_types, loaded.table))


def read(event: Event) -> Read:
    found = matcher().read(event)
    assert broken_steps(found.refused) == []
    assert found.failures == ()
    return found


def evidence(event: Event) -> Iterator[Evidence]:
    for holders in (event.companies, event.event_types, event.amounts, event.durations, event.terms):
        for holder in holders:
            yield from holder.evidence


def check(event: Event) -> Event:
    understood = read(event).event
    for found in evidence(understood):
        if found.field in ("title", "body"):
            text = getattr(understood, found.field)
            assert 0 <= found.start < found.end <= len(text)
            stands = text[found.start : found.end]
            assert found.quote in text
            assert stands in found.quote or found.quote in stands
    named = {company.id for company in understood.companies}
    assert len(named) == len(understood.companies)
    assert all(0 <= company.relevance <= 1 for company in understood.companies)
    assert all(abs(company.sentiment or 0) <= 1 for company in understood.companies)
    assert set(understood.parties) <= named
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(_whole(understood)), type=Event) == _whole(understood)
    return understood


def _whole(event: Event) -> Event:
    """Give it as far as it can be written: no source hands on half a character."""
    try:
        msgspec.json.encode(event)
    except UnicodeEncodeError:
        return Event()
    return event


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, TEXTS)
def test_any_text_is_understood_and_what_is_shown_stands_there(title: str, body: str) -> None:
    check(news(title.encode("utf-8", "replace").decode()[:500], body.encode("utf-8", "replace").decode()))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, TEXTS)
def test_what_was_understood_once_stays_the_same(title: str, body: str) -> None:
    once = read(news(title, body)).event
    assert read(once).event == once


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("", ""),
        ("", "SpaceX leases its Colossus 1 supercomputer to Anthropic for $3-4 billion a year."),
        ("\ud800 SpaceX \udfff", "a \ud800"),
        ("SpaceX", "\x00" * 1_000),
        ("N" * 500, "SpaceX " * 40_000),
        ("$" * 500, "$1 " * 80_000),
        ("1" * 500, "1" * 260_000),
        ("(" * 500, "(NYSE: " * 40_000),
        ("." * 500, ". " * 130_000),
        ("Inc. " * 100, "U.S. Inc. " * 26_000),
        ("“" * 500, "“a” " * 60_000),
        ("not " * 100, "not if may " * 24_000),
        ("e\u0301" * 250, "e\u0301" * 120_000),
        ("東京" * 250, "東京電力が発表。" * 20_000),
        ("billion " * 60, "three to four billion dollars a year for " * 6_000),
        ("A and B, C, " * 40, "SpaceX and Anthropic, NVIDIA, " * 8_000),
        ("leases " * 60, "SpaceX leases Colossus to " * 10_000),
    ],
    ids=lambda text: text[:8].encode("ascii", "backslashreplace").decode(),
)
def test_hostile_text_costs_its_length_and_raises_nothing(title: str, body: str) -> None:
    began = time.process_time()
    check(news(title, body))
    assert time.process_time() - began < 5


def test_what_an_event_brings_with_it_stays() -> None:
    stated = news(
        "SpaceX leases its Colossus 1 supercomputer to Anthropic for $3 billion a year",
        language="en",
        parties=["vega"],
        event_types=[ReportedType(type="compute_lease", status="denied", confidence=0.6)],
    )
    understood = read(stated).event
    assert understood.parties == ["vega"]
    assert [(kind.status, kind.confidence) for kind in understood.event_types if kind.type == "compute_lease"] == [
        ("denied", 0.6)
    ]
    assert understood.amounts


def test_the_rest_of_a_long_body_is_not_understood_but_searched() -> None:
    padding = "Nothing happens here. " * (READ // 20)
    event = news("A title", f"{padding} SpaceX leases its Colossus 1 supercomputer to Anthropic for $3 billion.")
    assert len(event.body) > READ
    understood = check(event)
    assert understood.companies == []
    assert understood.amounts == []


def test_registrants_are_found_without_any_file_of_ones_own() -> None:
    enricher = Enricher.of((), load_registrants())
    bare = Matcher(
        msgspec.structs.replace(load_rules(RULES).book, portfolios=(), event_types=()), understanding=enricher
    )
    found = bare.read(news("NVIDIA Corporation raises its dividend")).event
    assert [company.id for company in found.companies] == ["cik-0001045810"]


# --- one deal, told from either side --------------------------------------------------------------------------

FROM_EITHER_SIDE = [
    ("SpaceX leases its Colossus 1 supercomputer to Anthropic for $3-4bn a year", ""),
    (
        "Anthropic to rent SpaceX supercomputer Colossus 1 in deal worth up to $4bn a year",
        "Two people told Second Wire. They put the price at $3 billion to $4 billion a year.",
    ),
]


@pytest.mark.parametrize(("title", "body"), FROM_EITHER_SIDE)
def test_who_lets_stands_first_whichever_side_a_report_begins_with(title: str, body: str) -> None:
    (lease,) = check(Event(id="ev_1", title=title, body=body)).event_types
    assert [(party.company, party.role) for party in lease.parties] == [("spacex", "lessor"), ("anthropic", "lessee")]


@pytest.mark.parametrize(("title", "body"), FROM_EITHER_SIDE)
def test_what_is_paid_by_the_year_is_the_revenue_of_who_lets_whichever_side_tells_it(title: str, body: str) -> None:
    amounts = check(Event(id="ev_1", title=title, body=body)).amounts
    assert {(one.role, one.of, one.per) for one in amounts} == {("revenue", "spacex", "year")}


def test_what_a_lease_is_worth_in_all_is_the_deals_value() -> None:
    (amount,) = check(Event(id="ev_1", title="Anthropic to rent SpaceX supercomputer in deal worth $14bn")).amounts
    assert (amount.role, amount.per) == ("deal_value", None)


def test_amounts_that_an_event_brings_with_it_stay_as_they_are() -> None:
    given = [Amount(low=4e9, high=4e9, per="year", role="deal_value")]
    assert check(Event(id="ev_1", title=FROM_EITHER_SIDE[1][0], amounts=given)).amounts == given
