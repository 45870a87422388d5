"""How much the persons of a Schedule 13D or 13G hold together, and how much it was before.

Each person reports what he holds, what he controls and what he shares; the fund, its partner and the person behind
both report the same shares three times, some as theirs alone. So percents are not just added:

    stated      the form says what all hold together, and it lies between the largest share and the sum
    same        all report the same shares
    computed    nobody reports more than 5 %, so it is only together that they must report: their shares are added
    largest     anything else: the largest share; the others may hold more beside it
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from alertd.model import Struct
from alertd.sources.beneficial import Holder, Schedule
from alertd.sources.form_values import figure, percent

Basis = Literal["stated", "same", "computed", "largest"]
FIVE = 5
"""Percent of a class above which one must report."""
_NEAR = Decimal("0.15")
"""Percentage points by which a rounded figure in the text may differ from that of the cover page."""

_FIGURE = r"(\d{1,3}(?:\.\d{1,4})?)\s?(?:%|percent\b|per\scent\b)"
_ALL = re.compile(
    r"\b(?:aggregate|collectively|in\stotal|together|combined|as\sa\sgroup|reporting\spersons\s(?:may\sbe\sdeemed\sto\s)?beneficially\sown)\b[^%]{0,250}?"
    + _FIGURE,
    re.IGNORECASE,
)
_ABOUT = r"(?:approximately\s|about\s|an\saggregate\sof\s)?"
_FROM_TO = re.compile(rf"\bfrom\s{_ABOUT}{_FIGURE}[^%]{{0,120}}?\bto\s{_ABOUT}{_FIGURE}", re.IGNORECASE)
_BEFORE = re.compile(
    rf"\b(?:previously\sreported|previously\sheld|down\sfrom|up\sfrom)\b[^%]{{0,80}}?{_FIGURE}",
    re.IGNORECASE,
)
_SHARES = re.compile(r"(?<![\w.,])(\d{1,3}(?:,\d{3}){1,4})(?![\w%])")


class Stake(Struct, frozen=True):
    """What all hold together."""

    percent: Decimal | None
    shares: Decimal | None
    basis: Basis
    group: bool
    """It is more than any one of them reports."""


def stake_of(form: Schedule) -> Stake:
    """Say what the persons of a form hold together."""
    largest = lead_of(form.holders)
    same = len({one.shares for one in form.holders}) == 1
    alone = Stake(largest.percent, largest.shares, "same" if same else "largest", group=False)
    if largest.percent is None or len(form.holders) == 1:
        return alone
    summed = sum((one.percent for one in form.holders if one.percent is not None), Decimal())
    for found in _ALL.finditer(form.stake):
        stated = percent(found[1])
        if stated is None or not largest.percent - _NEAR <= stated <= summed + _NEAR:
            continue
        if stated <= largest.percent + _NEAR:
            return Stake(largest.percent, largest.shares, "stated", group=False)
        shares = _SHARES.search(found[0])
        return Stake(stated, figure(shares[1]) if shares else None, "stated", group=True)
    if not form.amendment and not same and largest.percent <= FIVE < summed <= 100:
        return Stake(
            summed, sum((one.shares or Decimal() for one in form.holders), Decimal()), "computed", group=True
        )
    return alone


def lead_of(holders: Sequence[Holder]) -> Holder:
    """Give the person with the largest share, the first of those with the same."""
    return max(holders, key=lambda one: (one.percent or Decimal(-1), one.shares or Decimal(-1)))


def percent_before(form: Schedule, now: Decimal | None) -> Decimal | None:
    """Give the percent of the filing before, if an amendment states it: of two figures the second must be today's."""
    if not form.amendment or now is None:
        return None
    for text in (form.stake, form.purpose):
        for found in _FROM_TO.finditer(text):
            before, after = percent(found[1]), percent(found[2])
            if before is not None and after is not None and abs(after - now) <= _NEAR:
                return before
        for found in _BEFORE.finditer(text):
            before = percent(found[1])
            if before is not None and abs(before - now) > 0:
                return before
    return None
