"""Which part of a month or a year is meant, where the words before it say so: `by the end of June`, `early 2028`."""

from __future__ import annotations

import re
from datetime import date

from alertd.research.figure_dates import Day

_END = re.compile(r"\b(?:end|close)(?:\sof)?\s(?:the\s)?(?:month of\s|year\s|fiscal\s)?$", re.IGNORECASE)
_PART = re.compile(r"\b(?P<part>early|mid|late)(?:\s-\s|[\s-])(?:in\s)?$", re.IGNORECASE)
_MONTHS = {"early": (1, 4), "mid": (5, 8), "late": (9, 12)}
"""Of a year, the first and the last month of a part."""
_DAYS = {"early": (1, 10), "mid": (11, 20), "late": (21, 31)}


def narrowed(before: str, day: Day, bounds: tuple[date, date]) -> tuple[date, date]:
    """Give the part of a month or a year that the words `before` it name; `bounds` where they name none."""
    first, last = bounds
    if day.day or day.part:
        return bounds
    if _END.search(before):
        return (last, last) if day.month else (date(last.year, 12, 1), last)
    found = _PART.search(before)
    if found is None:
        return bounds
    part = found["part"].lower()
    if day.month:
        begin, close = _DAYS[part]
        return first.replace(day=begin), last.replace(day=min(close, last.day))
    begin, close = _MONTHS[part]
    return date(first.year, begin, 1), (last if close == 12 else date(first.year, close, 30))
