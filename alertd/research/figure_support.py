"""Whether what a statement says in figures stands in its grounds."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose

from alertd.enrich.money_words import CODES, word_set
from alertd.research.figure_dates import is_stated
from alertd.research.figures import Figure, Figures
from alertd.text.fold import split_words

_PERIODS = {
    "year": word_set("annual annually annum year yearly years annualised annualized"),
    "quarter": word_set("quarter quarterly quarters"),
    "month": word_set("month monthly months"),
    "week": word_set("week weekly weeks"),
    "share": word_set("share shares dividend eps"),
}
_CURRENCIES = frozenset(CODES.values())
_BARE = 10_000
"""From here on a bare number may be an amount whose currency is left out: `3 to 4 billion`."""


def missing_number(claim: Figures, text: str, grounds: Sequence[Figures]) -> str | None:
    """Give a number of a statement that none of its grounds has, in the statement's words; None: all are there."""
    words = frozenset(split_words(text))
    for one in claim.numbers:
        if not any(_says(by, one, words) for ground in grounds for by in ground.numbers):
            return one.said
    known = {token for ground in grounds for token in ground.tokens}
    return min(claim.tokens - known, default=None)


def missing_date(claim: Figures, grounds: Sequence[Figures]) -> str | None:
    """Give a date of a statement that none of its grounds has, in the statement's words; None: all are there."""
    stated = [day for ground in grounds for day, _ in ground.dates]
    return next((said for day, said in claim.dates if not any(is_stated(day, by) for by in stated)), None)


def _says(by: Figure, one: Figure, words: frozenset[str]) -> bool:
    """Whether a figure of a ground says a figure of a statement, whose words are given."""
    bare = not one.kind and one.low >= _BARE and by.kind in _CURRENCIES
    if one.kind != by.kind and not bare:
        return False
    if one.per != by.per and (one.per or not _PERIODS.get(by.per or "", frozenset((by.per or "",))) & words):
        return False
    return _same(by, one)


def _same(by: Figure, one: Figure) -> bool:
    """Whether values and bounds agree.

    `up to $4bn` is not $4bn, and $3bn is not `over $3bn`; of a range `up to` may give the upper and `over` the lower
    end, and no single figure the whole.
    """
    low, high = isclose(one.low, by.low, rel_tol=1e-9), isclose(one.high, by.high, rel_tol=1e-9)
    if low and high:
        allowed = {by.bound, "about", None} if by.bound in (None, "about") else {by.bound, None}
        return one.bound in allowed and (by.bound != "up_to" or one.bound == "up_to")
    if one.low != one.high or by.low == by.high or by.bound:
        return False
    return (low and one.bound == "over") or (isclose(one.high, by.high, rel_tol=1e-9) and one.bound == "up_to")
