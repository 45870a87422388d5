"""The check digits of identifiers: whether one was mistyped, and what a shortened one was.

ISIN    ISO 6166       Luhn over the digits of its letters (A is 10)
CUSIP   ANSI X9.6      every second character twice, digit sums, to the next ten
SEDOL   LSE            weighted sum, to the next ten
FIGI    OMG            as a CUSIP
LEI     ISO 17442      remainder of 97, as of an IBAN
"""

from __future__ import annotations

import re

_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_CUSIP = re.compile(r"[A-Z0-9*@#]{8}[0-9]")
_SEDOL = re.compile(r"[0-9BCDFGHJKLMNPQRSTVWXYZ]{6}[0-9]")
_FIGI = re.compile(r"[B-DF-HJ-NP-TV-Z]{2}G[0-9B-DF-HJ-NP-TV-Z]{8}[0-9]")
_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")
_SEDOL_WEIGHTS = (1, 3, 1, 7, 3, 9)
_VALUES = {sign: value for value, sign in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*@#")}


def is_right(name: str, value: str) -> bool:
    """Whether an identifier can be one of its kind: its form and its check digit; those without one always can."""
    if name == "isin":
        return bool(_ISIN.fullmatch(value)) and _luhn("".join(str(_VALUES[sign]) for sign in value)) == 0
    if name == "cusip":
        return bool(_CUSIP.fullmatch(value)) and cusip_digit(value[:8]) == value[8]
    if name == "sedol":
        return bool(_SEDOL.fullmatch(value)) and sedol_digit(value[:6]) == value[6]
    if name == "figi":
        return bool(_FIGI.fullmatch(value)) and _twice(value[:11]) == value[11]
    if name == "lei":
        return bool(_LEI.fullmatch(value)) and int("".join(str(_VALUES[sign]) for sign in value)) % 97 == 1
    return True


def isin_digit(begin: str) -> str:
    """Give the check digit for the first eleven characters of an ISIN; empty if they are none."""
    return next((digit for digit in "0123456789" if is_right("isin", begin + digit)), "")


def cusip_digit(begin: str) -> str:
    """Give the check digit for the first eight characters of a CUSIP; empty if they are none."""
    return _twice(begin) if _CUSIP.fullmatch(f"{begin}0") else ""


def sedol_digit(begin: str) -> str:
    """Give the check digit for the first six characters of a SEDOL; empty if they are none."""
    if not _SEDOL.fullmatch(f"{begin}0"):
        return ""
    return str(-sum(_VALUES[sign] * weight for sign, weight in zip(begin, _SEDOL_WEIGHTS, strict=True)) % 10)


def _twice(begin: str) -> str:
    """Count every second character twice and sum up the digits; what is missing to the next ten."""
    values = [_VALUES[sign] * (1 + place % 2) for place, sign in enumerate(begin)]
    return str(-sum(value // 10 + value % 10 for value in values) % 10)


def _luhn(digits: str) -> int:
    values = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value // 10 + value % 10 for value in values) % 10
