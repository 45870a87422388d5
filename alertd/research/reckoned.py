"""A sum a year that was reckoned from a total over a term: told as the total, and as a sum a year where it comes out
even. What is rounded stands nowhere in the text, so a reader could not find it.
"""

from __future__ import annotations

import math

from alertd.model import Amount, Event, NoteGround
from alertd.research.grounds import number
from alertd.text.written import amount_text

_DIGITS = 3
"""That `amount_text` writes."""


def total_of(event: Event, amount: Amount) -> Amount | None:
    """Give the total from which a sum a year was reckoned: the one that stands in its words."""
    if not amount.derived:
        return None
    for one in event.amounts:
        if not one.derived and one.per is None and one.currency == amount.currency and _is_within(one, amount):
            return one
    return None


def _is_within(one: Amount, amount: Amount) -> bool:
    return any(
        span.field == place.field and span.start <= place.start and place.end <= span.end
        for place in one.evidence
        for span in amount.evidence
    )


def over_its_term(total: Amount, amount: Amount) -> str:
    """Say a total with the term over which it is paid: `$6bn over 12 years`."""
    shortest, longest = sorted((total.low / amount.low, total.high / amount.high)) if amount.low else (0.0, 0.0)
    first, last = f"{shortest:.4g}", f"{longest:.4g}"
    years = first if first == last else f"{first} to {last}"
    figure = amount_text(total.low, total.high, total.currency, total.bound)
    return f"{figure} over {years} years" if longest > 1 else f"{figure} over a year"


def a_year(amount: Amount) -> tuple[str, list[NoteGround]]:
    """Give the sum a year in words, and its reckoning as a ground; nothing where it had to be rounded."""
    if not all(_is_even(end) for end in (amount.low, amount.high)):
        return "", []
    figure = amount_text(amount.low, amount.high, amount.currency, amount.bound, amount.per)
    return f", {figure}", [number("reckoned:", figure, "reckoned: the total, divided by the years of its term")]


def _is_even(value: float) -> bool:
    if not math.isfinite(value):
        return False
    return math.isclose(value, float(f"{value:.{_DIGITS}g}"), rel_tol=1e-9)
