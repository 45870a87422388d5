"""Whether a condition can hold, and whether it can fail, before any event has been asked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from msgspec.structs import replace

from alertd.base.yaml import load_yaml
from alertd.companies.model import Holding, Relation
from alertd.companies.relations import Graph
from alertd.model import CompanyIndex, CompanyMention, DealTerm, Event, ReportedType, Sentiment, Story
from alertd.rules.conditions import Reader
from alertd.rules.known import Known
from alertd.rules.logic import Node, Reading, Scope
from alertd.rules.world import World
from alertd.ruletests.possible import MAX_LEAVES, clash, conflict, possible, required
from alertd.text.scan import TermScanner


class _AnyCompany(Known):
    def company(self, text: str) -> str | None:
        return text.lower()


def condition(text: str) -> Node:
    reader = Reader(load_yaml(text, "rule.yaml"), _AnyCompany())
    made = reader.condition(())
    assert made is not None, reader.faults
    return made


NEVER = [
    "all: [{text: lease}, {not: {text: lease}}]",
    "all: [{title: compute lease}, {not: {text: lease}}]",
    "all: [{text: compute lease}, {not: {text: '=\"compute\"'}}]",
    "all: [{near: {terms: [lease, [GPU, GPU cluster]], within: 9}}, {not: {text: gpu}}]",
    "all: [{form: 8-K}, {form: 10-Q}]",
    "all: [{form: 8-K}, {kind: news}]",
    "all: [{form: 8-K, item: '1.01'}, {not: {form: [8-K, 10-Q]}}]",
    "all: [{form: 8-K}, {not: {kind: filing}}]",
    "all: [{source: a}, {source: b}]",
    "all: [{not: {kind: news}}, {not: {kind: filing}}]",
    "all: [{event_type: compute_lease}, {not: {event_type: [compute_lease, merger]}}]",
    "all: [{terms: exclusivity}, {not: {terms: [exclusivity, penalty]}}]",
    'all: [{sentiment: ">= 0.5"}, {sentiment: "<= -0.5"}]',
    'all: [{novelty: "> 0.5"}, {novelty: "<= 0.5"}]',
    'all: [{weight: ">= 5%"}, {weight: "< 2%"}]',
    'all: [{volume_z: ">= 3"}, {volume_z: "< 2"}]',
    'all: [{weight: ">= 5%"}, {not: {weight: ">= 2%"}}]',
    "all: [{mentions: NVDA}, {mentions: AMD}]",
    'all: [{mentions: NVDA}, {sentiment: "<= -0.3", of: AMD}]',
    "all: [{mentions: holdings, min_relevance: 0.5}, {not: {mentions: holdings}}]",
    "all: [{mentions: holdings}, {not: {exposed: holdings}}]",
    "all: [{any: [{form: 8-K}, {form: 10-Q}]}, {form: S-1}]",
    "all: [{any: [{title: a b}, {title: c b}]}, {not: {text: b}}]",
    "not: {any: [{kind: news}, {kind: filing}]}",
]


@pytest.mark.parametrize("text", NEVER)
def test_conditions_that_exclude_each_other_can_never_hold(text: str) -> None:
    assert not possible(condition(text), True, bound=True)
    assert possible(condition(text), False, bound=True)


@pytest.mark.parametrize(
    "text",
    [
        "{text: lease}",
        "all: [{text: lease}, {not: {text: compute lease}}]",
        "all: [{text: lease}, {not: {title: lease}}]",
        "any: [{form: 8-K}, {form: 10-Q}]",
        "all: [{form: 8-K}, {form: 8-K/A}]",
        "all: [{form: 8-K, item: '1.01'}, {form: 8-K, item: '1.02'}]",
        "all: [{language: en}, {language: en-US}]",
        "all: [{event_type: compute_lease}, {event_type: merger}]",
        "all: [{event_type: merger, status: denied}, {not: {event_type: merger}}]",
        'all: [{amount: ">= 5B USD"}, {amount: "<= 1B USD"}]',
        'all: [{sentiment: ">= 0.5"}, {sentiment: "<= -0.5", of: holdings}]',
        'any: [{weight: ">= 2%"}, {weight: "< 2%"}]',
        "all: [{exposed: holdings}, {not: {mentions: holdings}}]",
        "all: [{mentions: [NVDA, AMD]}, {mentions: [AMD, INTC]}]",
        "all: [{any: [{source: a}, {text: b}]}, {source: c}]",
        "all: [{regex: a}, {not: {regex: b}}]",
    ],
)
def test_what_some_event_meets_and_another_does_not_is_possible_both_ways(text: str) -> None:
    assert possible(condition(text), True, bound=True)
    assert possible(condition(text), False, bound=True)


@pytest.mark.parametrize(
    "text",
    [
        "any: [{text: lease}, {not: {text: lease}}]",
        "any: [{text: lease}, {not: {title: compute lease}}]",
        "any: [{kind: news}, {kind: filing}]",
        "not: {all: [{form: 8-K}, {kind: news}]}",
        "any: [{not: {source: a}}, {not: {source: b}}]",
        'any: [{sentiment: ">= 0"}, {sentiment: "< 0.1"}]',
        "any: [{mentions: holdings}, {not: {mentions: holdings}}]",
    ],
)
def test_a_condition_that_every_event_meets_cannot_fail(text: str) -> None:
    assert not possible(condition(text), False, bound=True)
    assert possible(condition(text), True, bound=True)


@pytest.mark.parametrize(
    "text",
    [
        "all: [{mentions: NVDA}, {mentions: AMD}]",
        'all: [{weight: ">= 5%"}, {weight: "< 2%"}]',
        'all: [{sentiment: ">= 0.5", of: holdings}, {sentiment: "<= -0.5", of: holdings}]',
    ],
)
def test_two_companies_may_meet_what_one_cannot(text: str) -> None:
    assert not possible(condition(text), True, bound=True)
    assert possible(condition(text), True, bound=False)


def test_the_two_that_exclude_each_other_are_told() -> None:
    text = "all: [{text: lease}, {form: 8-K}, {not: {any: [{title: van}, {kind: filing}]}}]"
    found = conflict(required(condition(text)), bound=True)
    assert found is not None
    assert [(leaf.label(), answer) for leaf, answer in found] == [("form: 8-K", True), ("kind: filing", False)]
    assert conflict(required(condition("any: [{form: 8-K}, {kind: news}]")), bound=True) is None


def test_what_leaves_no_choice_is_found_among_many_choices() -> None:
    choices = ", ".join(f"{{any: [{{title: w{i}}}, {{title: v{i}}}, {{text: x{i}}}]}}" for i in range(50))
    assert not possible(condition(f"all: [{choices}, {{source: a}}, {{source: b}}]"), True, bound=True)
    assert possible(condition(f"all: [{choices}, {{source: a}}]"), True, bound=True)


def test_a_condition_that_is_too_large_to_search_is_taken_as_possible() -> None:
    parts = ", ".join(f"{{any: [{{source: a{i}}}, {{source: b{i}}}]}}" for i in range(MAX_LEAVES))
    assert possible(condition(f"all: [{parts}]"), True, bound=True)


LEAVES = """
    text: lease | text: compute lease | text: '="lease"' | text: [lease, rent] | title: lease | title: compute lease
    lead: lease | lead: [lease, rent] | near: {terms: [compute, lease], within: 5, in: title}
    near: {terms: [compute, lease], within: 5} | near: {terms: [[compute, rent], lease], within: 3}
    near: {terms: [compute, lease], within: 5, in: lead}
    source: a | source: [a, b] | kind: news | kind: filing | kind: [news, filing] | trust: low | trust: [medium, high]
    language: en | language: en-GB | form: 8-K | form: 8-K/A | form: [8-K, 10-Q] | {form: 8-K, item: "1.01"}
    {form: 8-K, item: ["1.01", "1.02"]} | event_type: lease | event_type: [lease, rent]
    {event_type: lease, status: denied} | {event_type: lease, min_confidence: 0.9} | terms: penalty
    terms: [penalty, exclusivity] | mentions: holdings | mentions: NVDA | mentions: [NVDA, AMD]
    {mentions: holdings, min_relevance: 0.5} | exposed: holdings | exposed: [NVDA, AMD]
    {exposed: holdings, as: supplier} | weight: ">= 5%" | weight: "> 5%" | weight: "< 5%" | weight: "<= 2%"
    sentiment: ">= 0.5" | sentiment: "< 0.5" | sentiment: "<= -0.5" | {sentiment: ">= 0.5", of: holdings}
    {sentiment: "< 0.5", of: holdings} | {sentiment: "< 0.5", of: AMD} | novelty: ">= 0.5" | novelty: "< 0.5"
    sentiment_index: ">= 0" | sentiment_index: "< -0.2" | sentiment_index: "<= -0.5" | volume_z: ">= 3"
    volume_z: "< 1" | {volume_z: ">= 3", days: 90} | {volume_z: "< 1", days: 90}
"""
TITLES = ("", "lease", "compute lease", "compute leases", "lease of compute", "rent", "rents a compute lease")
HELD = {company: Holding(company=company, weight=weight) for company, weight in (("nvda", 0.05), ("amd", 0.01))}
WORLD = World(Graph((Relation(company="nvda", type="supplier", of="tern"),)))


def some_events() -> Iterator[Event]:
    """Make events that differ in what the leaves ask for, each in one thing after the other."""
    for title, body in product(TITLES, TITLES):
        yield Event(title=title, body=body)
    for source, trust, language in product(("", "a", "b", "c"), ("low", "medium", "high"), ("", "en", "en-GB", "de")):
        yield Event(source=source, trust=trust, language=language)  # type: ignore[arg-type]
    for form, items in product(("8-K", "8-K/A", "10-Q", "S-1"), ([], ["1.01"], ["1.01", "1.02"], ["8.01"])):
        yield Event(kind="filing", form=form, items=items)
    for types, status, confidence in product(
        (["lease"], ["rent"], ["lease", "rent"]), ("announced", "denied"), (0.4, 0.6, 0.9)
    ):
        yield Event(event_types=[ReportedType(type=t, status=status, confidence=confidence) for t in types])
    for terms in (["penalty"], ["exclusivity"], ["penalty", "exclusivity"]):
        yield Event(terms=[DealTerm(type=term) for term in terms])
    for named, relevance, tone in product(
        (["nvda"], ["amd"], ["intc"], ["tern"], ["nvda", "amd"], ["amd", "tern"]), (0.1, 0.9), (None, -0.5, 0.5)
    ):
        mentions = [CompanyMention(id=c, relevance=relevance, sentiment=tone) for c in named]
        yield Event(companies=[*mentions[:1], *(replace(m, sentiment=0.0) for m in mentions[1:])])
    for tone, near, far in product((None, -0.6, 0.0, 0.5), (None, 0.5, 4.0), (0.5, 4.0)):
        index = CompanyIndex(sentiment=tone, volume_z=near, volume_z90=far)
        yield Event(companies=[CompanyMention(id="nvda", index=index), CompanyMention(id="amd")])
    for score, novelty in product((-0.5, 0.0, 0.5), (0.0, 0.5, 1.0)):
        yield Event(sentiment=Sentiment(score=score), story=Story(id="st_1", novelty=novelty))


@pytest.mark.parametrize("bound", [True, False])
def test_two_answers_that_an_event_gives_together_do_not_clash(bound: bool) -> None:
    """Every two of many leaves, asked about many events by the plain meaning of the language."""
    leaves = [condition(text.strip()) for line in LEAVES.splitlines() for text in line.split(" | ") if text.strip()]
    scanner = TermScanner(term for leaf in leaves for term in leaf.terms())
    seen: set[tuple[int, bool, int, bool]] = set()
    for event in some_events():
        reading = Reading(event, scanner.scan(event.title, event.body))
        scope = Scope(WORLD, HELD)
        for asked in [scope.bound_to(company) for company in ("nvda", "amd", "intc", "tern")] if bound else [scope]:
            answers = [
                (i, truth) for i, leaf in enumerate(leaves) if (truth := leaf.truth(reading, asked)) is not None
            ]
            seen.update((i, x, j, y) for (i, x), (j, y) in product(answers, answers))
    wrong = [
        f"{leaves[i].label()}: {x}, {leaves[j].label()}: {y}"
        for i, x, j, y in seen
        if clash(leaves[i], x, leaves[j], y, bound=bound)
    ]
    assert sorted(wrong) == []
    assert len(seen) > len(leaves) ** 2, "the events tell apart what the leaves ask"
