"""Where the sentences of a text begin and end, and where a clause does.

A point ends a sentence if what follows begins like one, and what stands before it is no abbreviation, initial or
number. A blank line always ends one: headings and list items have no point. Offsets are code points, end exclusive.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_SHORT = """
    mr mrs ms dr prof sr jr st inc corp co ltd llc llp plc bros no nos vs v est approx dept div fig gen gov hon rep
    sen rev sec jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun u.s u.k u.n e.u e.g i.e
    a.m p.m cos assn intl natl mfg pt bhd sdn art al cf etc rs cr
"""
_ABBREVIATIONS = frozenset(_SHORT.split())
_NAMES = "inc corp co ltd llc llp plc bros u.s u.k u.n e.u a.m p.m etc cos jr sr"
_NAMING = frozenset(_NAMES.split())
"""Abbreviations that also end sentences: one does so where a new sentence plainly begins."""
_BREAK = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)|\n\s*\n|[\n\r\u2028\u2029]+(?=\s*[•*–—-]\s)")
_OPENING = re.compile(r"\s+[\"'“‘(\[]*(?:[A-Z\d]|[^\W\d_a-z])")
_LAST_WORD = re.compile(r"[^\W_](?:[\w.&]*[^\W_])?$")
_OPENERS = """
    the a an it its he she they we i this that these those in on at for as but and if when while after before however
    analysts shares revenue sales net under according last earlier meanwhile
"""
_STARTERS = frozenset(_OPENERS.split())
_NEXT_WORD = re.compile(r"[^\W_]+")
_MAX_WORD = 24
"""Characters before a point that are looked at."""


class Sentence(NamedTuple):
    """A stretch of a text, without the blanks around it."""

    start: int
    end: int


def sentences(text: str, most: int = 10_000) -> list[Sentence]:
    """Split a text; after `most` sentences the rest is one."""
    found: list[Sentence] = []
    start = 0
    for stop in _BREAK.finditer(text):
        if len(found) >= most - 1:
            break
        if stop[0][0] == "." and not _ends(text, stop.start(), stop.end()):
            continue
        _add(found, text, start, stop.end())
        start = stop.end()
    _add(found, text, start, len(text))
    return found


def _ends(text: str, point: int, after: int) -> bool:
    """Whether a point ends a sentence."""
    if after >= len(text):
        return True
    if not _OPENING.match(text, after):
        return False
    word = _LAST_WORD.search(text, max(point - _MAX_WORD, 0), point)
    last = word[0].lower() if word else ""
    if len(last) == 1 and last.isalpha() and word is not None and word[0].isupper():  # an initial
        return False
    if last not in _ABBREVIATIONS:
        return True
    following = _NEXT_WORD.search(text, after)
    return last in _NAMING and following is not None and following[0].lower() in _STARTERS


def _add(found: list[Sentence], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    bare = piece.strip()
    if bare:
        begin = start + len(piece) - len(piece.lstrip())
        found.append(Sentence(begin, begin + len(bare)))
