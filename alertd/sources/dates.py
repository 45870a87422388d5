"""The dates of feeds, read with the precision that they have; what cannot be read with certainty is None.

RFC 822/5322 with names of zones (RSS), RFC 3339 and W3CDTF (Atom, Dublin Core, JSON Feed), asctime, and the forms
that press offices spell out ("June 3, 2025 9:05 AM ET"). `ET`, `CT`, `MT` and `PT` are the wall clock of New York,
Chicago, Denver and Los Angeles on that date; `EST` and `EDT` are what RFC 822 says, -5 and -4. Times without a zone
are read as UTC. Day and month in figures only ("03/06/2025") are ambiguous and so None.

A date is for people and for `event_at`. Order, identity and expiry never rest on it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from alertd.base.months import MONTH_OF

Precision = Literal["second", "minute", "day"]

FIRST_YEAR = 1990
LAST_YEAR = 2099
"""Years outside are figures gone wrong (1748, 1970 for "never", 9999 for "always")."""


class Stamp(NamedTuple):
    """A moment as a source stated it: milliseconds since the epoch (00:00 UTC for a day), and how exactly."""

    ms: int
    precision: Precision


_WALL_CLOCKS = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}
_HOURS = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 1, "WEST": 1, "CET": 1, "MET": 1, "CEST": 2, "MEST": 2,
    "EET": 2, "SAST": 2, "EEST": 3, "MSK": 3, "IST": 5.5, "HKT": 8, "SGT": 8, "AWST": 8, "JST": 9, "KST": 9,
    "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "AKST": -9, "AKDT": -8, "HST": -10, "AST": -4, "ADT": -3, "NST": -3.5, "NDT": -2.5, "BRT": -3, "ART": -3,
}  # fmt: skip

_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
_HALF = r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?"
_OFFSET = r"(?:GMT|UTC|UT)?[+-]\d\d:?\d\d"
_ZONE = rf"(?P<zone>{_OFFSET}|[A-Za-z]{{1,5}})"
_DAY = r"(?:[A-Za-z]{2,9}\.?,?\s+)?"

_FORMS = tuple(
    re.compile(form)
    for form in (
        # 2025-06-03, 2025-06-03T09:05:00.123Z, 2025-06-03 09:05 +0200, 2025/06/03
        rf"(?P<year>\d{{4}})(?P<sep>[-/])(?P<month>\d\d?)(?P=sep)(?P<day>\d\d?)(?:(?:[Tt]|\s+){_TIME}\s*(?:{_ZONE})?)?",
        # 03.06.2025 09:05: with dots the day comes first
        rf"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{{4}})(?:,?\s+{_TIME}\s*(?:{_ZONE})?)?",
        # Tue, 03 Jun 2025 09:05:00 GMT, 3 June 25, 03-Jun-2025 09:05
        rf"{_DAY}(?P<day>\d\d?)(?:st|nd|rd|th)?[\s-]+(?P<month>[A-Za-z]{{3,9}})\.?,?[\s-]+(?P<year>\d{{4}}|\d\d)"
        rf"(?:,?\s+(?:at\s+)?{_TIME}{_HALF}\s*(?:{_ZONE})?)?",
        # June 3, 2025 9:05 AM ET, Tue Jun 03 2025 09:05:00 GMT+0200
        rf"{_DAY}(?P<month>[A-Za-z]{{3,9}})\.?\s+(?P<day>\d\d?)(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})"
        rf"(?:,?\s+(?:at\s+)?{_TIME}{_HALF}\s*(?:{_ZONE})?)?",
        # Tue Jun  3 09:05:00 EDT 2025 (asctime, date(1))
        rf"{_DAY}(?P<month>[A-Za-z]{{3,9}})\s+(?P<day>\d\d?)\s+{_TIME}\s+(?:{_ZONE}\s+)?(?P<year>\d{{4}})",
    )
)
_COMMENT = re.compile(r"\s*\([^()]{0,40}\)\s*$")
_SPACE = re.compile(r"\s+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNIX = re.compile(r"1\d{9}(?:\d{3})?")


def parse_date(text: str, zone: tzinfo = UTC) -> Stamp | None:
    """Read a date, or None if it is none, is ambiguous, or lies outside 1990 to 2099.

    `zone` is that of times that name none; a mere day stays the day.
    """
    text = _COMMENT.sub("", _SPACE.sub(" ", text[:120])).strip(" ,")
    if _UNIX.fullmatch(text):  # ten digits are seconds, thirteen milliseconds: nothing else looks like this
        return Stamp(int(text.ljust(13, "0")), "second")
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _stamp(found.groupdict(), zone)
    return None


def _stamp(part: dict[str, str | None], usual: tzinfo) -> Stamp | None:
    year, month = _year(part["year"] or ""), _month(part["month"] or "")
    if month is None or not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        day = datetime(year, month, int(part["day"] or 0))
    except ValueError:
        return None
    if part["hour"] is None:
        return Stamp(_ms(day.replace(tzinfo=UTC)), "day")
    clock = _clock(part)
    zone = usual if part["zone"] is None else _zone(part["zone"])
    if clock is None or zone is None:
        return None
    moment = (day + clock).replace(tzinfo=zone)
    return Stamp(_ms(moment), "minute" if part["second"] is None else "second")


def _year(text: str) -> int:
    """Read a year; two digits as RFC 5322 section 4.3 says."""
    year = int(text)
    if len(text) > 2:
        return year
    return year + (2000 if year < 50 else 1900)


def _month(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    return MONTH_OF.get(text.lower())


def _clock(part: dict[str, str | None]) -> timedelta | None:
    hour, minute, second = int(part["hour"] or 0), int(part["minute"] or 0), int(part["second"] or 0)
    if half := part.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "Pp" else 0)
    second = 59 if second == 60 else second  # a leap second
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        return None
    millis = int(f"{part.get('fraction') or '0'}00"[:3]) if part.get("fraction") else 0
    return timedelta(hours=hour, minutes=minute, seconds=second, milliseconds=millis)


def _zone(text: str) -> tzinfo | None:
    name = text.upper()
    if name in _WALL_CLOCKS:
        return ZoneInfo(_WALL_CLOCKS[name])
    if name in _HOURS:
        return timezone(timedelta(hours=_HOURS[name]))
    if len(name) == 1:
        return UTC  # military letters: RFC 5322 section 4.3 reads all of them as +0000
    figures = re.search(r"([+-])(\d\d):?(\d\d)$", name)
    if figures is None:
        return None
    offset = timedelta(hours=int(figures[2]), minutes=int(figures[3]))
    if offset > timedelta(hours=14) or int(figures[3]) > 59:
        return None
    return timezone(-offset if figures[1] == "-" else offset)


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
