"""The conditions on companies, and how those of one rule bind to one of them."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.model import CompanyMention, Event, Evidence, Party, ReportedType
from alertd.rules.logic import Truth
from tests.rules.desk import AMZN, MSFT, NVDA, VRT, ask
from tests.rules.make import news


def naming(*companies: str | CompanyMention, **fields: Any) -> Event:
    mentions = [c if isinstance(c, CompanyMention) else CompanyMention(id=c) for c in companies]
    return news(companies=mentions, **{"language": "en", **fields})


def mention(company: str, **fields: Any) -> CompanyMention:
    return CompanyMention(id=company, **fields)


PARTIES = [Party(company="spacex", role="lessor"), Party(company="anthropic", role="lessee")]
LEASE = naming(
    "spacex", "anthropic", event_types=[ReportedType(type="compute_lease", parties=PARTIES)], event_at="2026-05-20"
)
UNREAD = {"awaiting": "full_text"}


@pytest.mark.parametrize(
    ("condition", "event", "truth"),
    [
        ("mentions: holdings", naming(NVDA), True),
        ("mentions: holdings", naming("anthropic", AMZN), False),
        ("mentions: holdings", naming(), False),
        ("mentions: holdings", naming(**UNREAD), None),
        ("mentions: holdings", naming(language="de"), None),
        ("mentions: holdings", naming(NVDA, language="de"), True),
        ("mentions: NVDA", naming(NVDA), True),
        ("mentions: nvidia corp", naming(NVDA), True),
        ("mentions: 1045810", naming(NVDA), True),
        ("mentions: cik-0001045810", naming(NVDA), True),
        ("mentions: Space Exploration Technologies", naming("spacex"), True),
        ("mentions: [VRT, spacex]", naming("spacex"), True),
        ("mentions: [VRT, spacex]", naming(NVDA), False),
        ("mentions: {sector: ai}", naming(NVDA), True),
        ("mentions: {sector: ai}", naming("anthropic"), True),
        ("mentions: {sector: [space, ai]}", naming("spacex"), True),
        ("mentions: {sector: AI}", naming(NVDA), True),
        ("mentions: {list: hyperscalers}", naming(AMZN), True),
        ("mentions: {list: hyperscalers}", naming(NVDA), False),
        ("{mentions: NVDA, min_relevance: 0.6}", naming(mention(NVDA, relevance=0.6)), True),
        ("{mentions: NVDA, min_relevance: 0.6}", naming(mention(NVDA, relevance=0.59)), False),
        ("{mentions: NVDA, min_relevance: 0.6}", naming(mention(NVDA, relevance=0.59), **UNREAD), False),
        ("{mentions: [NVDA, VRT], min_relevance: 0.6}", naming(mention(NVDA, relevance=0.1), VRT), True),
        ("exposed: holdings", LEASE, True),
        ("{exposed: holdings, hops: 0}", naming("anthropic"), False),
        ("exposed: holdings", naming("anthropic", event_at="2026-03-01"), True),  # MSFT competes with it
        ("exposed: holdings", naming("anthropic", event_at="2026-01-01"), True),
        ("exposed: holdings", naming("anthropic", event_at="2026-06-30T23:59:59.000Z"), True),
        ("exposed: holdings", naming("anthropic", event_at="2025-12-31"), False),
        ("exposed: holdings", naming("anthropic", event_at="2026-07-01"), False),
        ("exposed: holdings", naming(AMZN), False),
        ("exposed: holdings", naming(AMZN, **UNREAD), None),
        ("exposed: VRT", naming(NVDA), True),
        ("exposed: VRT", naming("spacex"), False),
        ("{exposed: VRT, hops: 2}", naming("spacex"), True),
        ('{exposed: VRT, hops: "1..1"}', naming(VRT), False),
        ('{exposed: VRT, hops: "1..1"}', naming(NVDA, VRT), True),
        ('{exposed: VRT, hops: "2..3"}', naming(NVDA), False),
        ("{exposed: NVDA, as: supplier}", naming("spacex"), True),
        ("{exposed: NVDA, as: customer}", naming("spacex"), False),
        ("{exposed: NVDA, as: customer}", naming(VRT), True),  # the other way round is understood
        ("{exposed: NVDA, as: [customer, supplier]}", naming(NVDA), False),  # a relation is asked for
        ("{exposed: VRT, as: supplier, hops: 2}", naming("spacex"), True),
        ("{exposed: [VRT, spacex], as: customer, hops: 2}", naming(VRT), True),  # spacex buys of NVDA, NVDA of VRT
        ('{exposed: NVDA, strength: ">= 0.6"}', naming("spacex"), True),
        ('{exposed: NVDA, strength: "> 0.6"}', naming("spacex"), False),
        ('{exposed: VRT, hops: 2, strength: ">= 30%"}', naming("spacex"), True),  # 0.5 of 0.6
        ('{exposed: VRT, hops: 2, strength: ">= 0.31"}', naming("spacex"), False),
        ('{exposed: VRT, strength: ">= 0.5"}', naming(VRT), True),
        ("{exposed: NVDA, of: lessor}", LEASE, True),
        ("{exposed: NVDA, of: lessee}", LEASE, False),
        ("{exposed: NVDA, of: [lessee, lessor]}", LEASE, True),
        ("{exposed: MSFT, of: lessee}", LEASE, True),
        ("{exposed: NVDA, min_relevance: 0.5}", naming(mention("spacex", relevance=0.4)), False),
        ("{exposed: NVDA, min_relevance: 0.5}", naming(mention("spacex", relevance=0.5)), True),
        ("{exposed: {sector: ai}, as: supplier}", naming("spacex"), True),
        ("exposed: {list: hyperscalers}", LEASE, True),
        ("role: lessor", LEASE, True),
        ("role: [plaintiff, lessee]", LEASE, True),
        ("role: defendant", LEASE, False),
        ("role: lessor", naming(NVDA, **UNREAD), None),
        ("role: lessor", naming(mention("spacex", role="lessor")), True),
        ('weight: ">= 2%"', naming(NVDA), True),
        ('weight: ">= 200bp"', naming("spacex"), True),
        ('weight: "> 2%"', naming("spacex"), False),
        ('weight: "< 0%"', naming(MSFT), True),
        ('weight: ">= 2%"', naming(MSFT), False),
        ('weight: ">= 2%"', naming(AMZN), False),
        ('weight: ">= 2%"', naming(AMZN, **UNREAD), None),
        ('{sentiment: "<= -0.35", of: holdings}', naming(mention(NVDA, sentiment=-0.4)), True),
        ('{sentiment: "<= -0.35", of: holdings}', naming(mention(NVDA, sentiment=-0.3)), False),
        ('{sentiment: "<= -0.35", of: holdings}', naming(mention(AMZN, sentiment=-0.4)), False),
        ('{sentiment: "<= -0.35", of: holdings}', naming(mention(NVDA)), None),
        ('{sentiment: "<= -0.35", of: [spacex, AMZN]}', naming(mention(AMZN, sentiment=-0.4)), True),
        ('{sentiment: "<= -0.35", of: {sector: ai}}', naming(mention(AMZN, sentiment=-0.4)), False),
    ],
)  # fmt: skip
def test_a_condition_on_companies_answers(condition: str, event: Event, truth: Truth) -> None:
    assert ask(condition, event).verdict.truth is truth


def test_a_holding_without_a_weight_leaves_a_condition_on_it_unknown() -> None:
    held = {NVDA: None, VRT: 0.01}
    assert ask('weight: ">= 2%"', naming(NVDA), held=held).verdict.truth is None
    assert ask('weight: ">= 2%"', naming(VRT), held=held).verdict.truth is False
    assert ask('weight: ">= 1%"', naming(NVDA, VRT), held=held).verdict.companies == (VRT,)


def test_a_role_is_that_in_the_event_types_that_the_rule_names() -> None:
    sued = ReportedType(type="contract_dispute", parties=[Party(company="spacex", role="defendant")])
    leased = ReportedType(type="compute_lease", parties=PARTIES)
    both = naming("spacex", event_types=[sued, leased])
    assert ask("all: [{event_type: compute_lease}, {role: lessor}]", both).verdict.truth is True
    assert ask("all: [{event_type: contract_dispute}, {role: lessor}]", both).verdict.truth is False
    assert ask("role: lessor", both).verdict.truth is True


@pytest.mark.parametrize(
    ("condition", "event", "label", "seen"),
    [
        ("{mentions: holdings, min_relevance: 0.5}", naming(NVDA), "mentions: holdings with relevance >= 0.5",
         "NVDA with relevance 1.00"),
        ("{mentions: [NVDA, VRT], min_relevance: 0.5}", naming(mention(NVDA, relevance=0.2)),
         "mentions: NVDA, VRT with relevance >= 0.5", "NVDA only with relevance 0.20"),
        ("mentions: {list: hyperscalers}", naming(), "mentions: list hyperscalers", "list hyperscalers not named"),
        ("mentions: {sector: [ai, space]}", naming(), "mentions: sector ai, space", "sector ai, space not named"),
        ("exposed: holdings", naming(NVDA), "exposed: holdings, hops 0..1", "NVDA is named"),
        ('{exposed: VRT, as: supplier, of: lessor, hops: "1..2", strength: ">= 0.2"}', LEASE,
         "exposed: VRT, as supplier, of the lessor, hops 1..2, strength >= 0.2",
         "VRT supplier of NVDA (0.5) · NVDA supplier of SpaceX (0.6)"),
        ("exposed: NVDA", naming(AMZN), "exposed: NVDA, hops 0..1",
         "NVDA neither named nor related to what is named"),
        ("{exposed: spacex, of: lessee, hops: 0}", LEASE, "exposed: spacex, of the lessee, hops 0..0",
         "spacex named, but not as the lessee"),
        ("{exposed: {sector: space}, of: lessee, hops: 0}", LEASE, "exposed: sector space, of the lessee, hops 0..0",
         "sector space named, but not as the lessee"),
        ("{exposed: NVDA, as: supplier, of: lessee}", naming("spacex"),
         "exposed: NVDA, as supplier, of the lessee, hops 1..1", "NVDA related to SpaceX, which is not the lessee"),
        ("role: lessor", LEASE, "role: lessor", "SpaceX: lessor"),
        ("role: plaintiff", LEASE, "role: plaintiff", "no company plays it"),
        ('weight: ">= 2%"', naming(NVDA), "weight: >= 2%", "NVDA +8.0 %"),
        ('weight: "<= -50bp"', naming(MSFT), "weight: <= -0.5%", "MSFT -1.0 %"),
        ('weight: ">= 2%"', naming(AMZN), "weight: >= 2%", "no holding is named"),
        ('{sentiment: "<= 0", of: holdings}', naming(mention(NVDA, sentiment=-0.4)),
         "sentiment: <= 0, of: holdings", "NVDA -0.40"),
        ('{sentiment: "<= 0", of: NVDA}', naming(mention(NVDA)), "sentiment: <= 0, of: NVDA",
         "NVDA without a sentiment"),
        ('{sentiment: "<= 0", of: NVDA}', naming(), "sentiment: <= 0, of: NVDA", "NVDA not named"),
    ],
)  # fmt: skip
def test_a_condition_on_companies_says_what_it_saw(condition: str, event: Event, label: str, seen: str) -> None:
    tree = ask(condition, event).tree
    assert (tree.label, tree.seen) == (label, seen)


def test_the_places_where_a_company_is_named_are_the_evidence() -> None:
    places = [Evidence(field="title", start=i, end=i + 1, quote="") for i in range(5)]
    verdict = ask("mentions: holdings", naming(mention(NVDA, evidence=places), title="NVIDIA")).verdict
    assert [(e.field, e.start, e.end, e.quote) for e in verdict.evidence] == [
        ("title", 0, 1, "NVIDIA"),
        ("title", 1, 2, "NVIDIA"),
        ("title", 2, 3, "NVIDIA"),
    ]


def test_the_way_to_a_holding_is_told_step_by_step() -> None:
    verdict = ask("{exposed: VRT, hops: 2}", naming("spacex")).verdict
    assert verdict.path == ("VRT supplier of NVDA (0.5)", "NVDA supplier of SpaceX (0.6)")
    assert verdict.companies == (VRT,)


# --- binding --------------------------------------------------------------------------------------------------

SPLIT = naming(mention(NVDA, sentiment=0.6), mention(MSFT, sentiment=-0.6), title="NVIDIA soars as Microsoft sinks")
RISES = 'all: [{mentions: holdings}, {sentiment: ">= 0.3", of: holdings}, {weight: "> 0%"}]'
SINKS = 'all: [{mentions: holdings}, {sentiment: "<= -0.3", of: holdings}, {weight: "< 0%"}]'
CROSSED = 'all: [{sentiment: "<= -0.3", of: holdings}, {weight: ">= 2%"}]'


def test_of_a_headline_where_one_holding_rises_and_another_sinks_each_rule_takes_the_right_one() -> None:
    assert ask(RISES, SPLIT).verdict.companies == (NVDA,)
    assert ask(SINKS, SPLIT).verdict.companies == (MSFT,)


def test_a_rule_does_not_hold_where_its_conditions_hold_for_different_companies() -> None:
    assert ask(CROSSED, SPLIT).verdict.truth is False


def test_without_binding_each_condition_may_hold_for_another_company() -> None:
    verdict = ask(CROSSED, SPLIT, settings="bind: none").verdict
    assert (verdict.truth, verdict.companies) == (True, ())


def test_a_negated_condition_is_about_the_bound_company() -> None:
    cut = naming(mention(NVDA, role="plaintiff"), mention(VRT, role="defendant"))
    assert ask("all: [{mentions: holdings}, {not: {role: defendant}}]", cut).verdict.companies == (NVDA,)


def test_the_largest_holding_for_which_a_rule_holds_comes_first() -> None:
    event = naming("spacex", MSFT, NVDA, VRT)
    assert ask("mentions: holdings", event).verdict.companies == (NVDA, VRT, "spacex", MSFT)
    assert ask("mentions: holdings", event, held={VRT: -0.5, NVDA: 0.1}).verdict.companies == (VRT, NVDA)


def test_a_rule_binds_to_a_company_that_is_not_named_but_exposed() -> None:
    condition = 'all: [{event_type: compute_lease}, {exposed: holdings, hops: "1..1"}, {weight: ">= 5%"}]'
    verdict = ask(condition, LEASE).verdict
    assert (verdict.companies, verdict.path) == ((NVDA,), ("NVDA supplier of SpaceX (0.6)",))


def test_a_competitor_that_cuts_its_guidance_counts_and_the_holding_that_cuts_its_own_does_not() -> None:
    condition = """
        all:
          - {exposed: holdings, as: competitor}
          - not: {mentions: holdings}
    """
    assert ask(condition, naming("anthropic", event_at="2026-03-01")).verdict.companies == (MSFT,)
    assert ask(condition, naming("anthropic", MSFT, event_at="2026-03-01")).verdict.truth is False


def test_what_is_unknown_of_one_company_does_not_hide_that_a_rule_holds_for_another() -> None:
    event = naming(mention(NVDA), mention(VRT, sentiment=-0.5))
    assert ask('{sentiment: "<= -0.35", of: holdings}', event).verdict.companies == (VRT,)
    assert ask('all: [{sentiment: "<= -0.35", of: holdings}, {weight: ">= 5%"}]', event).verdict.truth is None


def test_what_is_known_not_to_be_held_stays_so_whatever_the_full_text_brings() -> None:
    event = naming("anthropic", AMZN, language="en", awaiting="full_text", body="x")
    for held in ("mentions: holdings", "exposed: holdings", "sentiment: '< 0', of: holdings"):
        answer = ask(f"all: [{{mentions: anthropic}}, {{{held}}}]", event, held={"spacex": 0.1})
        assert answer.verdict.truth is False
