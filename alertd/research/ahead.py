"""What the text says is still to come, and when: dates that lie ahead of the event, and stated spans of time.

    closing is planned for 31 December 2026 · votes in June · within nine months · lasts into the second half of 2028

What was to be, or has been, lies behind; so does a date that is no further off than a few days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from alertd.base.months import DAYS_IN
from alertd.enrich.lengths import Length, lengths
from alertd.model import Event, Evidence
from alertd.research.figure_dates import Day, dates
from alertd.research.passages import spoken
from alertd.text.fold import split_words

_SOONEST, _FURTHEST = 4, 366 * 15
"""Days ahead: what comes sooner is over when the note is read."""
_BEHIND = re.compile(r"\b(?:ran until|was to|were to|was due)\b", re.IGNORECASE)
_PAST = re.compile(r"\b(?:stood|was|were|had|rose|fell|sold|since|last|ended|began|said in)\b", re.IGNORECASE)
"""Beside these a date without its year is one that has been."""
_FORWARD = re.compile(
    r"\b(?:by|until|till|before|from|will|would|shall|should|may|expects?|expected|due|plans?|planned|scheduled|sets?"
    r"|to be|follows?|publish(?:es)?|hearing|trial|vote|meeting|deadline|begins?|starts?|ends?|expires?|closes?"
    r"|matures?)\b",
    re.IGNORECASE,
)
"""Without one of these a date without its year may be what is reported on: `first-quarter revenue rose`."""
_SPAN = re.compile(
    r"\b(?:within|takes?|took|taken|lasts?|up to|next|another)\s(?:about\s|up to\s|around\s|at least\s)?$",
    re.IGNORECASE,
)
_BARRED = re.compile(r"\b(?:may not|must not|cannot|keeps?|bars?|barred|binds?|bound|fixed)\b", re.IGNORECASE)
_FOR = re.compile(r"\bfor\s(?:about\s|another\s|up to\s)?$", re.IGNORECASE)


class Ahead(NamedTuple):
    """A moment or a span that lies ahead, in days from the event."""

    low: float
    high: float
    said: str
    """As the text has it."""
    evidence: Evidence

    @property
    def months(self) -> tuple[float, float]:
        """Both ends in months."""
        return round(self.low / DAYS_IN["month"], 1), round(self.high / DAYS_IN["month"], 1)


def ahead(event: Event, most: int = 4) -> list[Ahead]:
    """Give what is stated to lie ahead of an event, the nearest first; nothing for one whose own day is not known."""
    try:
        today = date.fromisoformat(event.event_at[:10])
    except ValueError:
        return []
    found: dict[tuple[float, float], Ahead] = {}
    for start, end in spoken(event.body):
        said = event.body[start:end]
        if not _BEHIND.search(said):
            for low, high, place, stop in (*_days(said, today), *_spans(said)):
                if _SOONEST <= high <= _FURTHEST:
                    words = said[place:stop].rstrip(".")
                    evidence = Evidence(field="body", start=start + place, end=start + place + len(words), quote=said)
                    found.setdefault((low, high), Ahead(low, high, words, evidence))
    return [found[one] for one in sorted(found)][:most]


def _days(said: str, today: date) -> Iterator[tuple[float, float, int, int]]:
    """Give the dates of a sentence that lie ahead, as the days until their first and their last day."""
    ahead_of = _PAST.search(said) is None and _FORWARD.search(said) is not None
    for start, end, day in dates(said):
        first_last = _bounds(day, today) if day.year or ahead_of else None
        if first_last is not None:
            low, high = ((one - today).days for one in first_last)
            if low > 0:
                yield float(low), float(high), start, end


def _bounds(day: Day, today: date) -> tuple[date, date] | None:
    """Give the first and the last day that a date can mean; without a year it is the next such."""
    if day.part[:1] in ("Q", "H"):
        length = 3 if day.part[0] == "Q" else 6
        if int(day.part[1]) > 12 // length:  # H3 is a rocket, H4 a visa
            return None
        month = (int(day.part[1]) - 1) * length + 1
        return _months(day.year or today.year + (month <= today.month), month, length)
    if day.part or not (day.month or day.year):
        return None
    if not day.month:
        return _months(day.year, 1, 12)
    year = day.year or today.year + ((day.month, day.day or 32) < (today.month, today.day))
    if not day.day:
        return _months(year, day.month, 1)
    try:
        one = date(year, day.month, day.day)
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
    if len(low) != len(said):
        return
    for one in lengths(low, frozenset(split_words(low))):
        if not one.compound and _begins_now(low, one):
            yield one.low * DAYS_IN[one.unit], one.high * DAYS_IN[one.unit], one.start, one.end


def _begins_now(low: str, one: Length) -> bool:
    before = low[max(one.start - 32, 0) : one.start]
    return bool(_SPAN.search(before)) or (bool(_FOR.search(before)) and bool(_BARRED.search(low)))
