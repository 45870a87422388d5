"""What the footnotes of Forms 3, 4 and 5 say: whether a plan of Rule 10b5-1 traded, and prices that stand only there.

Since April 2023 a box says that *a* transaction was made under such a plan, of the form as a whole; which one, and
everything before, is in the footnotes. What they leave open stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from alertd.sources.form_values import figure

_RULE = re.compile(r"10\s?b\s?-?\s?5\s?[-\u2010-\u2015]?\s?1(?!\d)", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|outside|without)\b[^.;:]{0,80}$", re.IGNORECASE)
_PRICE = re.compile(
    r"\$\s?(\d[\d,]{0,12}(?:\.\d{1,6})?)(?=\s(?:per|a)\s(?:share|unit)\b)"
    r"|(?:price|prices)\s(?:\w+\s){0,6}?(?:of|was|at|is)\s\$\s?(\d[\d,]{0,12}(?:\.\d{1,6})?)",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"(?:from|between)\s\$\s?(\d[\d,]{0,12}(?:\.\d{1,6})?)(?:\sper\s\w{1,10})?\s?(?:to|and|-|\u2013)\s"
    r"\$?\s?(\d[\d,]{0,12}(?:\.\d{1,6})?)",
    re.IGNORECASE,
)
_SPACES = re.compile(r"\s+")


def says_plan(text: str) -> bool | None:
    """Say whether a text tells of a trade under a plan of Rule 10b5-1 (true), of one outside (false), or of none."""
    answer: bool | None = None
    for found in _RULE.finditer(text):
        if _NOT.search(text, max(0, found.start() - 120), found.start()) is None:
            return True
        answer = False
    return answer


def taken_together(answers: Iterable[bool | None]) -> bool | None:
    """Take what several footnotes say of a plan together: one that tells of it decides."""
    said = set(answers)
    return True if True in said else False if False in said else None


def plans(box: bool | None, rows: Sequence[bool | None], elsewhere: bool | None) -> list[bool | None]:
    """Say for each transaction whether a plan made it, given what its footnotes say; none where that is open.

    `box` is the tick of the form, `elsewhere` what the remarks say, and footnotes that no transaction refers to.
    """
    rest = True if box is None and elsewhere else box
    if rest and True in rows:
        rest = None  # the form tells which: what is not among them may or may not be
    return [answer if answer is not None else rest for answer in rows]


def price_in(texts: Iterable[str]) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Read the price that footnotes state, and the range of prices (low, high) of a trade in several parts.

    A price only if exactly one is stated: of several nobody knows which is meant.
    """
    prices: set[Decimal] = set()
    low = high = None
    for text in texts:
        flat = _SPACES.sub(" ", text[:4_000])
        for found in _PRICE.finditer(flat):
            if (price := figure((found[1] or found[2]).rstrip(","))) is not None:
                prices.add(price)
        if (span := _RANGE.search(flat)) and low is None:
            low, high = figure(span[1].rstrip(",")), figure(span[2].rstrip(","))
    if low is None or high is None or low > high:
        low = high = None
    else:
        prices -= {low, high}
    return prices.pop() if len(prices) == 1 else None, low, high
