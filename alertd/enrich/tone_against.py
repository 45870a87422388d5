"""What takes two words apart: expectations (`tops analysts' estimates`), ratings (`cut to sell`), deals (`signs a new
contract`)."""

from __future__ import annotations

from alertd.enrich.tone_line import Line, Signal

_AIMS = "estimate estimates expectation expectations forecast forecasts consensus views projections target targets"
_EXPECTED = frozenset(_AIMS.split())
_ABOVE = "top tops topped topping above ahead_of ahead beat beats beating exceed exceeds exceeded surpass surpasses"
_OVER = frozenset(_ABOVE.split())
_BELOW = "below under miss misses missed missing trail trails trailed short_of short falls_short fell_short lag lags"
_UNDER = frozenset(_BELOW.split())
_RATINGS = frozenset(
    ("sell", "hold", "neutral", "buy", "outperform", "market", "reduce", "accumulate", "equal", "add")
)
MEASURES = _EXPECTED | _RATINGS
_RAISED = frozenset(("lift", "up"))
_CUT = frozenset(("cut", "down"))
_WINNING = """
    sign signs signed signing win wins won winning seal seals sealed secure secures secured receive receives received
    award awarded land lands landed clinch clinches clinched ink inks inked bag bags bagged
    conclude concluded get gets
"""
_WON = frozenset(_WINNING.split())
DEALS = frozenset(("contract", "contracts", "order", "orders", "deal", "deals", "agreement", "agreements", "pact"))
_REACH = 4
"""How many items may stand between `tops` and `estimates`, `cut` and `to sell`, `signs` and `contract`."""
_DEAL = 0.5


def against(line: Line) -> list[Signal]:
    """Find what came above or below expectations, and what was rated up or down: words of `MEASURES`."""
    found: list[Signal] = []
    for i, word in enumerate(line.words):
        if word in _EXPECTED:
            value = _met(line, i)
            if value:
                found.append(Signal(i, value, "against"))
        elif word in _RATINGS and i and line.words[i - 1] == "to":
            found += _rated(line, i)
    return found


def deals(line: Line) -> list[Signal]:
    """Find contracts and orders that are won: words of `DEALS`."""
    return [
        Signal(i, _DEAL, "deal")
        for i, word in enumerate(line.words)
        if word in DEALS and not _WON.isdisjoint(_part(line, i))
    ]


def _part(line: Line, i: int) -> list[str]:
    """Give the words before an item in its clause that are within reach."""
    start = max(i - 1 - _REACH, 0)
    ends = [j for j in range(start, i) if line.kinds[j] == "|"]
    return line.words[ends[-1] + 1 if ends else start : i]


def _met(line: Line, i: int) -> float:
    for j in range(i - 1, max(i - 2 - _REACH, -1), -1):
        if line.kinds[j] in ("|", ","):
            break
        if line.words[j] in _OVER:
            return 1.0
        if line.words[j] in _UNDER:
            return -1.0
    return 0.0


def _rated(line: Line, i: int) -> list[Signal]:
    """Give the change of a rating, at the word for it; it is aimed at the company behind that."""
    for j in range(i - 2, max(i - 3 - _REACH, -1), -1):
        kind = line.kinds[j]
        if kind == "|":
            break
        raised = kind in _RAISED or line.words[j].startswith("upgrade")
        if raised or kind in _CUT or line.words[j].startswith("downgrade"):
            return [Signal(j, 1.0 if raised else -1.0, "aimed" if "@" in line.kinds[j:i] else "rating")]
    return []
