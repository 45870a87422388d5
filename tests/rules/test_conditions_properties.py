"""What holds for any condition, about any event: three-valued logic, proof, and what the index relies on."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.companies.model import Holdings
from alertd.companies.relations import Graph
from alertd.model import Event
from alertd.rules.index import plain
from alertd.rules.keys import Keys, keys_of
from alertd.rules.logic import Node, Reading, Scope
from alertd.rules.tree import All, AnyOf, Condition, Not
from alertd.rules.world import Rates, World
from alertd.text.quote import MAX_QUOTE
from alertd.text.scan import TermScanner
from tests.rules.anything import COMPANIES, CONDITIONS, HOLDINGS, LEAVES, RELATIONS, TYPES, events

_GRAPH = Graph(RELATIONS)
_WORLD = World(_GRAPH, {}, Rates(date="2026-01-01", rates={"EUR": 2.0}))


def _ask(condition: Node, event: Event) -> tuple[Reading, Keys]:
    reading = Reading(event, TermScanner(condition.terms()).scan(event.title, event.body))
    return reading, keys_of(reading)


_SCOPES = st.builds(
    lambda held, company, types: Scope(_WORLD, held.positions, company, types),
    HOLDINGS,
    st.sampled_from([None, *COMPANIES]),
    st.frozensets(st.sampled_from(TYPES), max_size=2),
)


@given(st.lists(CONDITIONS, min_size=1, max_size=4), events(), _SCOPES)
def test_all_any_and_not_follow_the_strong_logic_of_kleene(
    conditions: list[Condition], event: Event, scope: Scope
) -> None:
    parts = tuple(conditions)
    reading, _ = _ask(All(parts), event)
    truths = [part.truth(reading, scope) for part in parts]
    both = False if False in truths else None if None in truths else True
    either = True if True in truths else None if None in truths else False
    for condition, expected in ((All(parts), both), (AnyOf(parts), either)):
        assert condition.truth(reading, scope) is expected
        assert condition.result(reading, scope).truth is expected
        negated = None if expected is None else not expected
        assert Not(condition).truth(reading, scope) is Not(condition).result(reading, scope).truth is negated


@pytest.mark.parametrize("kind", sorted(LEAVES))
def test_a_leaf_proves_what_it_answers_and_holds_only_where_what_it_requires_is_there(kind: str) -> None:
    @settings(max_examples=400 if kind == "exposed" else 100)
    @given(LEAVES[kind], events(), _SCOPES)
    def check(leaf: Condition, event: Event, scope: Scope) -> None:
        reading, keys = _ask(leaf, event)
        result = leaf.result(reading, scope)
        assert leaf.truth(reading, scope) is result.truth
        for shown in result.evidence:
            text = reading.text(shown.field) if shown.field in ("title", "body") else ""
            assert len(shown.quote) <= MAX_QUOTE
            assert 0 <= shown.start < shown.end <= len(text) if text else shown.start == shown.end == 0
        if not result.truth:
            assert not result.evidence
            assert result.seen
            return
        assert kind == "always" or result.evidence
        assert all(not plain(clause).isdisjoint(keys) for clause in leaf.clauses())
        companies = leaf.company_clause(scope)
        assert companies is None or not companies.isdisjoint(reading.companies)

    check()


@pytest.mark.parametrize("kind", ["mentions", "exposed", "role", "weight", "company-sentiment"])
def test_every_company_for_which_a_leaf_holds_is_one_that_rules_are_asked_about(kind: str) -> None:
    @given(LEAVES[kind], events(), HOLDINGS)
    def check(leaf: Condition, event: Event, held: Holdings) -> None:
        scope = Scope(_WORLD, held.positions)
        reading, _ = _ask(leaf, event)
        asked = set(leaf.candidates(reading, scope))
        # A holding that is not named has its weight, but an event is not about it for that alone.
        holding = {c for c in COMPANIES if kind != "weight" or c in reading.companies}
        assert {c for c in holding if leaf.truth(reading, scope.bound_to(c))} <= asked

    check()


@given(CONDITIONS)
def test_a_condition_travels_as_it_is(condition: Condition) -> None:
    data = msgspec.msgpack.encode(condition)
    assert msgspec.msgpack.decode(data, type=Condition) == condition
