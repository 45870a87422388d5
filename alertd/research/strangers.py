"""Whether a clause tells of companies that have no part in the news: `Corvin paid $25m`, `its rival raised its"
" dividend`.

Known by its subject: a name that no party of the event has, nor title and first lines, in a clause in which no party
is named. A sentence that goes on about it (`It paid the sum in June.`) is of others, too. Pure.
"""

from __future__ import annotations

import re

from alertd.research.another import is_of_another_deal
from alertd.research.names import names_one
from alertd.research.study import Study

_REACH = 240
"""Characters before a sentence in which the one before it is looked for."""
_JOINTS = re.compile(
    r";\s|,\s(?:and|but|so|yet)\s|,?\s(?:after|since|when|while|whereas|although|though|because|as|before"
    r"|following)\s"
)
_NAME = r"[A-Z][\w&.’'-]*(?:\s(?:(?:and|&|of|de)\s)?[A-Z][\w&.’'-]*){0,4}"
_LEAD = (
    r"[\W_]*(?:(?:[Ii]n|[Oo]n|[Ee]arlier in|[Ll]ate in|[Ee]arly in|[Ss]ince)\s[\w ]{2,24},\s|[Ll]ast \w+,?\s"
    r"|[Ss]hares (?:of|in)\s|[Ss]tock of\s"
    r"|[Aa]nd\s|[Bb]ut\s|Meanwhile,\s"
    r"|Elsewhere,\s|Separately,\s|Also,\s|By contrast,\s|By comparison,\s)*"
)
_DOES = (
    r"(?:has|have|had|is|was|were|will|would|may|paid|pays|bought|buys|sold|sells|won|wins|lost|loses|spent"
    r"|spends|took"
    r"|takes|made|makes|set|cut|cuts|raised|raises|agreed|agrees|settled|settles|posted|reported|reports|earned"
    r"|expects"
    r"|owes|faces|owns|runs|makes|wrote|writes|fell|rose|lose|leased|leases|plans|\w{3,}ed)\b"
)
_SUBJECT = re.compile(rf"{_LEAD}(?P<name>{_NAME})(?:,\s[^,;.]{{1,80}},)?\s(?:\w+ly\s|also\s)?{_DOES}")
_FIRMS = (
    r"(?:banks|lenders|companies|firms|makers|groups|airlines|retailers|carriers|producers|manufacturers"
    r"|suppliers|brokers"
    r"|insurers|developers|operators|drugmakers|carmakers|chipmakers)"
)
_RIVAL = re.compile(
    rf"{_LEAD}(?:[Ii]ts\s|[Tt]he\s|[Aa]\s)?(?:(?:\w+\s){{0,2}}?(?:[Rr]ivals?|[Cc]ompetitors?|[Pp]eers?)"
    rf"|[Oo]ther\s{_FIRMS}|[Oo]thers)\b"
)
_SIMILAR = re.compile(
    r"\b(?:[Ff]ines?|[Pp]enalt(?:y|ies)|[Cc]laims|[Ss]uits|[Dd]eals|[Cc]ontracts|[Oo]rders)\s(?:of|on|against|for|with|from)"
    r"\sother\b|"
    r"\b(?:[Aa]|[Tt]he|[Ii]n) (?:similar|comparable)\b|\b[Ss]imilar (?:cases?|suits?|claims|settlements?"
    r"|charges|fines)\b"
)
_REPORTS = re.compile(
    r"(?<!was )(?<!were )(?<!been )\b(?:said|says|reported|told|wrote|confirmed|announced|estimate[sd]?|rul(?:ed|es)"
    r"|order(?:s|ed)|fine[sd]?)\b"
)
"""What those do who report, judge or punish: they are no others, whatever they do it to."""
_OF_THE_NEWS = re.compile(
    r"\b(?:the|this)\s(?:\w+\s)?(?:company|group|bank|lender|firm|maker|carrier|airline|retailer|deal"
    r"|transaction|agreement"
    r"|contract|lease|offer|bid|price|fine|penalty|settlement|charge|plan|sale|purchase|merger|order|buyer|seller)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"[\W_]*(?:It|They|Its|Their|That|Those|The (?:fine|deal|settlement|penalty|case|suit|sum|purchase|merger))\b"
)
_NOT_SOMEBODY = frozenset((
    "the", "a", "an", "it", "its", "this", "that", "these", "those", "in", "on", "at", "for", "he", "she",
    "they", "we",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march",
    "april", "may", "june", "july", "august", "september", "october", "november", "december", "revenue", "sales",
    "profit", "net", "operating", "shares", "analysts", "investors", "judge", "court", "regulators", "under", "both",
    "no", "total", "capital", "costs", "chief", "some", "about", "more", "customers", "lawyers", "people", "sources",
    "chairman", "president", "company", "group", "management", "results", "earnings", "income", "cash",
))  # fmt: skip
"""Words with which a sentence begins without naming anybody."""


def is_of_others(study: Study, first: int, last: int, place: int, whose: str | None = None) -> bool:
    """Whether the clause of a place of the body is about others; its sentence goes from `first` to `last`.

    `whose` is the company to which what stands there is known to belong.
    """
    if not study.of_the_news:
        return False
    body = study.event.body
    said = body[first:last]
    clause = _clause(said, place - first)
    has_party = names_one(study.of_the_news, clause)
    if not has_party and (_SIMILAR.search(clause) or (whose and is_aside(study, whose))):
        return True
    if _is_theirs(study, said) or (not has_party and _is_theirs(study, clause)):
        return True
    if is_of_another_deal(study, first, last):
        return True
    if not _GOES_ON.match(said) or names_one(study.of_the_news, said):
        return False
    before = body[max(first - _REACH, 0) : first]
    gap = before[len(before.rstrip()) :]
    if not before.strip() or "\n\n" in gap:
        return False
    begin, close = study.body.around(first - len(gap) - 1, first - len(gap))
    return _is_theirs(study, body[begin:close])


def is_aside(study: Study, company: str) -> bool:
    """Whether a company is neither a party of the event nor in its title or its first paragraph."""
    if any(party.company == company for one in study.types for party in one.parties):
        return False
    lead = len(study.lead)
    spans = [span for one in study.event.companies if one.id == company for span in one.evidence]
    return bool(spans) and not any(span.field == "title" or span.start < lead for span in spans)


def _clause(said: str, at: int) -> str:
    begin = max((joint.end() for joint in _JOINTS.finditer(said, 0, at)), default=0)
    joint = _JOINTS.search(said, at)
    return said[begin : joint.start() if joint is not None else len(said)]


def _is_theirs(study: Study, clause: str) -> bool:
    """Whether a clause has a subject that is no party, and names none."""
    if names_one(study.of_the_news, clause):
        return False
    if _RIVAL.match(clause):
        return True
    found = _SUBJECT.match(clause)
    if found is None or found["name"].split()[0].lower() in _NOT_SOMEBODY or _OF_THE_NEWS.search(clause):
        return False
    return found["name"] not in study.lead and _REPORTS.search(clause) is None
