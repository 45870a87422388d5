"""How what is said is taken: negated, turned around, conceded, hedged, made stronger or weaker."""

from __future__ import annotations

from collections.abc import Sequence

from alertd.enrich.tone_line import Line, Signal

BEFORE = 4
"""How many items before a signal a negation reaches it from."""
REACH = 12
"""How many items before it `less than expected` turns around."""
CONCEDED, BEFORE_BUT, ASKED = 0.15, 0.4, 0.5
_NEGATED, _AVERTED, _DENIED, _MORE, _LESS = -0.7, -1.0, 0.3, 1.4, 0.6
_SPREADING = frozenset(("though", "but", "maybe", "short"))
_TURNING = frozenset(("no", "avert", "deny", "undo"))
_STRENGTHENING = frozenset(("more", "less"))
_TAKING = _SPREADING | _TURNING | _STRENGTHENING
_WALLS = frozenset(("|", ",", "but", "though"))
_STANDING = frozenset(("own", "aimed", "state"))
"""Signals that can be averted: `ends down` averts nothing."""


def taken(line: Line, signals: Sequence[Signal]) -> list[Signal]:
    """Weigh each signal by the words around it."""
    if _TAKING.isdisjoint(line.kinds) and "?" not in line.words:
        return list(signals)
    spread = None if _SPREADING.isdisjoint(line.kinds) and "?" not in line.words else _spread(line)
    turns, strengthens = not _TURNING.isdisjoint(line.kinds), not _STRENGTHENING.isdisjoint(line.kinds)
    found = []
    for signal in signals:
        factor = 1.0 if spread is None else spread[signal.at]
        factor *= _turned(line, signal) if turns else 1.0
        turned = signal.turned != (factor < 0)
        factor *= _strength(line, signal.at) if strengthens else 1.0
        found.append(Signal(signal.at, signal.value * factor, signal.sort, turned))
    return found


def _spread(line: Line) -> list[float]:
    """Give for each item how much of it holds: in a concession, after a hedge, before a `but`, in a question; turned
    around where less came than was expected."""
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
        elif kind == "short":
            for j in range(i - 1, max(i - 1 - REACH, -1), -1):
                if kinds[j] == "|":
                    break
                factors[j] *= _AVERTED
        factors[i] = CONCEDED if conceded else hedge
    whole = ASKED if "?" in line.words else 1.0
    return [factor * whole * (BEFORE_BUT if i < last_but else 1.0) for i, factor in enumerate(factors)]


def _turned(line: Line, signal: Signal) -> float:
    """Give the factor of what negates, averts or denies a signal, the nearest of them before it."""
    for j in range(signal.at - 1, max(signal.at - 1 - BEFORE, -1), -1):
        kind = line.kinds[j]
        if kind in _WALLS:
            break
        if kind == "no":
            return _NEGATED
        if kind == "undo" or (kind == "avert" and signal.value < 0 and signal.sort in _STANDING):
            return _AVERTED
        if kind == "deny":
            return _DENIED
    return 1.0


def _strength(line: Line, at: int) -> float:
    near = line.kinds[max(at - 1, 0) : at + 2]
    return _MORE if "more" in near else _LESS if "less" in near else 1.0
