"""Fold text so that what a reader takes for the same word is the same string, and keep the way back.

What is folded: case; accents; compatibility forms (full-width, ligatures: Unicode NFKD); zero-width and other
format characters (removed); curly quotes and backticks; every other character that is no letter, digit or mark
becomes a space, so hyphens and dots separate words. A possessive `'s` is dropped when words are cut.

    "SpaceX’s Colossus‑1"  ->  "spacex's colossus 1"  ->  spacex | colossus | 1

Offsets are code points of the text as it was given, end exclusive. ASCII takes a path without any of the tables.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_APOSTROPHES = frozenset("'`´ʼ‘’‛′＇")
_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
"""Letters that readers without them write otherwise, and that Unicode does not decompose."""

_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u0652\u0670"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]"
)
"""Accents and points that writers leave out; other marks (vowel signs of Indic scripts) are part of the word."""

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Scripts written without spaces: each character is a word, so that a term is found inside a sentence."""

_WORD = re.compile(f"([{_UNSPACED}]|[^ '{_UNSPACED}]+)(?:'s(?![^ ']))?")
_ASCII_WORD = re.compile(r"([a-z0-9]+)(?:'s(?![a-z0-9]))?")
_ASCII = "".join(c.lower() if c.isalnum() else "'" if c in _APOSTROPHES else " " for c in map(chr, range(128)))
_CACHE_SIZE = 20_000


def _fold_character(character: str) -> str:
    if character in _APOSTROPHES:
        return "'"
    if unicodedata.category(character) == "Cf":
        return ""
    if unicodedata.decomposition(character).startswith("<super>"):  # ™ and ² are no part of the word before them
        return " "
    last, now = "", character
    while now != last:
        last, now = now, unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", now).casefold())
    folded = "".join(_fold_part(part) for part in now)
    return folded if not folded.isspace() else " "


def _fold_part(part: str) -> str:
    if part in _APOSTROPHES:
        return "'"
    if _MARKS.match(part) or unicodedata.category(part) == "Cf":
        return ""
    if part.isdecimal():
        return str(unicodedata.decimal(part))
    if part.isalnum() or unicodedata.category(part)[0] == "M":
        return _LETTERS.get(part, part)
    return " "


class _Table(dict[str, str]):
    """Folds one character; bounded, because the characters come from strangers."""

    def __missing__(self, character: str) -> str:
        folded = _fold_character(character)
        if len(self) < _CACHE_SIZE:
            self[character] = folded
        return folded


_TABLE = _Table((chr(i), folded) for i, folded in enumerate(_ASCII))


class Folded(NamedTuple):
    """Folded text and, unless characters correspond one to one, the way back to the text it was made from."""

    text: str
    origin: list[int] | None
    """For each folded character the place of the one it came from, and the length of the original at the end."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the original code points of a non-empty range of the folded text, with marks that belong to them."""
        if self.origin is None:
            return start, end
        return self.origin[start], max(self.origin[end - 1] + 1, self.origin[end])


def fold(text: str) -> Folded:
    """Fold a text. Folding what is folded changes nothing."""
    if text.isascii():
        return Folded(text.translate(_ASCII), None)
    table = _TABLE
    pieces = [table[character] for character in text]
    folded = "".join(pieces)
    if len(folded) == len(text) and all(pieces):
        return Folded(folded, None)
    origin = [place for place, piece in enumerate(pieces) for _ in piece]
    origin.append(len(text))
    return Folded(folded, origin)


class Token(NamedTuple):
    """A folded word and where it stands in the original text."""

    folded: str
    start: int
    end: int


class Tokens:
    """The words of a text. Places are worked out only when somebody asks, since most texts match nothing."""

    __slots__ = ("_folded", "_pattern", "_spans", "words")

    def __init__(self, text: str) -> None:
        self._folded = fold(text)
        self._pattern = _ASCII_WORD if self._folded.text.isascii() else _WORD
        self._spans: list[tuple[int, int]] | None = None
        self.words: list[str] = self._pattern.findall(self._folded.text)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Give the original code points from the first word to the last, both included."""
        if self._spans is None:
            self._spans = [found.span(1) for found in self._pattern.finditer(self._folded.text)]
        return self._folded.span(self._spans[first][0], self._spans[last][1])

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[Token]:
        return (Token(word, *self.span(i, i)) for i, word in enumerate(self.words))
