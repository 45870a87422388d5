"""What the text says is still to come, and when: dates that lie ahead of the event, and stated spans of time.

    closing is planned for 31 December 2026 · votes in June · within nine months · lasts into the second half of 2028

A date comes only if words of its own clause say so (`ahead_words.py`). What was to be, or has been, lies behind; so
does a date that is no further off than a few days. A quarter that runs is this year's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import NamedTuple

from alertd.base.months import DAYS_IN
from alertd.enrich.lengths import UNITS, Length, lengths
from alertd.model import Evidence
from alertd.research.ahead_part import narrowed
from alertd.research.ahead_words import (
    FISCAL,
    PERIOD_ENDS,
    RECURRING,
    clause,
    comes_again,
    is_behind,
    is_next,
    is_no_date,
    is_reported,
    looks_ahead,
    what_comes,
)
from alertd.research.figure_dates import Day, dates
from alertd.research.study import Study
from alertd.research.wished import is_beside, is_wished
from alertd.text.fold import split_words

_SOONEST, _FURTHEST = 4, 366 * 15
"""Days ahead: what comes sooner is over when the note is read."""
_MOST_DATES = 12
"""Of a sentence; one with more is a table."""
_JUST_BEEN = 60
"""Days: a day or a quarter without its year that ended no longer ago is the last one, not the next."""
_BEHIND = re.compile(
    r"\b(?:would have (?:run|lasted|ended|expired)"
    r"|ran until|was to|were to|was due|(?:had been|was|were) (?:originally )?(?:due|planned|scheduled|to))\b",
    re.IGNORECASE,
)
_LEAD = re.compile(r"(?i:by|early|from|in|last|late|mid|of|since|this|through|till|to|until)[\s-]")
"""What `dates` takes along before May and March."""
_SPAN = re.compile(
    r"\b(?:within|takes?|lasts|(?:could|may|to|will|would) last|up to|next|another)\s"
    r"(?:about\s|up to\s|around\s|at least\s)?$",
    re.IGNORECASE,
)
_USUALLY = re.compile(r"\b(?:on average|as a rule|normally|such \w+|typically|usually)\b", re.IGNORECASE)
_HAS_TAKEN = re.compile(r"\b(?:took|taken)\s(?:about\s|around\s|at least\s|up to\s)?$", re.IGNORECASE)
"""`such cases have taken three years on average`: so will this one."""
_FROM_LATER = re.compile(
    r"^(?:['’]s?)?\s(?:after|following|from|of|thereafter)\b"
    r"(?!\s(?:now|today|(?:(?:its|the|this|today['’]s)\s)?announcement)\b)",
    re.IGNORECASE,
)
"""`within 90 days of the closing`: that begins at something else, nobody knows when."""
_BARRED = re.compile(r"\b(?:may not|must not|cannot|keeps?|bars?|barred|binds?|bound|fixed)\b", re.IGNORECASE)
_FOR = re.compile(r"\bfor\s(?:about\s|another\s|up to\s|at least\s)?$", re.IGNORECASE)
_OUT = re.compile(
    r"\b(?:is|are|be|remains?|stays?)\b[^.;]{0,40}\b(?:out of (?:action|operation|order|service)|closed|idle"
    r"|offline|shut)\b",
    re.IGNORECASE,
)
_HAS = re.compile(r"\b(?:has|have|gives? \w+|given)\s(?:another\s|up to\s)?$", re.IGNORECASE)
"""`has 30 days to ask for a review`."""


class Ahead(NamedTuple):
    """A moment or a span that lies ahead, in days from the event."""

    low: float
    high: float
    said: str
    """As the text has it."""
    evidence: Evidence
    what: str = ""
    """What comes then, where the sentence names it: `closing`, `vote`, `payment`."""

    @property
    def months(self) -> tuple[float, float]:
        """Both ends in months."""
        return round(self.low / DAYS_IN["month"], 1), round(self.high / DAYS_IN["month"], 1)

    @property
    def told(self) -> str:
        """What comes and when: `vote, June`."""
        return f"{self.what}, {self.said}" if self.what else self.said


_ASIDE = {"record date": 1, "payment": 1, "maturity": 2}
"""What says nothing of how long the event itself matters, if anything else does."""


def months_of(coming: Sequence[Ahead]) -> list[float]:
    """Give the ends, in months, of what is alike: a payment in weeks and a maturity in ten years are no range."""
    first = min((_ASIDE.get(one.what, 0) for one in coming), default=0)
    return [end for one in coming if _ASIDE.get(one.what, 0) == first for end in one.months]


def ahead(study: Study, most: int = 4) -> list[Ahead]:
    """Give what is stated to lie ahead of an event, the nearest first; nothing for one whose own day is not known.

    Read in the body; in the title where there is nothing else.
    """
    try:
        today = date.fromisoformat(study.event.event_at[:10])
    except ValueError:
        return []
    found: dict[tuple[float, float], Ahead] = {}
    field, text = ("body", study.body) if study.body.spoken else ("title", study.title)
    for one in text.spoken:
        said, start = one.said, one.start
        coming = [*_days(said, today), *_spans(said)]
        if coming and not _BEHIND.search(said):
            for low, high, place, stop in coming:
                if _SOONEST <= high <= _FURTHEST and not (is_wished(said, place) or is_beside(said, place)):
                    words = said[place:stop].rstrip(".")
                    evidence = Evidence(field=field, start=start + place, end=start + place + len(words), quote=said)
                    what = what_comes(said, place, stop)
                    found.setdefault((low, high), Ahead(low, high, words, evidence, what))
    return [found[days] for days in sorted(found)][:most]


def _days(said: str, today: date) -> Iterator[tuple[float, float, int, int]]:
    """Give the dates of a sentence that lie ahead, as the days until their first and their last day."""
    stated = list(islice(dates(said), _MOST_DATES))
    if not stated or RECURRING.search(said):
        return
    for place, end, day in stated:
        lead = _LEAD.match(said, place, end)
        start = lead.end() if lead else place - len("next ") * said[:place].lower().endswith("next ")
        if is_no_date(said, start, end, bare=bool(day.year) and not (day.month or day.part)):
            continue
        if not (day.year and not day.part) and not looks_ahead(said, start, end):
            continue
        if day.part and (is_reported(said, start, end) or PERIOD_ENDS.search(said)):
            continue
        again = is_next(said, start, end) or comes_again(said, start, day.part)
        first_last = _bounds(day, today, again)
        if first_last is not None:
            first_last = narrowed(said[:start], day, first_last)
        if first_last is not None and day.part and FISCAL.search(said):
            first_last = _own_year(day, first_last, today)
        if first_last is not None:
            low, high = ((one - today).days for one in first_last)
            if low > 0 or (high > 0 and (day.part or day.month) and looks_ahead(said, start, end)):
                yield float(max(low, 0)), float(high), start, end


def _own_year(day: Day, bounds: tuple[date, date], today: date) -> tuple[date, date] | None:
    """Give the widest span of a quarter of a company's own year: that year may have begun up to a year before."""
    return (today, bounds[1] + timedelta(days=31)) if day.year else None


def _bounds(day: Day, today: date, again: bool) -> tuple[date, date] | None:
    """Give the first and the last day that a date can mean.

    Without a year it is the one that runs or comes; what has just been is the next only if `again`.
    """
    if not day.year:
        this = _bounds(day._replace(year=today.year), today, again)
        if this is None:
            return None
        if this[1] >= today:  # in January, December is last year's
            before = _bounds(day._replace(year=today.year - 1), today, again)
            recent = before is not None and before[1] < today <= before[1] + timedelta(days=_JUST_BEEN)
            return None if recent and not again else this
        if this[1] + timedelta(days=_JUST_BEEN) >= today and not again:
            return None
        return _bounds(day._replace(year=today.year + 1), today, again)
    if day.part[:1] in ("Q", "H"):
        length = 3 if day.part[0] == "Q" else 6
        if int(day.part[1]) > 12 // length:  # H3 is a rocket, H4 a visa
            return None
        return _months(day.year, (int(day.part[1]) - 1) * length + 1, length)
    if day.part:
        return None
    if not day.month:
        return _months(day.year, 1, 12)
    if not day.day:
        return _months(day.year, day.month, 1)
    try:
        one = date(day.year, day.month, day.day)
    except ValueError:
        return None
    return one, one


def _months(year: int, month: int, length: int) -> tuple[date, date] | None:
    after = year * 12 + month - 1 + length
    if not 1 <= year < 9_999:
        return None
    return date(year, month, 1), date(after // 12, after % 12 + 1, 1) - timedelta(days=1)


def _spans(said: str) -> Iterator[tuple[float, float, int, int]]:
    """Give the lengths of time in a sentence that begin now: `within 30 days`, `may not sell for 90 days`."""
    low = said.lower()
    if len(low) != len(said) or not any(unit in low for unit in UNITS):
        return
    for one in lengths(low, frozenset(split_words(low))):
        if not one.compound and _begins_now(low, one):
            yield one.low * DAYS_IN[one.unit], one.high * DAYS_IN[one.unit], one.start, one.end


def _begins_now(low: str, one: Length) -> bool:
    before = low[max(one.start - 32, 0) : one.start]
    if _SPAN.search(before):
        is_next = before.rstrip().endswith(("next", "another"))
        return not _FROM_LATER.match(low[one.end :]) and (is_next or not is_behind(clause(low, one.start)))
    if _HAS_TAKEN.search(before):
        return _USUALLY.search(low) is not None
    if _HAS.search(before):
        return low.startswith((" to ", " in which "), one.end)
    return bool(_FOR.search(before)) and bool(_BARRED.search(low) or _OUT.search(low))
