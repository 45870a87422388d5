"""Figures that are compared: `EUR 5.1 mn, compared to EUR 3.2 mn in 2008`, `a profit of 2 against a loss of 1`."""

from __future__ import annotations

from collections.abc import Set

from alertd.enrich.tone_line import Line, Signal, amount

CUES = frozenset(("compared", "against", "versus", "vs", "from", "corresponding", "earlier", "comparable"))
_SCALE = {
    "thousand": 1e3, "k": 1e3, "lakh": 1e5, "lac": 1e5, "m": 1e6, "mn": 1e6, "mln": 1e6, "million": 1e6,
    "crore": 1e7, "cr": 1e7, "crores": 1e7, "b": 1e9, "bn": 1e9, "bln": 1e9, "billion": 1e9,
    "tn": 1e12, "trillion": 1e12,
}  # fmt: skip
_MONTHS = frozenset(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"))
_BRACKETS = frozenset("()")
_UNITS = "$ € £ ₹ ¥ eur usd gbp sek nok dkk chf inr jpy rs euro euros dollars pounds % percent per pct"
_MONEY = frozenset(_UNITS.split())
SUMS = _MONEY.difference(["%", "percent", "per", "pct"]) | _SCALE.keys()
"""Words of a sum of money."""
_REACH, _THING, _BEHIND = 16, 12, 6
"""How many items away the figures are, how many before the first one the thing that they are of, and how many behind
the second one what that is of."""
_SWING = 0.7
"""The vocabulary's weight of losses: where profit is set against them it is no matter of figures."""


def compared(line: Line, moved: Set[int]) -> list[Signal]:
    """Find comparisons, by words of `CUES`; none where a movement between the thing and the figures has said it."""
    found: list[Signal] = []
    end = 0
    for i, word in enumerate(line.words):
        if word not in CUES or i < end:
            continue
        now, then = _figure(line, range(i - 1, max(i - _REACH, -1), -1)), _figure(line, range(i + 1, i + _REACH))
        if now < 0 or then < 0:
            continue
        end = then
        thing = _thing(line, now)
        if thing < 0 or any(thing - 3 <= at <= then for at in moved):
            continue
        after = range(i + 1, min(then + _BEHIND, len(line.kinds)))
        other = next((j for j in after if line.kinds[j] in ("good", "bad")), thing)
        value = _value(line, thing, other, _amount(line, now) - _amount(line, then))
        if value:
            found.append(Signal(i, value, "figures"))
    return found


def _value(line: Line, thing: int, other: int, change: float) -> float:
    good = line.kinds[thing] == "good"
    swings = line.kinds[other] != line.kinds[thing] and any(
        line.weights[line.words[at]] >= _SWING for at in (thing, other)
    )
    if swings:
        return 1.0 if good else -1.0
    return 0.0 if not change else 1.0 if (change > 0) == good else -1.0


def _figure(line: Line, places: range) -> int:
    """Find the nearest number that is no date; -1 if the clause ends before."""
    for j in places:
        if j >= len(line.kinds) or (line.kinds[j] == "|" and line.words[j] not in _BRACKETS):
            return -1
        if line.kinds[j] == "#" and _is_amount(line, j) and not _is_date(line, j):
            return j
    return -1


def _amount(line: Line, j: int) -> float:
    return amount(line.words[j]) * _SCALE.get(line.words[j + 1] if j + 1 < len(line.words) else "", 1.0)


def _is_amount(line: Line, j: int) -> bool:
    """Not a number of something, as in `9 months`, unless it is written as large or exact ones are."""
    word, after = line.words[j], line.words[j + 1] if j + 1 < len(line.words) else ""
    before = line.words[j - 1] if j else ""
    return "." in word or "," in word or after in _SCALE or after in _MONEY or before in _MONEY


def _is_date(line: Line, j: int) -> bool:
    """A year, or a day of a month."""
    word, after = line.words[j], line.words[j + 1] if j + 1 < len(line.words) else ""
    if len(word) == 4 and word[:2] in ("19", "20") and after not in _SCALE:
        return True
    return after[:3] in _MONTHS or (j > 0 and line.words[j - 1][:3] in _MONTHS)


def _thing(line: Line, before: int) -> int:
    for j in range(before - 1, max(before - _THING, -1), -1):
        if line.kinds[j] in ("good", "bad"):
            return j
        if line.kinds[j] == "|" and line.words[j] not in _BRACKETS:
            return -1
    return -1
