"""The figures by which one piece of news is told from another, each with its magnitude. Pure.

`$1.2bn`, `1,200 million` and `1.2 billion` are one figure, as are `17 per cent` and `17%`, `two million` and `2m`.
A paper may round: `$1.23bn` is told as `$1.2bn`. So a figure also knows what it is when it is rounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_INSIDE = "-:/.#_"
_NUMBER = re.compile(
    r"\d[\d,]{0,15}(?:\.\d{1,6})?"
    r"(?:[ -]?(?:trillion|billion|million|thousand|percent|per cent|crore|lakh|tn|bn|bln|mln|mn|pct|%|cents|pence"
    r"|[mbkp]\b))?",
    re.IGNORECASE,
)
_SCALE = {
    "trillion": 12, "tn": 12, "billion": 9, "bn": 9, "bln": 9, "b": 9, "million": 6, "mln": 6, "mn": 6, "m": 6,
    "thousand": 3, "k": 3, "crore": 7, "lakh": 5,
}  # fmt: skip
_HUNDREDTHS = frozenset({"cents", "pence", "p"})
_PERCENT = frozenset({"percent", "per cent", "pct", "%"})
_MAX_NUMBERS = 12
_SPELLED = {
    "half": 0.5, "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "hundred": 100,
}  # fmt: skip
"""Numbers in words, as they stand before a scale: `two million`, `half a billion`."""
_MILLION = 1e6
_SCALES = frozenset({"trillion", "billion", "million", "thousand", "percent", "cent"})
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "final": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_PARTS = frozenset({"quarter", "half", "round"})
_QUARTERS = frozenset({"q1", "q2", "q3", "q4", "h1", "h2"})
_PERIODS = _PARTS | _QUARTERS
_MONTHS = frozenset(
    {"january", "february", "april", "june", "july", "august", "september", "october", "november", "december"}
)
"""Without those that are words as well."""
SIMILAR = 4
"""Figures further apart than this factor are of two things, and say nothing against each other."""
_ROUGH, _FINE = 1, 2
"""Significant digits of a figure that is rounded: so rough that it proves nothing, and fine enough to be known by."""


def numbers(text: str, words: Sequence[str] = ()) -> list[str]:
    """Give the figures of a text with their magnitude, those in digits first; `words` are its folded words.

    Small counts and years are left out: half of all news has them.
    """
    found: dict[str, None] = {}
    for match in _NUMBER.finditer(text):
        before = text[match.start() - 1 : match.start()]
        if before.isalpha() or (before and before in _INSIDE):
            continue  # of a name, a date, a docket number
        figure = _figure(match[0])
        if figure:
            found[figure] = None
            if len(found) == _MAX_NUMBERS:
                return list(found)
    if not _SCALES.isdisjoint(words):
        found |= dict.fromkeys(_spelled(words))
    return list(found)[:_MAX_NUMBERS]


def _spelled(words: Sequence[str]) -> Iterable[str]:
    """Give the figures that are written in words: `two million`, `half a billion`, `ten per cent`."""
    for i in [i for i, word in enumerate(words) if i and word in _SCALES][:_MAX_NUMBERS]:
        scale = words[i]
        at = i - 1 - (scale == "cent")
        count = words[at] if at >= 0 and (scale != "cent" or words[i - 1] == "per") else ""
        if count == "a" and at and words[at - 1] == "half":
            count = "half"
        if count in _SPELLED:
            percent = scale in ("percent", "cent")
            value = _SPELLED[count]
            yield f"{value:g}%" if percent else _plain(value * 10 ** _SCALE[scale])


def periods(title: Sequence[str], body: Sequence[str]) -> list[str]:
    """Give the quarters, halves and months that a title names, else the quarters and halves of the text."""
    months = [word for word in title if word in _MONTHS]
    return [*dict.fromkeys([*_parts_of_years(title), *months])] or [*dict.fromkeys(_parts_of_years(body))][:3]


def other_periods(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether both tell of quarters, or both of months, and of no common one."""
    for months in (False, True):
        own, theirs = ({name for name in names if (name in _MONTHS) is months} for names in (one, other))
        if own and theirs and own.isdisjoint(theirs):
            return True
    return False


def _parts_of_years(words: Sequence[str]) -> Iterable[str]:
    if _PERIODS.isdisjoint(words):
        return
    for i, word in enumerate(words):
        if word in _QUARTERS:
            yield word
        elif word in _PARTS and i and words[i - 1] in _ORDINALS:
            yield f"{word[0]}{_ORDINALS[words[i - 1]]}"


@lru_cache(maxsize=5_000)
def _figure(written: str) -> str:
    digits = written.rstrip("%abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ -")
    unit = written[len(digits) :].strip(" -").lower()
    value = float(digits.replace(",", ""))
    if unit in _PERCENT:
        return f"{value:g}%"
    if unit in _HUNDREDTHS:
        return _plain(value / 100)
    if unit:
        return _plain(value * 10 ** _SCALE[unit])
    return _plain(value) if "." in digits or (value > 31 and not 1900 <= value <= 2100) else ""


def _plain(value: float) -> str:
    return f"{value:.6g}" if value < _MILLION else f"{value:.4g}"


def shared_figures(one: Sequence[str], other: Sequence[str]) -> list[str]:
    """Give the figures of the first that the second has too, or else those that one of them has rounded."""
    same = [figure for figure in one if figure in other]
    return same or _rounded_alike(one, other, _FINE)


def contradict(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether figures that may be of one thing differ: 48,000 and 84,000 do, 7,000 people and 41 shops do not.

    Nor do those that agree when they are told roughly.
    """
    if _rounded_alike(one, other, _ROUGH):
        return False
    return any(
        percent is its_percent and value <= SIMILAR * its and its <= SIMILAR * value
        for percent, value in map(_value, one)
        for its_percent, its in map(_value, other)
    )


@lru_cache(maxsize=5_000)
def _value(figure: str) -> tuple[bool, float]:
    return figure.endswith("%"), float(figure.rstrip("%"))


def _rounded_alike(one: Sequence[str], other: Sequence[str], least: int) -> list[str]:
    theirs = {rough for figure in other for rough in rounded(figure)[least - 1 :]}
    alike = [figure for figure in one if figure in theirs]
    return alike or [rough for figure in one for rough in rounded(figure)[least - 1 :] if rough in other]


@lru_cache(maxsize=5_000)
def rounded(figure: str) -> tuple[str, ...]:
    """Give a figure rounded to one, two and three digits."""
    value = float(figure.rstrip("%"))
    ways = [float(f"{value:.{digits}g}") for digits in (1, 2, 3)]
    return tuple(f"{way:g}%" if figure.endswith("%") else _plain(way) for way in ways)
