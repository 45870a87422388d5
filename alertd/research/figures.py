"""The figures that a text states, in a form in which those that mean the same are the same.

    $3-4bn · 3 to 4 billion dollars · between $3 billion and $4 billion     USD 3e9 to 4e9
    two · 2       a 24-month lease · two years       5-7% · five to seven per cent       1.2 GW · 1,200 megawatts

    money -> dates -> lengths of time -> fractions -> other numbers -> words with digits (H100, 8-K) -> `doubled`

Each step reads what those before it have left, so no digit is read twice and none is left out: what is no number that
we know is compared as it is written. Statement and ground are read by the same rules, so what these misread is
misread on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from alertd.enrich.lengths import lengths
from alertd.enrich.money_amounts import written
from alertd.enrich.money_before import Bound, Place
from alertd.enrich.money_numbers import quantities
from alertd.enrich.money_words import SMALL_NUMBERS
from alertd.research.figure_dates import Day, dates
from alertd.research.figure_numerals import Numeral, numerals
from alertd.text.fold import split_words
from alertd.text.sentences import Sentence, sentences

COVERED = "\u25a0"
"""Stands in `rest` for each character that was read: no letter, no blank, nothing that a number goes on over."""
_LENGTHS = {"year": ("months", 12.0), "quarter": ("months", 3.0), "month": ("months", 1.0), "week": ("days", 7.0),
            "day": ("days", 1.0)}  # fmt: skip
MOST = 4_000
"""Code points of a text that are read: a statement has fewer, and of a ground what stands further on says nothing."""
# Both begin only where a run of their characters does: a run that is long and has nothing for them is passed once.
_MIXED = re.compile(r"(?<![^\s,;()\[\]\"“”«»■])[^\s,;()\[\]\"“”«»■\d]*+\d[^\s;()\[\]\"“”«»■]*+")
_ODD = re.compile(r"(?<![^\s■])[^\s■]*(?:[^\W\d_a-zA-Z\u00aa-\u024f]|[¹²³¼½¾])[^\s■]*+")
_FRACTION = re.compile(r"\b(a|one|two|three|four)[\s-](third|quarter|fifth|tenth)(s?)\b(\sof\b)?", re.I)
_PUNCTUATION = ".,:;'’!?-–—"
_WORD = re.compile(r"[^\W\d_]+")
_TIMES = {
    "x2": "double doubles doubled doubling twice twofold",
    "x3": "triple triples tripled tripling threefold treble",
    "x4": "quadruple quadruples quadrupled fourfold", "x0.5": "half halve halves halved halving",
    "dozens": "dozen dozens", "tens": "tens", "hundreds": "hundred hundreds", "thousands": "thousand thousands",
    "millions": "million millions", "billions": "billion billions", "trillions": "trillion trillions",
    "decade": "decade decades", "century": "century centuries", "fortnight": "fortnight fortnights",
    "majority": "majority", "1st": "first firstly", "2nd": "second secondly", "3rd": "third thirds", "4th": "fourth",
    "5th": "fifth", "6th": "sixth", "7th": "seventh", "8th": "eighth", "9th": "ninth", "10th": "tenth",
}  # fmt: skip
_QUANTITY = {word: token for token, words in _TIMES.items() for word in words.split()} | {
    word: word for word in SMALL_NUMBERS if word != "one"
}
"""Also the words for numbers that no rule above has read: the `seven` of `machines-seven`."""


class Figure(NamedTuple):
    """A number with what it counts; `low` and `high` are equal unless it is a range."""

    kind: str
    """A currency (ISO 4217), `%`, `pp`, `bps`, `x`, `W`, `Wh`, `months`, `days`; empty: it is bare."""
    low: float
    high: float
    bound: Bound | None = None
    per: str | None = None
    said: str = ""
    """As the text has it."""


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of one text."""

    numbers: list[Figure] = field(default_factory=list)
    dates: list[tuple[Day, str]] = field(default_factory=list)
    """With the words of each."""
    tokens: set[str] = field(default_factory=set)
    """Folded words with digits (`h100`), and what `doubled`, `third` or `a quarter of` come to."""
    rest: str = ""
    """The text with `COVERED` in place of what was read."""


def read_figures(text: str, elsewhere: str = "") -> Figures:
    """Read the figures of a statement or a ground; `elsewhere` is the event's text: it may say whose dollars."""
    found = Figures()
    left = _Left(text[:MOST])
    found.numbers.extend(_money(left, elsewhere))
    for start, end, day in dates(left.text):
        found.dates.append((day, left.take(start, end)))
    found.numbers.extend(_lengths(left))
    found.tokens.update(_fractions(left))
    for numeral in numerals(left.text):
        found.numbers.append(_figure(left, numeral))
    _tokens(left, found.tokens)
    return Figures(found.numbers, found.dates, found.tokens, left.text)


class _Left:
    """What of a text has not been read yet, place by place."""

    def __init__(self, text: str) -> None:
        self.whole = text
        self.text = text

    @property
    def low(self) -> str:
        low = self.text.lower()
        return low if len(low) == len(self.text) else self.text

    def take(self, start: int, end: int) -> str:
        self.text = f"{self.text[:start]}{COVERED * (end - start)}{self.text[end:]}"
        return self.whole[start:end]

    def bound(self, start: int) -> Bound | None:
        return Place(self.whole, start, 0, 0).bound()


def _money(left: _Left, elsewhere: str) -> Iterator[Figure]:
    text = left.whole
    quantified = quantities(text, left.low, frozenset(split_words(text)))
    around = sentences(text) or [Sentence(0, len(text))]
    for one in list(written(text, quantified, around, elsewhere)):
        bound = one.bound or left.bound(one.start)
        yield Figure(one.currency, one.low, one.high, bound, one.per, left.take(one.start, one.end))


def _lengths(left: _Left) -> Iterator[Figure]:
    low = left.low
    for one in lengths(low, frozenset(split_words(low))):
        kind, many = _LENGTHS[one.unit]
        bound = left.bound(one.start)
        yield Figure(kind, one.low * many, one.high * many, bound, None, left.take(one.start, one.end))


def _figure(left: _Left, one: Numeral) -> Figure:
    bound = left.bound(one.start)
    return Figure(one.kind, one.low, one.high, bound, None, left.take(one.start, one.end))


def _fractions(left: _Left) -> Iterator[str]:
    for found in _FRACTION.finditer(left.text):
        if found[3] or found[4] or found[2].lower() != "quarter":  # `a quarter` may be three months
            left.take(*found.span())
            yield f"{found[1].lower().replace('one', 'a')} {found[2].lower()}"


def _tokens(left: _Left, tokens: set[str]) -> None:
    """Take the words with digits that are no numbers, numbers in other signs (Ⅳ, ²), and words for quantities."""
    for found in _MIXED.finditer(left.text):
        tokens.add(left.take(*found.span()).casefold().strip(_PUNCTUATION))
    for found in _ODD.finditer(left.text):
        if any(character.isnumeric() and not character.isalpha() for character in found[0]):
            tokens.add(left.take(*found.span()).casefold().strip(_PUNCTUATION))
    for found in _WORD.finditer(left.text):
        if token := _QUANTITY.get(found[0].lower()):
            tokens.add(token)
            left.take(*found.span())
