"""A sentence in which an event is told: its words, which of them are the evidence, where their clause ends."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from alertd.enrich.draft import Draft, Field
from alertd.enrich.frames_line import SHARPLY, Line
from alertd.enrich.status_words import PARTING, Phrases
from alertd.text.sentences import Sentence

_UNDATED = 2025
"""The year in which an item is taken to be written that states no time."""


class Clauses:
    """One sentence with the places of an event's words in it."""

    def __init__(self, draft: Draft, field: Field, sentence: Sentence, spans: Sequence[tuple[int, int]]) -> None:
        self.field: Field = field
        text = draft.text(field)
        self.units: Line = draft.units(field, sentence)
        self.own = [any(start <= unit.start < end for start, end in spans) for unit in self.units]
        # A company's name is no word: Block lays off staff, and blocks nothing.
        self.low = [unit.low if unit.company is None else f"[{unit.low}]" for unit in self.units]
        self._words = frozenset(self.low)
        self.year = _year(draft.event.event_at or draft.event.published_at or "")
        self.asks = text[sentence.start : sentence.end].rstrip("\"'”’) ").endswith("?")
        self._text = text

    def is_capital(self, i: int) -> bool:
        """Whether a word begins with a capital."""
        return self._text[self.units[i].start].isupper()

    def heads(self, words: Collection[str]) -> list[int]:
        """Give where the evidence begins, stretch by stretch; only the telling stretches if there are any."""
        starts = [i for i, own in enumerate(self.own) if own and not (i and self.own[i - 1])]
        telling = [i for i in starts if any(self.low[j] in words for j in self._stretch(i))]
        return telling or starts[:1]

    def _stretch(self, start: int) -> range:
        end = start
        while end < len(self.own) and self.own[end]:
            end += 1
        return range(start, end)

    def after(self, head: int) -> int:
        """Give the place behind a stretch of evidence."""
        return self._stretch(head).stop

    def bounds(self, head: int) -> tuple[int, int]:
        """Give where the clause of a place begins and ends."""
        start, end = head, self.after(head)
        while start > 0 and not self._parts(start - 1):
            start -= 1
        while end < len(self.low) and not self._parts(end) and self.low[end] != ",":
            end += 1
        return start, end

    def _parts(self, i: int) -> bool:
        return not self.own[i] and (self.low[i] in SHARPLY or self.low[i] in PARTING)

    def last_of(self, words: Collection[str], start: int, end: int) -> int | None:
        """Give the last place of one of these words that is not evidence itself."""
        if self._words.isdisjoint(words):
            return None
        return next(
            (i for i in range(end - 1, max(start, 0) - 1, -1) if self.low[i] in words and not self.own[i]), None
        )

    def phrase(self, phrases: Phrases, start: int, end: int) -> tuple[int, int] | None:
        """Give the first place of one of these phrases that is not evidence itself."""
        if self._words.isdisjoint(phrases):
            return None
        return find(self.low, phrases, start, end, self.own)


def find(
    low: Sequence[str], phrases: Phrases, start: int = 0, end: int | None = None, own: Sequence[bool] = ()
) -> tuple[int, int] | None:
    """Give the first and last place of a phrase that begins between two places, but not on the evidence itself."""
    for i in range(max(start, 0), len(low) if end is None else min(end, len(low))):
        for phrase in phrases.get(low[i], ()):
            if tuple(low[i : i + len(phrase)]) == phrase and not (own and own[i]):
                return i, i + len(phrase) - 1
    return None


def _year(at: str) -> int:
    return int(at[:4]) if at[:4].isdecimal() else _UNDATED
