"""Who is within reach of whom, and on which ways."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from alertd.companies.model import INVERSE, Path, Relation, RelationType, Step
from alertd.companies.relations import MAX_HOPS, MAX_WAYS, Graph, strength


def rel(company: str, kind: RelationType, of: str, value: float = 1.0, **dates: Any) -> Relation:
    return Relation(company=company, type=kind, of=of, strength=value, **dates)


def said(path: Path) -> str:
    return " | ".join(f"{s.company} {s.type} {s.of}" for s in path)


CHAIN = Graph(
    [rel("chips", "supplier", "rack", 0.5), rel("rack", "lessor", "lab", 0.4), rel("lab", "customer", "grid")]
)


def test_the_inverse_of_the_inverse_is_the_relation_itself() -> None:
    assert INVERSE.keys() == set(get_args(RelationType))
    assert all(INVERSE[INVERSE[kind]] == kind for kind in INVERSE)


def test_a_relation_leads_both_ways() -> None:
    assert [said(p) for p in CHAIN.paths("rack", 1)["chips"]] == ["chips supplier rack"]
    assert [said(p) for p in CHAIN.paths("chips", 1)["rack"]] == ["rack customer chips"]


def test_the_named_company_is_its_own_way() -> None:
    assert CHAIN.paths("rack", 1)["rack"] == ((),)
    assert CHAIN.paths("stranger", 3) == {"stranger": ((),)}
    assert CHAIN.paths("rack", 0) == {"rack": ((),)}


def test_reach_grows_by_the_hop_to_three_at_most() -> None:
    reach = [set(CHAIN.paths("chips", hops)) for hops in (0, 1, 2, 3, 99)]
    assert [len(r) for r in reach] == [1, 2, 3, 4, 4]
    assert MAX_HOPS == 3
    assert all(CHAIN.around(["chips"], hops) == r for hops, r in zip((0, 1, 2, 3, 99), reach, strict=True))


def test_a_way_reads_from_the_exposed_company_to_the_named_one() -> None:
    (path,) = CHAIN.paths("lab", 2)["chips"]
    assert said(path) == "chips supplier rack | rack lessor lab"
    assert strength(path) == 0.2
    assert strength(()) == 1.0


def test_the_strongest_way_comes_first_and_of_equals_the_shorter() -> None:
    graph = Graph([rel("a", "supplier", "b", 0.2), rel("a", "partner", "c", 0.9), rel("c", "partner", "b", 0.9)])
    assert [round(strength(p), 2) for p in graph.paths("b", 2)["a"]] == [0.81, 0.2]
    even = Graph([rel("a", "partner", "c"), rel("c", "partner", "b"), rel("a", "supplier", "b")])
    assert [len(p) for p in even.paths("b", 2)["a"]] == [1, 2]


def test_a_way_passes_no_company_twice() -> None:
    graph = Graph([rel("a", "partner", "b"), rel("a", "supplier", "b"), rel("b", "partner", "c")])
    for paths in graph.paths("c", 3).values():
        assert all(len({"c", *(s.company for s in p)}) == len(p) + 1 for p in paths)
    assert len(graph.paths("c", 3)["a"]) == 2, "two relations between the same two are two ways"


def test_the_other_direction_has_its_own_strength_where_that_is_declared() -> None:
    both = [rel("chips", "supplier", "rack", 0.9), rel("rack", "customer", "chips", 0.1)]
    graph = Graph(both)
    assert [strength(p) for p in graph.paths("rack", 1)["chips"]] == [0.9]
    assert [strength(p) for p in graph.paths("chips", 1)["rack"]] == [0.1]


def test_a_relation_of_another_time_does_not_stand_for_its_other_direction() -> None:
    graph = Graph(
        [
            rel("chips", "supplier", "rack", 0.9, since="2025-01-01"),
            rel("rack", "customer", "chips", 0.1, until="2024-12-31"),
        ]
    )
    ways = {(p[0].strength, p[0].since, p[0].until) for p in graph.paths("rack", 1)["chips"]}
    assert ways == {(0.9, "2025-01-01", None), (0.1, None, "2024-12-31")}


def test_a_step_says_when_it_held() -> None:
    graph = Graph([rel("a", "lessor", "b", since="2024-01-01", until="2024-12-31")])
    (step,) = graph.paths("a", 1)["b"][0]
    assert (step.type, step.since, step.until) == ("lessee", "2024-01-01", "2024-12-31")


def test_a_desk_sees_what_is_declared_for_all_and_for_itself() -> None:
    shared = rel("a", "partner", "b")
    secret = Relation(company="a", type="supplier", of="c", desk="ai")
    graph = Graph([shared, secret])
    assert graph.for_desk("ai").around(["a"], 1) == {"a", "b", "c"}
    assert graph.for_desk("credit").around(["a"], 1) == graph.for_desk(None).around(["a"], 1) == {"a", "b"}
    assert graph.for_desk("credit") is graph.for_desk("credit")
    assert CHAIN.for_desk("ai") is CHAIN


def test_companies_that_are_related_to_nobody_stay_within_reach_of_themselves() -> None:
    assert CHAIN.around(["stranger", "chips"], 1) == {"stranger", "chips", "rack"}
    assert CHAIN.around([], 3) == frozenset()


def test_what_strangers_name_is_not_remembered() -> None:
    graph = Graph([rel("a", "partner", "b")])
    for number in range(1000):
        graph.paths(f"stranger-{number}", 3)
        graph.around([f"stranger-{number}"], 3)
    assert len(graph._paths) == len(graph._around) == 0


def test_a_dense_graph_keeps_the_strongest_ways_of_each_length() -> None:
    companies = [f"c{i}" for i in range(40)]
    pairs = itertools.combinations(companies, 2)
    graph = Graph([rel(a, "partner", b, 1 - (i % 97) / 100) for i, (a, b) in enumerate(pairs)])
    found = graph.paths("c0", 3)
    assert found.keys() == set(companies)
    assert max(map(len, found.values())) <= 3 * MAX_WAYS
    assert strength(found["c7"][0]) == max(strength(p) for p in all_ways(graph.relations, "c7", "c0"))


NAMES = st.sampled_from("abcdef")
RELATIONS = st.lists(
    st.builds(
        Relation,
        company=NAMES,
        type=st.sampled_from(sorted(INVERSE)),
        of=NAMES,
        strength=st.sampled_from([0.25, 0.5, 1.0]),
    ),
    max_size=7,
)


@given(RELATIONS, NAMES, st.integers(0, 3))
def test_the_ways_are_those_that_a_plain_search_finds(relations: list[Relation], named: str, hops: int) -> None:
    graph = Graph(r for r in relations if r.company != r.of)
    found = graph.paths(named, hops)
    assert found.keys() == graph.around([named], hops)
    assert found[named] == ((),)
    for company, paths in found.items():
        ranked = [strength(path) for path in paths]
        assert ranked == sorted(ranked, reverse=True)
        if company != named:
            expected = {said(p) for p in all_ways(graph.relations, company, named) if len(p) <= hops}
            assert {said(p) for p in paths} == expected


def all_ways(relations: tuple[Relation, ...], start: str, end: str) -> list[Path]:
    """Give all ways of up to three steps, found the plain way."""
    stated = {(r.company, r.type, r.of) for r in relations}
    steps = [Step(r.company, r.type, r.of, r.strength) for r in relations] + [
        Step(r.of, INVERSE[r.type], r.company, r.strength)
        for r in relations
        if (r.of, INVERSE[r.type], r.company) not in stated
    ]

    def walk(at: str, seen: set[str], path: Path) -> Iterator[Path]:
        if at == end:
            yield path
        elif len(path) < 3:
            for step in steps:
                if step.company == at and step.of not in seen:
                    yield from walk(step.of, seen | {step.of}, (*path, step))

    return list(walk(start, {start}, ()))
