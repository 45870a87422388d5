"""Whether a place of a text is of another deal, of a whole market, or a total that this deal is only part of.

    its contract with Sorrel runs until 2031             another deal: Sorrel has no part in the news
    the market for chips is worth $400bn a year          a market
    the order lifts its backlog to $3.4bn                a total

Pure.
"""

from __future__ import annotations

import re

from alertd.companies.ordinary import is_place
from alertd.research.hints import Hint, plain_of
from alertd.research.study import Study

_DEAL = (
    r"(?:deals?|contracts?|leases?|agreements?|orders?|pacts?|partnerships?|ventures?|loans?|offers?|bids?|tie-?ups?"
    r"|licen[cs]es?|arrangements?|mandates?|disputes?|lawsuits?|suits?|settlements?|cases?)"
)
_NAME = r"[A-Z][\w&.’'-]{0,24}(?:\s(?:(?:and|&|of|de)\s)?[A-Z][\w&.’'-]{0,24}){0,4}"
_OWNED = (
    r"(?:\b(?:[Aa]n?|[Aa]nother|[Ii]ts|[Tt]heir|[Hh]is|[Tt]wo|[Oo]ther|[Ss]eparate|[Ee]xisting|[Ee]arlier)|['’]s)"
)
_OTHER_DEAL = re.compile(
    rf"{_OWNED}\s(?:[\w$€£.,-]{{1,24}}\s){{0,4}}?{_DEAL}\s(?:(?:of|for|worth|in)\s[^,;]{{1,30}}?\s)?"
    rf"(?:with|to|from|between|against)\s(?:the\s)?(?P<name>{_NAME})"
)
_DEALS_WITH = re.compile(
    r"\b(?:rents|leases|buys|supplies|sells|borrows)\s(?:[\w-]{1,24}\s){0,4}?(?:from|to|with)\s(?:the\s)?"
    rf"(?P<name>{_NAME})"
)
"""What somebody does all the time he has agreed on long ago."""
_ANOTHER = re.compile(
    r"\b(?:another|an? (?:separate|different|unrelated|second|third|similar))\s(?:[\w-]{1,24}\s){0,2}?"
    rf"(?:{_DEAL}|trial|inquiry|investigation|matter)\b",
    re.IGNORECASE,
)
_LEAD_READ, _PARAGRAPH = 400, "\n\n"
"""Who stands in the first lines has a part in the news, though nobody knows him for a company."""
_TWO_SIDED = (
    "compute_lease", "supply_agreement", "contract_award", "contract_dispute", "contract_termination", "acquisition",
    "divestiture", "joint_venture", "material_agreement", "tender_offer", "settlement", "litigation",
)  # fmt: skip
_NO_NAME = frozenset((
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
))  # fmt: skip
_OFFICIAL = re.compile(
    r"\b(?:Commission|Court|Judge|Department|Ministry|Authority|Agency|Administration|Office|Council|Board|Treasury|Congress"
    r"|Parliament|Government|Justice|Federal|European|Attorney|SEC|FTC|FDA|FCC|DOJ|EPA|EU|UK|US|U\.S)\b"
)
"""Who judges or allows is nobody with whom another deal is made."""
_MARKET = (
    r"(?:(?:the|a|an|this|global|world(?:wide)?|total|whole|addressable|domestic|overall|industry)(?:['’]s)?"
    r"\s(?:[\w-]{1,24}\s){0,4}?(?:market|industry|sector|spending|demand|sales|investment)"
    r"|market for [\w -]{1,40}|(?:global|worldwide|industry-?wide) [\w ]{1,30})"
)
_IS_WORTH = (
    r"(?:worth|reach(?:es|ed)?|grow(?:s|n|ing)?|grew|rise|swell|expand|size|valued|total(?:s|led|ed)?|amount(?:s|ed)?"
    r"|turn(?:s|ed)? over|is put at|estimated|come to|hit|exceed|top|double)"
)
_OF_MARKET = re.compile(rf"\b{_MARKET}\b[^.;]{{0,60}}?\b{_IS_WORTH}\b[^.;]{{0,40}}$", re.IGNORECASE)
_MARKET_BEHIND = re.compile(
    r"^(?:[\s-](?:a|per)[\s-](?:year|annum))?[\s-](?:[\w-]{1,24}\s){0,3}(?:market|industry|sector)\b(?!\s(?:value|cap))",
    re.IGNORECASE,
)
_A_MARKET = re.compile(
    r"\b(?:market|industry|sector)\s(?:that is |is |now )?(?:worth|of|valued at)\s[^.;]{0,20}$", re.I
)
_THE_WHOLE = (
    r"(?:backlog|total|order ?book|pipeline|tally|portfolio|debts?|stake|bill|commitments?|spending|outlay|sum"
    r"|investments?|capacity|holdings?|budget|count|cost|value)"
)
_TOTAL = re.compile(
    rf"\b(?:bring|brought|tak|took|lift|rais|push|increas|swell|expand|grow|driv|boost)\w*\s(?:up\s)?(?:its|the|their|his|a)"
    rf"\s(?:[\w-]{{1,24}}\s){{0,4}}?{_THE_WHOLE}\b[^.;]{{0,60}}?\bto\s(?:[\w ]{{1,20}}\s)?$",
    re.IGNORECASE,
)
_SPENDS = re.compile(r"\b(?:invest|spend|pour|earmark|budget)\w*\b", re.IGNORECASE)
_STANDS_AT = re.compile(
    r"\b(?:backlog|order ?book|pipeline)\b[^.;]{0,40}\b(?:of|at|to|was|is|stood|worth)\s(?:[\w ]{1,20}\s)?$",
    re.IGNORECASE,
)


_MORE = Hint((
    r"\b(?:market|industry|sector|global|world|total|whole|domestic|overall|addressable|spending|demand|backlog"
    r"|order ?book|pipeline|bring|brought|tak|took|lift|rais|push|increas|swell|expand|grow|driv|boost)",
))  # fmt: skip
"""Without one of these no sentence tells of a market or a total."""
_ANY = Hint(one.pattern for one in (_ANOTHER, _OTHER_DEAL, _DEALS_WITH))
"""Without one of these no sentence tells of another deal."""


def is_of_another_deal(study: Study, first: int, last: int) -> bool:
    """Whether a sentence of the body tells of a deal with somebody who is no party, and does not report the news."""
    spans = [span for one in study.types for span in one.evidence]
    if any(span.field == "body" and span.start < last and first < span.end for span in spans):
        return False
    if study.main is not None and study.main.type in _TWO_SIDED and len(study.main.parties) < 2:
        return False  # whoever is named may be its other side
    said = study.event.body[first:last]
    if not _ANY.fits(plain_of(said)):
        return False
    if _ANOTHER.search(said):
        return True
    deals = (*_OTHER_DEAL.finditer(said), *_DEALS_WITH.finditer(said))
    return any(_is_somebody(found["name"], study) for found in deals)


def _is_somebody(name: str, study: Study) -> bool:
    """Whether a name is that of a company that has no part in the news."""
    first = name.split()[0]
    if first in _NO_NAME or is_place(first.lower()) or is_place(name.lower()) or _OFFICIAL.search(name):
        return False
    known = f"{study.event.title}\n{study.event.body[:_LEAD_READ].split(_PARAGRAPH, 1)[0]}"
    return first not in known and not any(one in name for one in study.of_the_news)


def is_of_market(before: str) -> bool:
    """Whether the words before a figure or a date speak of a whole market."""
    return _OF_MARKET.search(before) is not None


def is_of_a_plan(said: str, at: int) -> bool:
    """Whether a length at a place of a sentence is that of what somebody means to spend, and of no deal."""
    return _SPENDS.search(said, 0, at) is not None and re.search(rf"\b{_DEAL}\b", said) is None


def is_of_more(said: str, at: int, until: int) -> bool:
    """Whether the sum from `at` to `until` of a sentence is that of a market, or a total."""
    if not _MORE.fits(plain_of(said)):
        return False
    before, behind = said[:at], said[until:]
    return (
        is_of_market(before)
        or _A_MARKET.search(before) is not None
        or _MARKET_BEHIND.match(behind) is not None
        or _TOTAL.search(before) is not None
        or _STANDS_AT.search(before) is not None
    )
