"""Fold text so that what a reader takes for the same word is the same string, and keep the way back.

What is folded: case; accents; compatibility forms (full-width, ligatures: Unicode NFKD); zero-width and other
characters that show nothing (removed); curly quotes and backticks; every other character that is no letter, digit
or mark becomes a space, so hyphens and dots separate words. A possessive `'s` is dropped.

    "SpaceX’s Colossus‑1"  ->  "spacex   colossus 1"  ->  spacex | colossus | 1

The words come from a path made of few calls, because every event takes it: ASCII is mapped by one table, and what
is not ASCII is folded run by run where the ASCII encoder stops. Places are worked out character by character, and
only when somebody asks, since most texts match nothing. Offsets are code points of the text as it was given, end
exclusive.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate, compress, count
from operator import add, ne, sub
from typing import NamedTuple

_APOSTROPHES = frozenset("'`´ʻʼ‘’‛′＇ꞌ")
_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
"""Letters that readers without them write otherwise, and that Unicode does not decompose."""

_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u0652\u0670"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]*"
)
"""Accents and points that writers leave out; other marks (vowel signs of Indic scripts) are part of the word."""

_BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
"""Letters and marks that show nothing (Unicode's Default_Ignorable_Code_Point beside the format characters)."""

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Scripts written without spaces: each character is a word, so that a term is found inside a sentence."""

_NOT_ASCII = re.compile("[^\x00-\x7f]+")
_ASCII = "".join(c.lower() if c.isalnum() else "'" if c in _APOSTROPHES else " " for c in map(chr, range(128)))
_BYTES = bytes(ord(_ASCII[i]) if i < 128 else i for i in range(256))
_CASED = bytes(i if chr(i).isascii() and chr(i).isupper() else folded for i, folded in enumerate(_BYTES))
"""As `_BYTES`, but capitals stay."""
ASCII = _BYTES[:128]
"""What each character of ASCII folds to."""
_CACHE_SIZE, _CACHED_RUN = 20_000, 16
_FOLD, _FOLD_RAISED = "alertd.fold", "alertd.fold_raised"


def _fold_character(character: str) -> str:
    if character in _APOSTROPHES:
        return "'"
    if character in _BLANK or unicodedata.category(character) == "Cf":
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
    if part in _BLANK or _MARKS.fullmatch(part) or unicodedata.category(part) == "Cf":
        return ""
    if part.isdecimal():
        return str(unicodedata.decimal(part))
    if _UNSPACED.match(part):
        return f" {part} " if part.isalnum() or unicodedata.category(part)[0] == "M" else " "
    if part.isalnum() or unicodedata.category(part)[0] == "M":
        return _LETTERS.get(part, part)
    return " "


def fold_character(character: str) -> tuple[str, bool]:
    """Give what a character folds to, and whether it is an accent, which belongs to the word before it."""
    return _fold_character(character), _MARKS.fullmatch(character) is not None


class _Table(dict[str, str]):
    """Folds one character; bounded, because the characters come from strangers."""

    def __missing__(self, character: str) -> str:
        folded = _fold_character(character)
        if len(self) < _CACHE_SIZE:
            self[character] = folded
        return folded


class _Runs(dict[str, bytes]):
    """Folds a run of characters that are not ASCII, a quote or a word, into UTF-8; bounded, too."""

    def __missing__(self, run: str) -> bytes:
        folded = "".join([_TABLE[character] for character in run]).encode()
        if len(self) < _CACHE_SIZE and len(run) <= _CACHED_RUN:
            self[run] = folded
        return folded


_TABLE = _Table((chr(i), folded) for i, folded in enumerate(_ASCII))
_RUNS = _Runs()


def _fold_run(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)
    return _RUNS[error.object[error.start : error.end]], error.end


def _fold_run_raised(error: UnicodeError) -> tuple[bytes, int]:
    folded, end = _fold_run(error)
    return folded.decode().upper().encode(), end


# The encoder finds what is not ASCII many times faster than a loop or pattern of ours: its error handler is the fold.
codecs.register_error(_FOLD, _fold_run)
codecs.register_error(_FOLD_RAISED, _fold_run_raised)


def _without_apostrophes(text: str) -> str:
    """Put spaces in the place of apostrophes and possessive `'s`; the length stays. A quoted 's&p' keeps its s."""
    pieces = text.split("'")
    before = pieces[0]
    for i in range(1, len(pieces)):
        piece = pieces[i]
        if piece[:2] in ("s", "s ", "S", "S ") and before and before[-1] != " ":
            pieces[i] = " " + piece[1:]
        before = piece
    return " ".join(pieces)


def fold_text(text: str) -> str:
    """Fold a text without keeping the way back."""
    return _folded(text.encode("ascii", _FOLD), _BYTES)


def _folded(encoded: bytes, table: bytes) -> str:
    folded = encoded.translate(table).decode()
    return _without_apostrophes(folded) if "'" in folded else folded


def split_words(text: str) -> list[str]:
    """Give the folded words of a text, in order."""
    return fold_text(text).split()


class Folded(NamedTuple):
    """Folded text and, unless characters correspond one to one, the way back to the text it was made from."""

    text: str
    origin: list[int] | None
    """For each folded character the place of the one it came from."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the original code points of a non-empty range of the folded text."""
        return (start, end) if self.origin is None else (self.origin[start], self.origin[end - 1] + 1)


def fold(text: str) -> Folded:
    """Fold a text and keep the way back."""
    if all(len(_TABLE[character]) == 1 for character in set("".join(_NOT_ASCII.findall(text)))):
        return Folded(fold_text(text), None)
    pieces = list(map(_TABLE.__getitem__, text))
    folded = _without_apostrophes("".join(pieces))
    return Folded(folded, [place for place, piece in enumerate(pieces) for _ in piece])


class Token(NamedTuple):
    """A folded word and where it stands in the original text."""

    folded: str
    start: int
    end: int


class Tokens:
    """The words of a text, and their places for whoever asks."""

    __slots__ = ("_capitals", "_ends", "_folded", "_places", "text", "words")

    def __init__(self, text: str, words: list[str] | None = None) -> None:
        self.text = text
        self.words = split_words(text) if words is None else words
        self._folded: Folded | None = None
        self._ends: list[int] = []
        """Where each word ends in the folded text."""
        self._places: tuple[list[int], list[int]] | None = None
        self._capitals: dict[int, str] | None = None

    @property
    def capitals(self) -> dict[int, str]:
        """The words written with a capital, by their number from 0: as written, letters beyond ASCII raised."""
        if self._capitals is None:
            cased = _folded(self.text.encode("ascii", _FOLD_RAISED), _CASED).split()
            differ = list(map(ne, cased, self.words))
            self._capitals = dict(zip(compress(count(), differ), compress(cased, differ), strict=True))
        return self._capitals

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Give the original code points from the first word to the last, both included, with its accents."""
        folded = self._folded
        if folded is None:
            folded = self._folded = fold(self.text)
            self._ends = _ends(folded.text)
        start, end = folded.span(self._ends[first] - len(self.words[first]), self._ends[last])
        if end == len(self.text) or self.text[end].isascii():
            return start, end
        return start, _behind_marks(self.text, end)

    @property
    def places(self) -> tuple[list[int], list[int]]:
        """Where each word begins and where it ends, as `span` has it: for whoever asks about many."""
        if self._places is None:
            self._places = self._all_places()
        return self._places

    def _all_places(self) -> tuple[list[int], list[int]]:
        if not self.words:
            return [], []
        self.span(0, 0)
        starts, ends, text = list(map(sub, self._ends, map(len, self.words))), self._ends, self.text
        origin = self._folded.origin if self._folded is not None else None
        if origin is None:  # then there are no accents either
            return starts, ends
        starts, ends = [origin[start] for start in starts], [origin[end - 1] + 1 for end in ends]
        behind = text + " "  # a text's last word has no accents behind it
        return starts, [end if behind[end] < "\x80" else _behind_marks(text, end) for end in ends]

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[Token]:
        return (Token(word, *self.span(i, i)) for i, word in enumerate(self.words))


def _behind_marks(text: str, end: int) -> int:
    """Give the place behind the accents that follow a word's end."""
    accents = _MARKS.match(text, end)
    return accents.end() if accents else end


def _ends(folded: str) -> list[int]:
    """Give where each word of a folded text ends."""
    pieces = folded.split(" ")
    return list(compress(map(add, accumulate(map(len, pieces)), count()), pieces))
