"""The words that a note quotes, each once: what rests on the same words refers to them by a number. Pure.

widest        of places that lie in one another the widest is quoted
numbered      what more than one statement rests on; the first of them shows the words
"""

from __future__ import annotations

from collections import Counter

from alertd.model import Note, NoteGround, NoteStatement
from alertd.notify.plain import one_line

QUOTE_MAX = 240
QUOTES = 3
"""Words of a statement that are quoted."""


class Quotes:
    """The quotes of one note, as its statements come to be shown."""

    def __init__(self, note: Note) -> None:
        self._all = [ground for said in note.statements for ground in said.grounds if ground.evidence is not None]
        self._widest: dict[tuple[object, ...], str] = {}
        used = Counter(words for said in note.statements for words in self.of(said))
        several = [words for words, times in used.items() if times > 1]  # in the order in which they are first said
        self._numbers = {words: f"[{number}]" for number, words in enumerate(several, 1)}
        self._shown: set[str] = set()

    def of(self, said: NoteStatement) -> list[str]:
        """Give the words that a statement rests on, as they are shown, each once."""
        quotes = (self._words(ground) for ground in said.grounds if ground.evidence is not None)
        return list(dict.fromkeys(words for words in quotes if words))[:QUOTES]

    def mark(self, words: str) -> str:
        """Give the number of words that several statements rest on: `[1]`; empty where only one does."""
        return self._numbers.get(words, "")

    def is_new(self, words: str) -> bool:
        """Tell whether words are to be shown: the first time that they are asked for."""
        new = words not in self._shown
        self._shown.add(words)
        return new

    def _words(self, ground: NoteGround) -> str:
        """Give the words of a ground, or those of the widest that they are a part of."""
        one = ground.evidence
        if one is None or not one.quote:
            return ""
        place = (one.field, one.start, one.end, one.quote)
        if place not in self._widest:
            around = [other for other in self._all if _contains(other, ground)]
            widest = max(around, key=lambda other: len(other.said))
            self._widest[place] = one_line(widest.said, QUOTE_MAX)
        return self._widest[place]


def _contains(outer: NoteGround, inner: NoteGround) -> bool:
    """Whether a quote lies in another: by its place, and by its words, for rights may have cut either."""
    one, other = outer.evidence, inner.evidence
    if one is None or other is None or one.field != other.field:
        return False
    return one.start <= other.start and other.end <= one.end and other.quote in one.quote
