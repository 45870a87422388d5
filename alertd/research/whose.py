"""Whom a sentence says it of: who stands in it beside what happened is not the one to whom it happens.

two verbs        `A and B maintain dividends, C to cut`: only C, though C may be known to nobody
a comparison     `the fine could top Intel's record`: not Intel
an office        `the chairman of Tesla agrees to pay`: not Tesla
an agency        `S&P downgrades Texaco`: S&P gives ratings, and has none here
an opinion       `Why you're smart to buy Chipotle`: nobody has bid
a plant          `TSMC fire halts production of Nvidia chips`: not Nvidia, whose goods are made there
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from msgspec.structs import replace

from alertd.model import Party, ReportedType
from alertd.research.names import Place, places_of
from alertd.research.study import Study

_UP = r"rais\w+|hik(?:e|es|ed|ing)|boost\w*|lift(?:s|ed|ing)?|increas\w+|doubl\w+|upgrad\w+"
_DOWN = (
    r"cut(?:s|ting)?|slash\w*|lower(?:s|ed|ing)?|reduc\w+|halv\w+|trim\w*|suspend\w*|scrap\w*|skip\w*|omit\w*"
    r"|halt\w*|downgrad\w+"
)
_KEEP = r"maintain\w*|keep(?:s|ing)?|kept|retain\w*|affirm\w*|reaffirm\w*|reiterat\w+"
_VERBS = re.compile(rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN})|(?P<keep>{_KEEP}))\b", re.IGNORECASE)
_DIRECTIONS = {
    "dividend_change/raised": "up", "dividend_change/cut": "down", "dividend_change/suspended": "down",
    "guidance_raise": "up", "guidance_cut": "down", "rating_change/upgrade": "up", "rating_change/downgrade": "down",
    "price_target/raised": "up", "price_target/lowered": "down", "buyback/stopped": "down",
}  # fmt: skip
"""Types, and kinds of types, of which somebody else in the same sentence may do the contrary."""
_JOINTS = re.compile(r"[,;:]\s|\s[-–—]\s|\s(?:as|while|whereas|but|although|and)\s", re.IGNORECASE)
_NO_SUBJECT = re.compile(
    r"^(?:\W|\b(?:and|but|while|as|then|also|to|will|would|may|it|they|which|who|has|have|is|are|said|says|expects?"
    r"|plans?|again)\b)*$",
    re.IGNORECASE,
)
"""Before the verb of a clause: who does it stands in the clause before."""
_COMPARED = re.compile(
    r"\b(?:like|unlike|such as|similar to|compared (?:with|to)|than"
    r"|(?:top|exceed|surpass|eclipse|dwarf)(?:e?s|p?ed|p?ing|d)?)\s+(?:the\s|that of\s|those of\s)?$",
    re.IGNORECASE,
)
_SPARED = re.compile(r"^(?:\s[\w-]+){0,3}\s(?:unaffected|not affected|not involved)\b", re.IGNORECASE)
_OFFICE = (
    r"(?:co-?)?(?:founder|chair(?:man|woman)?|chief|ceo|cfo|president|director|executive|boss|officer|employee|worker"
    r"|trader|lawyer|share-?holder|stock-?holder|investor|customer|user|supplier)s?"
)
_ITS_OFFICE = re.compile(rf"^(?:\s?['’]\s?s)?\s(?:former\s|ex-)?{_OFFICE}\b", re.IGNORECASE)
_OFFICE_OF = re.compile(rf"\b{_OFFICE}\s(?:[\w-]+\s){{0,2}}(?:of|at)\s$", re.IGNORECASE)
_AGENCY = re.compile(
    r"^(?:S\s?(?:&|and|/)\s?P\b|Standard (?:&|and) Poor|Moody|Fitch\b|DBRS\b|Morningstar\b|CRISIL\b|ICRA\b"
    r"|CARE Ratings|A\.?M\.? Best\b)",
    re.IGNORECASE,
)
_RATED = ("rating_change", "price_target")
_AT_A_PLACE = ("outage",)
"""Types of what happens at somebody's plant or in somebody's system."""
_GOODS = (
    r"(?:chips?|processors?|gpus?|memory|parts?|components?|engines?|batter(?:y|ies)|phones?|servers?|vehicles?|cars?"
    r"|drugs?|vaccines?|products?|goods|orders?|models?)"
)
_MADE_FOR = re.compile(
    rf"\b(?:production|output|supply|supplies|shipments?|deliver(?:y|ies)|manufactur\w+|assembly|{_GOODS})"
    r"\s(?:of|for|to)\s(?:the\s|its\s|some\s)?$",
    re.IGNORECASE,
)
_ITS_GOODS = re.compile(rf"^(?:\s?['’]\s?s?)?\s(?:[\w-]+\s){{0,2}}{_GOODS}\b", re.IGNORECASE)
_PLANTS = r"(?:plants?|factory|factories|fabs?|mines?|refiner(?:y|ies)|warehouses?|foundry|data cent(?:er|re)s?)"
_ACCIDENTS = r"(?:fire|blaze|explosion|blast|outage|accident|leak|flood(?:ing)?|power cut)"
_PLACE = re.compile(
    rf"(?P<name>[A-Z][\w&.-]+)(?:['’]s?)?\s(?:[a-z]+\s){{0,2}}(?:{_PLANTS}|{_ACCIDENTS})\b"
    rf"|\b(?i:{_ACCIDENTS})\s(?:at|in|of|hits|shuts|halts|stops)\s(?:an?\s|the\s)?(?P<at>[A-Z][\w&.-]+)"
)
"""Who is named with the plant where it happens, or with the accident."""
_NOBODY = frozenset(("a", "an", "the", "this", "that", "its", "huge", "big", "major", "power"))
_OPINION = re.compile(
    r"\?\W*$|^\W*(?:why|how|should|here['’]?s?)\b|\byou(?:r|rs|rself)?\b|\b\d+ reasons\b"
    r"|^\W*(?:opinion|commentary|op-ed)\b"
    r"|\b(?:good|bad|great|smart|terrible) (?:idea|bet|time to)\b",
    re.IGNORECASE,
)
_BEFORE = 60
"""Characters before a name that are looked at."""


def is_opinion(study: Study, found: ReportedType) -> bool:
    """Whether a title asks or advises, where the event would be news; an analyst's opinion is the news itself.

    Only of the sentences of the title that say it, where any does: a question may follow on the news.
    """
    if found.type in _RATED:
        return False
    said = study.around(one for one in found.evidence if one.field == "title")
    return any(_OPINION.search(one) for one in said or [study.event.title])


def plays(study: Study, found: ReportedType, company: str, role: str) -> bool:
    """Whether the sentences of an event type say it of a company that is said to play a role in it.

    They do unless each of them in which it stands says it of somebody else.
    """
    name = next((one.name for one in study.event.companies if one.id == company), "")
    if found.type in _RATED and role != "analyst" and _AGENCY.match(name):
        return False
    told = [one for said in _sentences(study, found) for one in _told(said, study, found, company)]
    return any(told) or not told


def pays(study: Study, found: ReportedType, company: str) -> bool:
    """Whether the sentences of an event type name a company as one who may have to pay."""
    called = _called(study, company)
    if not called:
        return True
    places = [(said, at) for said in _sentences(study, found) for at in places_of(called, said)]
    return any(not _is_beside(said, at) and not _is_office(said, at) for said, at in places)


def _sentences(study: Study, found: ReportedType) -> list[str]:
    return study.around(found.evidence) or [study.event.title]


def _told(said: str, study: Study, found: ReportedType, company: str) -> Iterator[bool]:
    """Say of a sentence whether it tells it of a company; nothing where it does not name it."""
    places = places_of(_called(study, company), said)
    if not places:
        return
    if all(_is_beside(said, at) or (found.type in _AT_A_PLACE and _is_elsewhere(said, at)) for at in places):
        yield False
        return
    direction = _DIRECTIONS.get(f"{found.type}/{found.kind}" if found.kind else found.type)
    clauses = _clauses(said) if direction else []
    ways = {way for _, _, way, _ in clauses}
    if direction not in ways or len(ways) == 1:
        yield True
        return
    others = [_called(study, other.id) for other in study.event.companies if other.id != company]
    starts = [at.start for one in others for at in places_of(one, said)]
    same = [n for n, (_, _, way, _) in enumerate(clauses) if way == direction]
    yield any(_is_in(said, clauses, n, places, starts) for n in same)


def _clauses(said: str) -> list[tuple[int, int, str, int]]:
    """Give the clauses of a sentence that have one of the verbs: start, end, direction, where the verb stands."""
    verbs = [(at.start(), at.end(), str(at.lastgroup)) for at in _VERBS.finditer(said)]
    bounds = [0]
    for (_, end, _), (start, _, _) in pairwise(verbs):
        joint = _JOINTS.search(said, end, start)
        bounds.append(joint.start() if joint else end)
    bounds.append(len(said))
    return [(bounds[n], bounds[n + 1], way, at) for n, (at, _, way) in enumerate(verbs)]


def _is_in(
    said: str, clauses: list[tuple[int, int, str, int]], n: int, places: list[Place], others: list[int]
) -> bool:
    """Whether a company is named in a clause, or in the one before if the clause says of nobody that he does it."""
    start, end, _, verb = clauses[n]
    if any(start <= at.start < end for at in places):
        return True
    if n == 0 or any(start <= at < end for at in others) or not _NO_SUBJECT.match(said[start:verb]):
        return False
    return _is_in(said, clauses, n - 1, places, others)


def _is_beside(said: str, at: Place) -> bool:
    before = said[max(at.start - _BEFORE, 0) : at.start]
    return _COMPARED.search(before) is not None or _SPARED.match(said[at.end :]) is not None


def at_whose_place(study: Study) -> Study:
    """Give an event in which what happens at a plant is told of whose plant it is, where the text names him.

    The enricher may have found only whose goods are made there.
    """
    types = [_placed(study, found) if found.type in _AT_A_PLACE else found for found in study.event.event_types]
    return study.with_types(types)


def _placed(study: Study, found: ReportedType) -> ReportedType:
    if not found.parties or any(plays(study, found, one.company, one.role) for one in found.parties):
        return found
    owners = [one.id for one in study.event.companies if _is_at_place(study, found, one.id)]
    parties = [Party(company=owner, role=found.parties[0].role) for owner in owners]
    return replace(found, parties=parties) if parties else found


def _is_at_place(study: Study, found: ReportedType, company: str) -> bool:
    """Whether a company is named with the plant or the accident."""
    called = _called(study, company)
    return any(_overlap(at, one) for said in _sentences(study, found) for one in _PLACE.finditer(said)
               for at in places_of(called, said))  # fmt: skip


def _overlap(at: Place, place: re.Match[str]) -> bool:
    """Whether a name is that of who is named with a place."""
    start, end = place.span("name" if place["name"] else "at")
    return at.start < end and start < at.end


def _is_elsewhere(said: str, at: Place) -> bool:
    """Whether a company is named as whose supplier or whose goods something happens to, at another's plant."""
    if _ITS_OFFICE.match(said[at.end :]) is not None or _OFFICE_OF.search(said[: at.start]) is not None:
        return True
    before = said[max(at.start - _BEFORE, 0) : at.start]
    if _MADE_FOR.search(before) is None and _ITS_GOODS.match(said[at.end :]) is None:
        return False
    places = (one for one in _PLACE.finditer(said) if (one["name"] or one["at"]).lower() not in _NOBODY)
    return any(not _overlap(at, one) for one in places)


def tells_of(study: Study, said: str, company: str) -> bool:
    """Whether a sentence can be about a company: it names it, or nobody."""
    if places := places_of(_called(study, company), said):
        return not all(_is_beside(said, at) for at in places)
    return not any(places_of(_called(study, one.id), said) for one in study.event.companies if one.id != company)


def _is_office(said: str, at: Place) -> bool:
    before = said[max(at.start - _BEFORE, 0) : at.start]
    return _OFFICE_OF.search(before) is not None or _ITS_OFFICE.match(said[at.end :]) is not None


def _called(study: Study, company: str) -> list[str]:
    """Give what a company is called in an event's text; nothing where that is not known."""
    return [one for one in study.called.get(company, ()) if len(one) <= _BEFORE]
