"""Whether a condition can hold, and whether it can fail, before any event has been asked."""

from __future__ import annotations

import pytest

from alertd.base.yaml import load_yaml
from alertd.rules.conditions import Reader
from alertd.rules.known import Known
from alertd.rules.logic import Node
from alertd.ruletests.possible import MAX_LEAVES, conflict, possible, required


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


def test_a_condition_that_is_too_large_to_search_is_taken_as_possible() -> None:
    parts = ", ".join(f"{{any: [{{source: a{i}}}, {{source: b{i}}}]}}" for i in range(MAX_LEAVES))
    assert possible(condition(f"all: [{parts}]"), True, bound=True)
