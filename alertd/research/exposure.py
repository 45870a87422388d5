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
from alertd.research.cast import Cast
from alertd.research.earned import CHARGED, earned, is_charged
from alertd.research.effects import HAS_TO_PAY, JUDGED, PAID, UNKNOWN, Effect, on_itself, on_neighbour
from alertd.research.freed import freed_of
from alertd.research.material import Earlier, Exposure, Material, Side
from alertd.research.merged import with_buyer
from alertd.research.rated import rated
from alertd.research.restrained import restrained
from alertd.research.standing import FREED, conditional, owed
from alertd.research.study import Study
from alertd.research.whose import at_whose_place, pays
from alertd.rules.touched import SAID

MAX_NAMED = 8
"""Companies of an event, the most relevant, from which ways begin."""
MAX_HELD = 12
_ASKS = ("plaintiff", "claimant")
"""Who asks for damages does not have to pay them."""
MAX_OTHERS = 6


def exposures(
    study: Study, holdings: Mapping[str, Holding], graph: Graph, label: Mapping[str, str], hops: int = 1
) -> tuple[Exposure, ...]:
    """Give the companies that an event touches at up to `hops` relations (0 to 3).

    `graph` is what the portfolio's desk sees; `label` gives a company's ticker or name.
    """
    named = [company.id for company in sorted(study.event.companies, key=lambda c: (-c.relevance, c.id))][:MAX_NAMED]
    cast = Cast(study)
    near = _near(study, named, graph, min(hops, MAX_HOPS)) | _beside(cast, named, graph)
    found = [_exposed(cast, company, ways, holdings.get(company), graph, label) for company, ways in near.items()]
    held = sorted((one for one in found if one.holding is not None), key=_held_first)
    others = [one for one in found if one.holding is None]
    parties = [one for one in others if one.hops == 0]
    signed = sorted((one for one in others if one.hops and one.sign), key=_other_side)
    return (*held[:MAX_HELD], *parties, *signed[:MAX_OTHERS])


def gather(
    event: Event | Study,
    holdings: Mapping[str, Holding],
    graph: Graph,
    label: Mapping[str, str],
    *,
    hops: int = 1,
    earlier: Iterable[Earlier] = (),
    armed: Iterable[str] = (),
) -> Material:
    """Gather what a note about an event, which may be under study already, may rest on for who holds so."""
    study = with_buyer(at_whose_place(event if isinstance(event, Study) else Study(event)))
    found = exposures(study, holdings, graph, label, hops)
    names = {company.id: company.name or company.id for company in study.event.companies}
    near = [one.company for one in found] + [end for one in found for r in one.relations for end in (r.company, r.of)]
    names |= {company: label.get(company, company) for company in near if company not in names}
    return Material(study, found, tuple(earlier), names, tuple(armed))


def gather_open(
    event: Event | Study, graph: Graph, related: Mapping[str, str], *, earlier: Iterable[Earlier] = ()
) -> Material:
    """Gather what a model may be shown of an event: the same, to the letter, whoever holds what.

    The companies that the event names are called as it names them, their neighbours as `related` says; no neighbour
    is there because somebody holds it: those with a direction are. `graph` holds what is declared for everybody.
    """
    study = event if isinstance(event, Study) else Study(event)
    named = {company.id: company.ticker or company.name for company in study.event.companies}
    called = {**related, **{company: label for company, label in named.items() if label}}
    return gather(study, {}, graph, called, earlier=earlier)


def _near(study: Study, named: Sequence[str], graph: Graph, hops: int) -> dict[str, list[Path]]:
    """Give for each company in reach its shortest ways to a named one; the named themselves have an empty one."""
    ways: dict[str, list[Path]] = {company: [()] for company in named}
    day = study.event.event_at[:10]
    for length in range(1, hops + 1):
        longer: dict[str, list[Path]] = {}
        for end in named:
            for company, paths in graph.paths(end, length).items():
                if company not in ways:
                    longer.setdefault(company, []).extend(w for w in paths if len(w) == length and in_force(w, day))
        ways |= {company: found for company, found in longer.items() if found}
    return ways


def _beside(cast: Cast, named: Sequence[str], graph: Graph) -> dict[str, list[Path]]:
    """Give for those that are named and play no role of their own the relations that say what it is for them.

    `Nvidia makes the chips` in the report of a lease is about Nvidia as the supplier of the lessor.
    """
    day, ways = cast.study.event.event_at[:10], dict[str, list[Path]]()
    parties = cast.parties
    bystanders = [company for company in named if company not in parties and _on(cast, company).effect.sign is None]
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


def _told(cast: Cast, ways: Sequence[Path], graph: Graph) -> _Told:
    """Choose of ways of one length, the strongest first; where they disagree in direction there is none."""
    ranked = sorted(ways, key=lambda way: (-strength(way), way[-1].of))
    signed = [(way, role, effect) for way in ranked for role, effect in _effects(cast, way, graph) if effect.sign]
    if not signed:
        return _Told(ranked[0], UNKNOWN)
    way, _, effect = signed[0]
    other = next((one for one in signed if one[-1].sign != effect.sign), None)
    if other is None:
        return _Told(way, effect)
    both = (Side(graph.declared(way[0]), role, effect.why) for way, role, effect in (signed[0], other))
    return _Told(way, UNKNOWN, tuple(both))


def _effects(cast: Cast, way: Path, graph: Graph) -> list[tuple[str, Effect]]:
    """Say what an event is for who stands at the beginning of a way, by each role of the company at its end.

    Only one relation away anything follows; and nothing from what is only talked of, or somebody's opinion.
    """
    if len(way) != 1:
        return []
    (step,) = way
    what = graph.declared(step).what
    firm = [(found, role) for found, role in cast.of(step.of) if cast.is_firm(found)]
    effects = ((found, role, on_neighbour(found, role, step.type, what)) for found, role in firm)
    return [(role, conditional(effect, cast.study, found)) for found, role, effect in effects]


def _exposed(
    cast: Cast, company: str, ways: Sequence[Path], holding: Holding | None, graph: Graph, label: Mapping[str, str]
) -> Exposure:
    way, effect, both, shown = _told(cast, ways, graph) if ways[0] else _on(cast, company)
    named = way[-1].of if way else company
    role = cast.role(named)
    return Exposure(
        company=company,
        label=label.get(company, "") or _name(cast.study, company),
        hops=len(way),
        path=tuple(graph.declared(step) for step in way),
        named=named,
        role=role,
        sign=effect.sign,
        why=effect.why,
        both=both,
        shown=shown if effect.sign else (),
        holding=None if holding is None else _held(company, holding, way, effect, label, role),
    )


def _on(cast: Cast, company: str) -> _Told:
    """Say what an event is for a company that it names; nothing follows from what is only talked of, or thought."""
    study = cast.study
    effects = [
        conditional(effect, study, found)
        for found, role in cast.of(company)
        if cast.is_firm(found)
        and ((effect := _effect_on(study, found, role, company)).why != HAS_TO_PAY.why or pays(study, found, company))
    ]
    if told := next((effect for effect in effects if effect.sign is not None), None):
        return _Told((), told)
    # Of an event that is about something else a penalty is what the parties of a contract have agreed on.
    main = study.main
    own = [one for one in study.event.amounts if one.of == company and not one.earlier]
    if main is not None and cast.is_firm(main) and main.status != "denied":
        taken = [one for one in own if one.role == "charge" and is_charged(study, one.evidence)]
        charges = [one for one in taken if not is_background(study, one)]
        if charges:
            return _Told((), conditional(CHARGED, study, main), shown=tuple(charges[0].evidence))
    judged = main is not None and main.type in JUDGED and cast.is_firm(main) and main.status == "announced"
    if judged and (lifted := freed_of(study, company)) is not None:
        return _Told((), FREED, shown=tuple(lifted.evidence))
    amount = next((one for one in own if one.role in PAID), None)
    if amount is None or main is None or main.type not in JUDGED or main.status == "denied":
        return _Told((), UNKNOWN)
    if any(one.company == company and one.role in _ASKS for one in main.parties):
        return _Told((), UNKNOWN)
    if not cast.is_firm(main) or not pays(study, main, company):
        return _Told((), UNKNOWN)
    return _Told((), owed(study, main, amount.evidence), shown=tuple(amount.evidence))


def _effect_on(study: Study, found: ReportedType, role: str, company: str) -> Effect:
    """Give what an event type is for a company in it: of results and credit ratings by what they are, else by"
    " the table."""
    if found.type == "results":
        return earned(study, found, company)
    if found.type == "rating_change" and found.kind == "credit" and role == "issuer" and found.status != "denied":
        return rated(study, found, company)
    if found.type == "export_control" and role == "subject" and found.status != "denied":
        return restrained(study, found, company)
    return on_itself(found, role)


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


def _name(study: Study, company: str) -> str:
    return next((c.name or c.id for c in study.event.companies if c.id == company), company)


def _held_first(one: Exposure) -> tuple[int, float, str]:
    assert one.holding is not None
    return one.hops, -abs(one.holding.weight or 0.0), one.company


def _other_side(one: Exposure) -> tuple[bool, float, str]:
    """Losers first: who gains is what everybody reads."""
    (relation,) = one.path[:1]
    return one.sign == 1, -relation.strength, one.company
