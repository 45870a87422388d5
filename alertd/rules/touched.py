"""Which holdings an event touches, and how: named in it, or over which relations. For the reader of the alert."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from alertd.companies.model import Holding, Path, RelationType
from alertd.companies.relations import MAX_HOPS, in_force, strength
from alertd.model import TouchedHolding
from alertd.rules.company_reading import name_of, roles_of
from alertd.rules.logic import Reading, Scope
from alertd.rules.parties import named

MAX_TOUCHED = 8
NEUTRAL = 0.15
"""A tone that is nearer to zero is neither good nor bad (docs/sentiment.md)."""
MAX_ENDS = 10
"""Named companies, the most relevant, to which a way is looked for."""

SAID: dict[RelationType, str] = {
    "supplier": "supplies",
    "customer": "buys from",
    "lessor": "leases to",
    "lessee": "leases from",
    "competitor": "competes with",
    "owner": "owns",
    "subsidiary": "belongs to",
    "partner": "is a partner of",
    "lender": "lends to",
    "borrower": "borrows from",
    "licensor": "licenses to",
    "licensee": "has a licence of",
    "investor": "has invested in",
    "investee": "is financed by",
}
"""What a company does to another to which it is so related."""


def touched(companies: Sequence[str], reading: Reading, scope: Scope) -> list[TouchedHolding]:
    """Describe the holdings for which a rule holds; of a rule that is about no company, those that are named."""
    if not scope.holdings:
        return []
    held = [company for company in companies or _ends(reading) if company in scope.holdings]
    return [_describe(company, reading, scope) for company in held[:MAX_TOUCHED]]


def _ends(reading: Reading) -> Sequence[str]:
    if reading.ends is None:
        reading.ends = named(reading.event)[:MAX_ENDS]
    return reading.ends


def _describe(company: str, reading: Reading, scope: Scope) -> TouchedHolding:
    holding = scope.holdings[company]
    mentioned = company in reading.companies
    return TouchedHolding(
        company=company,
        label=scope.world.label(company),
        weight=None if holding.unweighted else holding.weight,
        named=mentioned,
        role=min(roles_of(company, reading, scope), default=None) if mentioned else None,
        path=[] if mentioned else _in_words(_way(company, _ends(reading), reading, scope), reading, scope),
        impact=_impact(company, holding, reading) if mentioned else None,
    )


def _impact(company: str, holding: Holding, reading: Reading) -> Literal["good", "bad"] | None:
    """Say what the news is for who holds it so, of a short the other way round; what it is for a neighbour, nobody
    can tell by its tone.
    """
    score = reading.companies[company].sentiment
    whole = reading.event.sentiment
    if score is None and whole is not None and len(reading.companies) == 1:
        score = whole.score
    if score is None or not abs(score) >= NEUTRAL or holding.unweighted or not holding.weight:
        return None
    return "good" if (score > 0) == (holding.weight > 0) else "bad"


def _way(company: str, ends: Sequence[str], reading: Reading, scope: Scope) -> Path:
    """Give the shortest way to a named company that is in force on the event's day, of several the strongest."""
    day = reading.event.event_at[:10]
    for hops in range(1, MAX_HOPS + 1):
        ways = [way for end in ends for way in scope.world.graph.paths(end, hops).get(company, ())]
        there = [way for way in ways if way and in_force(way, day)]
        if there:
            return min(there, key=lambda way: (len(way), -strength(way)))
    return ()


def _in_words(way: Path, reading: Reading, scope: Scope) -> list[str]:
    """Say each step: `supplies SpaceX`."""
    return [f"{SAID[step.type]} {name_of(step.of, reading, scope)}"[:80] for step in way]
