"""Whatever stands in an event, no condition breaks on it: rules that raise are switched off for everybody."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from alertd.model import Amount, CompanyMention, DealTerm, Event, Evidence, Party, ReportedType, Sentiment, Story
from alertd.rules.match import Matcher
from tests.rules.anything import COMPANIES, ROLES, TYPES
from tests.rules.desk import NVDA, desk_book, desk_portfolio

_CONDITIONS = (
    "text: [lease, '=\"GPU\"', a b c d e]",
    "title: lease",
    "near: {terms: [lease, [GPU, é]], within: 5}",
    r"regex: ['[^a]', '\pL+', '(?s).x']",
    "source: edgar",
    "language: [en, de-CH]",
    "trust: high",
    "kind: filing",
    "form: [8-K, SC 13D/A]",
    "{form: 8-K, item: 1.02}",
    "{event_type: compute_lease, min_confidence: 0.1}",
    'amount: "1..5B EUR"',
    'amount: ">= 1 USD per year"',
    "terms: [reclaim_right, penalty]",
    'facts: {percent: ">= 5"}',
    "facts: {amendment: false, code: S}",
    'facts: {value: ">= 1M USD", purpose: [board], insider_is: officer}',
    'sentiment: ">= 0"',
    'novelty: "< 0.5"',
    "{mentions: holdings, min_relevance: 0.2}",
    '{exposed: holdings, hops: 3, of: [lessor, lessee], strength: ">= 0.1"}',
    "role: [lessor, lessee]",
    'weight: ">= 1%"',
    'sentiment_index: "< 0"',
    '{volume_z: ">= 0", days: 90}',
    '{sentiment: "<= 0", of: holdings}',
    "not: {mentions: {sector: ai}}",
)
_MATCHING = desk_book(
    desk_portfolio(*_CONDITIONS), desk_portfolio(*_CONDITIONS, name="desk-b", settings="bind: none")
)

_WORD = st.one_of(
    st.text(max_size=20), st.sampled_from(["", "lease GPU", "\ud800", "é" * 300, "Item 1.02.", "8-k/a", "\x00"])
)
_NUMBER = st.one_of(st.floats(), st.sampled_from([0.5, 1e9, -1.0]))
_COMPANY = st.one_of(st.sampled_from([*COMPANIES, NVDA, "spacex"]), _WORD)
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), _NUMBER, _WORD, st.just(10**4000)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_WORD, inner, max_size=3)),
    max_leaves=5,
)
_EVIDENCE = st.lists(
    st.builds(
        Evidence,
        field=st.one_of(st.sampled_from(["title", "body"]), _WORD),
        start=st.integers(),
        end=st.integers(),
        quote=_WORD,
    ),
    max_size=2,
)
_FACT_NAMES = st.sampled_from(
    ["percent", "amendment", "code", "value", "purpose", "insider_is", "transactions", "holders"]
)


def _strange() -> st.SearchStrategy[Event]:
    maybe = st.one_of(st.none(), _WORD)
    mention = st.builds(
        CompanyMention,
        id=_COMPANY,
        name=_WORD,
        ticker=maybe,
        relevance=_NUMBER,
        role=st.one_of(maybe, st.just("lessor")),
        sentiment=st.one_of(st.none(), _NUMBER),
        evidence=_EVIDENCE,
    )
    party = st.builds(Party, company=_COMPANY, role=st.one_of(_WORD, st.sampled_from(ROLES)))
    reported = st.builds(
        ReportedType,
        type=st.one_of(_WORD, st.sampled_from([*TYPES, "compute_lease"])),
        confidence=_NUMBER,
        status=_WORD,
        parties=st.lists(party, max_size=2),
        evidence=_EVIDENCE,
    )
    amount = st.builds(
        Amount,
        low=_NUMBER,
        high=_NUMBER,
        currency=st.one_of(_WORD, st.sampled_from(["USD", "eur"])),
        role=maybe,
        per=st.one_of(maybe, st.just("day")),
        derived=st.booleans(),
        evidence=_EVIDENCE,
    )
    term = st.builds(DealTerm, type=st.one_of(_WORD, st.just("penalty")), held_by=maybe, evidence=_EVIDENCE)
    return st.builds(
        Event,
        id=_WORD,
        title=_WORD,
        body=_WORD,
        source=_WORD,
        kind=st.sampled_from(["news", "filing"]),
        language=_WORD,
        event_at=_WORD,
        awaiting=st.sampled_from([None, "full_text"]),
        form=st.one_of(maybe, st.just("8-K")),
        items=st.lists(_WORD, max_size=2),
        facts=st.dictionaries(st.one_of(_FACT_NAMES, _WORD), _JSON, max_size=4),
        companies=st.lists(mention, max_size=3),
        parties=st.lists(_COMPANY, max_size=2),
        event_types=st.lists(reported, max_size=2),
        amounts=st.lists(amount, max_size=2),
        terms=st.lists(term, max_size=2),
        sentiment=st.one_of(st.none(), st.builds(Sentiment, score=_NUMBER, label=_WORD)),
        story=st.one_of(st.none(), st.builds(Story, id=_WORD, novelty=_NUMBER, position=st.integers())),
    )


@given(_strange())
def test_no_event_breaks_a_condition(event: Event) -> None:
    index = Matcher(_MATCHING)
    found = index.match(event)
    assert found.failures == ()
    for match in found.matches:
        assert match.evidence or match.rule == f"rule-{len(_CONDITIONS) - 1}"  # `not` proves nothing
        assert all(len(shown.quote) <= 200 for shown in match.evidence)
    reference = Matcher(_MATCHING, "reference").match(event)
    assert msgspec.structs.asdict(reference)["failures"] == ()
    assert [(m.portfolio, m.rule, m.company) for m in reference.matches] == [
        (m.portfolio, m.rule, m.company) for m in found.matches
    ]


@given(_strange())
def test_no_event_breaks_the_reason_why_a_rule_is_asked(event: Event) -> None:
    index = Matcher(_MATCHING)
    reasons = [index.why_candidate("desk-a", rule.id, event).reason for rule in _MATCHING.portfolios[0].rules]
    assert all(reasons)
