"""The dates that a text states, as exactly as it states them: a day, a month, a quarter, a year, the day of a week.

2026-03-02 · March 2, 2026 · 2 March 2026        one day
Q2 2026 · second quarter of 2026 · 2Q26           one quarter
FY2026 · fiscal 2026 · 2026                       one year
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from alertd.base.months import MONTH_OF
from alertd.research.hints import Hint, plain_of

_NAMES = "|".join(name.capitalize() for name in sorted(MONTH_OF, key=len, reverse=True))
_NAME = rf"(?P<month>{_NAMES}|{_NAMES.upper()})\b\.?"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_MARK = r"(?:FY\s?|fiscal\s|['’])"
_SHORT_YEAR = rf"(?:\s?(?:of\s)?(?:{_MARK}(?P<short>\d\d)|{_MARK}?(?P<year>(?:19|20)\d\d))(?!\d))?"
"""Two digits are a year only behind such a mark: `in Q2 26 people left`."""
_FISCAL = r"(?:(?:fiscal|financial|calendar)\s(?:year\s)?|FY\s?|the\syear\s)?"
_ORDINAL = r"(?P<ordinal>first|second|third|fourth|1st|2nd|3rd|4th)"
_ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4"}
_WEEKDAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_LEADS = "in by until till through since of from to last next this early late mid"
_LED = rf"(?i:{_LEADS.replace(' ', '|')})[\s-]"
"""Before `May` and `March`, which are also words."""
_EDGE, _END = r"(?<![\w.,/$€£-])", r"(?![\w%])(?![.,/:]\d)"


class Day(NamedTuple):
    """A stated date; what is not stated is 0 or empty."""

    year: int = 0
    month: int = 0
    day: int = 0
    part: str = ""
    """`Q2` or `H1` of the year, or the day of a week."""


class Dated(NamedTuple):
    """A date and where it is stated. Offsets are code points, end exclusive."""

    start: int
    end: int
    day: Day


def _full_year(said: str | None) -> int:
    return 0 if not said else int(said) + 2000 * (len(said) == 2)


def _by_name(found: re.Match[str]) -> Day:
    groups = found.groupdict()
    day = int(groups.get("day") or 0)
    return Day(_full_year(groups.get("year")), MONTH_OF[groups["month"].lower()], day)


def _by_number(found: re.Match[str]) -> Day:
    return Day(int(found["year"]), int(found["month"]), int(found["day"] or 0))


def _part(found: re.Match[str]) -> Day:
    said = found["ordinal"].lower()
    kind, groups = found["kind"][0].upper(), found.groupdict()
    year = groups.get("year") or groups.get("short") or groups.get("attached")
    return Day(_full_year(year), part=f"{kind}{_ORDINALS.get(said, said[0])}")


def _of_year(found: re.Match[str]) -> Day:
    return Day(_full_year(found["year"]))


def _of_week(found: re.Match[str]) -> Day:
    return Day(part=found[0].lower())


_ISO_MONTH, _ISO_DAY = r"(?P<month>0[1-9]|1[0-2])", r"(?P<day>0[1-9]|[12]\d|3[01])"
# Of the small letters of a text: without these none of the forms behind them can stand in it.
_YEAR_IN = re.compile(r"(?:19|20)\d\d").search
_MONTH_IN = re.compile("|".join(sorted({name[:3] for name in MONTH_OF}))).search
_ORDINAL_IN = re.compile(r"quarter|half").search
_PERIOD_IN = re.compile(r"[qh][1-4]|[1-4][qh]|fy").search
_WEEKDAY_IN = re.compile(r"day").search
_Reader = Callable[[re.Match[str]], Day]
_FORMS: tuple[tuple[Callable[[str], object], _Reader, tuple[re.Pattern[str], ...]], ...] = tuple(
    (is_in, reader, tuple(map(re.compile, patterns)))
    for is_in, reader, patterns in (
        (_YEAR_IN, _by_number, (
            rf"{_EDGE}{_YEAR}-{_ISO_MONTH}(?:-{_ISO_DAY})?(?![\w-])",
            rf"{_EDGE}{_YEAR}-{_ISO_MONTH}-{_ISO_DAY}(?=T\d)",
        )),
        (_MONTH_IN, _by_name, (
            rf"\b{_DAY}\s(?:of\s)?{_NAME}(?:,?\s{_YEAR}{_END})?",
            rf"\b{_NAME}\s{_DAY}(?:,?\s{_YEAR}{_END}|(?![\w%$€£])(?![.,/:]\d))",
            rf"\b{_NAME},?\s(?:of\s)?{_YEAR}{_END}",
        )),
        (_ORDINAL_IN, _part, (
            rf"(?i:\b{_ORDINAL}[\s-](?P<kind>quarter|half)(?:\s(?:of\s|in\s)?{_FISCAL}{_YEAR}{_END})?)",
        )),
        (_PERIOD_IN, _part, (
            rf"(?i:\b(?P<kind>[QH])(?P<ordinal>[1-4]){_SHORT_YEAR}{_END})",
            rf"(?i:\b(?P<ordinal>[1-4])(?P<kind>[QH])(?:(?P<attached>\d\d){_END}|{_SHORT_YEAR}{_END}))",
        )),
        (_PERIOD_IN, _of_year, (rf"(?i:\bFY\s?['’]?(?P<year>(?:19|20)\d\d|\d\d)){_END}",)),
        (_YEAR_IN, _of_year, (
            rf"{_EDGE}{_YEAR}(?=[-–—](?:(?:19|20)\d\d|\d\d)\b)",
            rf"(?:{_EDGE}|(?<=\d\d\d\d[-–—])){_YEAR}{_END}",
            rf"(?<=[–—]){_YEAR}{_END}",
        )),
        (_MONTH_IN, _by_name, (
            rf"\b{_LED}(?P<month>May|March)\b",
            rf"\b(?!May\b|March\b|MAY\b|MARCH\b){_NAME}",
        )),
        (_WEEKDAY_IN, _of_week, (rf"\b(?:{_WEEKDAYS})\b",)),
    )
)  # fmt: skip


_ANY = Hint(one.pattern for _, _, patterns in _FORMS for one in patterns)


def dates(text: str) -> Iterator[Dated]:
    """Give the dates of a text, the more exact ways of writing first; none overlaps another."""
    if not _ANY.fits(plain_of(text)):
        return
    taken = bytearray(len(text))
    low = text.lower()
    for is_in, reader, patterns in _FORMS:
        if not is_in(low):
            continue
        for found in (one for pattern in patterns for one in pattern.finditer(text)):
            start, end = found.span()
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                yield Dated(start, end, reader(found))


def is_stated(day: Day, stated: Day) -> bool:
    """Whether a stated date says at least what a date says: 2026-03-02 says March 2026, never the reverse."""
    if day.part:
        return day.part == stated.part and day.year in (0, stated.year)
    if day.day:
        return (day.month, day.day) == (stated.month, stated.day) and day.year in (0, stated.year)
    if day.month:
        return day.month == stated.month and day.year in (0, stated.year)
    return day.year == stated.year
