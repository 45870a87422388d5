"""How much the persons of a Schedule 13D or 13G hold together, and how much it was before.

Each person reports what he holds, what he controls and what he shares; the fund, its partner and the person behind
both report the same shares three times. So percents are never just added:

    stated      the form says what all hold together, and it lies between the largest share and the sum
    one         there is one person, or one whose share is that of all others, or all report the same
    computed    shares over which one alone decides are nobody else's, and are added; of shared ones the largest counts
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from alertd.model import Struct
from alertd.sources.beneficial import Holder, Schedule
from alertd.sources.form_values import figure, percent

Basis = Literal["stated", "one", "computed"]
_NEAR = Decimal("0.15")
"""Percentage points by which a rounded figure in the text may differ from that of the cover page."""

_FIGURE = r"(\d{1,3}(?:\.\d{1,4})?)\s?(?:%|percent\b|per\scent\b)"
_ALL = re.compile(
    r"\b(?:aggregate|collectively|in\stotal|together|combined|as\sa\sgroup)\b[^%]{0,250}?" + _FIGURE, re.IGNORECASE
)
_ABOUT = r"(?:approximately\s|about\s|an\saggregate\sof\s)?"
_FROM_TO = re.compile(rf"\bfrom\s{_ABOUT}{_FIGURE}[^%]{{0,120}}?\bto\s{_ABOUT}{_FIGURE}", re.IGNORECASE)
_BEFORE = re.compile(
    rf"\b(?:previously\sreported|previously\sheld|compared\s(?:to|with)|down\sfrom|up\sfrom)\b[^%]{{0,80}}?{_FIGURE}",
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
    if len(form.holders) == 1 or largest.percent is None:
        return Stake(largest.percent, largest.shares, "one", group=False)
    summed = sum((one.percent for one in form.holders if one.percent is not None), Decimal())
    computed = _computed(form.holders, largest)
    for found in _ALL.finditer(form.stake):
        stated = percent(found[1])
        if stated is None or not largest.percent - _NEAR <= stated <= summed + _NEAR:
            continue
        if stated <= largest.percent + _NEAR:
            if computed is not None and computed.percent is not None and computed.percent > stated + _NEAR:
                continue  # "in the aggregate" said of one of them
            return Stake(largest.percent, largest.shares, "stated", group=False)
        shares = _SHARES.search(found[0])
        return Stake(stated, figure(shares[1]) if shares else None, "stated", group=True)
    return computed or Stake(largest.percent, largest.shares, "one", group=False)


def lead_of(holders: Sequence[Holder]) -> Holder:
    """Give the person with the largest share, the first of those with the same."""
    return max(holders, key=lambda one: (one.percent or Decimal(-1), one.shares or Decimal(-1)))


def _computed(holders: Sequence[Holder], largest: Holder) -> Stake | None:
    """Add what is nobody else's; none if the largest share already holds all of it."""
    sole = sum((max(one.sole_voting or 0, one.sole_disposal or 0) for one in holders), Decimal())
    shared = max((max(one.shared_voting or 0, one.shared_disposal or 0) for one in holders), default=Decimal())
    if not largest.shares or not largest.percent:
        return None
    total = sole + shared
    if total <= largest.shares:
        return None
    share = (total * largest.percent / largest.shares).quantize(Decimal("0.01"))
    if share > 100 or share <= largest.percent:
        return None
    return Stake(share, Decimal(total), "computed", group=True)


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
