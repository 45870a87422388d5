"""An event while it is being understood: its text read once, and what has been found in it so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from alertd.companies.mentions import Mention
from alertd.enrich.frames_line import Line, units
from alertd.enrich.lengths import Length, lengths
from alertd.model import Event, Evidence, ReportedType
from alertd.rules.understanding import ByFrame
from alertd.text.fold import Tokens
from alertd.text.quote import quote
from alertd.text.sentences import Sentence, sentences

Field = Literal["title", "body"]
FIELDS: tuple[Field, ...] = ("title", "body")
READ = 65_536
"""Code points of a body that are understood; conditions on words see all of it."""


@dataclass
class Draft:
    """One event on its way through the steps of `enricher.py`; each step reads what those before it have found."""

    event: Event
    words: dict[Field, Tokens]
    """The folded words of the title and of the body, as the scan has read them."""
    mentions: tuple[Mention, ...] = ()
    """Every place where a company is named, the title's first, in the order of the text."""
    reported: list[ReportedType] = field(default_factory=list)
    """The event types just found, in the order of their names, beside those that the event brought with it."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """What was seen and not taken, with the reason in words: `Apple` as a fruit, a dispute settled years ago."""
    by_frames: dict[str, ByFrame] = field(default_factory=dict)
    """The event types that a frame shows in the title or the lead, by name."""
    found_amounts: bool = False
    """Whether the event's amounts were found in its text, and not brought with it."""

    _units: dict[tuple[Field, Sentence], Line] = field(default_factory=dict, repr=False)

    @property
    def types(self) -> list[ReportedType]:
        """All event types that the event reports: those that it brought with it, then those just found."""
        return [*self.event.event_types, *self.reported]

    def text(self, name: Field) -> str:
        """Give the title, or as much of the body as is read."""
        return self.event.title if name == "title" else self.event.body[:READ]

    @cached_property
    def sentences(self) -> dict[Field, list[Sentence]]:
        """The sentences of each field."""
        return {name: sentences(self.text(name)) for name in FIELDS}

    def units(self, name: Field, sentence: Sentence) -> Line:
        """Give a sentence's words, marks and companies, as roles and statuses read them; each is read once."""
        known = self._units.get((name, sentence))
        if known is None:
            mentions = self.mentions_in(name, *sentence)
            known = self._units[name, sentence] = units(self.text(name), *sentence, mentions)
        return known

    @cached_property
    def lowered(self) -> dict[Field, str]:
        """The text of each field in small letters, place by place: as it is, if a letter becomes two (İ)."""
        texts = {name: self.text(name) for name in FIELDS}
        return {name: low if len(low := text.lower()) == len(text) else text for name, text in texts.items()}

    @cached_property
    def vocabulary(self) -> dict[Field, frozenset[str]]:
        """The different folded words of each field: what a step looks for is mostly not among them."""
        return {name: frozenset(self.words[name].words) for name in FIELDS}

    @cached_property
    def lengths(self) -> dict[Field, list[Length]]:
        """The lengths of time in each field."""
        return {name: lengths(self.lowered[name], self.vocabulary[name]) for name in FIELDS}

    def passages(self) -> Iterator[tuple[Field, Sentence]]:
        """Go through all sentences: the title's, then the body's."""
        return ((name, one) for name in FIELDS for one in self.sentences[name])

    def mentions_in(self, name: Field, start: int, end: int) -> list[Mention]:
        """Give the mentions that lie within a span of a field."""
        return [m for m in self.mentions if m.field == name and start <= m.start and m.end <= end]

    def evidence(self, name: Field, start: int, end: int) -> Evidence:
        """Quote a span of a field."""
        return Evidence(field=name, start=start, end=end, quote=quote(self.text(name), start, end))
