"""Coverage: a leaf is proven if a test saw it true, one saw it false, and in one the rule's answer hung on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.rules.explain import Explained
from alertd.rules.loader import load_rules
from alertd.rules.logic import Truth
from alertd.ruletests.coverage import Covered, _turned
from alertd.ruletests.run import Runner
from tests.ruletests.make import desk, one_rule

BOTH = "{all: [{text: lease}, {text: GPU}]}"
LEASE, GPU = "{given: {title: a lease}, expect: no match}", "{given: {title: a GPU}, expect: no match}"
LEASED_GPU, NOTHING = "{given: {title: a GPU lease}, expect: match}", "{given: {title: vans}, expect: no match}"


def covered(folder: Path, when: str, *tests: str, settings: str = "") -> Covered:
    """Give the coverage of a rule by its tests."""
    loaded = desk(folder, one_rule(when, *tests, settings=settings))
    runner = Runner(loaded, loaded.tests, coverage=True)
    assert all(outcome.passed for outcome in runner)
    assert runner.covered is not None
    return runner.covered["p/r"]


def gaps(folder: Path, when: str, *tests: str, settings: str = "") -> list[tuple[str, str]]:
    """Give the leaves that the tests do not prove, as (what is lacking, leaf)."""
    return [(gap.lack, gap.label) for gap in covered(folder, when, *tests, settings=settings).gaps()]


def test_what_decides_in_one_test_and_not_in_another_is_proven(tmp_path: Path) -> None:
    assert gaps(tmp_path, BOTH, LEASED_GPU, LEASE, GPU) == []


@pytest.mark.parametrize(
    ("tests", "lacking"),
    [
        ([LEASED_GPU], [("never false", "text: lease"), ("never false", "text: GPU")]),
        ([LEASE], [("never false", "text: lease"), ("never true", "text: GPU")]),
        ([LEASED_GPU, LEASE], [("never false", "text: lease")]),
        ([LEASED_GPU, NOTHING], []),
        ([LEASE, GPU], []),
    ],
)
def test_what_is_lacking_of_a_leaf_is_named(tmp_path: Path, tests: list[str], lacking: list[tuple[str, str]]) -> None:
    assert gaps(tmp_path, BOTH, *tests) == lacking


def test_a_leaf_that_could_be_taken_away_is_named(tmp_path: Path) -> None:
    # Whatever the second says, the first has decided.
    when = "{any: [{text: lease}, {all: [{text: lease}, {text: GPU}]}]}"
    assert gaps(tmp_path, when, LEASED_GPU, LEASE.replace("no match", "match"), GPU, NOTHING) == [
        ("never decided", "text: GPU")
    ]


def test_a_rule_that_is_kept_from_an_event_proves_nothing(tmp_path: Path) -> None:
    late = "{given: {title: a GPU lease, event_at: '2027-01-01T00:00:00Z'}, expect: no match}"
    when = "{text: lease}"
    assert gaps(tmp_path, when, late, settings="valid_until: 2026-01-01") == [("never asked", "text: lease")]


def test_what_is_unknown_is_neither_true_nor_false(tmp_path: Path) -> None:
    waits = "{given: {title: vans, awaiting: full_text}, expect: no match}"
    assert gaps(tmp_path, "{text: lease}", waits) == [("never true", "text: lease")]


def test_each_company_that_is_asked_puts_the_leaves_to_the_proof(tmp_path: Path) -> None:
    when = "{all: [{mentions: holdings}, {weight: '>= 5%'}]}"
    two = "{given: {title: x, companies: [{id: NVDA}, {id: VRT}]}, expect: match, company: NVDA}"
    none = "{given: {title: x}, expect: no match}"
    assert gaps(tmp_path, when, two) == [("never false", "mentions: holdings")]
    assert gaps(tmp_path, when, two, none) == []


def test_a_rule_without_a_test_has_nothing_proven(tmp_path: Path) -> None:
    assert gaps(tmp_path, "{text: lease}") == [("never asked", "text: lease")]


def test_a_condition_over_time_is_one_to_prove(tmp_path: Path) -> None:
    when = "{all: [{text: lease}, {count: {at_least: 2, within: 7d}}]}"
    state = "count: at least 2 within 7d"
    assert covered(tmp_path, when).total == 2
    assert gaps(tmp_path, when, LEASE) == [("never false", "text: lease"), ("never true", state)]
    twice = "{given: [{title: a lease}, {title: vans}, {title: b lease, at: 1d}], expect: exactly 1}"
    assert gaps(tmp_path, when, twice) == []


def test_a_rule_that_is_only_about_the_past_has_one_condition(tmp_path: Path) -> None:
    when = "{sequence: [{event_type: compute_lease}, {event_type: contract_dispute}], within: 9d}"
    assert covered(tmp_path, when).total == 1
    (gap,) = gaps(tmp_path, when, "{given: {title: sue, parties: [vega, lumen]}, expect: no match}")
    assert gap[0] == "never true"


def test_the_statuses_of_an_event_type_are_conditions_too(tmp_path: Path) -> None:
    desk(tmp_path, one_rule("{text: lease}"))
    path = tmp_path / "event-types/compute_lease.yaml"
    path.write_text(
        path.read_text()
        + "status: {rumoured: {title: may}}\ntests:\n  - {given: {title: may lease}, expect: match}\n"
    )
    loaded = load_rules(tmp_path, tests=True)
    runner = Runner(loaded, loaded.tests, coverage=True)
    list(runner)
    assert runner.covered is not None
    assert [(gap.lack, gap.label) for gap in runner.covered["compute_lease"].gaps()] == [
        ("never false", "title: lease"),
        ("never false", "title: may"),
    ]


# --- what decides ---------------------------------------------------------------------------------------------

LEAVES = st.builds(lambda truth: Explained("leaf", truth), st.sampled_from([True, False, None]))


def _joined(inner: st.SearchStrategy[Explained]) -> st.SearchStrategy[Explained]:
    some = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        some.map(lambda parts: _made("all", parts)),
        some.map(lambda parts: _made("any", parts)),
        inner.map(lambda part: _made("not", [part])),
    )


def _made(label: str, parts: list[Explained]) -> Explained:
    return Explained(label, _truth(label, [part.truth for part in parts]), children=tuple(parts))


def _truth(label: str, answers: list[Truth]) -> Truth:
    """Kleene's logic, spelt out."""
    if label == "not":
        return None if answers[0] is None else not answers[0]
    if label == "all":
        return False if False in answers else None if None in answers else True
    return True if True in answers else None if None in answers else False


def _with_turned(tree: Explained, path: tuple[int, ...]) -> Explained:
    if not path:
        return Explained(tree.label, not tree.truth)
    parts = [_with_turned(part, path[1:]) if i == path[0] else part for i, part in enumerate(tree.children)]
    return _made(tree.label, parts)


def _paths(tree: Explained) -> list[tuple[int, ...]]:
    return [(i, *rest) for i, part in enumerate(tree.children) for rest in _paths(part)] or [()]


@given(st.recursive(LEAVES, _joined, max_leaves=8))
def test_a_leaf_turned_round_gives_what_the_whole_tree_would_give(tree: Explained) -> None:
    for path in _paths(tree):
        assert _turned(tree, path) == _with_turned(tree, path).truth
