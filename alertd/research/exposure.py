"""Which companies an event touches, over which way, and in which direction.

    named companies -> those within `hops` declared relations of one -> the shortest ways in force on the event's day
    -> the sign that the first relation gives (effects.py); none where ways of one length disagree
    -> of several the strongest that says in which direction, else the strongest

Those that are held come first, by weight; then those that are named; of the rest only neighbours with a sign, since
a reader wants to know who stands on the other side also where he does not hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from alertd.companies.model import Holding, Path
from alertd.companies.relations import MAX_HOPS, Graph, in_force, strength
from alertd.model import Event, Evidence, ReportedType, TouchedHolding
from alertd.research.background import is_background
from alertd.research.earned import CHARGED, earned, is_charged
from alertd.research.effects import HAS_TO_PAY, JUDGED, PAID, UNKNOWN, Effect, on_itself, on_neighbour
from alertd.research.freed import freed_of
from alertd.research.material import Earlier, Exposure, Material, Side, is_talk, sure_types
from alertd.research.merged import with_buyer
from alertd.research.rated import rated
from alertd.research.restrained import restrained
from alertd.research.standing import FREED, conditional, owed
from alertd.research.whose import at_whose_place, is_opinion, pays, plays
from alertd.rules.touched import SAID

MAX_NAMED = 8
"""Companies of an event, the most relevant, from which ways begin."""
MAX_HELD = 12
_ASKS = ("plaintiff", "claimant")
"""Who asks for damages does not have to pay them."""
MAX_OTHERS = 6


def exposures(
    event: Event, holdings: Mapping[str, Holding], graph: Graph, label: Mapping[str, str], hops: int = 1
) -> tuple[Exposure, ...]:
    """Give the companies that an event touches at up to `hops` relations (0 to 3).

    `graph` is what the portfolio's desk sees; `label` gives a company's ticker or name.
    """
    named = [company.id for company in sorted(event.companies, key=lambda c: (-c.relevance, c.id))][:MAX_NAMED]
    near = _near(event, named, graph, min(hops, MAX_HOPS)) | _beside(event, named, graph)
    found = [_exposed(event, company, ways, holdings.get(company), graph, label) for company, ways in near.items()]
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
    event = with_buyer(at_whose_place(event))
    found = exposures(event, holdings, graph, label, hops)
    names = {company.id: company.name or company.id for company in event.companies}
    near = [one.company for one in found] + [end for one in found for r in one.relations for end in (r.company, r.of)]
    names |= {company: label.get(company, company) for company in near if company not in names}
    return Material(event, found, tuple(earlier), names, tuple(armed))


def gather_open(
    event: Event, graph: Graph, related: Mapping[str, str], *, earlier: Iterable[Earlier] = ()
) -> Material:
    """Gather what a model may be shown of an event: the same, to the letter, whoever holds what.

    The companies that the event names are called as it names them, their neighbours as `related` says; no neighbour
    is there because somebody holds it: those with a direction are. `graph` holds what is declared for everybody.
    """
    named = {company.id: company.ticker or company.name for company in event.companies}
    called = {**related, **{company: label for company, label in named.items() if label}}
    return gather(event, {}, graph, called, earlier=earlier)


def _near(event: Event, named: Sequence[str], graph: Graph, hops: int) -> dict[str, list[Path]]:
    """Give for each company in reach its shortest ways to a named one; the named themselves have an empty one."""
    ways: dict[str, list[Path]] = {company: [()] for company in named}
    day = event.event_at[:10]
    for length in range(1, hops + 1):
        longer: dict[str, list[Path]] = {}
        for end in named:
            for company, paths in graph.paths(end, length).items():
                if company not in ways:
                    longer.setdefault(company, []).extend(w for w in paths if len(w) == length and in_force(w, day))
        ways |= {company: found for company, found in longer.items() if found}
    return ways


def _beside(event: Event, named: Sequence[str], graph: Graph) -> dict[str, list[Path]]:
    """Give for those that are named and play no role of their own the relations that say what it is for them.

    `Nvidia makes the chips` in the report of a lease is about Nvidia as the supplier of the lessor.
    """
    day, ways = event.event_at[:10], dict[str, list[Path]]()
    told = [(one, party) for one in sure_types(event) for party in one.parties]
    parties = {party.company for one, party in told if plays(event, one, party.company, party.role)}
    bystanders = [company for company in named if company not in parties and _on(event, company).effect.sign is None]
    for company in bystanders:
        near = [graph.paths(end, 1).get(company, ()) for end in named if end in parties]
        found = [way for some in near for way in some if in_force(way, day)]
        if found:
            ways[company] = found
    return ways


class _Told(NamedTuple):
    """The way to be told of several, and what the event is for who stands at its beginning."""

    way: Path
    effect: Effect
    both: tuple[Side, ...] = ()
    shown: tuple[Evidence, ...] = ()


def _told(event: Event, ways: Sequence[Path], graph: Graph) -> _Told:
    """Choose of ways of one length, the strongest first; where they disagree in direction there is none."""
    ranked = sorted(ways, key=lambda way: (-strength(way), way[-1].of))
    signed = [(way, role, effect) for way in ranked for role, effect in _effects(event, way, graph) if effect.sign]
    if not signed:
        return _Told(ranked[0], UNKNOWN)
    way, _, effect = signed[0]
    other = next((one for one in signed if one[-1].sign != effect.sign), None)
    if other is None:
        return _Told(way, effect)
    both = (Side(graph.declared(way[0]), role, effect.why) for way, role, effect in (signed[0], other))
    return _Told(way, UNKNOWN, tuple(both))


def _effects(event: Event, way: Path, graph: Graph) -> list[tuple[str, Effect]]:
    """Say what an event is for who stands at the beginning of a way, by each role of the company at its end.

    Only one relation away anything follows; and nothing from what is only talked of, or somebody's opinion.
    """
    if len(way) != 1:
        return []
    (step,) = way
    what = graph.declared(step).what
    firm = [(found, role) for found, role in _reported(event, step.of) if _is_firm(event, found)]
    effects = ((found, role, on_neighbour(found, role, step.type, what)) for found, role in firm)
    return [(role, conditional(effect, event, found)) for found, role, effect in effects]


def _exposed(
    event: Event, company: str, ways: Sequence[Path], holding: Holding | None, graph: Graph, label: Mapping[str, str]
) -> Exposure:
    way, effect, both, shown = _told(event, ways, graph) if ways[0] else _on(event, company)
    named = way[-1].of if way else company
    return Exposure(
        company=company,
        label=label.get(company, "") or _name(event, company),
        hops=len(way),
        path=tuple(graph.declared(step) for step in way),
        named=named,
        role=_role(event, named),
        sign=effect.sign,
        why=effect.why,
        both=both,
        shown=shown if effect.sign else (),
        holding=None if holding is None else _held(company, holding, way, effect, label, _role(event, named)),
    )


def _on(event: Event, company: str) -> _Told:
    """Say what an event is for a company that it names; nothing follows from what is only talked of, or thought."""
    effects = [
        conditional(effect, event, found)
        for found, role in _reported(event, company)
        if _is_firm(event, found)
        and ((effect := _effect_on(event, found, role, company)).why != HAS_TO_PAY.why or pays(event, found, company))
    ]
    if told := next((effect for effect in effects if effect.sign is not None), None):
        return _Told((), told)
    # Of an event that is about something else a penalty is what the parties of a contract have agreed on.
    main = next(iter(sure_types(event)), None)
    own = [one for one in event.amounts if one.of == company and not one.earlier]
    if main is not None and _is_firm(event, main) and main.status != "denied":
        charges = [
            one
            for one in own
            if one.role == "charge" and is_charged(event, one.evidence) and not is_background(event, one)
        ]
        if charges:
            return _Told((), conditional(CHARGED, event, main), shown=tuple(charges[0].evidence))
    judged = main is not None and main.type in JUDGED and _is_firm(event, main) and main.status == "announced"
    if judged and (lifted := freed_of(event, company)) is not None:
        return _Told((), FREED, shown=tuple(lifted.evidence))
    amount = next((one for one in own if one.role in PAID), None)
    if amount is None or main is None or main.type not in JUDGED or main.status == "denied":
        return _Told((), UNKNOWN)
    if any(one.company == company and one.role in _ASKS for one in main.parties):
        return _Told((), UNKNOWN)
    if not _is_firm(event, main) or not pays(event, main, company):
        return _Told((), UNKNOWN)
    return _Told((), owed(event, main, amount.evidence), shown=tuple(amount.evidence))


def _effect_on(event: Event, found: ReportedType, role: str, company: str) -> Effect:
    """Give what an event type is for a company in it: of results and credit ratings by what they are, else by"
    " the table."""
    if found.type == "results":
        return earned(event, found, company)
    if found.type == "rating_change" and found.kind == "credit" and role == "issuer" and found.status != "denied":
        return rated(event, found, company)
    if found.type == "export_control" and role == "subject" and found.status != "denied":
        return restrained(event, found, company)
    return on_itself(found, role)


def _is_firm(event: Event, found: ReportedType) -> bool:
    return not is_talk(event, found) and not is_opinion(event, found)


def _reported(event: Event, company: str) -> list[tuple[ReportedType, str]]:
    """Give the event types in which a company plays a role, the surest first."""
    parties = _parties(event, company)
    return [(found, role) for found, role in parties if plays(event, found, company, role)]


def _parties(event: Event, company: str) -> list[tuple[ReportedType, str]]:
    """Give the event types of which a company is said to be a party."""
    return [(one, party.role) for one in sure_types(event) for party in one.parties if party.company == company]


def _role(event: Event, company: str) -> str | None:
    roles = [role for _, role in _reported(event, company) if role]
    if roles or _parties(event, company):
        return next(iter(roles), None)
    return next((c.role for c in event.companies if c.id == company), None)


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
