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
from alertd.research.background import RUNNING, is_background, is_notice
from alertd.research.grounds import quote
from alertd.research.strangers import is_aside
from alertd.research.study import Study

BESIDE = frozenset(("per_share", "funding", "debt"))
"""What an amount may be without saying how large the thing is: a price of the day, what a company owes or needs."""
_FEE = re.compile(r"\b(?:break-?up|break|termination|reverse)\b[^.;]{0,20}\bfees?\b", re.IGNORECASE)
"""What a bid costs whoever gives it up is a risk, not its size."""
_PAID = ("compute_lease", "supply_agreement", "contract_award")
"""Beside a rent or a price what one of the two invests is his own affair: the other does not pay it."""
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
_EARLIER_BID = re.compile(
    r"\b(?:reject\w*|refus\w+|turned down|spurned|earlier|previous|initial|original|rival|competing|lower)\b"
    r"[^.;]{0,40}\b(?:offers?|bids?|proposals?)\b[^.;]{0,20}$",
    re.IGNORECASE,
)
_SAVED = re.compile(
    r"\b(?:sav(?:e|es|ed|ing|ings)|synergies)\s(?:of\s|it\s|them\s)?(?:[\w ]{1,16}\s)?$", re.IGNORECASE
)
"""What is saved is no sum that is paid."""
_METRICS = ("revenue", "profit", "loss", "valuation", "guidance", "dividend")
"""What every company has: that of one who has no part in it says nothing of the news."""
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
_A_YEAR_AGO = re.compile(
    r"(?:^|[.!?]\s+|\n)(?:a year (?:ago|earlier|before)"
    r"|in the (?:same|year-ago|year-earlier|prior|previous) (?:quarter|period|year)),?\s[^.;]{0,40}$",
    re.IGNORECASE,
)
_BACK_THEN = re.compile(
    r"\s*(?:dollars|dlrs)?,?\s*(?:in (?:the )?(?:same|year-ago|year-earlier|prior|previous|corresponding)\b"
    r"|a year (?:earlier|ago|before)\b|(?:in )?the (?:year|quarter) before\b)",
    re.IGNORECASE,
)
_OF_COMPANIES = (
    "results", "guidance", "guidance_raise", "guidance_cut", "price_target", "rating_change", "restatement",
    "acquisition", "divestiture", "tender_offer", "ipo", "offering", "spinoff", "impairment", "going_concern",
    "bankruptcy", "default", "short_report", "activist_stake",
)  # fmt: skip
"""Types to which it belongs how large a company is: beside others that is said of whoever is named."""
_SIZE_OF = {
    "strike": ("cost", "loss", "charge"), "outage": ("cost", "loss", "charge", "penalty"),
    "layoffs": ("cost", "charge"), "product_recall": ("cost", "loss", "charge"),
    "cyber_incident": ("cost", "loss", "charge", "penalty", "settlement"), "executive_change": ("cost", "charge"),
    "impairment": ("charge", "loss"),
}  # fmt: skip
"""What a sum in the text below a headline must be to say how large such a thing is."""
_LASTING = (
    "compute_lease", "supply_agreement", "contract_award", "joint_venture", "material_agreement",
    "contract_termination", "contract_dispute",
)  # fmt: skip
"""Types of what is paid over time: `$2bn a year` is their size, and beside others that of something else."""
_AROUND = r"(?:about|around|almost|nearly|roughly|some|just|over|more than|under|less than|up to)\s"
_DESCRIBES = re.compile(
    r"\b(?:which|that|who|whose|with|has|had|have|having|made|makes|posted|reported|earned|on)\s(?:[\w-]{1,24}\s){0,4}?"
    r"(?:revenues?|sales|turnover|profits?|earnings|income|ebitda|market (?:value|cap\w*)|valuation|assets|backlog)\s"
    rf"(?:[\w-]{{1,24}}\s){{0,2}}?(?:of|at|was|were|is|near|above|below|to)\s(?:{_AROUND})?$"
    rf"|\b(?:valued|values? (?:it|them|the \w+)) (?:at )?(?:{_AROUND})?$|\bturns over (?:{_AROUND})?$",
    re.IGNORECASE,
)
_VALUED = re.compile(r"\b(?:valu\w+|market (?:cap\w*|worth)|capitali[sz]ation)\b", re.IGNORECASE)
_A_DEAL = re.compile(r"\b(?:lease|contract|deal|agreement|order|offer|tenancy|licen[cs]e)s?\b", re.IGNORECASE)
_COMPANY = re.compile(
    r"^[\s-](?:(?:a|per)[\s-]year[\s-])?(?:[\w-]{1,24}\s){0,2}?(?:company|group|firm|business|start-?up|giant|maker|lender)\b",
    re.IGNORECASE,
)


def as_size(study: Study, found: ReportedType, amount: Amount) -> Amount | None:
    """Give an amount as what it says of how large what happened is; None if it says nothing of it."""
    if was(study, amount) or is_background(study, amount) or _is_of_a_company(study, found, amount):
        return None
    meant = _meant(study, amount)
    in_body = all(one.field == "body" for one in amount.evidence[:1])
    if meant is None or (found.type in _PAID and meant.role == "investment" and in_body):
        return None
    if in_body and meant.role not in _SIZE_OF.get(found.type, (meant.role,)):
        return None
    before, _ = _sides(study, meant)
    if _SAVED.search(before) or (found.type in _BIDS and in_body and _EARLIER_BID.search(before)):
        return None
    if meant.role in _METRICS and meant.of and is_aside(study, meant.of):
        return None
    if found.type in _BIDS and meant.role == "penalty" and _FEE.search(" ".join(_sides(study, meant))):
        return None
    if meant.role == "per_share":
        return meant if found.type in (*_RAISES, *_BIDS) and _is_price(study, meant, found.type) else None
    if meant.role in BESIDE or meant.role is None:
        if found.type in _RAISES and _is_raised(study, meant, found):
            return meant
        return meant if meant.role is None and meant.per in _OFTEN and found.type in _LASTING else None
    return meant


def _is_of_a_company(study: Study, found: ReportedType, amount: Amount) -> bool:
    """Whether an amount says how large a company is, in the news of something else."""
    if found.type in _OF_COMPANIES or any(one.field != "body" for one in amount.evidence[:1]):
        return False
    before, behind = _sides(study, amount)
    if _COMPANY.match(behind) is not None or (
        amount.role == "valuation" and _VALUED.search(before + re.split(r"[.;\n]", behind)[0])
    ):
        return True
    return _DESCRIBES.search(before) is not None and _A_DEAL.search(before) is None


def was(study: Study, amount: Amount) -> bool:
    """Whether an amount is what it was before, stated beside what it is now."""
    before, after = _sides(study, amount)
    then = amount.role in RUNNING and _A_YEAR_AGO.search(before) is not None
    return amount.earlier or then or _WAS.search(before) is not None or _BACK_THEN.match(after) is not None


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
