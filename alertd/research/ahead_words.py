"""Which words make a date one that is still to come, and which say what comes then.

A date is ahead if words of its own clause say so: `will close in June`, `the April 17 deadline`. The last such word
before it decides, so that `is expected to grow, he said on 5 May` leaves the day to `said`. A year that belongs to a
name (`its 2031 notes`) is no date at all.
"""

from __future__ import annotations

import re


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


_CUT = _words(
    r"which|who|whose|where|after|since|when|because|while|although|compared with|prior to"
)  # fmt: skip
_POINTS = re.compile(r"[;:()]|\s[-–—]\s|,\s(?:and|but)\s")
"""Where another clause begins: what stands behind such a word says nothing of a date in front of it."""
_FORWARD = _words(
    r"will|would|shall|should|expects?|expected|expecting|anticipates?|anticipated|hopes?|hoping|aims?|intends?"
    r"|due to (?:be|begin|close|come|end|enter|expire|go|meet|open|start|take|vote)"
    r"|due(?! (?:(?:in part|largely|mainly|partly|primarily|solely) )?to\b)"
    r"|plans? (?:for|to)|planned (?:by|for|in|on|to)|is planned|scheduled|slated|sets"
    r"|set (?:for|to)|(?:are|be|is|to) set"
    r"|forecasts?|likely|to (?:be|begin|close|come|complete|deliver|end(?!-)|expire|launch|leave|open|pay|publish"
    r"|report|sign|start|vote)|follows?|publish(?:es)?|hearing|trial|votes?|meeting|deadline|elections?|closing"
    r"|(?<!the )(?<!-)(?:begins?|beginning|closes|ends|ending|starts?|starting)|books close|commenc(?:es|ing)"
    r"|expir(?:es?|y|ation)|matur(?:es?|ity)"
    r"|leaves?|opens?|runs?|lasts|reach(?:es)?|becomes?"
    r"|reports? (?:after|before|earnings|its|on|results)|(?:can|could|may|might|must) \w+|is paid|are renewed"
    r"|payable|pays?|payment(?: date)?|(?:holders|stockholders|shareholders) of|of record|record date|effective"
    r"|tak(?:es?|ing) effect|with effect"
)  # fmt: skip
_PAST = _words(
    r"was|were|had|has|have|(?:up|down) from|stood|rose|fell|sold|said|says|came|entered|since|last|ended|began"
    r"|dated|dating"
    r"|(?<!be )(?:acquired|adopted|agreed|announced|appointed|bought|closed|declared|disclosed|filed|hired|issued"
    r"|launched|made|opened|paid|posted|raised|released|reported|resigned|set aside|signed|started|taken|took)"
)  # fmt: skip
_STRONG = _words(r"will|shall|due|scheduled|payable|expires?|coming|of record")
"""Beside these a day that has just been is the next such day."""
_DONE = _words(r"begin|clos(?:e|ed)|complet(?:e|ed|ion)|deliver(?:y|ed)?|launch(?:ed)?|open|start|vote")
_LEADS = re.compile(
    r"\b(?:(?:brought forward|delayed|extended|moved|postponed|pushed back|put back) to"
    r"|by|until|till|no later than|not later than|on or before|effective|starting|beginning|this coming)"
    r"(?:\s(?:on|from|as of|about))?"
    r"(?:\s(?:(?:the\s)?(?:beginning|close|end|middle|start)(?:\sof)?|early|mid|late))?[\s-]$",
    re.IGNORECASE,
)
"""Directly before a date these are enough."""
_OF_NAMES = re.compile(
    r"^\s?(?:(?:convertible|junior|senior|subordinated|unsecured|first|long-term|equity|incentive|stock|annual|tax"
    r"|model|world)\s)*"
    r"(?:acts?|bills?|bonds?|budgets?|cup|debentures?|debt|edition|indenture|issues?|loans?|meeting|models?"
    r"|notes?|olympics|plans?|program(?:me)?|securities|senior|series|vintage)\b",
    re.IGNORECASE,
)
_SECURITY_DUE = re.compile(
    r"\b(?:(?:euro)?bonds?|debentures?|debt|loans?|notes?|paper|securities|shares|stock|tranche)\b"
    r"(?:\sof\s[^,;.]{1,24}?)?(?:\s\w+){0,2},?(?<!\bare)(?<!\bfall)(?<!\bfalls)(?<!\bis)(?<!\bcomes)(?<!\bcome)\sdue\s(?:in\s)?$",
    re.IGNORECASE,
)
_NOT_THEN = re.compile(
    r"\bended\s(?:on\s)?$|\bcomply(?:ing)? with\b[^.;]*$|\bto\s[^;]{1,24},?\sfrom\s(?:the\s)?$", re.IGNORECASE
)
"""What has ended, what a law asks of everybody, and the day from which something is moved."""
_YEAR_LED = re.compile(
    r"\b(?:by|during|for|from|in|into|of|target(?:ing|s)|through|till|to|until|between\s[^,;]{1,20}\sand"
    r"|or(?=\s(?:early|late|mid)))\s(?:the\s)?"
    r"(?:(?:beginning|end|fiscal|middle|start|year|years)\s?(?:of\s)?|early\s|late\s|mid(?:\s-\s|[\s-]))*$",
    re.IGNORECASE,
)
_YEAR_FOLLOWS = re.compile(r"\s(?:and|or|to)\s[A-Z][a-z]+\.?\s(?:\d{1,2},?\s)?(?:19|20)\d\d\b")
"""`in September and November 1990`: the first has the year of the second."""
_PUT_OFF = re.compile(r"^(?:,?\s\d{4})?,?\s(?:has|have|had) been (?:called off|cancel|delay|moved|postpone|put off)")
RECURRING = _words(r"in arrears|of (?:each|every) year|(?:each|every) (?:month|quarter|year)|semi-?annually")
"""A day of each year is none that something waits for."""
PERIOD_ENDS = _words(r"(?:quarter|half|period)[,\s][^.;]{0,30}?(?:ending|ended|to end|that ends)")
FISCAL = re.compile(r"\b(?:fiscal|financial year)\b", re.IGNORECASE)
_RESULTS = r"(?:earnings|figures|numbers|profits?|report|results|revenues?|sales)"
_TOLD = _words(r"(?:announc|disclos|post|publish|releas|report)(?:e|es|ed|ing)?|discuss(?:es|ed)?|follows?|presents?")
_AS_TOLD = re.compile(r"[\s-](?:\w+\s)?(?:figures|numbers|report|results)\b", re.IGNORECASE)
_ITS_RESULTS = re.compile(
    rf"\b{_RESULTS}\s(?:for|from|in|of)\s(?:its|the|their)\s(?:fiscal\s)?$", re.IGNORECASE
)  # fmt: skip

_WHAT = {
    "deadline": r"deadline",
    "record date": r"record date|(?:holders|stockholders|shareholders) of|of record|books close",
    "payment": r"pays?|paid|payable|payment(?: date)?|distribution date",
    "maturity": r"matur(?:es?|ing|ity)|(?:falls?|comes?|facility|loans?) due|repa(?:y|id|yment)|redeem(?:ed|able)?"
    r"|callable",
    "expiry": r"expir(?:es?|ed|y|ation|ing)",
    "delivery": r"deliver(?:y|ies|s|ed)?",
    "hearing": r"hearings?",
    "trial": r"trial",
    "ruling": r"rul(?:es?|ing)|verdict",
    "decision": r"decisions?|decides?",
    "election": r"elections?",
    "vote": r"votes?|voting",
    "meeting": r"meetings?|meets?",
    "closing": r"clos(?:e|es|ing)(?! (?:bid|of business|price))",
    "completion": r"complet(?:e|es|ed|ion)",
    "results": r"(?:announc|publish|releas|report)(?:e|es|s)?\b[^.;]*?\b(?:earnings|figures|results)",
    "end of the period": r"(?:half|months|period|quarter|years?),? (?:ending|ends|to end|to)",
    "end": r"(?<!the )(?<!-)(?:end|ends|ending)",
    "start": r"starts?|starting|begins?|beginning|commenc(?:e|es|ing)|launch(?:es|ed)?",
    "in force": r"effective|(?:takes?|taking|with) effect",
}  # fmt: skip
_NAMED = re.compile(
    r"\b(?:" + "|".join(f"(?P<k{at}>{pattern})" for at, pattern in enumerate(_WHAT.values())) + r")\b",
    re.IGNORECASE,
)
_KINDS = tuple(_WHAT)
_NEAR = 70
"""Characters before a date in which the word for what comes then is looked for."""
_SOON, _FIRST_WORDS = 30, 3
"""A date is what a clause is about if its verb follows within so many characters, or it is among its first words."""
_AWAITED = ("deadline", "election", "elections", "hearing", "meeting", "trial", "vote")
_BESIDE = re.compile(r"^(?:,?\s\d{4})?\s(?:(?:shareholders?|court|annual)['’]?s?\s)?(\w+)", re.IGNORECASE)


def clause(said: str, place: int) -> str:
    """Give what stands before a place in its own clause."""
    before = said[:place]
    cuts = [found.end() for pattern in (_CUT, _POINTS) for found in pattern.finditer(before)]
    return before[max(cuts, default=0) :]


def looks_ahead(said: str, start: int, stop: int) -> bool:
    """Whether the clause of a date says that it is still to come."""
    before, behind = clause(said, start), _next_clause(said[stop:])
    if _LEADS.search(before) or is_next(said, start, stop):
        return True
    if (beside := _BESIDE.match(behind)) and beside[1].lower() in _AWAITED:
        return not _is_over(behind)
    if (decides := _last(before)) is not None:
        return decides and not _is_over(behind)
    if _AS_TOLD.match(behind):
        return False
    forward, past = _FORWARD.search(behind), _PAST.search(behind)
    if forward is None or (past is not None and past.start() < forward.start()):
        return False
    return forward.start() < _SOON or len(before.split()) <= _FIRST_WORDS


def _next_clause(behind: str) -> str:
    """Give the words behind a date that can still be about it."""
    cut = min((found.start() for pattern in (_CUT, _POINTS) if (found := pattern.search(behind))), default=80)
    return behind[: min(cut, 80)]


def _last(before: str) -> bool | None:
    """Whether the last word that decides looks forward; None where there is none."""
    forward = max((found.start() for found in _FORWARD.finditer(before)), default=-1)
    past = max((found.start() for found in _PAST.finditer(before)), default=-1)
    return None if forward == past else forward > past


def _is_over(behind: str) -> bool:
    return re.match(r"(?:,?\s\d{4})?\s(?:\w+\s)?(?:was|were|had|ended|rose|fell)\b", behind) is not None


def is_behind(before: str) -> bool:
    """Whether the words of a clause speak of what has been."""
    return _last(before) is False


def is_next(said: str, start: int, stop: int) -> bool:
    """Whether a date begins with `next`."""
    return said[start:stop].lower().startswith("next ")


def comes_again(said: str, start: int, part: str) -> bool:
    """Whether a day that has just been is meant to come once more; of a quarter (`part`) only what is done in it."""
    before = clause(said, start)
    return _STRONG.search(before) is not None and (not part or _DONE.search(before) is not None)


def is_no_date(said: str, start: int, stop: int, bare: bool) -> bool:
    """Whether it belongs to a name or to the background: `the 2031 Notes`, `bonds due 2031`; `bare`: a year alone."""
    before = said[:start]
    if _SECURITY_DUE.search(before) or _NOT_THEN.search(before):
        return True
    if _YEAR_FOLLOWS.match(said, stop) or _PUT_OFF.match(said[stop:]):
        return True
    return bare and (_OF_NAMES.match(said[stop:]) is not None or not _leads_year(said, start, stop))


def _leads_year(said: str, start: int, stop: int) -> bool:
    return (
        _YEAR_LED.search(said[:start]) is not None
        or re.match(r"\s(?:will|would|is|should)\b", said[stop:]) is not None
    )


def is_reported(said: str, start: int, stop: int) -> bool:
    """Whether of a quarter the results are told: it is over, whenever they come out."""
    about = re.match(rf"[\s-](?:\w+\s)?{_RESULTS}\b", said[stop:]) or _ITS_RESULTS.search(said[:start])
    return about is not None and _TOLD.search(said) is not None


def what_comes(said: str, start: int, stop: int) -> str:
    """Name what comes then, where the clause of a date names it; else nothing."""
    beside = _BESIDE.match(said[stop:])
    if beside and (found := _NAMED.fullmatch(beside[1])):
        return _kind(found)
    near = clause(said, start)[-_NEAR:]
    last = next(iter([*_NAMED.finditer(near)][-1:]), None)
    return "" if last is None else _kind(last)


def _kind(found: re.Match[str]) -> str:
    return next(kind for at, kind in enumerate(_KINDS) if found[f"k{at}"])
