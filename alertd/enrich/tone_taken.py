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
_MARKS = _SPREADING | {"|", ","}
"""Where something begins or ends to hold."""
_WALLS = frozenset(("|", ",", "but", "though"))
_STANDING = frozenset(("own", "aimed", "state"))
"""Signals that can be averted: `ends down` averts nothing."""


def taken(line: Line, signals: Sequence[Signal], *, asks: bool) -> list[Signal]:
    """Weigh each signal by the words around it; `asks` says whether the sentence is a question."""
    taking = _TAKING.intersection(line.kinds) if signals else frozenset()
    if not taking and not asks:
        return list(signals)
    spread = _spread(line, asks=asks) if asks or not taking.isdisjoint(_SPREADING) else None
    turns, strengthens = not taking.isdisjoint(_TURNING), not taking.isdisjoint(_STRENGTHENING)
    found = []
    for signal in signals:
        factor = 1.0 if spread is None else spread[signal.at]
        if turns:
            factor *= _turned(line, signal)
        turned = signal.turned != (factor < 0)
        if strengthens:
            factor *= _strength(line, signal.at)
        found.append(signal if factor == 1.0 else Signal(signal.at, signal.value * factor, signal.sort, turned))
    return found


def _spread(line: Line, *, asks: bool) -> list[float]:
    """Give for each item how much of it holds: in a concession, after a hedge, before a `but`, in a question; turned
    around where less came than was expected."""
    kinds = line.kinds
    factors: list[float] = []
    conceded, hedge, last_but = False, 1.0, 0
    for i in [i for i, kind in enumerate(kinds) if kind in _MARKS]:
        kind = kinds[i]
        factors += [CONCEDED if conceded else hedge] * (i - len(factors))
        if kind == "though":
            conceded = True
        elif kind == "|" or kind == "but":
            conceded, hedge = False, 1.0
            last_but = i if kind == "but" else last_but
        elif kind == ",":
            conceded = False
        elif kind == "maybe":
            hedge = line.weights[line.words[i]]
        elif kind == "short":
            for j in range(i - 1, max(i - 1 - REACH, -1), -1):
                if kinds[j] == "|":
                    break
                factors[j] *= _AVERTED
    factors += [CONCEDED if conceded else hedge] * (len(kinds) - len(factors))
    whole = ASKED if asks else 1.0
    if whole == 1.0 and not last_but:
        return factors
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
