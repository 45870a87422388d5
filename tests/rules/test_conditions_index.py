"""The conditions on what the news about a company has been doing: `sentiment_index` and `volume_z`."""

from __future__ import annotations

import pytest

from alertd.model import CompanyIndex, CompanyMention, Event
from alertd.rules.logic import Truth
from alertd.rules.match import Matcher
from tests.rules.desk import AMZN, NVDA, VRT, ask, desk_book, desk_portfolio
from tests.rules.make import news

BAD = CompanyIndex(as_of="2026-01-14T09:30:00.000Z", sentiment=-0.42, stories=17, volume_z=3.4, volume_z90=2.5, day=9)
FINE = CompanyIndex(as_of="2026-01-14T09:30:00.000Z", sentiment=0.3, stories=5, volume_z=0.1, volume_z90=0.2, day=1)
SHORT = CompanyIndex(as_of="2026-01-14T09:30:00.000Z", sentiment=None, stories=2, volume_z=None)


def naming(**companies: CompanyIndex | None) -> Event:
    ids = {"nvda": NVDA, "vrt": VRT, "amzn": AMZN}
    mentions = [CompanyMention(id=ids[name], name=name.upper(), index=index) for name, index in companies.items()]
    return news(companies=mentions, language="en")


@pytest.mark.parametrize(
    ("condition", "event", "truth"),
    [
        ('sentiment_index: "<= -0.3"', naming(nvda=BAD), True),
        ('sentiment_index: "<= -0.5"', naming(nvda=BAD), False),
        ('sentiment_index: "<= -0.3"', naming(nvda=None), None),
        ('sentiment_index: "<= -0.3"', naming(nvda=SHORT), None),
        ('sentiment_index: "<= -0.3"', naming(), False),
        ('sentiment_index: "<= -0.3"', naming(vrt=FINE, nvda=BAD), True),
        ('sentiment_index: "<= -0.3"', naming(vrt=FINE, nvda=None), None),
        ('volume_z: ">= 3"', naming(nvda=BAD), True),
        ('volume_z: ">= 3"', naming(nvda=FINE), False),
        ('volume_z: ">= 3"', naming(nvda=SHORT), None),
        ('{volume_z: ">= 3", days: 90}', naming(nvda=BAD), False),
        ('{volume_z: ">= 2.5", days: 90}', naming(nvda=BAD), True),
        ('{volume_z: ">= 3", days: 30}', naming(nvda=BAD), True),
        ('not: {sentiment_index: "<= -0.3"}', naming(nvda=None), None),
        ('all: [{mentions: holdings}, {sentiment_index: "<= -0.3"}]', naming(nvda=BAD), True),
        ('all: [{mentions: holdings}, {sentiment_index: "<= -0.3"}]', naming(nvda=FINE, amzn=BAD), False),
        ('all: [{weight: ">= 5%"}, {volume_z: ">= 3"}]', naming(nvda=FINE, vrt=BAD), False),
    ],
)
def test_an_index_is_compared_for_the_companies_that_an_event_names(
    condition: str, event: Event, truth: Truth
) -> None:
    assert ask(condition, event).verdict.truth is truth


def test_the_rule_is_about_the_company_whose_index_it_is() -> None:
    verdict = ask('all: [{mentions: holdings}, {sentiment_index: "<= -0.3"}]', naming(vrt=BAD, nvda=FINE)).verdict
    assert verdict.companies == (VRT,)


@pytest.mark.parametrize(
    ("condition", "said", "ground"),
    [
        (
            'sentiment_index: "<= -0.3"',
            "NVDA -0.42, 17 stories in 30 days, as of 2026-01-14 09:30 UTC",
            "NVDA sentiment index −0.42 ≤ −0.3",
        ),
        (
            'volume_z: ">= 3"',
            "NVDA +3.40, 9 stories in a day, as of 2026-01-14 09:30 UTC",
            "NVDA news volume z (30 d) +3.40 ≥ 3",
        ),
    ],
)
def test_evidence_and_grounds_name_the_value_and_of_when_it_is(condition: str, said: str, ground: str) -> None:
    verdict = ask(condition, naming(nvda=BAD)).verdict
    (proof,) = verdict.evidence
    assert (proof.field, proof.start, proof.end, proof.quote) == ("index", 0, 0, said)
    assert [(one.kind, one.text) for one in verdict.grounds] == [("index", ground)]


@pytest.mark.parametrize(
    ("index", "seen"),
    [
        (None, "no index known of NVDA"),
        (SHORT, "NVDA: no sentiment index known yet"),
        (FINE, "NVDA +0.30, 5 stories in 30 days, as of 2026-01-14 09:30 UTC"),
    ],
)
def test_explain_says_why_an_index_does_not_hold(index: CompanyIndex | None, seen: str) -> None:
    tree = ask('sentiment_index: "<= -0.3"', naming(nvda=index)).tree
    assert tree.seen == seen


def test_the_index_of_rules_asks_those_on_an_index_only_about_events_that_bring_one() -> None:
    matcher = Matcher(desk_book(desk_portfolio('sentiment_index: "<= -0.3"')))
    assert [match.rule for match in matcher.match(naming(nvda=BAD)).matches] == ["rule-0"]
    assert matcher.match(naming(nvda=None)).matches == ()
    assert not matcher.why_candidate("desk-a", "rule-0", naming(nvda=None)).asked


def test_what_a_test_states_may_be_the_value_alone() -> None:
    stated = CompanyIndex(sentiment=-0.9)
    verdict = ask('sentiment_index: "<= -0.3"', naming(nvda=stated)).verdict
    assert verdict.evidence[0].quote == "NVDA -0.90"
