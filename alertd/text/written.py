"""Amounts and tones as people write them, for messages and for lines of what has changed."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import lru_cache

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_SCALES = ((1e3, "k"), (1e6, "m"), (1e9, "bn"), (1e12, "tn"))
_BOUNDS = {"over": "over ", "up_to": "up to ", "about": "about "}
_DIGITS = 3
CACHED = 4_096
"""Amounts: rules ask for the same round ones, and one of an event is told once for each of them."""
NEUTRAL, MILD, MODERATE = 0.15, 0.4, 0.7
"""Where the bands of a tone end: a score below the first is neutral, above the last strong."""


def _scaled(value: float) -> tuple[str, str]:
    """Write a number with its magnitude, to three digits; what is under a thousand to six."""
    unit, text = "", _written(value, 6)
    for size, larger in _SCALES:
        if len(text.lstrip("-").partition(".")[0]) < 4:  # rounding may carry: 999.6m is 1bn
            break
        unit, text = larger, _written(value / size, _DIGITS)
    return text, unit


def _written(value: float, digits: int) -> str:
    exact = Decimal(f"{value:.{digits}g}")
    text = f"{exact:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _figure(low: float | None, high: float | None, currency: str, bound: str | None) -> str:
    symbol = _SYMBOLS.get(currency.upper(), f"{currency[:8]} " if currency.isalnum() else "")
    if low is None and high is None:
        return ""
    if not all(math.isfinite(value) for value in (low, high) if value is not None):
        return ""
    if low is None or high is None:
        number, unit = _scaled(low if low is not None else high or 0.0)
        return f"{'over' if high is None else 'up to'} {symbol}{number}{unit}"
    said = _BOUNDS.get(bound or "", "")
    (first, first_unit), (second, second_unit) = _scaled(low), _scaled(high)
    if low == high:
        return f"{said}{symbol}{first}{first_unit}"
    if second_unit and not first_unit:  # `$500-1.5k` would be read as half a million to one and a half thousand
        return f"{said}{symbol}{first}-{_written(high, 6)}"
    return f"{said}{symbol}{first}{'' if first_unit == second_unit else first_unit}-{second}{second_unit}"


@lru_cache(CACHED)
def amount_text(
    low: float | None, high: float | None, currency: str, bound: str | None = None, per: str | None = None
) -> str:
    """Write a stated amount, so that it can be read back: `$3-4bn a year`, `over $2.5bn`, `up to €90m`, `CHF 12k`."""
    figure = _figure(low, high, currency, bound)
    return figure + _period(per) if figure and per else figure


def _period(per: str) -> str:
    if per == "share":
        return " per share"
    return f" {'an' if per == 'hour' or per[:1] in 'aeio' else 'a'} {per.replace('_', ' ')}"


def counted(number: int, thing: str, things: str = "") -> str:
    """Write `1 fault`, `2 faults`."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def tone_label(score: float) -> str:
    """Name a score: `neutral`, `mildly positive`, `strongly negative`…"""
    size = abs(score)
    if size < NEUTRAL:
        return "neutral"
    strength = "mildly" if size <= MILD else "moderately" if size <= MODERATE else "strongly"
    return f"{strength} {'positive' if score > 0 else 'negative'}"
