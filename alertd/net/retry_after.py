"""What an answer says about when to come back: Retry-After, Cache-Control, Expires. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST_S: Final = 86_400.0
"""Nobody silences a source, or a receiver, for more than a day."""

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,400}(?:\.[0-9]{0,20})?")
_MAX_AGE: Final = re.compile(r"""(?:^|[,\s])max-age\s*=\s*"?([0-9]{1,400})""", re.IGNORECASE)


def parse_http_date(text: str | None) -> int | None:
    """Read a date of RFC 9110 section 5.6.7, in any of its three forms, as milliseconds since the epoch.

    None for anything else. A date without a zone is UTC, as HTTP's dates always are.
    """
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return int(moment.timestamp() * 1000)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def parse_retry_after(text: str | None, now: int, http_date: str | None = None) -> float | None:
    """Read Retry-After (RFC 9110 section 10.2.3) as seconds from now, within [0, 24 h]; None if it says nothing.

    `now` is in milliseconds. A date is measured against the server's own `http_date` where there is one: the
    two clocks may differ, the difference of two readings of one clock does not.
    """
    if not text:
        return None
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return _clamp(float(text))
    moment = parse_http_date(text)
    if moment is None:
        return None
    here = parse_http_date(http_date)
    return _clamp((moment - (now if here is None else here)) / 1000)


def parse_max_age(headers: Mapping[str, str], now: int) -> float | None:
    """Say how many more seconds an answer counts as fresh (RFC 9111 section 4.2), within [0, 24 h]; None if unsaid.

    `headers` has lower-case names. Of repeated directives the first counts; max-age outranks Expires.
    """
    age = _seconds(headers.get("age", ""))
    if found := _MAX_AGE.search(headers.get("cache-control", "")):
        return _clamp(float(found[1]) - age)
    if "expires" not in headers:
        return None
    expires = parse_http_date(headers["expires"])
    if expires is None:
        return 0.0  # RFC 9111 section 5.3: an invalid date, "0" above all, means already expired.
    here = parse_http_date(headers.get("date"))
    return _clamp((expires - (now if here is None else here)) / 1000 - age)


def _seconds(text: str) -> float:
    return float(text) if _NUMBER.fullmatch(text.strip()) else 0.0


def _clamp(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_S)
