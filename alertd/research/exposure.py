"""Which companies an event touches, over which way, and in which direction.

    named companies -> those within `hops` declared relations of one -> the shortest way in force on the event's day,
    of several the strongest -> the sign that the first relation gives (effects.py)

Those that are held come first, by weight; then those that are named; of the rest only neighbours with a sign, since
a reader wants to know who stands on the other side also where he does not hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from alertd.companies.model import Holding, Path
from alertd.companies.relations import MAX_HOPS, Graph, in_force, strength
from alertd.model import Event, ReportedType, TouchedHolding
from alertd.research.effects import HAS_TO_PAY, JUDGED, PAID, UNKNOWN, Effect, on_itself, on_neighbour
from alertd.research.material import Earlier, Exposure, Material, is_talk, sure_types
from alertd.rules.touched import SAID

MAX_NAMED = 8
"""Companies of an event, the most relevant, from which ways begin."""
MAX_HELD = 12
MAX_OTHERS = 6


def exposures(
    event: Event, holdings: Mapping[str, Holding], graph: Graph, label: Mapping[str, str], hops: int = 1
) -> tuple[Exposure, ...]:
    """Give the companies that an event touches at up to `hops` relations (0 to 3).

    `graph` is what the portfolio's desk sees; `label` gives a company's ticker or name.
    """
    named = [company.id for company in sorted(event.companies, key=lambda c: (-c.relevance, c.id))][:MAX_NAMED]
    near = _near(event, named, graph, min(hops, MAX_HOPS)) | _beside(event, named, graph)
    found = [_exposed(event, company, way, holdings.get(company), graph, label) for company, way in near.items()]
    held = sorted((one for one in found if one.holding is not None), key=_held_first)
    others = [one for one in found if one.holding is None]
    parties = [one for one in others if one.hops == 0]
    signed = sorted((one for one in others if one.hops and one.sign), key=_other_side)
    return (*held[:MAX_HELD], *parties, *signed[:MAX_OTHERS])


def gather(
    event: Event,
    holdings: Mapping[str, Holding],
    graph: Graph,
    label: Mapping[str, str],
    *,
    hops: int = 1,
    earlier: Iterable[Earlier] = (),
    armed: Iterable[str] = (),
) -> Material:
    """Gather what a note about an event may rest on, for who holds so."""
    found = exposures(event, holdings, graph, label, hops)
    names = {company.id: company.name or company.id for company in event.companies}
    near = [one.company for one in found] + [end for one in found for r in one.path for end in (r.company, r.of)]
    names |= {company: label.get(company, company) for company in near if company not in names}
    return Material(event, found, tuple(earlier), names, tuple(armed))


def _near(event: Event, named: Sequence[str], graph: Graph, hops: int) -> dict[str, Path]:
    """Give for each company in reach its way to a named one; the named themselves have an empty one."""
    ways: dict[str, Path] = dict.fromkeys(named, ())
    day = event.event_at[:10]
    for length in range(1, hops + 1):
        longer: dict[str, list[Path]] = {}
        for end in named:
            for company, paths in graph.paths(end, length).items():
                if company not in ways:
                    longer.setdefault(company, []).extend(w for w in paths if len(w) == length and in_force(w, day))
        for company, found in longer.items():
            if found:
                ways[company] = min(found, key=lambda way: _preferred(event, way))
    return ways


def _beside(event: Event, named: Sequence[str], graph: Graph) -> dict[str, Path]:
    """Give for those that are named and play no role of their own a relation that says what it is for them.

    `Nvidia makes the chips` in the report of a lease is about Nvidia as the supplier of the lessor.
    """
    day, ways = event.event_at[:10], dict[str, Path]()
    parties = {party.company for one in sure_types(event) for party in one.parties}
    bystanders = [company for company in named if company not in parties and _on(event, company).sign is None]
    for company in bystanders:
        near = [graph.paths(end, 1).get(company, ()) for end in named if end in parties]
        told = [way for some in near for way in some if len(way) == 1 and in_force(way, day)]
        if told:
            ways[company] = min(told, key=lambda way: _preferred(event, way))
    return ways


def _preferred(event: Event, way: Path) -> tuple[bool, float, str]:
    """Of ways of one length one that says in which direction comes first, then the strongest."""
    return _effect(event, way).sign is None, -strength(way), way[-1].of


def _exposed(
    event: Event, company: str, way: Path, holding: Holding | None, graph: Graph, label: Mapping[str, str]
) -> Exposure:
    named = way[-1].of if way else company
    effect = _effect(event, way) if way else _on(event, company)
    return Exposure(
        company=company,
        label=label.get(company, "") or _name(event, company),
        hops=len(way),
        path=tuple(graph.declared(step) for step in way),
        named=named,
        role=_role(event, named),
        sign=effect.sign,
        why=effect.why,
        holding=None if holding is None else _held(company, holding, way, effect, label, _role(event, named)),
    )


def _effect(event: Event, way: Path) -> Effect:
    """Say what an event is for who stands at the beginning of a way: only one relation away anything follows."""
    if len(way) != 1:
        return UNKNOWN
    # What is only talked of has parties, and touches nobody beyond them yet.
    (step,) = way
    firm = [(found, role) for found, role in _reported(event, step.of) if not is_talk(event, found)]
    effects = [on_neighbour(found, role, step.type) for found, role in firm]
    return next((effect for effect in effects if effect.sign is not None), UNKNOWN)


def _on(event: Event, company: str) -> Effect:
    """Say what an event is for a company that it names."""
    effects = [on_itself(found, role) for found, role in _reported(event, company)]
    orders = any(one.type in JUDGED for one in sure_types(event))
    if orders and any(one.role in PAID and one.of == company for one in event.amounts):
        effects.append(HAS_TO_PAY)
    return next((effect for effect in effects if effect.sign is not None), UNKNOWN)


def _reported(event: Event, company: str) -> list[tuple[ReportedType, str]]:
    """Give the event types in which a company plays a role, the surest first."""
    return [(one, party.role) for one in sure_types(event) for party in one.parties if party.company == company]


def _role(event: Event, company: str) -> str | None:
    roles = [role for _, role in _reported(event, company) if role]
    return roles[0] if roles else next((c.role for c in event.companies if c.id == company), None)


def _held(
    company: str, holding: Holding, way: Path, effect: Effect, label: Mapping[str, str], role: str | None
) -> TouchedHolding:
    counts = effect.sign is not None and not holding.unweighted and bool(holding.weight)
    good = (effect.sign or 0) * holding.weight > 0
    return TouchedHolding(
        company=company,
        label=label.get(company, "") or holding.label,
        weight=None if holding.unweighted else holding.weight,
        named=not way,
        role=role if not way else None,
        path=[f"{SAID[step.type]} {label.get(step.of, '') or step.of}"[:80] for step in way],
        impact=None if not counts else "good" if good else "bad",
    )


def _name(event: Event, company: str) -> str:
    return next((c.name or c.id for c in event.companies if c.id == company), company)


def _held_first(one: Exposure) -> tuple[int, float, str]:
    assert one.holding is not None
    return one.hops, -abs(one.holding.weight or 0.0), one.company


def _other_side(one: Exposure) -> tuple[bool, float, str]:
    """Losers first: who gains is what everybody reads."""
    (relation,) = one.path[:1]
    return one.sign == 1, -relation.strength, one.company
