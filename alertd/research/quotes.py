"""Where a quote stands in an event's text, whatever quotation marks, dashes, blanks or ligatures its copyist used.

Compared are the forms in which both are the same: compatibility decomposition (NFKD), case folded, marks that show
nothing left out, runs of blanks one blank. What is found has the offsets and the words of the text itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import Literal, NamedTuple

from alertd.model import Event, Evidence
from alertd.research.texts import REACH, Text

FIELDS: tuple[Literal["title", "body"], ...] = ("title", "body")
MIN_CHARACTERS, MIN_WORDS = 12, 3
"""A quote that has neither is found everywhere and shows nothing."""
READ = 300_000
"""Code points of a body that are looked through; more than an event's 256 KiB can have."""
_PLACES = 8
"""Places of one quote that are given."""
_LOOKS = 100
"""Places in a field that are looked at."""
_SAME = dict.fromkeys("\"'`´‘’‚‛“”„‟«»‹›′″＇＂「」『』〝〞ʼ", "'") | dict.fromkeys("‐‑‒–—―−－﹣~〜", "-")
_CUT = "'.… \t\n"
"""What copyists put around a quote: marks, and points where they have cut it."""
_NUMERIC = frozenset(".,")


class Found(NamedTuple):
    """A place of a quote."""

    evidence: Evidence
    start: int
    end: int
    """The sentence or sentences in which it stands, in its field."""


class Quotable:
    """The text of one event, made ready for the search once."""

    def __init__(self, event: Event) -> None:
        self.texts = {"title": Text(event.title), "body": Text(event.body[:READ])}

    @cached_property
    def _folded(self) -> dict[str, tuple[str, list[int]]]:
        return {name: _fold(text.said) for name, text in self.texts.items()}

    def find(self, quote: str) -> list[Found]:
        """Give the places where a quote stands as whole words, the title's first. Never across title and body."""
        wanted = folded_quote(quote)
        return list(islice((found for name in FIELDS for found in self._in(name, wanted)), _PLACES)) if wanted else []

    def _in(self, name: str, wanted: str) -> Iterator[Found]:
        folded, origin = self._folded[name]
        text, place, left = self.texts[name], folded.find(wanted), _LOOKS
        while place >= 0 and left:
            left -= 1
            end = place + len(wanted)
            if _whole(folded, place, end):
                first, last = origin[place], origin[end - 1] + 1
                evidence = Evidence(field=name, start=first, end=last, quote=text.said[first:last])
                yield Found(evidence, *self._around(name, first, last))
            place = folded.find(wanted, place + 1)

    def _around(self, name: str, first: int, last: int) -> tuple[int, int]:
        """Give the sentences that a place touches, as one stretch; the place itself where it touches none."""
        touched = self.texts[name].touched(first, last)
        begin, end = (touched[0].start, touched[-1].end) if touched else (first, last)
        return max(begin, first - REACH), min(end, last + REACH)


def folded_quote(quote: str) -> str:
    """Fold a quote without what its copyist put around it."""
    return _fold(quote)[0].strip(_CUT)


def is_long_enough(quote: str) -> bool:
    """Whether a quote says enough to be one."""
    folded = folded_quote(quote)
    return len(folded) >= MIN_CHARACTERS or len(folded.split()) >= MIN_WORDS


def _fold(text: str) -> tuple[str, list[int]]:
    """Fold a text; for each folded character the place of the one it came from."""
    pieces: list[str] = []
    origin: list[int] = []
    blank = True
    known: dict[str, str] = {}
    for place, character in enumerate(text):
        piece = known.get(character)
        if piece is None:
            piece = known[character] = _fold_character(character)
        if piece == " ":
            if blank:
                continue
            blank = True
        elif piece:
            blank = False
        pieces.append(piece)
        origin.extend([place] * len(piece))
    return "".join(pieces), origin


def _fold_character(character: str) -> str:
    if character in _SAME:
        return _SAME[character]
    if character.isspace():
        return " "
    if unicodedata.category(character) in ("Cf", "Cc"):
        return ""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(_SAME.get(part, " " if part.isspace() else part) for part in folded)


def _whole(text: str, start: int, end: int) -> bool:
    """Whether a range of a folded text begins and ends between words and numbers: not the `3bn` of `$13.3bn`."""
    before, first = text[max(start - 2, 0) : start], text[start]
    last, after = text[end - 1], text[end : end + 2]
    if before and before[-1].isalnum() and first.isalnum():
        return False
    if after and after[0].isalnum() and last.isalnum():
        return False
    if first.isdigit() and before and before[-1] in _NUMERIC and before[:1].isdigit():
        return False
    return not (last.isdigit() and after and after[0] in _NUMERIC and after[1:].isdigit())
