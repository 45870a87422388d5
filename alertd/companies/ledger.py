"""What has been found in one event so far: mentions, what is sure, what was weighed, what was refused."""

from __future__ import annotations

from collections.abc import Sequence

from alertd.companies.mentions import Beside, Mention, Way
from alertd.companies.passages import FieldText
from alertd.companies.surface import POSSESSIVE

MOST = 600
"""Mentions of one field, and names that are weighed."""
MOST_REFUSED = 50


class Ledger:
    """Grows while an event is read."""

    def __init__(self, fields: Sequence[FieldText]) -> None:
        self._fields = fields
        self.sure: dict[str, str] = {}
        """Company -> by what it is named beyond doubt."""
        self.weighed: dict[str, str] = {}
        """Company -> the word that was taken for it."""
        self.others: dict[str, tuple[int, str]] = {}
        """Company -> somebody else whose longer name has its own in it, and how many points that counts."""
        self.explained: dict[str, str] = {}
        """Folded letters that the item explains as somebody else's, and how: AAR, of American railroads."""
        self.seen: list[tuple[tuple[str, ...], str, str]] = []
        """(words, written, company) of names, whose first words may stand for them later."""
        self.beside: list[Beside] = []
        self.changes = 0
        """How often something was taken."""
        self._refused: dict[tuple[str, str], None] = {}
        self._taken: dict[str, dict[int, Mention]] = {field.name: {} for field in fields}
        """Field -> first code point -> mention."""
        self._words: dict[str, tuple[set[int], set[int]]] = {field.name: (set(), set()) for field in fields}
        """Field -> first and last words of what is taken."""

    def edges(self, field: FieldText) -> tuple[set[int], set[int]]:
        """Give the first and the last words of what is taken."""
        return self._words[field.name]

    def ticker_places(self, field: FieldText) -> tuple[set[int], set[int]]:
        """Give where the tickers and tags that are taken begin and where they end."""
        taken = [one for one in self._taken[field.name].values() if one.way in ("ticker", "tag")]
        return {one.start for one in taken}, {one.end for one in taken}

    def ends_before(self, field: FieldText, place: int) -> bool:
        """Whether a name that is taken ends at a place or just before it."""
        return any(place - 2 <= one.end <= place for one in self._taken[field.name].values())

    def covered(self, field: FieldText) -> set[int]:
        """Give all words of what is taken."""
        starts, ends = (sorted(side) for side in self._words[field.name])
        return {i for first, last in zip(starts, ends, strict=True) for i in range(first, last + 1)}

    def take(
        self, field: FieldText, first: int, last: int, company: str, way: Way, why: str, written: str = ""
    ) -> None:
        """Take words as a company's name; `written` is how the name is written, to which an `'s` may belong."""
        self.changes += 1
        starts, ends = self._words[field.name]
        if first in starts or last in ends:
            return
        starts.add(first)
        ends.add(last)
        start, end = field.span(first, last)
        self.take_span(field, start, end + 2 * written.endswith(POSSESSIVE), company, way, why)

    def take_span(self, field: FieldText, start: int, end: int, company: str, way: Way, why: str) -> None:
        """Take code points of a field as a mention."""
        taken = self._taken[field.name]
        if len(taken) < MOST:
            taken.setdefault(start, Mention(company, field.name, start, end, way, why))

    def refuse(self, surface: str, why: str) -> None:
        """Note what was seen and not taken."""
        if len(self._refused) < MOST_REFUSED:
            self._refused.setdefault((surface[:80], why))

    def result(self) -> tuple[tuple[Mention, ...], tuple[Beside, ...], tuple[tuple[str, str], ...]]:
        """Give everything: the title's mentions first, in the order of the text."""
        mentions = [m for field in self._fields for _, m in sorted(self._taken[field.name].items())]
        return tuple(mentions), tuple(dict.fromkeys(self.beside)), tuple(self._refused)
