"""How companies are related, and who is within reach of whom.

Each relation leads both ways: what is declared as `NVDA supplier of spacex` is also `spacex customer of NVDA`, with
the same strength unless that is declared too. Ways are simple (no company twice), at most three relations long, and
dated by their steps: whether a step held on the day of an event is for the one who asks to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from math import prod
from operator import itemgetter
from typing import Any

from msgspec.structs import replace

from alertd.companies.model import INVERSE, Path, Relation, Step

MAX_HOPS = 3
MAX_WAYS = 24
"""Ways that are kept from one company to another for each length, the strongest: a bound for dense graphs."""
MAX_KEPT = 500_000
"""Ways that are remembered: some 100 MB in a graph far denser than people declare."""

_ITSELF: tuple[Path, ...] = ((),)


class Graph:
    """The declared relations; what is within reach is worked out once, when it is first asked."""

    def __init__(self, relations: Iterable[Relation] = ()) -> None:
        self.relations = tuple(relations)
        self._into: dict[str, list[Step]] = {}
        """Company -> the steps that end at it."""
        for r, _ in both_ways(self.relations):
            step = Step(r.company, r.type, r.of, r.strength, r.since, r.until)
            self._into.setdefault(step.of, []).append(step)
        self._around: dict[tuple[str, int], frozenset[str]] = {}
        self._paths: dict[tuple[str, int], Mapping[str, tuple[Path, ...]]] = {}
        self._kept = 0
        self._desks: dict[str | None, Graph] = {}
        self._stated = {(r.company, r.type, r.of, r.since, r.until): r for r in self.relations}

    def declared(self, step: Step) -> Relation:
        """Give what a step rests on: the relation as declared, or turned round, with the source of what was."""
        stated = self._stated.get((step.company, step.type, step.of, step.since, step.until))
        if stated is not None:
            return stated
        other = self._stated.get((step.of, INVERSE[step.type], step.company, step.since, step.until))
        turned = Relation(
            company=step.company, type=step.type, of=step.of, strength=step.strength, since=step.since,
            until=step.until,
        )  # fmt: skip
        return turned if other is None else replace(turned, source=other.source, what=other.what, desk=other.desk)

    def for_desk(self, desk: str | None) -> Graph:
        """Give the graph that a desk's portfolios see: what is declared for all, and for that desk."""
        if all(relation.desk in (None, desk) for relation in self.relations):
            return self
        if desk not in self._desks:
            self._desks[desk] = Graph(r for r in self.relations if r.desk in (None, desk))
        return self._desks[desk]

    def around(self, companies: Iterable[str], hops: int) -> frozenset[str]:
        """Give these companies and all within so many relations of one of them, whatever the date."""
        named = frozenset(companies)
        reached = [self._reach(company, min(hops, MAX_HOPS)) for company in named if company in self._into]
        return named.union(*reached)

    def _reach(self, company: str, hops: int) -> frozenset[str]:
        found = self._around.get((company, hops))
        if found is None:
            seen = edge = {company}
            for _ in range(hops):
                edge = {step.company for at in edge for step in self._into.get(at, ())} - seen
                seen = seen | edge
            found = self._around[company, hops] = frozenset(seen)
        return found

    def paths(self, named: str, hops: int) -> Mapping[str, tuple[Path, ...]]:
        """Give for each company within reach of `named` its ways to there, strongest first; itself: `((),)`."""
        if named not in self._into:
            return {named: _ITSELF}  # not kept: strangers name what they like
        key = (named, max(0, min(hops, MAX_HOPS)))
        found = self._paths.get(key)
        if found is None:
            found = self._work_out(*key)
            self._kept += sum(map(len, found.values()))
            if self._kept > MAX_KEPT:
                self._paths.clear()
                self._kept = 0
            self._paths[key] = found
        return found

    def _work_out(self, named: str, hops: int) -> Mapping[str, tuple[Path, ...]]:
        ways: dict[str, list[_Way]] = {}
        level: dict[str, list[_Way]] = {named: [(-1.0, 0, (), ())]}
        for length in range(1, hops + 1):
            longer: dict[str, list[_Way]] = {}
            for at, known in level.items():
                for step in self._into.get(at, ()):
                    if step.company == named:
                        continue
                    name = (step.company, step.type, step.since or "", step.until or "")
                    more = longer.setdefault(step.company, [])
                    for weight, _, names, path in known:
                        if all(other.company != step.company for other in path):
                            more.append((weight * step.strength, length, (name, *names), (step, *path)))
            level = {company: sorted(found, key=_rank)[:MAX_WAYS] for company, found in longer.items() if found}
            for company, found in level.items():
                ways.setdefault(company, []).extend(found)
        answer = {company: tuple([path for *_, path in sorted(found, key=_rank)]) for company, found in ways.items()}
        return {named: _ITSELF, **answer}


def in_force(steps: Iterable[Step | Relation], day: str) -> bool:
    """Tell whether all of these held on a day (ISO 8601); without a day, whenever they held."""
    return all((not s.since or not day or s.since <= day) and (not s.until or day <= s.until) for s in steps)


def strength(path: Path) -> float:
    """Give how much what happens at the end of a way matters at its beginning: the product of its steps."""
    return prod(step.strength for step in path)


_Way = tuple[float, int, tuple[tuple[str, str, str, str], ...], Path]
"""Minus the strength of a way (the product of its steps), its length and its names: by these it is ranked."""
_rank: Callable[[_Way], Any] = itemgetter(0, 1, 2)


def both_ways(relations: Iterable[Relation]) -> Iterator[tuple[Relation, bool]]:
    """Give each relation as stated, and turned round (True) unless somebody states that as well for that time."""
    stated = tuple(relations)
    by_name: dict[tuple[str, str, str], list[Relation]] = {}
    for relation in stated:
        by_name.setdefault((relation.company, relation.type, relation.of), []).append(relation)
    for relation in stated:
        yield relation, False
    for relation in stated:
        turned = replace(relation, company=relation.of, type=INVERSE[relation.type], of=relation.company)
        others = by_name.get((turned.company, turned.type, turned.of), ())
        if not any(overlap(turned, other) for other in others):
            yield turned, True


def overlap(one: Relation, other: Relation) -> bool:
    """Tell whether two relations hold on a same day."""
    return (one.since or "") <= (other.until or "9") and (other.since or "") <= (one.until or "9")
