"""Numbers, dates and lengths of time in a statement and in what it rests on, made comparable.

Written for measuring alone, so that a note is not checked by the code that made it. `$3-4bn` and `3 to 4 billion
dollars` hold the same numbers; `3` alone and `3 billion` do not. Lengths of time are turned into months, so that
`3 months` is founded on `90 days`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

_SCALE = {
    "trillion": 1e12, "tn": 1e12, "billion": 1e9, "bln": 1e9, "bn": 1e9, "b": 1e9, "million": 1e6, "mln": 1e6,
    "mn": 1e6, "m": 1e6, "thousand": 1e3, "k": 1e3, "cents": 0.01, "cent": 0.01, "pence": 0.01,
}  # fmt: skip
_WORDS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_SPELLED = {word: str(value) for value, word in enumerate(_WORDS)}
_UNIT = {"day": 12 / 365.25, "week": 12 * 7 / 365.25, "month": 1.0, "quarter": 3.0, "year": 12.0}
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_ISO_DATE = re.compile(r"\b((?:19|20)\d\d)-(\d\d)(?:-(\d\d))?(?:T[\d:.]+Z)?(?![\d-])")
_SPELLED_OUT = re.compile(rf"\b({'|'.join(_WORDS)})\b", re.IGNORECASE)
_NUMBER = re.compile(
    rf"(?<![\w.,])(?P<value>\d+(?:,\d{{3}})*(?:\.\d+)?)(?:[\s-]?(?P<scale>{'|'.join(_SCALE)})\b)?"
    r"(?P<range>\s?(?:-|–|to|and)\s?[$€£¥]?(?=\d))?",
    re.IGNORECASE,
)
_LENGTH = re.compile(rf"(?<![\w.,])(\d+(?:\.\d+)?)[\s-](?:more\s)?({'|'.join(_UNIT)})s?\b", re.IGNORECASE)
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})\b(?=\s\d)|(?<=\d\s)({'|'.join(_MONTHS)})\b", re.IGNORECASE)
_NEAR = 0.06
"""How far two lengths may be apart, as a share: 90 days are three months."""
_ROUNDED = 0.0051
"""A score that is shown to two decimals."""


class Written(NamedTuple):
    """The numbers that a text holds."""

    numbers: list[frozenset[float]]
    """For each number what it may mean: the 3 of `$3-4bn` is 3 or 3 billion."""
    months: list[float]
    """The lengths of time in it, in months."""
    dates: frozenset[str]
    """The months of the calendar that stand at a number."""


def written(text: str, *, spelled: bool) -> Written:
    """Read a text. `spelled`: numbers in words count, too (in what a statement rests on, not in the statement)."""
    plain = _ISO_DATE.sub(_in_words, text.replace("\u00a0", " ").replace("–", "-"))
    counted = _SPELLED_OUT.sub(lambda found: _SPELLED[found[0].lower()], plain)
    months = [float(value) * _UNIT[unit.lower()] for value, unit in _LENGTH.findall(counted)]
    dates = frozenset((one or other).lower() for one, other in _MONTH.findall(plain))
    return Written([*_numbers(counted if spelled else plain)], months, dates)


def unfounded(statement: str, grounds: str, *, months: tuple[float | None, float | None] = (None, None)) -> list[str]:
    """Name the numbers and dates of a statement that what it rests on does not hold.

    `months`: the note's horizon; a length of time that is one of its ends counts as founded, as it may be worked
    out from a date, and is measured on its own.
    """
    said, there = written(statement, spelled=False), written(grounds, spelled=True)
    lengths = [*there.months, *(end for end in months if end is not None)]
    founded = [length for length in said.months if any(_near(length, other) for other in lengths)]
    free = {value for value, unit in _lengths(statement) if any(_near(value * _UNIT[unit], one) for one in founded)}
    known = frozenset[float]().union(*there.numbers)
    missing = [_plain(min(one)) for one in said.numbers if not _is_among(one, known) and one.isdisjoint(free)]
    return missing + sorted(said.dates - there.dates)


def _numbers(text: str) -> Iterator[frozenset[float]]:
    found = [*_NUMBER.finditer(text)]
    for one, following in zip_longest(found, found[1:]):
        value = float(one["value"].replace(",", ""))
        if one["scale"]:
            yield frozenset({value * _SCALE[one["scale"].lower()]})
        elif one["range"] and following is not None and following["scale"]:
            yield frozenset({value, value * _SCALE[following["scale"].lower()]})
        else:
            yield frozenset({value})


def _lengths(text: str) -> Iterator[tuple[float, str]]:
    for value, unit in _LENGTH.findall(text.replace("–", "-")):
        yield float(value), unit.lower()


def _is_among(meant: frozenset[float], known: frozenset[float]) -> bool:
    return any(abs(one - other) <= max(1e-6 * abs(other), _tolerance(other)) for one in meant for other in known)


def _tolerance(value: float) -> float:
    return _ROUNDED if abs(value) < 1 and value != int(value) else 0.0


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= max(_NEAR * other, 0.5 if other >= 3 else 0.1)


def _in_words(found: re.Match[str]) -> str:
    month = int(found[2])
    if not 1 <= month <= len(_MONTHS):
        return found[0]
    return f"{int(found[3])} {_MONTHS[month - 1]} {found[1]}" if found[3] else f"{_MONTHS[month - 1]} {found[1]}"


def _plain(value: float) -> str:
    return f"{value:g}"
