"""What the portfolio holds of what happened: the row `Holdings`, and the few words that the headline has room for.

SpaceX +2.0 % named, lessor · NVDA +8.0 % supplies SpaceX · VRT +3.5 % supplies SpaceX
"""

from __future__ import annotations

from collections.abc import Iterable

from alertd.model import Match, TouchedHolding
from alertd.notify.plain import one_line

_SHOWN = 6
_NEAR_SHOWN = 3
_STEPS = {1: "one step", 2: "two steps", 3: "three steps"}


def of_matches(matches: Iterable[Match]) -> list[TouchedHolding]:
    """Give each holding that the matches touch once: those that are named first, then the largest."""
    found: dict[str, TouchedHolding] = {}
    for match in matches:
        for holding in match.holdings:
            found.setdefault(holding.company, holding)
    return ranked(found.values())


def ranked(holdings: Iterable[TouchedHolding]) -> list[TouchedHolding]:
    """Put those that are named first, then the largest."""
    return sorted(holdings, key=lambda holding: (not holding.named, -abs(holding.weight or 0.0)))


def row(holdings: list[TouchedHolding]) -> str:
    """Say of each holding how much it is, how what happened comes to it, and what that is for who holds it so."""
    parts = [_one(holding) for holding in holdings[:_SHOWN]]
    if len(holdings) > _SHOWN:
        parts.append(f"{len(holdings) - _SHOWN} more")
    return " · ".join(parts)


def _one(holding: TouchedHolding) -> str:
    how = ", ".join(filter(None, ("named", holding.role))) if holding.named else ", which ".join(holding.path[:3])
    impact = f", {holding.impact} for the position" if holding.impact else ""
    return one_line(" ".join(filter(None, (_label(holding), _weight(holding), how))) + impact, 200)


def share(holding: TouchedHolding) -> str:
    """Say how much is held, and what it is for the position: `+8.0 %, good for the position`."""
    impact = f"{holding.impact} for the position" if holding.impact else ""
    return one_line(", ".join(filter(None, (_weight(holding), impact))), 80)


def labelled(holding: TouchedHolding) -> str:
    """Name it with how much is held: `NVDA +8.0 %`."""
    return " ".join(filter(None, (_label(holding), _weight(holding))))


def in_list(holdings: list[TouchedHolding], most: int = 4) -> str:
    """Name the first with how much is held: `SpaceX +2.0 % · one step: NVDA +8.0 %, VRT +3.5 % · 2 more`."""
    parts: dict[int, list[str]] = {}
    for one in sorted(ranked(holdings)[:most], key=_away):
        parts.setdefault(_away(one), []).append(labelled(one))
    said = [f"{_STEPS.get(steps, 'some steps')}: {', '.join(names)}" if steps else ", ".join(names)
            for steps, names in parts.items()]  # fmt: skip
    more = [f"{len(holdings) - most} more"] if len(holdings) > most else []
    return " · ".join([*said, *more])


def _away(holding: TouchedHolding) -> int:
    return 0 if holding.named else len(holding.path)


def in_brief(holdings: list[TouchedHolding]) -> str:
    """Say it for a lock screen: `ORCL +3.0 %`, or `NVDA, VRT one step` where none is named."""
    named = [holding for holding in holdings if holding.named]
    if named:
        return labelled(named[0])
    near = [holding for holding in holdings if holding.path]
    if not near:
        return ""
    fewest = min(len(holding.path) for holding in near)
    labels = [_label(holding) for holding in near if len(holding.path) == fewest][:_NEAR_SHOWN]
    return f"{', '.join(labels)} {_STEPS.get(fewest, 'some steps')}"


def not_named(holdings: list[TouchedHolding]) -> str:
    """Name the holdings that the text does not speak of; empty if there are none."""
    labels = [_label(holding) for holding in holdings if not holding.named][:_SHOWN]
    return f"{', '.join(labels)} not in the text" if labels else ""


def _label(holding: TouchedHolding) -> str:
    return one_line(holding.label or holding.company, 40)


def _weight(holding: TouchedHolding) -> str:
    return holding.band if holding.weight is None else f"{holding.weight * 100:+.1f} %"
