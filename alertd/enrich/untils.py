"""Dates up to which something runs: `through 2031`, `until 30 June 2031`, `expires in June 2031`.

Found backwards from the year, so a text costs what its years cost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from alertd.base.months import MONTH_OF

_YEAR = re.compile(r"(?<![\d.,$€£/-])(20\d\d)(?![\d/%]|[.,]\d)(?:-(\d\d)(?:-(\d\d))?)?(?![-\w])")
_NAMES = "|".join(sorted(MONTH_OF, key=len, reverse=True))
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"(?:{_DAY}\s(?:of\s)?({_NAMES})\.?,?\s|({_NAMES})\.?\s(?:{_DAY},?\s|of\s)?"
    r"|(?:q([1-4])|(?:the\s)?(first|second|third|fourth)\squarter)\s(?:of\s)?)$"
)
_CUE = re.compile(
    r"\b(?:(through(?:out)?|thru|until|till|up\sto|expir(?:es?|ing|y|ation)(?:\sdate)?(?:\s(?:is|of|in|on|at|by|until))?"
    r"|ends?\s(?:in|on|at)|ending(?:\s(?:in|on))?|terminates?\s(?:in|on)|matur(?:es?|ing|ity)(?:\s(?:in|on|of))?"
    r"|lapses?\s(?:in|on)|(?:runs?|running|lasts?|lasting|extends?|extending|extended|valid|out|good)"
    r"\s(?:(?:the|its|their)\s[a-z]+\s)?(?:to|up\sto)"
    r"|(?:notes|bonds|debentures)\sdue(?:\sin)?)|(from\s(?:[a-z]+\s)?20\d\d\sto))"
    r"\s(?:at\sleast\s)?(?:the\s)?(?:(?:end|close|beginning|start|middle)\sof\s|year[-\s]end\s|early\s|mid[-\s]|late\s)?"
    r"(?:(?:the\s)?(?:fiscal|calendar|financial|tax)\s(?:year\s)?|the\syear\s|fy\s?)?$"
)
_WEAK = re.compile(r"^(?:ending|ends)")
_PERIOD = re.compile(r"\b(?:months?|weeks?|quarters?|years?|period|half)\s(?:\w+\s){0,2}$")
_NOT = re.compile(r"(?:\bnot|n['’]t|\bnever|\bno|\bcannot|\bwithout|\bunlikely)\b[^.;]{0,60}$")
_LASTING = re.compile(r"\b(?:term|lease|contract|agreement|deal|period|option|licen[cs]e)\b")
_WINDOW = 64
_QUARTERS = {"first": 3, "second": 6, "third": 9, "fourth": 12}
MOST = 500
"""Years of one field that are looked at."""


class Until(NamedTuple):
    """A date up to which something runs. Offsets are code points, end exclusive."""

    start: int
    end: int
    day: str
    """ISO 8601, as exact as it is stated."""
    cue: str
    """The word that leads it: `until`, `expires in`."""


def untils(low: str) -> Iterator[Until]:
    """Give the dates up to which something runs in a lowered text, in their order."""
    place, count = low.find("20"), 0
    while place >= 0 and count < MOST:
        count += 1
        if (year := _YEAR.match(low, place)) and (found := _before(low, year)):
            yield found
        place = low.find("20", place + 2)


def _before(low: str, year: re.Match[str]) -> Until | None:
    first = max(year.start() - _WINDOW, 0)
    said = _DATE.search(low, first, year.start())
    begin = said.start() if said else year.start()
    cue = _CUE.search(low, first, begin)
    if cue is None:
        return None
    if said is None and cue[0].endswith("the "):  # until the 2031 annual meeting
        return None
    word = cue[1] or "to"
    before = low[max(cue.start() - _WINDOW, 0) : cue.start()]
    if _PERIOD.search(before) or _NOT.search(before):
        return None
    if _WEAK.match(word) and not _LASTING.search(before):
        return None
    return Until(cue.start(), year.end(), _iso(year, said), word)


def _iso(year: re.Match[str], said: re.Match[str] | None) -> str:
    if year[2]:
        return _day(year[1], int(year[2]), int(year[3] or 0))
    if said is None:
        return year[1]
    if said[5] or said[6]:
        return _day(year[1], int(said[5]) * 3 if said[5] else _QUARTERS[said[6]], 0)
    return _day(year[1], MONTH_OF[said[2] or said[3]], int(said[1] or said[4] or 0))


def _day(year: str, month: int, day: int) -> str:
    """Give a date as exactly as it is one: there is no 31 June."""
    if not 1 <= month <= 12:
        return year
    try:
        return date(int(year), month, day).isoformat()
    except ValueError:
        return f"{year}-{month:02}"
