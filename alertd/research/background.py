"""Whether words of a text tell of something else than its news: of an earlier year, of a career, of others.

    in 2019 it paid a penalty of $40m            an earlier year
    $2.3bn in fines since 2008                   a count over years
    it had bought Norbex for $2bn                before what is told
    she ran a division with sales of $2bn        a career
    formed by the $3bn merger of A and B         how a party came to be
    the largest since A bought B for $8bn        a comparison
    Corvin paid $25m                             others: `strangers.py`

Such words are true, and say nothing of how large the news is or of what may go wrong with it. The time of what a sum
is for (`fined $40m for trades in 2019`) makes none of them past. Pure.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from alertd.model import Amount, Evidence, ReportedType
from alertd.research.another import is_of_more
from alertd.research.figure_dates import Day, dates
from alertd.research.hints import Hint, plain_of
from alertd.research.strangers import is_of_others
from alertd.research.study import Study

RUNNING = frozenset(("revenue", "profit", "loss", "guidance", "dividend", "charge", "cost"))
"""What an amount is that every year has: last year's says how large a company is."""
_SPENT = ("charge", "cost", "loss")
_OF_FIGURES = ("results", "guidance", "impairment", "restatement", "going_concern")
_RECENT = timedelta(days=60)
"""A day that is no further behind is that of the news."""
_LONGEST = 500
_TIMED = re.compile(
    r"\b(?:1[89]|20)\d\d\b|\b(?:last|past|previous|ago|earlier|years|decades?|since|recent)\b",
    re.IGNORECASE,
)
"""Words without one of which no clause is of an earlier time."""
_JOINTS = re.compile(r";\s|:\s|,\s(?:and|but|while|whereas|although|though|yet|so)\s|\s[-–—]\s", re.IGNORECASE)
_RELATIVE = re.compile(r",?\s(?:which|that|who)\s", re.IGNORECASE)
_SEASON = (
    r"(?:year|month|spring|summer|autumn|winter|January|February|March|April|May|June|July|August|September|October"
    r"|November|December)"
)
_COUNT = r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|several|many|some|few|the)"
_BACK_THEN = re.compile(
    rf"\b(?:last|the previous|the prior) {_SEASON}\b|\b{_COUNT} (?:\w+ )?(?:years?|months|decades?) (?:ago"
    rf"|earlier|before)\b"
    r"|\b(?:in|over|during) (?:the )?(?:past|last|recent|previous)(?: \w+)? (?:years|decades?)\b|\bin the past\b"
    r"|\b(?:over|for) (?:\w+ )?decades\b|\bearlier (?:this year|in the (?:year|decade))\b|\bthe year before\b",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"^[\W_]*(?:(?:but|and|also|already|only|as early as|as recently as)\s)?"
    r"(?:(?:back\s)?in|on|during|by|since|between|over|for|until|early in|earlier in|late in)\s(?:the\s|early\s"
    r"|late\s"
    r"|mid-?\s?|fiscal\s|spring\s|summer\s|autumn\s|fall\s)*$|^[\W_]*$",
    re.IGNORECASE,
)
"""What stands before a time with which a clause begins."""
_THING = re.compile(
    r"^['’s]*\s(?:\w+\s){0,3}?(?:acquisition|purchase|merger|takeover|buyout|deal|settlement|fine|penalty|bid|sale"
    r"|contract|order|offer|verdict|judge?ment|award|agreement|lease|investment)\b",
    re.IGNORECASE,
)
"""Behind a time what it is the time of: `its 2021 purchase of Norbex for $2bn`."""
_OF_WHAT = re.compile(
    r"\b(?:over|because|from|involving|about|tied|related|relating|connected|linked|concerning|stemming|arising|whose"
    r"|after|under|between|until|till|through|due|that|which|who|biggest|largest|highest|first|\w{3,}ing)\b"
    r"|\b(?:for|since)\s(?:the\s|a\s|an\s|its\s|his\s|her\s)[a-z]|\bfor\s[a-z]"
    r"|\bto\s(?!buy|acquire|purchase|settle|take)[a-z]|,\s(?:and|the|its|an?|it|or|said|according)\b"
)
"""Between a sum and a time: the time is that of what the sum is for (`for trades in 2019`), or of something else."""
_DATED_THING = re.compile(r"^\W*(?:An?|Its|Another|One)\s(?:[\w-]{1,24}\s){0,3}?(?:of|in|from)\s$")
"""`A recall of 2022 cost it $110m`."""
_WHICH = re.compile(r"^,\s(?:which|when|in which)\s")
"""`It had cut 5,000 jobs in 2023, which cost it $800m`."""
_NEAR = 64
"""Characters between a sum and the time that is its own."""
_OVER = re.compile(
    r"^(?:,|\sfor\s[A-Z][\w ]{1,30},?)?\s(?:which|that)\s(?:(?:was|were|had|has been)\s)?"
    r"(?:clos|complet|end|expir|fail|collaps|laps|fell|abandon|scrapp|sign|struck|agreed|reach)"
)
"""What a relative clause says of what is over: `its sale for $900m, which closed last year`."""
_ENDED = re.compile(
    r"^\s(?:failed|collapsed|ended|closed|expired|lapsed|fell|broke|(?:was|were) \w+ed)\b",
    re.IGNORECASE,
)
_LED = re.compile(r"\b(?:in|on|during|since)\s(?:early\s|late\s|mid-?\s?)?$", re.IGNORECASE)
_DID = re.compile(r"^,?\s(?:\w+ly\s)?(?:to\s\w+|\w{2,}ed|paid|bought|sold|won|spent|made|took|struck|led)\b")
_NAMED_SO = re.compile(
    r"^\s(?:(?:senior|convertible|model|unsecured)\s)*(?:notes?|bonds?|loans?|plan|models?|act|series)\b",
    re.IGNORECASE,
)
_DATED = re.compile(r"\b(?:dated|entered into|as of|as amended|effective)\s(?:as of\s|on\s)?$", re.IGNORECASE)
_SO_FAR = re.compile(
    r"\b(?:said|says|announc\w+|report(?:s|ed)|disclos\w+|confirm\w*|told|according|sources?|people)\b", re.IGNORECASE
)
_HAD = re.compile(
    r"\bhad (?:(?:also|already|earlier|first|once|previously|originally|then)\s)?"
    r"(?:been|\w{2,}ed|paid|bought|sold|won|lost|spent|made|put|set|struck|taken|given|held|led|cost|raised)\b",
    re.IGNORECASE,
)
_CAREER = re.compile(
    r"\bwhere (?:he|she)\b|\bbefore (?:joining|that,? (?:he|she)|(?:he|she) joined)\b"
    r"|\b(?:he|she) (?:previously|formerly|earlier|once|had|has (?:led|run|worked)|ran|led|oversaw|managed"
    r"|headed|spent"
    r"|worked|served|helped|built|grew|sold|joined)\b"
    r"|\b(?:he|she|who|chief|officer|executive|manager)\b[^.;]{0,30}\b(?:joined|joins|comes|came|moved) from\b"
    r"|\bunder (?:his|her) (?:watch|leadership|tenure)\b|\bmost recently\b|\bveteran of\b"
    r"|\b(?:who |who has |previously |formerly )(?:ran|run|led|headed|oversaw|managed|spent|worked|served)\b"
    r"|\b(?:his|her) (?:time|years|career) (?:at|as|with)\b",
    re.IGNORECASE,
)
_SO_OFTEN = re.compile(r"\b(?:has|have) (?:\w+ )?(?:paid|spent|been|handed|made|\w{2,}ed)\b", re.IGNORECASE)
_TALLY = re.compile(
    r"\bsince (?:the \w+ of )?(?:1[89]|20)\d\d\b|\b(?:over|in|during|across) (?:the |more than |almost |nearly )*"
    r"(?:(?:past|last|previous|\d+|two|three|four|five|several|many) )+(?:years|decades?)\b|\bover the (?:years"
    r"|decades)\b",
    re.IGNORECASE,
)
"""What somebody has done in all, over a time: `has paid $2bn of fines since 2008`."""
_FORMED = re.compile(
    r"\b(?:formed|created|founded|born|emerged|came into being)\b[^.;]{0,40}\b(?:by|through|in|from|out of|with"
    r"|when)\b"
    r"[^;]{0,60}\b(?:mergers?|merged|combination|combined|tie-?up|takeover|spin-?off|buyout)\b",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"\b(?:largest|biggest|highest|costliest|steepest|most expensive|first)\b[^.;]{0,80}\b(?:since|after)\b"
    r"|\b(?:previous|prior|old|former) (?:record|high|largest|biggest)\b|\b(?:by|in|for) comparison\b"
    r"|\bcompares? (?:with|to)\b"
    r"|\b(?:exceed|surpass|eclips|dwarf|overtak)\w*\s(?:the\s|that\s)",
    re.IGNORECASE,
)
"""Before a sum: it is what the news is compared with."""
_ANY_PAST = Hint(one.pattern for one in (_CAREER, _FORMED, _COMPARES, _HAD, _TIMED))
"""Without one of these no clause tells of the past."""
_WORD = re.compile(r"\w+")
_OPEN_STILL = re.compile(
    r"\b(?:pending|remain\w*|continu\w+|still|open|unresolved|(?:is|are) being|has not|have not)\b",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"^[\W_]*(?:this (?:story|version|article)\s)?(?:correct(?:s|ed|ing|ion)|refil(?:es|ed|ing)|fix(?:es|ed)"
    r"|rewrites|amends)\b",
    re.IGNORECASE,
)


_IN_PLACE_OF = re.compile(
    r"\bcorrects\b[^.;]{0,80}\b(?:to|from|instead of|not|paragraphs?|headline)\b"
    r"|\bparagraphs? \d+\b[^.;]{0,60}\b(?:instead of|from|not)\b",
    re.IGNORECASE,
)
"""Within a sentence: a newsroom says which figure stands in place of which."""


def is_background(study: Study, amount: Amount) -> bool:
    """Whether an amount is told of something else than the news: of an earlier time, or of others."""
    one = next((span for span in amount.evidence if span.field in ("title", "body")), None)
    if one is None or one.field == "title":
        return False
    text = study.event.body
    if not 0 <= one.start < one.end <= len(text) or one.end - one.start > _LONGEST:
        return False
    first, last = study.body.around(one.start, one.end)
    said, at, until = text[first:last], one.start - first, one.end - first
    if _is_notice(said) or is_of_more(said, at, until) or is_of_others(study, first, last, one.start, amount.of):
        return True
    return _is_past(study, said, at, until, running=_runs(study, amount))


def _runs(study: Study, amount: Amount) -> bool:
    """Whether an amount is of what every year has; what something cost is that only in the news of figures."""
    if amount.role not in RUNNING or amount.role not in _SPENT:
        return amount.role in RUNNING
    return study.main is None or study.main.type.startswith(_OF_FIGURES)


def is_told_beside(study: Study, found: ReportedType) -> bool:
    """Whether an event type rests on the body alone, and on a sentence about an earlier time, a career or others."""
    spans = [one for one in found.evidence if one.field in ("title", "body")]
    return bool(spans) and all(one.field == "body" for one in spans) and any(_is_beside(study, one) for one in spans)


def _is_beside(study: Study, one: Evidence) -> bool:
    body = study.event.body
    if not 0 <= one.start < one.end <= len(body) or one.end - one.start > _LONGEST:
        return False
    first, last = study.body.around(one.start, one.end)
    said = body[first:last]
    return is_of_others(study, first, last, one.start) or _is_past(study, said, one.start - first, one.end - first)


def is_notice(study: Study, amount: Amount) -> bool:
    """Whether an amount stands in a note of the newsroom that says what it has corrected."""
    body = study.event.body
    for one in amount.evidence[:1]:
        if one.field == "body" and 0 <= one.start < one.end <= len(body):
            first, last = study.body.around(one.start, one.end)
            return _is_notice(body[first:last])
    return False


def tells_of_past(study: Study, start: int, end: int, place: int) -> bool:
    """Whether the word at a place of a sentence of the body is of an earlier time, and over."""
    body = study.event.body
    said = body[start:end]
    word = _WORD.match(body, place, end)
    until = word.end() if word is not None else place + 1
    return _OPEN_STILL.search(said) is None and _is_past(study, said, place - start, until - start)


def _is_notice(said: str) -> bool:
    return _CORRECTS.match(said) is not None or _IN_PLACE_OF.search(said) is not None


def _is_past(study: Study, said: str, at: int, until: int, *, running: bool = False) -> bool:
    """Whether a place of a sentence is in a clause of an earlier time; `running`: it is of what every year has."""
    if not _ANY_PAST.fits(plain_of(said)):
        return False
    begin, close = _clause(said, at, until)
    before = said[begin:at]
    if _CAREER.search(said) or _FORMED.search(said, begin, close) or _COMPARES.search(before):
        return True
    if _HAD.search(before.rsplit(",", 1)[-1]) and not _SO_FAR.search(said[:at]):
        return True
    if _TIMED.search(said, begin, close) is None:
        return False
    if _SO_OFTEN.search(before) and _TALLY.search(said, begin, close):
        return True
    times = [] if running else [found.span() for found in _BACK_THEN.finditer(said, begin, close)]
    oldest = 1 if running else 0
    times += [
        (begin + one.start, begin + one.end)
        for one in dates(said[begin:close])
        if _is_behind(study, one.day, oldest) and not _is_name(said, begin + one.start, begin + one.end)
    ]
    return any(_is_its_time(said, begin, at, until, *time) for time in times)


def _clause(said: str, at: int, until: int) -> tuple[int, int]:
    """Give where the clause of a place begins and ends in its sentence; a relative clause behind it is part of it."""
    joints = list(_JOINTS.finditer(said))
    begin = max((one.end() for one in joints if one.end() <= at), default=0)
    return begin, min((one.start() for one in joints if one.start() >= until), default=len(said))


def _is_its_time(said: str, begin: int, at: int, until: int, start: int, end: int) -> bool:
    """Whether a time of a clause, from `start` to `end`, is that of what stands at a place, not of what it is for."""
    if end <= at:
        lead = _RELATIVE.split(said[begin:start])[-1]
        follows = said[end:at]
        if _DATED_THING.match(lead) is not None or _WHICH.match(follows) is not None:
            return True
        led = _LED.search(lead) is not None and _DID.match(follows) is not None
        return led or _OPENS.match(lead) is not None or _THING.match(follows) is not None
    between = said[until:start]
    if start < until or _OVER.match(between) is not None or _ENDED.match(between) is not None:
        return start >= until
    return len(between) <= _NEAR and _OF_WHAT.search(between) is None


def _is_behind(study: Study, day: Day, oldest: int) -> bool:
    """Whether a date lies so far behind an event that it is not that of the news; `oldest`: years that are still."""
    today = study.event.event_at[:10]
    if not day.year or not today[:4].isdigit():
        return False
    if oldest or not day.month:
        return day.year < int(today[:4]) - oldest
    try:
        last = date(day.year, day.month, day.day or 28)
        return last + _RECENT < date.fromisoformat(today)
    except ValueError:
        return False


def _is_name(said: str, start: int, end: int) -> bool:
    """Whether a date is part of a name, or that of a paper: `its 2014 notes`, `the agreement dated 3 May`."""
    return _NAMED_SO.match(said[end:]) is not None or _DATED.search(said[:start]) is not None
