"""The declared relations around a company, as a tree: what it is to whom, and what those are to others.

A relation stands as often as it is walked: from the other side turned round, as it was not written. What a tree
cannot show is said at its branches: that a company stands next to the first one too (the ways there make a cycle),
or was unfolded further up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from alertd.companies.model import INVERSE, Relation, RelationType
from alertd.companies.relations import both_ways, in_force, overlap
from alertd.model import Struct

Label = Callable[[str], str]
"""Gives what people call a company, by its id."""


class Branch(Struct, frozen=True, kw_only=True):
    """One relation of a company, as read from there."""

    relation: Relation
    """Its `company` is the one that the branch grows from."""
    turned: bool = False
    """It is declared the other way round."""
    back: float = 1.0
    """How much it matters to the other one, in (0, 1]; `relation.strength` is what it matters to this one."""
    cycle: bool = False
    """The other one is a neighbour of the tree's root as well."""
    above: bool = False
    """What the other one is to others stands at an earlier branch of the same company."""
    branches: tuple[Branch, ...] = ()


def around(
    relations: Iterable[Relation],
    root: str,
    *,
    label: Label,
    hops: int = 1,
    types: Collection[RelationType] = (),
    on: str | None = None,
) -> tuple[Branch, ...]:
    """Give the relations of a company, and with two `hops` those of its neighbours, but for the ways back to it.

    `types`: only where the nearer company is one of these to the further one. `on`: only what holds on that day
    (ISO 8601). Sorted by type, then the strongest first, then by label and dates.
    """
    held = [one for one in relations if on is None or in_force((one,), on)]
    stated: dict[tuple[str, str, str], list[Relation]] = {}
    for one in held:
        stated.setdefault((one.company, one.type, one.of), []).append(one)
    found: dict[str, list[Branch]] = {}
    for relation, turned in both_ways(held):
        if not types or relation.type in types:
            branch = Branch(relation=relation, turned=turned, back=_back(relation, stated))
            found.setdefault(relation.company, []).append(branch)
    for branches in found.values():
        branches.sort(key=lambda branch: _rank(branch.relation, label))
    return tuple(_grown(found, root, hops))


def _grown(found: dict[str, list[Branch]], root: str, hops: int) -> Iterator[Branch]:
    beside = {branch.relation.of for branch in found.get(root, ())}
    unfolded: set[str] = set()
    for branch in found.get(root, ()):
        other = branch.relation.of
        further = [one for one in found.get(other, ()) if one.relation.of != root] if hops > 1 else []
        if further and other in unfolded:
            yield replace(branch, above=True)
            continue
        unfolded.add(other)
        yield replace(branch, branches=tuple(replace(one, cycle=one.relation.of in beside) for one in further))


def _back(relation: Relation, stated: Mapping[tuple[str, str, str], Sequence[Relation]]) -> float:
    """Give how much a relation matters to the other side: as stated from there for the same time, else as much."""
    others = stated.get((relation.of, INVERSE[relation.type], relation.company), ())
    return next((one.strength for one in others if overlap(one, relation)), relation.strength)


def _rank(relation: Relation, label: Label) -> tuple[str, float, str, str, str, str]:
    return (
        relation.type, -relation.strength, label(relation.of).casefold(), relation.of, relation.since or "",
        relation.until or "",
    )  # fmt: skip
