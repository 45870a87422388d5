"""How weights of holdings are shown to a receiver: exactly, as a band, or not at all. Pure.

A weight stands in four places of a match: in its holdings, in the arithmetic of its severity, and as evidence and
ground of a condition on it. `none` takes away also what tells a long from a short: what the news is for the position.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from alertd.model import Match, SeverityStep, TouchedHolding

BANDS: tuple[tuple[float, str], ...] = ((0.01, "< 1 %"), (0.03, "1-3 %"), (0.05, "3-5 %"), (0.1, "5-10 %"))
"""Upper ends (not included) and what is shown below them; above the last of them `> 10 %`."""
TOP = "> 10 %"

Shown = Literal["exact", "band", "none"]


def band(weight: float) -> str:
    """Give the band of a weight: `5-10 %`, of a short `short 5-10 %`."""
    size = abs(weight)
    text = next((text for end, text in BANDS if size < end), TOP)
    return f"short {text}" if weight < 0 else text


def as_shown(matches: Sequence[Match], how: Shown) -> list[Match]:
    """Give matches with their weights as a receiver may see them."""
    return list(matches) if how == "exact" else [_match(match, how) for match in matches]


def holding_shown(holding: TouchedHolding, how: Shown) -> TouchedHolding:
    """Give one holding as a receiver may see it."""
    return holding if how == "exact" else _holding(holding, how)


def _match(match: Match, how: Shown) -> Match:
    weights = [holding.weight for holding in match.holdings if holding.weight is not None]
    largest = max(weights, key=abs, default=None)
    return replace(
        match,
        holdings=[_holding(holding, how) for holding in match.holdings],
        steps=[_step(step, largest, how) for step in match.steps],
        evidence=[one for one in match.evidence if one.field != "weight"],
        grounds=[one for one in match.grounds if one.kind != "weight"],
    )


def _holding(holding: TouchedHolding, how: Shown) -> TouchedHolding:
    if how == "none":
        return replace(holding, weight=None, impact=None)
    return replace(holding, weight=None, band=band(holding.weight) if holding.weight is not None else "")


def _step(step: SeverityStep, largest: float | None, how: Shown) -> SeverityStep:
    if step.factor == "weight":
        return replace(step, seen=f"weight {band(largest)}" if how == "band" and largest is not None else "weight")
    if step.factor == "tone" and how == "none":
        return replace(step, seen=step.seen.partition(",")[0])
    return step
