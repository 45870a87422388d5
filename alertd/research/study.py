"""An event under study: what all who write of it ask for, each worked out once, when it is asked first.

    types, main          what it is about, the surest first
    title, body          its texts, cut into sentences (texts.py)
    written, called      how each company is written in it, and its name besides
    of_the_news          how those are written whom it is about
    taken_back, is_talk, is_read_plainly

It goes from hand to hand in place of the event.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from alertd.companies.ordinary import is_ordinary
from alertd.model import Event, Evidence, NoteGround, ReportedType
from alertd.research.hints import Quick
from alertd.research.plain_reading import is_read_plainly
from alertd.research.retracted import taken_back
from alertd.research.texts import READ, Text
from alertd.rules.reported import SURE
from alertd.text.sentences import sentences

ONE_SIDED = ("short_report", "law_firm_notice")
"""Types of what somebody says who gains by saying it."""
_MOST_TYPES = 4
_BESIDE = frozenset(("price_target", "results"))
"""Types that are told beside another: where there is one, that is what the text is about."""
_TALK = Quick(re.compile(
    r"\b(?:in|hold(?:s|ing)?|early|advanced) talks\b|\bmay come to nothing\b|\bearly stage\b"
    r"|\b(?:considers|considering|weighs|weighing|explores|exploring|mulls|mulling)\b",
    re.IGNORECASE,
))  # fmt: skip
_CAPITAL = re.compile(r"\b[A-Z][\w&-]+")
_LEAD_READ, _LEAD_SENTENCES = 400, 2
"""Characters and sentences of a body in which who is named has a part in the news, though nobody has found it."""
_NOTHING = Text("")


def _is_in_title(found: ReportedType) -> bool:
    return any(span.field == "title" for span in found.evidence)


@dataclass(frozen=True)
class Study:
    """An event, and what was read in it."""

    event: Event

    @cached_property
    def title(self) -> Text:
        """Its title."""
        return Text(self.event.title)

    @cached_property
    def body(self) -> Text:
        """Its body."""
        return Text(self.event.body)

    def with_types(self, types: list[ReportedType]) -> Study:
        """Give it with other event types; itself where they are the same."""
        return self if types == self.event.event_types else Study(replace(self.event, event_types=types))

    def text(self, field: str) -> Text:
        """Give the text of a field that evidence names; an empty one of a field that has none."""
        return self.title if field == "title" else self.body if field == "body" else _NOTHING

    def around(self, spans: Iterable[Evidence]) -> list[str]:
        """Give the sentences in which places of what is read stand, each once."""
        found: dict[str, None] = {}
        for span in spans:
            text = self.text(span.field)
            length = READ if text is self.body else len(text.said)
            for one in text.touched(span.start, span.end) if span.start < length else ():
                if one.start < length:
                    found[text.said[one.start : min(one.end, length)].rstrip()] = None
        return list(found)

    @cached_property
    def read(self) -> str:
        """Its title, and what is read of its body."""
        return f"{self.event.title}\n{self.event.body[:READ]}"

    @cached_property
    def types(self) -> tuple[ReportedType, ...]:
        """The event types that it is about, the surest first, of these what the title says; what an analyst expects
        comes last.

        None of more than four: a round-up of the day, or a heap of keywords.
        """
        sure = [found for found in self.event.event_types if found.confidence >= SURE]
        if len(sure) > _MOST_TYPES:
            return ()
        return tuple(sorted(sure, key=lambda one: (one.type in _BESIDE, -one.confidence, not _is_in_title(one))))

    @cached_property
    def main(self) -> ReportedType | None:
        """The event type that a note is about: the surest; None if none is sure enough."""
        return next(iter(self.types), None)

    @cached_property
    def _talks(self) -> bool:
        return _TALK.search(self.read) is not None

    def is_talk(self, found: ReportedType) -> bool:
        """Whether a thing is only talked of: rumoured, or reported with words that say so."""
        return self._talks if found.status == "reported" else found.status == "rumoured"

    @cached_property
    def taken_back(self) -> Evidence | None:
        """The words with which a story takes itself back; None where it stands."""
        return taken_back(self.event)

    @cached_property
    def is_read_plainly(self) -> bool:
        """Whether its sentences may be told although no kind of event was recognised."""
        return self.taken_back is None and is_read_plainly(self.event, self.body)

    @cached_property
    def quoted(self) -> dict[tuple[str, int, int], NoteGround | None]:
        """What was quoted of it so far, by its places: a right or the title is the ground of several statements."""
        return {}

    @cached_property
    def lead(self) -> str:
        """The first sentences of the body, in which who is named has a part in the news."""
        body = self.event.body
        first = sentences(body[:_LEAD_READ], _LEAD_SENTENCES)
        return body[: max((one.end for one in first), default=0)]

    @cached_property
    def written(self) -> dict[str, frozenset[str]]:
        """How each company is written in it, by its id."""
        found: dict[str, frozenset[str]] = {}
        for one in self.event.companies:
            words = {self.text(span.field).said[span.start : span.end].strip() for span in one.evidence}
            found[one.id] = found.get(one.id, frozenset()) | (words - {""})
        return found

    @cached_property
    def called(self) -> dict[str, tuple[str, ...]]:
        """What each company is called, by its id: as it is written, and its name; the longest first."""
        found = {one: set(words) for one, words in self.written.items()}
        for one in self.event.companies:
            found[one.id] |= {one.name.strip()} - {""}
        return {one: tuple(sorted(words, key=lambda word: (-len(word), word))) for one, words in found.items()}

    @cached_property
    def of_the_news(self) -> frozenset[str]:
        """How those are written whom it is about: parties of its types, and whoever the title names.

        Of several types those count that the title says, and the surest: who sues somebody else in a side sentence
        has no part in it.
        """
        told = [one for n, one in enumerate(self.types) if n == 0 or _is_in_title(one)]
        ids = {party.company for one in told for party in one.parties}
        ids |= {one.id for one in self.event.companies if any(span.field == "title" for span in one.evidence)}
        names = {word for one in self.event.companies if one.id in ids for word in self.called[one.id]}
        words = {*_CAPITAL.findall(self.event.title), *(name.split()[0] for name in names)}
        return frozenset(names | {one for one in words if len(one) > 2 and not is_ordinary(one.lower())})
