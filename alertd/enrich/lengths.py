"""Lengths of time as a text writes them: `15-year`, `three to five years`, `90 days`. Wherever they stand.

Found backwards from the unit, so a text costs what its units cost. What lasts so long is for `durations.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import NamedTuple

from alertd.base.months import Unit
from alertd.enrich.money_words import SMALL_NUMBERS, word_set

UNITS: dict[str, Unit] = {
    "year": "year",
    "yr": "year",
    "month": "month",
    "week": "week",
    "day": "day",
    "quarter": "quarter",
}
_FORMS = {form: unit for word, unit in UNITS.items() for form in (word, word + "s")}
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_WORDS = "|".join(sorted(SMALL_NUMBERS, key=len, reverse=True))
_NUMBER = rf"\d{{1,4}}(?:\.\d{{1,2}})?|(?:{_TENS})[-\s](?:{_ONES})(?![a-z])|(?:{_WORDS})"
_BEFORE = re.compile(
    rf"(?<![\w.$€£,/])(?:a\s(?=half)|({_NUMBER})(?:(?:[-–‑]\s?(?:to|or)[-–‑\s]|\s?[-–‑—]\s?|\s(?:to|or|and)\s)({_NUMBER}))?)"
    r"(\sand\sa\shalf)?(?:\s?\(\d{1,3}\))?[-\s‑–](?:(?:full|consecutive|calendar|business|working|trading|additional|more)[-\s])?$"
)
_JOINTS = frozenset("-‑–")
_LAST_WORD = re.compile(r"[a-z]+|\d+|\)")
_WINDOW = 48
MOST = 500
"""Lengths of one field that are read."""
_KINDS = word_set("full consecutive calendar business working trading additional more half")
_INTO_YEARS = {"day": 365.0, "week": 52.0, "month": 12.0, "quarter": 4.0, "year": 1.0}


class Length(NamedTuple):
    """A stated length of time. Offsets are code points, end exclusive."""

    start: int
    end: int
    low: float
    high: float
    unit: Unit
    compound: bool
    """Written as the first part of a compound: `15-year`."""

    @property
    def years(self) -> float:
        """The longer end in years."""
        return self.high / _INTO_YEARS[self.unit]


def lengths(low: str, vocabulary: Set[str]) -> list[Length]:
    """Give the lengths of time in a lowered text, in their order; `vocabulary` are its folded words."""
    if vocabulary.isdisjoint(_FORMS):
        return []
    found = [one for word, unit in UNITS.items() if {word, word + "s"} & vocabulary for one in _all(low, word, unit)]
    return sorted(found)


def _all(low: str, word: str, unit: Unit) -> Iterator[Length]:
    place, count = low.find(word), 0
    while place >= 0 and count < MOST:
        end = place + len(word)
        end += low[end : end + 1] == "s"
        if place > 1 and not low[end : end + 1].isalnum() and (one := _read(low, place, end, unit)):
            count += 1
            yield one
        place = low.find(word, end)


def _read(low: str, place: int, end: int, unit: Unit) -> Length | None:
    last, joint = low[place - 2], low[place - 1]
    if not (joint.isspace() or joint in _JOINTS) or not (last.isdecimal() or "a" <= last <= "z" or last == ")"):
        return None
    window = low[max(place - _WINDOW, 0) : place]
    near = _LAST_WORD.findall(window[-24:])[-1]
    if not (near[0].isdigit() or near in SMALL_NUMBERS or near == ")" or near in _KINDS):
        return None
    found = _BEFORE.search(window)
    if found is None or found[1] is None:
        return None
    more = 0.5 if found[3] else 0.0
    first, second = _number(found[1]) + more, _number(found[2] or found[1]) + more
    if not 0 < first <= 1_500 or not first <= second <= 1_500:
        return None
    compound = low[end - 1] != "s" and (low[place - 1] in "-‑–" or second > 1)  # a 15-year, a 15 year lease
    return Length(place - len(window) + found.start(1), end, first, second, unit, compound)


def _number(said: str) -> float:
    if said[0].isdigit():
        return float(said)
    return float(sum(SMALL_NUMBERS[word] for word in said.replace("-", " ").split()))
