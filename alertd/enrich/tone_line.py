"""A sentence as tone reads it: words and phrases with what they do, numbers, signs, and where clauses end.

A company that is asked about stands as `ENT`, any other as `OTH`: its name says nothing about its fortune.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from alertd.enrich.tone_words import Phrases, vocabulary

MOST = 100
"""Words of a sentence that are read."""
_TOKEN = re.compile(r"[^\W\d_]++(?:'[^\W\d_]++)?|\d[\d,]*+(?:\.\d++)?|[$€£₹¥%?!;:,()—]|(?<!\S)[–-]++(?!\S)|\.(?=\s)")
_PLAIN = re.compile(
    r"(?=[a-z0-9$%?!;:,().-])"  # one set: what cannot begin a token is passed over fast
    r"(?:[a-z]++|[0-9][0-9,]*+(?:\.[0-9]++)?|[$%?!;:,()]|-(?<!\S-)-*+(?!\S)|\.(?=\s))"
)
"""Finds the same in small ASCII letters without apostrophes, in less than half the time."""
_QUOTES = str.maketrans("’“”", '\'""')
_TIGHT = re.compile(r"\s'(?=s\b)")
"""A possessive that stands apart, as some wires write it."""
_SIGN_OF = "-warning"
_NO_WARNING = re.compile(r"(?<=[a-z])(?<!profit)(?<!profits)(?<!revenue)(?<!sales)-warnings?\b")
"""A thing that warns, as in `missile-warning satellite`: no bad news."""
_LONGEST_NUMBER = 15


class Line(NamedTuple):
    """The items of a sentence, side by side."""

    words: list[str]
    """A word, a phrase with underscores, a number or a sign."""
    kinds: list[str]
    """Of the vocabulary; `#` number, `|` end of a clause, `,` comma, `@` company, empty for what says nothing."""

    weights: Mapping[str, float]
    """Of the words and phrases of the vocabulary."""


class Signal(NamedTuple):
    """One thing that a sentence says in tone."""

    at: int
    """Place of the item."""
    value: float
    """Below 0 bad, above 0 good; about 1 for something plain."""
    sort: str
    """`move` with the thing that moves, `bare` without, `own` for words good or bad in themselves, `aimed` for such
    before a company, `figures`, `state` for things that are only there, `against` expectations, `rating`."""
    turned: bool = False
    """It means another than its word by itself: by what moves, or by a negation."""


def words_of(text: str) -> list[str]:
    """Give the words, numbers and signs of a stretch of text in small letters, without possessive endings."""
    text = text.lower()
    if not text.isascii():
        text = text.translate(_QUOTES)
    if _SIGN_OF in text:
        text = _NO_WARNING.sub("", text)
    if "'" not in text:
        return (_PLAIN if text.isascii() else _TOKEN).findall(text)
    found = _TOKEN.findall(_TIGHT.sub("'", text))
    return [word.removesuffix("'s").replace("'", "") if "'" in word else word for word in found]


def line_of(words: Sequence[str]) -> Line:
    """Find what each word or phrase does; `ENT` and `OTH` stand for companies."""
    _, kinds, weights, phrases = vocabulary()
    words = list(words[:MOST])
    for at, spelt in reversed(_phrases(words, phrases)):
        words[at : at + len(spelt)] = ["_".join(spelt)]
    return Line(words, list(map(kinds.__getitem__, words)), weights)


def _phrases(words: list[str], phrases: Phrases) -> list[tuple[int, list[str]]]:
    """Find where phrases stand; of two that overlap the earlier one counts, then the longer one."""
    found: list[tuple[int, list[str]]] = []
    free = 0
    for i, pair in enumerate(pairwise(words)):
        if pair in phrases and i >= free:
            for spelt in phrases[pair]:
                if words[i : i + len(spelt)] == spelt:
                    found.append((i, spelt))
                    free = i + len(spelt)
                    break
    return found


def amount(word: str) -> float:
    """Read a number as it is written in English; what is too long to be one is 0."""
    digits = word.replace(",", "")
    return float(digits) if len(digits) <= _LONGEST_NUMBER and digits.isascii() else 0.0
