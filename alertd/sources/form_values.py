"""What stands in a field of a form -> a value, or nothing. Whoever files may write anything into it.

Nothing here raises for bad content: a figure that is no figure, or beyond all bounds, is not stated.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from alertd.base.months import MONTHS
from alertd.sources.plain import cut_title, plain_line, scrub

MAX_FIGURE = Decimal(10) ** 15
"""Shares or USD: more than any company has issued or is worth."""
MAX_NAME = 200
_FIRST_YEAR, _LAST_YEAR = 1934, 2199
"""The Securities Exchange Act is of 1934."""

_FIGURE = re.compile(r"\$?\s?((?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,16})?(?:\.[0-9]{0,16})?)\s?%?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T+Z-].{0,20})?")
_AMERICAN = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_WRITTEN = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_SPACES = re.compile(r"\s+")
_CIK = re.compile(r"\d{1,10}")


def line(text: str | None, limit: int = MAX_NAME) -> str:
    """Give a text as one line without anything invisible, cut at a word."""
    if not text:
        return ""
    return cut_title(_SPACES.sub(" ", scrub(text[: 20 * limit])).strip(), limit)


def title_line(text: str, limit: int) -> str:
    """Give a sentence about a form as a title: one line, no markup."""
    return cut_title(plain_line(text, literal=True), limit)


def figure(text: str | None) -> Decimal | None:
    """Read a figure that is not negative: `1,234.5`, `$12`, `9.9 %`; none for anything else or beyond all bounds."""
    found = _FIGURE.fullmatch(text.strip()) if text and len(text) < 60 else None
    if found is None or not any(map(str.isdigit, found[1])):
        return None
    value = Decimal(found[1].replace(",", ""))
    return value if value <= MAX_FIGURE else None


def percent(text: str | None) -> Decimal | None:
    """Read a share of a class in percent: 0 to 100. Sums of warrants may pass 100 on paper; such are not believed."""
    value = figure(text)
    return value if value is not None and value <= 100 else None


def number(value: Decimal) -> int | float:
    """Give a figure as JSON writes it: whole ones as integers."""
    return int(value) if value == value.to_integral_value() else float(value)


def day(text: str | None) -> str | None:
    """Read a date, `2026-05-04`, `05/04/2026` or `May 4, 2026`, as ISO 8601; none if there is no such day."""
    text = _SPACES.sub(" ", text[:60]).strip() if text else ""
    if found := _ISO.fullmatch(text):
        year, month, of_month = found[1], int(found[2]), found[3]
    elif found := _AMERICAN.fullmatch(text):
        month, of_month, year = int(found[1]), found[2], found[3]
    elif (found := _WRITTEN.fullmatch(text)) and (named := month_of(found[1])):
        month, of_month, year = named, found[2], found[3]
    else:
        return None
    try:
        read = date(int(year), month, int(of_month))
    except ValueError:
        return None
    return read.isoformat() if _FIRST_YEAR <= read.year <= _LAST_YEAR else None


def month_of(word: str) -> int | None:
    """Give the number of a month, written out or shortened to three letters or more."""
    low = word.lower()
    return next((i for i, month in enumerate(MONTHS, 1) if len(low) >= 3 and month.startswith(low)), None)


def flag(text: str | None) -> bool | None:
    """Read a tick: `1`, `true`, `Y`, `X`; none if nothing is stated."""
    low = text.strip().lower() if text else ""
    if low in ("1", "true", "y", "yes", "x"):
        return True
    return False if low in ("0", "false", "n", "no") else None


def cik(text: str | None) -> str:
    """Give a central index key with its ten digits, as EDGAR writes it; empty if there is none."""
    plain = text.strip() if text else ""
    return plain.zfill(10) if plain.isascii() and _CIK.fullmatch(plain) and int(plain) else ""
