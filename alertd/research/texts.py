"""A text of an event, and what all who read in it ask for: its sentences, and the places that report nothing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property

from alertd.research.asides import cautions, hidden, lures
from alertd.research.prose import Spoken, prose
from alertd.text.sentences import Sentence, sentences

READ = 4_000
"""Code points of a body that are looked through: what a report has to say stands in front."""
_MOST_SENTENCES = 40
REACH = 400
"""Characters before and behind a place that can be of its sentence: one that is longer is cut there."""
_FRONT = READ + 2 * REACH
_WINDOW = REACH + 40
"""Characters around a place behind the front that are cut: blanks at its ends are part of no sentence."""


@dataclass(frozen=True)
class Text:
    """A title or a body. What is asked of it is worked out when it is asked first, and then stays."""

    said: str

    @cached_property
    def _front(self) -> tuple[list[Sentence], list[int], list[int]]:
        """The sentences of its beginning, where they start, and where they end."""
        found = sentences(self.said[:_FRONT])
        return found, [one.start for one in found], [one.end for one in found]

    def touched(self, start: int, end: int) -> list[Sentence]:
        """Give the sentences in which a place stands. Of a long text few places are asked behind its beginning."""
        if len(self.said) <= _FRONT or end + REACH <= _FRONT:
            found, starts, ends = self._front
            return found[bisect_right(ends, start) : bisect_left(starts, end)]
        first, last = max(start - _WINDOW, 0), min(end + _WINDOW, len(self.said))
        near = (Sentence(first + one.start, first + one.end) for one in sentences(self.said[first:last]))
        return [one for one in near if one.start < end and start < one.end]

    def around(self, start: int, end: int) -> tuple[int, int]:
        """Give where the sentences begin and end in which a place stands; the place itself where it is in none."""
        touched = self.touched(start, end)
        if not touched:
            return start, end
        first, last = max(touched[0].start, start - REACH), min(touched[-1].end, end + REACH)
        while first < start and self.said[first].isspace():
            first += 1
        while last > end and self.said[last - 1].isspace():
            last -= 1
        return min(first, start), max(last, end)

    def front(self, most: int) -> list[Sentence]:
        """Give the sentences of what is read of it; after so many the rest is one."""
        length = min(len(self.said), READ)
        cut, starts, _ = self._front
        found = cut[: bisect_left(starts, length)]
        if found and found[-1].end > length:
            found[-1] = Sentence(found[-1].start, len(self.said[:length].rstrip()))
        if len(found) > most:
            found[most - 1 :] = [Sentence(found[most - 1].start, found[-1].end)]
        return found

    @cached_property
    def spoken(self) -> tuple[Spoken, ...]:
        """The sentences that are prose and speak to nobody."""
        return tuple(prose(self.said, self.front(_MOST_SENTENCES)))

    @cached_property
    def _hidden(self) -> tuple[tuple[int, int], ...]:
        return hidden(self.said)

    @cached_property
    def _cautions(self) -> tuple[tuple[int, int], ...]:
        return cautions(self.said, READ)

    @cached_property
    def _lures(self) -> tuple[tuple[int, int], ...]:
        return lures(self.said)

    def is_hidden(self, start: int, end: int) -> bool:
        """Whether a place is in a comment, or in a bracket that speaks to its reader."""
        return any(first < end and start < last for first, last in self._hidden)

    def is_caution(self, place: int) -> bool:
        """Whether a place that is read is in a list of what might happen, or behind words that call it one."""
        return any(first <= place < last for first, last in self._cautions)

    def leads_up(self, start: int, end: int) -> bool:
        """Whether a place is in a short paragraph that speaks to its reader."""
        return any(first < end and start < last for first, last in self._lures)
