"""What the grounds of one event say, made comparable: figures, dates and names, each ground read once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from alertd.companies.names import short_name
from alertd.companies.ordinary import words_of
from alertd.model import Event, NoteGround
from alertd.research.figure_support import missing_date, missing_number
from alertd.research.figures import Figures, read_figures
from alertd.research.handles import labels_of
from alertd.research.material import Material
from alertd.research.proper_names import Name, Written, names_in, written_words
from alertd.research.quotes import Found, Quotable
from alertd.text.fold import Tokens

_ELSEWHERE = 65_536
"""Code points of a body that may say whose dollars are meant."""
_LOWERED = 65_536
_MENTION = 60
"""Characters of a place where a company is named, beyond which it is not a name."""


class Read(NamedTuple):
    """What a statement may take from one ground."""

    figures: Figures
    words: Written


class Claim(NamedTuple):
    """What a statement says that can be looked up."""

    text: str
    figures: Figures
    names: tuple[Name, ...]

    def missing(self, grounds: Sequence[Read]) -> tuple[str, str] | None:
        """Give the kind and the words of what stands in none of the grounds; None: all does."""
        figures = [one.figures for one in grounds]
        if said := missing_number(self.figures, self.text, figures):
            return "number", said
        if said := missing_date(self.figures, figures):
            return "date", said
        unknown = (name.said for name in self.names if not any(one.words.has(name) for one in grounds))
        return ("name", said) if (said := next(unknown, None)) else None


class Reader:
    """Reads statements and grounds about one event."""

    def __init__(self, material: Material) -> None:
        self._event = material.event
        self._labels = labels_of(material)
        self.called = called(material)
        """Company id -> the folded names by which it is called, each as its words."""
        self.quotable = Quotable(material.event)
        self._read: dict[tuple[str, int, int], Read] = {}
        """Sentences by field and place: many statements rest on the same."""

    @cached_property
    def _elsewhere(self) -> str:
        return f"{self._event.title}\n{self._event.body[:_ELSEWHERE]}"

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(word for names in self.called.values() for name in names for word in name)

    @cached_property
    def _lowered(self) -> frozenset[str]:
        return _in_small_letters(self._event)

    def claim(self, text: str) -> Claim:
        """Read what a statement says."""
        figures = read_figures(text, self._elsewhere)
        return Claim(text, figures, tuple(names_in(figures.rest, self._known, self._lowered)))

    def quote(self, found: Found) -> Read:
        """Read the sentence of a quote."""
        place = found.evidence.field, found.start, found.end
        if place not in self._read:
            self._read[place] = self._text(self.quotable.texts[place[0]].said[found.start : found.end])
        return self._read[place]

    def handle(self, ground: NoteGround) -> Read:
        """Read a relation, an earlier event or a number."""
        return self._text(ground.text, [one for one in (ground.company, ground.of) if one])

    def _text(self, text: str, companies: Sequence[str] = ()) -> Read:
        written = written_words(text)
        named = {*companies, *self._companies_in(text, written)}
        names = frozenset(word for one in named for name in self.called.get(one, ()) for word in name)
        return Read(read_figures(text, self._elsewhere), written._replace(names=names))

    def _companies_in(self, text: str, written: Written) -> Iterator[str]:
        """Give the companies that a text names by one of their names; a name of one word needs its capital."""
        whole = words_of(text)
        for company, names in self.called.items():
            if any(len(name) > 1 or name[0] in written.capitals for name in _said(names, whole)):
                yield company

    def names(self, text: str, company: str) -> bool:
        """Whether a text names a company."""
        return any(_said(self.called.get(company, ()), words_of(text)))


def _said(names: Iterable[tuple[str, ...]], words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Give those of names that stand among the words of a text."""
    whole = f" {' '.join(words)} "
    return (name for name in names if f" {' '.join(name)} " in whole)


def called(material: Material) -> Mapping[str, frozenset[tuple[str, ...]]]:
    """Give the names of every company near the event: as declared, its label, and as the text calls it."""
    names: dict[str, set[str]] = {}
    for company, label in [*material.names.items(), *labels_of(material).items()]:
        names.setdefault(company, set()).add(label)
    for one in material.exposures:
        names.setdefault(one.company, set()).add(one.label)
    for mention in material.event.companies:
        quoted = (spot.quote for spot in mention.evidence if len(spot.quote) <= _MENTION)
        names.setdefault(mention.id, set()).update((mention.name, mention.ticker or "", *quoted))
    return {company: frozenset(_folded(several)) for company, several in names.items()}


def _folded(names: set[str]) -> Iterator[tuple[str, ...]]:
    for name in names:
        for words in (words_of(name), tuple(short_name(name).split())):
            if words:
                yield words


def _in_small_letters(event: Event) -> frozenset[str]:
    """Give the folded words that an event's text writes in small letters."""
    tokens = [Tokens(event.title), Tokens(event.body[:_LOWERED])]
    return frozenset(word for one in tokens for i, word in enumerate(one.words) if i not in one.capitals)
