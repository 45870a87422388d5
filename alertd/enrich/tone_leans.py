"""What the part that a company plays says of its fortune, beyond the words.

That a company is leased from, taken over or sued says more of it than words about other things in the same text. It
counts as one more opinion beside those of the passages: it decides where little is said, and gives way to a headline
that plainly says otherwise. Who only judges others (an analyst, an auditor) gets no score of what it says of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from alertd.enrich.tone_model import Opinion
from alertd.model import ReportedType

WEIGHT = 1.5
"""Of the opinion, where a headline that says something weighs 4 and one that says nothing 0.6."""
_SPEAKERS = frozenset(("analyst", "short_seller", "auditor", "index_provider", "regulator"))
_OF_ROLE = {
    "target": 0.8, "contractor": 0.75, "lessor": 0.75, "supplier": 0.75, "lessee": 0.6,
    "defendant": -0.7, "respondent": -0.65, "victim": -0.7,
}  # fmt: skip
_OF_TYPE = {
    ("price_target", "raised"): 0.75, ("price_target", "lowered"): -0.75,
    ("rating_change", "upgrade"): 0.8, ("rating_change", "downgrade"): -0.8,
    ("dividend_change", "raised"): 0.75, ("dividend_change", "special"): 0.7,
    ("dividend_change", "cut"): -0.75, ("dividend_change", "suspended"): -0.8, ("buyback", "stopped"): -0.7,
    ("guidance_raise", None): 0.8, ("guidance_cut", None): -0.8, ("short_report", None): -0.75,
    ("impairment", None): -0.7, ("restatement", None): -0.75, ("product_recall", None): -0.7,
    ("bankruptcy", None): -0.9, ("going_concern", None): -0.9, ("default", None): -0.85,
}  # fmt: skip
"""What happens to an issuer, by the type and its kind."""


def speakers(types: Sequence[ReportedType]) -> frozenset[str]:
    """Give the companies that in all that is reported only judge others."""
    roles: dict[str, set[str]] = {}
    for reported in types:
        for party in reported.parties:
            roles.setdefault(party.company, set()).add(party.role)
    return frozenset(company for company, played in roles.items() if played <= _SPEAKERS)


def leans(types: Sequence[ReportedType]) -> dict[str, Opinion]:
    """Give the opinion that follows from what companies do in what is reported, from the surest type that has one."""
    found: dict[str, Opinion] = {}
    for reported in sorted(types, key=lambda one: -one.confidence):
        if reported.status == "denied":
            continue
        of_issuer = _OF_TYPE.get((reported.type, reported.kind)) or _OF_TYPE.get((reported.type, None), 0.0)
        for party in reported.parties:
            lean = of_issuer if party.role == "issuer" else _OF_ROLE.get(party.role, 0.0)
            if lean:
                found.setdefault(party.company, _opinion(lean))
    return found


def _opinion(lean: float) -> Opinion:
    likely, rest = abs(lean), 1 - abs(lean)
    bad, good = (0.1 * rest, likely) if lean > 0 else (likely, 0.1 * rest)
    return Opinion(bad, 0.9 * rest, good)
