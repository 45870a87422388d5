"""What of the amounts of a text says how large a thing is, and as what.

role None, funding, debt, price of a share    the size of an IPO, an offering, a bond, a bid; else beside the point
under 1,000, and no scale is written          the price of a share if the text says so, else nothing
`against $40m in the same quarter`            what it was before
of an earlier time, or of others              nothing: background.py
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from alertd.model import Amount, ReportedType
from alertd.research.background import is_background, is_notice
from alertd.research.grounds import quote
from alertd.research.study import Study

BESIDE = frozenset(("per_share", "funding", "debt"))
"""What an amount may be without saying how large the thing is: a price of the day, what a company owes or needs."""
_FEE = re.compile(r"\b(?:break-?up|break|termination|reverse)\b[^.;]{0,20}\bfees?\b", re.IGNORECASE)
"""What a bid costs whoever gives it up is a risk, not its size."""
_OF_THE_SITE = ("investment",)
"""What an amount beside a rent may be: the landlord spends it, the tenant does not pay it."""
_RAISES, _BIDS = ("ipo", "offering"), ("acquisition", "tender_offer")
_OFTEN = frozenset(("year", "quarter", "month"))
"""What is paid over time is of the deal, whatever it is."""
_NO_SCALE = 1_000
_NO_SHARE = 10_000
"""From here on no figure is one of a single share: it stands in a table of thousands."""
_LEAST = 100_000
"""What is raised is more; less is the denomination of a bond."""
_NEAR = 60
"""Characters beside an amount that are looked at."""
_RAISED = re.compile(
    r"\b(?:IPO|initial public offering|offerings?|(?:euro)?bonds?|notes|debentures|convertibles?|issue[sd]?|issuing"
    r"|share sale|placing|placement|rais(?:e[sd]?|ing)|sell(?:s|ing)? (?:shares|stock))\b",
    re.IGNORECASE,
)
_BID = re.compile(
    r"\b(?:offer(?:s|ed|ing)?|bids?|bidding|pay(?:s|ing)?|paid|tender|acquir\w+|buy(?:s|ing)?|purchase|receive"
    r"|merger)\b",
    re.IGNORECASE,
)
_TRADED = re.compile(
    r"\b(?:clos(?:ed?|ing)|trad(?:ed|ing)|open(?:ed|ing)|rose|fell|jumped|climbed|shot|dropped|up|down|lost|gained"
    r"|earn(?:ed|s|ings)|profits?|loss|net|dividends?|par)\b[^.;,]{0,30}$",
    re.IGNORECASE,
)
"""Before the price of a share: what it costs on the market, or what it earns, is no bid."""
_ON_THE_MARKET = re.compile(
    r"\b(?:clos(?:ed?|ing)|last traded|market price|share price|on the market)\b", re.IGNORECASE
)
_REPAID = re.compile(
    r"\b(?:repay\w*|repaid|refinanc\w+|redeem\w*|retir(?:e[sd]?|ing)|(?:paid|pay(?:s|ing)?) (?:down|off|back)"
    r"|convert(?:ed|s|ing)\b|revolving|credit (?:line|facility|agreement)|loans?|denominations?)\b",
    re.IGNORECASE,
)
_OF_ANOTHER = re.compile(
    r"\b(?:reject\w*|refus\w+|turned down|spurned|earlier|previous\w*|initial\w*|original\w*|first|rival|competing"
    r"|lower|analysts?|conver(?:t|sion)\w*|exercis\w+|option|fee)\b[^.;]{0,50}$",
    re.IGNORECASE,
)
"""Before the price of a share: a bid that is past or another's, or no bid."""
_RECEIVED = re.compile(r"\bright to receive\s(?:an amount (?:in cash )?equal to\s)?$", re.IGNORECASE)
"""Of a share that is converted in a merger: that is what is paid for it."""
_OF_A_SHARE = re.compile(
    r"\s*(?:dollars?|dlrs|pounds?|euros?|francs?|pesos?|pence|cents)?,?\s*"
    r"(?:(?:a|per|for each|for every|each)\s(?:[\w-]+\s){0,3}?share\b|each\b|apiece\b)",
    re.IGNORECASE,
)
_WAS = re.compile(
    r"\b(?:compared (?:with|to)|versus|against)\s+(?:(?:an?|the|net|profits?|loss(?:es)?|revenues?|sales|earnings"
    r"|income|of|about|around|only|just|restated)\s+){0,5}$"
    r"|\b(?:rais|lift|increas|cut|lower|reduc|up|down)\w*\s(?:[^.;]{0,30}\s)?from\s+(?:about\s)?$",
    re.IGNORECASE,
)
_BACK_THEN = re.compile(
    r"\s*(?:dollars|dlrs)?,?\s*(?:in (?:the )?(?:same|year-ago|year-earlier|prior|previous|corresponding)\b"
    r"|a year (?:earlier|ago|before)\b|(?:in )?the (?:year|quarter) before\b)",
    re.IGNORECASE,
)


def as_size(study: Study, found: ReportedType, amount: Amount) -> Amount | None:
    """Give an amount as what it says of how large what happened is; None if it says nothing of it."""
    if was(study, amount) or is_background(study, amount):
        return None
    meant = _meant(study, amount)
    if meant is None or (found.type == "compute_lease" and meant.role in _OF_THE_SITE):
        return None
    if found.type in _BIDS and meant.role == "penalty" and _FEE.search(" ".join(_sides(study, meant))):
        return None
    if meant.role == "per_share":
        return meant if found.type in (*_RAISES, *_BIDS) and _is_price(study, meant, found.type) else None
    if meant.role in BESIDE or meant.role is None:
        if found.type in _RAISES and _is_raised(study, meant, found):
            return meant
        return meant if meant.role is None and meant.per in _OFTEN else None
    return meant


def was(study: Study, amount: Amount) -> bool:
    """Whether an amount is what it was before, stated beside what it is now."""
    before, after = _sides(study, amount)
    return amount.earlier or _WAS.search(before) is not None or _BACK_THEN.match(after) is not None


def before(study: Study, amount: Amount, as_read: Sequence[Amount]) -> Amount | None:
    """Give what it was before: of the same kind and scale, the nearest behind it, with words that can be quoted."""
    place = _at(amount)
    same = [
        one
        for one in as_read
        if (one.role, one.of, one.currency, one.per) == (amount.role, amount.of, amount.currency, amount.per)
        and (one.high < _NO_SCALE) == (amount.high < _NO_SCALE)
        and was(study, one)
        and not is_notice(study, one)
        and quote(study, one.evidence)
    ]
    return min(same, key=lambda one: (_at(one)[0] != place[0], _at(one)[1] < place[1], abs(_at(one)[1] - place[1])),
               default=None)  # fmt: skip


def _meant(study: Study, amount: Amount) -> Amount | None:
    """Give an amount as the price of a share where it is one; None where its scale cannot be right."""
    if amount.per == "share":
        return None if amount.low >= _NO_SHARE else amount
    if amount.per is not None or amount.high >= _NO_SCALE or amount.role == "price_target":
        return amount
    if amount.role == "per_share" or _OF_A_SHARE.match(_sides(study, amount)[1]):
        own = amount.role in ("profit", "loss", "revenue", "dividend", "guidance")
        return replace(amount, per="share", role=amount.role if own else "per_share")
    return None


def _is_price(study: Study, amount: Amount, type_: str) -> bool:
    """Whether the price of a share is what is bid or asked for it, and none of the market."""
    before, after = _sides(study, amount)
    if _RECEIVED.search(before):
        return True
    if _TRADED.search(before) or _OF_ANOTHER.search(before) or _ON_THE_MARKET.search(after):
        return False
    return type_ in _RAISES or _BID.search(f"{before} {after}") is not None


def _is_raised(study: Study, amount: Amount, found: ReportedType) -> bool:
    """Whether an amount is what is raised, where that is told: no debt by shares, and none that is paid back."""
    around = " ".join(_sides(study, amount))
    shares = found.type == "ipo" or found.kind == "equity"
    if amount.low < _LEAST or _REPAID.search(around) or (amount.role == "debt" and shares):
        return False
    parties = {one.company for one in found.parties}
    if amount.of and parties and amount.of not in parties:
        return False
    told = study.around(found.evidence)
    return _RAISED.search(around) is not None and any(one in told for one in study.around(amount.evidence[:1]))


def _sides(study: Study, amount: Amount) -> tuple[str, str]:
    """Give the words right before and right behind an amount."""
    if not amount.evidence:
        return "", ""
    one = amount.evidence[0]
    text = study.text(one.field).said
    if not 0 <= one.start < one.end <= len(text):
        return "", ""
    return text[max(one.start - _NEAR, 0) : one.start], text[one.end : one.end + _NEAR]


def _at(amount: Amount) -> tuple[str, int]:
    one = next(iter(amount.evidence), None)
    return ("", 0) if one is None else (one.field, one.start)
