"""Dates in a form and a zone that only the settings of a source know: `03/06/2025`, `12.01.2026 09:05` of Frankfurt.

A form is written as Python's strptime takes it (https://docs.python.org/3/library/datetime.html#format-codes):
`%d/%m/%Y`. Without a form a date is read as `dates` does, and its clock, where it names no zone, is that of the
settings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from alertd.sources.dates import FIRST_YEAR, LAST_YEAR, Precision, Stamp, parse_date

_CODES = frozenset("aAdbBmyYHIpMSfzj%")
_CODE = re.compile(r"%(.?)", re.DOTALL)
_MAX_TEXT = 120
_SPACE = re.compile(r"\s+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _check_form(form: str) -> str:
    codes = set(_CODE.findall(form))
    if unknown := sorted(codes - _CODES):
        raise ValueError(
            f"the date format knows no %{unknown[0]}; it takes {' '.join(f'%{c}' for c in sorted(_CODES))}"
        )
    for name, wanted in (("a year", "yY"), ("a month", "bBmj"), ("a day", "dj")):
        if not codes & set(wanted):
            raise ValueError(f"the date format names no {name[2:]}; write it as %d/%m/%Y")
    return form


DateForm = Annotated[str, AfterValidator(_check_form), Field(max_length=80)]
"""A form of dates as a user writes it, `%d/%m/%Y %H:%M`; it has a year, a month and a day."""


def stated_date(text: str, forms: Sequence[str] = (), zone: str = "UTC") -> Stamp | None:
    """Read a date by the first of the forms that fits; without forms as `dates.parse_date` does.

    `zone` is an IANA name and counts where the text names none. None for what is no such date, or lies outside 1990
    to 2099.
    """
    text = _SPACE.sub(" ", text[:_MAX_TEXT]).strip()
    clock = ZoneInfo(zone)
    if not forms:
        return parse_date(text, clock)
    for form in forms:
        try:
            moment = datetime.strptime(text, form)
        except ValueError:
            continue
        return _stamp(moment, _precision(form), clock)
    return None


def _precision(form: str) -> Precision:
    codes = set(_CODE.findall(form))
    if not codes & {"H", "I"}:
        return "day"
    return "second" if "S" in codes else "minute"


def _stamp(moment: datetime, precision: Precision, zone: tzinfo) -> Stamp | None:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    if precision == "day":
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    elif moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return Stamp(int((moment - _EPOCH).total_seconds() * 1000), precision)
