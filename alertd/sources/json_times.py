"""Times of JSON documents: RFC 3339, seconds or milliseconds since 1970, `20260112T153000`, forms of the settings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, TypeAdapter, ValidationError

from alertd.sources.dates import FIRST_YEAR, LAST_YEAR, Precision, Stamp
from alertd.sources.json_text import scalar
from alertd.sources.stated_dates import DateForm, stated_date

_NAMED = ("auto", "epoch", "epoch_ms")
_FORM: TypeAdapter[str] = TypeAdapter(DateForm)
_NUMBER = re.compile(r"(\d{9,19})(?:\.(\d{1,9}))?")
_COMPACT = re.compile(
    r"(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(?:(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?", re.IGNORECASE
)
_FIRST_S = int(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp())
_END_S = int(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC).timestamp())
_PER_S = (1, 1_000, 1_000_000, 1_000_000_000)
"""Units of numbers: seconds, milliseconds, microseconds, nanoseconds."""


def _check(form: str) -> str:
    return form if form in _NAMED else check_written(form)


def check_written(form: str) -> str:
    """Check a form that is written with %. Raises ValueError in words."""
    if "%" not in form:
        raise ValueError("a form of times is one of the named ones, or written with % such as %m/%d/%Y %H:%M:%S")
    try:
        return _FORM.validate_python(form)
    except ValidationError as error:
        raise ValueError(str(error.errors()[0]["msg"]).removeprefix("Value error, ")) from None


TimeForm = Annotated[str, AfterValidator(_check)]
"""`auto`, `epoch` (seconds), `epoch_ms`, or a form as Python's strptime takes it."""


def read_time(value: Any, forms: Sequence[str] = ("auto",), zone: str = "UTC") -> Stamp | None:
    """Read a time by the first form that fits; None for what is none, or lies outside 1990 to 2099.

    `zone`, an IANA name, counts where the time names none.
    """
    text = scalar(value)[:120]
    if not text:
        return None
    for form in forms:
        if form == "auto":
            found = _number(text, _PER_S) or _compact(text, ZoneInfo(zone)) or stated_date(text, (), zone)
        elif form in _NAMED:
            found = _number(text, _PER_S[:1] if form == "epoch" else _PER_S[1:2])
        else:
            found = stated_date(text, (form,), zone)
        if found is not None:
            return found
    return None


def _number(text: str, units: Sequence[int]) -> Stamp | None:
    """Read a number of seconds or smaller units: the one that makes a year of ours."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    whole = int(found[1])
    for unit in units:
        if _FIRST_S <= whole // unit < _END_S:
            milli = int((found[2] or "").ljust(3, "0")[:3]) if unit == 1 else 0
            return Stamp(whole * 1000 // unit + milli, "second")
    return None


def _compact(text: str, zone: tzinfo) -> Stamp | None:
    """Read the basic format of ISO 8601: 20260112, 20260112T1530, 20260112T153000.123Z, 20260112153000."""
    found = _COMPACT.fullmatch(text)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    precision: Precision = "day" if found[4] is None else "minute" if found[6] is None else "second"
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59))
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC if precision == "day" else _offset(found[8]) if found[8] else zone)
    milli = int((found[7] or "").ljust(3, "0")[:3])
    return Stamp(int(moment.timestamp()) * 1000 + milli, precision)


def _offset(text: str) -> tzinfo:
    if text in "Zz":
        return UTC
    figures = text[1:].replace(":", "")
    shift = timedelta(hours=int(figures[:2]) % 24, minutes=int(figures[2:]) % 60)
    return timezone(-shift if text[0] == "-" else shift)


def write_time(ms: int, form: str, zone: str = "UTC") -> str:
    """Write a moment as a vendor wants to be asked: `rfc3339`, `epoch`, `epoch_ms`, or a strftime form in a zone."""
    if form == "epoch":
        return str(ms // 1000)
    if form == "epoch_ms":
        return str(ms)
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    if form == "rfc3339":
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return moment.astimezone(ZoneInfo(zone)).strftime(form)
