"""Where the sentences of a text begin and end, and where a clause does.

A point ends a sentence if what follows begins like one, and what stands before it is no abbreviation, initial or
number. A blank line always ends one: headings and list items have no point. Offsets are code points, end exclusive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
_POINTS = ".!?…"
_LINE_ENDS = "\n\r\u2028\u2029"
_CLOSED = "\"'”’)]"
_CLOSING = re.compile(r"[\"'”’)\]]+")
# A run of points or line ends is looked at once, from its beginning, so floods of them cost their length.
_BREAK = rf"(?:\r\n|[{_LINE_ENDS}])"
_BLANK_LINE = re.compile(rf"{_BREAK}[^\S{_LINE_ENDS}]*+{_BREAK}\s*+")
_BULLET = re.compile(rf"[{_LINE_ENDS}]++(?=[^\S{_LINE_ENDS}]*+[•*–—-]\s)")
_AFTER_BREAK = frozenset(" \t\v\f\x1c\x1d\x1e\x1f\x85\xa0\n\r\u2028\u2029•*–—-") | {
    chr(c) for c in range(0x2000, 0x200B)
}
_AFTER_BREAK |= {"\u1680", "\u202f", "\u205f", "\u3000"}
"""What may stand after a line end that ends a sentence."""
_AFTER_POINT = (_AFTER_BREAK - frozenset("•*–—-")) | frozenset(_CLOSED)
_AFTER = dict.fromkeys(_POINTS, _AFTER_POINT) | dict.fromkeys(_LINE_ENDS, _AFTER_BREAK)
_ANY_AFTER = re.escape("".join(sorted(_AFTER_BREAK | _AFTER_POINT)))
# Begins with one set: that is searched fast. Most points and line ends stand alone within a number or a sentence.
_STOP = re.compile(rf"[{_POINTS}{_LINE_ENDS}](?:[{_POINTS}{_LINE_ENDS}]++|(?=[{_ANY_AFTER}])|\Z)")
_OPENING = re.compile(r"\s+[\"'“‘(\[]*(?:[A-Z\d]|[^\W\d_a-z])")
_WORDS = re.compile(r"[\w.&]+")
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
    length = len(text)
    for run in _STOP.finditer(text):
        at, end = run.span()
        if end <= start or (end < length and end - at == 1 and text[end] not in _AFTER[text[at]]):
            continue
        for stop in (_stop(text, at, end),) if end - at == 1 else _breaks(text, max(at, start), end):
            if not stop:
                continue
            if len(found) >= most - 1:
                _add(found, text, start, length)
                return found
            _add(found, text, start, stop)
            start = stop
    _add(found, text, start, length)
    return found


def _breaks(text: str, at: int, end: int) -> Iterator[int]:
    """Give where sentences end in a run of points and line ends."""
    while at < end:
        is_point = text[at] in _POINTS
        stop = at + 1
        while stop < end and (text[stop] in _POINTS) is is_point:
            stop += 1
        after = _stop(text, at, stop)
        if after:
            yield after
        at = stop if is_point else max(stop, after)


def _stop(text: str, at: int, end: int) -> int:
    """Give where the sentence ends that a run of points or of line ends may end; 0 if it does not."""
    if text[at] not in _POINTS:
        after = _BLANK_LINE.match(text, at) or _BULLET.match(text, at)
        return after.end() if after is not None else 0
    after_point = end
    if end < len(text) and text[end] in _CLOSED and (closed := _CLOSING.match(text, end)):
        after_point = closed.end()
    whole = after_point >= len(text) or text[after_point].isspace()
    return after_point if whole and (text[at] != "." or _ends(text, at, after_point)) else 0


def _ends(text: str, point: int, after: int) -> bool:
    """Whether a point ends a sentence."""
    if after >= len(text):
        return True
    if not _OPENING.match(text, after):
        return False
    piece = text[max(point - _MAX_WORD, 0) : point]
    word = piece[piece.rfind(" ") + 1 :]
    if not word.isalnum():
        word = _last_word(piece)
    if len(word) == 1 and word.isalpha() and word.isupper():  # an initial
        return False
    last = word.lower()
    if last not in _ABBREVIATIONS:
        return True
    following = _NEXT_WORD.search(text, after)
    return last in _NAMING and following is not None and following[0].lower() in _STARTERS


def _last_word(piece: str) -> str:
    """Give the word at the very end of a piece of text; empty if something else stands there."""
    if not piece or not piece[-1].isalnum():
        return ""
    words: list[str] = _WORDS.findall(piece, piece.rfind(" ") + 1)
    return words[-1].lstrip("._&")


def _add(found: list[Sentence], text: str, start: int, end: int) -> None:
    bare = text[start:end].strip()
    if bare:
        begin = text.index(bare[0], start)
        found.append(Sentence(begin, begin + len(bare)))
