"""The tree of the relations around a company."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from alertd.companies.model import Relation, RelationType
from alertd.companies.neighbours import Branch, around


def rel(company: str, kind: RelationType, of: str, value: float = 1.0, **more: Any) -> Relation:
    return Relation(company=company, type=kind, of=of, strength=value, **more)


def drawn(branches: Sequence[Branch], margin: str = "") -> Iterator[str]:
    for branch in branches:
        relation = branch.relation
        marks = [name for name in ("turned", "cycle", "above") if getattr(branch, name)]
        yield " ".join([f"{margin}{relation.company} {relation.type} {relation.of}", *marks])
        yield from drawn(branch.branches, margin + "  ")


def tree(relations: Sequence[Relation], root: str, **asked: Any) -> list[str]:
    return list(drawn(around(relations, root, label=str.upper, **asked)))


CHAIN = [
    rel("chips", "supplier", "rack", 0.5),
    rel("rack", "lessor", "lab", 0.4),
    rel("grid", "supplier", "rack", 0.9),
    rel("lab", "customer", "chips", 0.2),
]


@pytest.mark.parametrize(
    ("root", "asked", "lines"),
    [
        ("rack", {}, ["rack customer grid turned", "rack customer chips turned", "rack lessor lab"]),
        ("grid", {"hops": 2}, ["grid supplier rack", "  rack customer chips turned", "  rack lessor lab"]),
        ("chips", {"types": ["supplier"]}, ["chips supplier rack", "chips supplier lab turned"]),
        ("chips", {"types": ["lessor"]}, []),
        ("stranger", {"hops": 2}, []),
    ],
)
def test_a_tree_says_what_a_company_is_to_others_by_type_then_the_strongest_first(
    root: str, asked: Any, lines: list[str]
) -> None:
    assert tree(CHAIN, root, **asked) == lines


def test_a_way_back_to_the_first_is_left_out_and_one_among_its_neighbours_is_called_a_cycle() -> None:
    assert tree(CHAIN, "chips", hops=2) == [
        "chips supplier rack",
        "  rack customer grid turned",
        "  rack lessor lab cycle",
        "chips supplier lab turned",
        "  lab lessee rack turned cycle",
    ]


def test_a_neighbour_related_in_two_ways_is_unfolded_once() -> None:
    both = [rel("fund", "investor", "lab"), rel("fund", "lender", "lab"), rel("lab", "customer", "chips")]
    assert tree(both, "fund", hops=2) == ["fund investor lab", "  lab customer chips", "fund lender lab above"]
    assert tree(both, "fund") == ["fund investor lab", "fund lender lab"]


def test_a_type_is_asked_of_each_step() -> None:
    assert tree(CHAIN, "lab", hops=2, types=["lessee", "customer"]) == [
        "lab customer chips",
        "lab lessee rack turned",
        "  rack customer grid turned",
        "  rack customer chips turned cycle",
    ]


@pytest.mark.parametrize(
    ("day", "there"),
    [("2025-12-31", False), ("2026-01-01", True), ("2026-06-30", True), ("2026-07-01", False), (None, True)],
)
def test_only_what_holds_on_a_day_is_shown_both_ends_included(day: str | None, there: bool) -> None:
    dated = [rel("chips", "supplier", "rack", since="2026-01-01", until="2026-06-30")]
    assert bool(tree(dated, "rack", on=day)) == there


def test_what_both_sides_state_stands_once_with_the_strength_of_each() -> None:
    (branch,) = around(
        [rel("chips", "supplier", "cloud", 0.8), rel("cloud", "customer", "chips", 0.5)], "chips", label=str
    )
    assert (branch.turned, branch.relation.strength, branch.back) == (False, 0.8, 0.5)
    (alone,) = around([rel("chips", "supplier", "cloud", 0.8)], "cloud", label=str)
    assert (alone.turned, alone.relation.strength, alone.back) == (True, 0.8, 0.8)
