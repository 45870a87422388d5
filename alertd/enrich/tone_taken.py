"""How what is said is taken: negated, turned around, conceded, hedged, made stronger or weaker."""

from __future__ import annotations

from collections.abc import Iterable

from alertd.enrich.tone_line import Line, Signal

BEFORE = 4
"""How many items before a signal a negation reaches it from."""
CONCEDED, BEFORE_BUT, ASKED = 0.15, 0.6, 0.6
_NEGATED, _DENIED, _MORE, _LESS = -0.7, 0.2, 1.4, 0.6
_WALLS = frozenset(("|", ",", "but", "though"))


def taken(line: Line, signals: Iterable[Signal]) -> list[Signal]:
    """Weigh each signal by the words around it."""
    spread = _spread(line)
    return [
        signal._replace(value=signal.value * spread[signal.at] * _turned(line, signal) * _strength(line, signal.at))
        for signal in signals
    ]


def _spread(line: Line) -> list[float]:
    """Give for each item how much of it holds: in a concession, after a hedge, before a `but`, in a question."""
    kinds = line.kinds
    factors = [1.0] * len(kinds)
    conceded, hedge, last_but = False, 1.0, -1
    for i, kind in enumerate(kinds):
        if kind == "though":
            conceded = True
        elif kind == "|" or kind == "but":
            conceded, hedge = False, 1.0
            last_but = i if kind == "but" else last_but
        elif kind == ",":
            conceded = False
        elif kind == "maybe":
            hedge = line.weights[i]
        factors[i] = CONCEDED if conceded else hedge
    whole = ASKED if "?" in line.words else 1.0
    return [factor * whole * (BEFORE_BUT if i < last_but else 1.0) for i, factor in enumerate(factors)]


def _turned(line: Line, signal: Signal) -> float:
    """Give the factor of what negates, averts or denies a signal, the nearest of them before it."""
    for j in range(signal.at - 1, max(signal.at - 1 - BEFORE, -1), -1):
        kind = line.kinds[j]
        if kind in _WALLS:
            break
        if kind == "no" or (kind == "avert" and signal.value < 0):
            return _NEGATED
        if kind == "deny":
            return _DENIED
    return 1.0


def _strength(line: Line, at: int) -> float:
    near = line.kinds[max(at - 1, 0) : at + 2]
    return _MORE if "more" in near else _LESS if "less" in near else 1.0
