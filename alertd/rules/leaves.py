"""The leaves that read an event's words and origin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from alertd.model import Event, Evidence
from alertd.rules.logic import CHEAP, Node, Reading, Result, Truth, quote
from alertd.text.scan import Term

PER_LEAF = 3
"""Pieces of evidence that one leaf gives: enough to trust it, few enough to read."""


@dataclass(frozen=True, slots=True)
class Words:
    """A word or phrase, or any of several, in the title or body, or in the title alone.

    Two-valued: what is not in the text that the event has now is false.
    """

    name: str
    """`text` or `title`."""
    written: tuple[str, ...]
    any_of: frozenset[Term]

    @property
    def cost(self) -> int:
        """Cheap: the scan has been done already."""
        return CHEAP

    @property
    def children(self) -> tuple[Node, ...]:
        """A leaf has none."""
        return ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Where the words may stand."""
        return ("title",) if self.name == "title" else ("title", "body")

    def label(self) -> str:
        """Say the condition in one line."""
        return f"{self.name}: {_list(self.written)}"

    def terms(self) -> Iterator[Term]:
        """Give its terms."""
        return iter(self.any_of)

    def clause(self) -> frozenset[Term] | None:
        """Requires one of its terms."""
        return self.any_of

    def evaluate(self, reading: Reading) -> Result:
        """Look the terms up among those that the scan found."""
        spans: list[tuple[str, int, int]] = []
        for field in self.fields:
            hits = reading.found.title if field == "title" else reading.found.body
            if len(spans) < PER_LEAF and (present := self.any_of & hits.keys()):
                spans += _first_places(reading, field, present)
        evidence = tuple(make_evidence(reading, *span) for span in spans[:PER_LEAF])
        where = "the title" if self.name == "title" else "title or body"
        return Result(True, evidence) if evidence else Result(False, (), f"not in {where}")


def _first_places(reading: Reading, field: str, terms: frozenset[Term]) -> list[tuple[str, int, int]]:
    places = sorted(
        (place for term in terms for place in reading.found.places(field, term, PER_LEAF)),
        key=lambda place: (place[0], -place[1]),
    )
    kept: list[tuple[str, int, int]] = []
    for start, end in places:
        if not kept or end > kept[-1][2]:  # a term inside a longer one proves nothing more
            kept.append((field, start, end))
    return kept


def make_evidence(reading: Reading, field: str, start: int, end: int) -> Evidence:
    """Make the evidence for a span of the title or body: its exact place, quoted with the words around it."""
    return Evidence(field=field, start=start, end=end, quote=quote(reading.text(field), start, end))


def _same(value: str, wanted: str) -> bool:
    return value == wanted


def _in_language(value: str, wanted: str) -> bool:
    # RFC 4647 section 3.3.1, basic filtering: `en` holds for en-US, `en-GB` not for en-US nor for en.
    value, wanted = value.lower().replace("_", "-"), wanted.lower()
    return value == wanted or value.startswith(wanted + "-")


_Reader = Callable[[Event], str]

ORIGIN: dict[str, tuple[_Reader, Callable[[str, str], bool]]] = {
    "source": (lambda event: event.source, _same),
    "kind": (lambda event: event.kind, _same),
    "language": (lambda event: event.language, _in_language),
    "trust": (lambda event: event.trust, _same),
}
"""Leaves on where an event comes from: how to read the value, and when it is the one wanted."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The event's source, kind, language or trust is one of those named; unknown where the event states none."""

    name: str
    any_of: tuple[str, ...]

    @property
    def cost(self) -> int:
        """Cheap: one comparison."""
        return CHEAP

    @property
    def children(self) -> tuple[Node, ...]:
        """A leaf has none."""
        return ()

    def label(self) -> str:
        """Say the condition in one line."""
        return f"{self.name}: {_list(self.any_of)}"

    def terms(self) -> Iterator[Term]:
        """Needs no term."""
        return iter(())

    def clause(self) -> frozenset[Term] | None:
        """Requires no term."""
        return None

    def evaluate(self, reading: Reading) -> Result:
        """Compare the event's value with those wanted."""
        read, fits = ORIGIN[self.name]
        value = read(reading.event)
        if not value:
            return Result(None, (), f"the event states no {self.name}")
        truth: Truth = any(fits(value, wanted) for wanted in self.any_of)
        evidence = (Evidence(field=self.name, start=0, end=0, quote=value[:200]),) if truth else ()
        return Result(truth, evidence, f"{self.name} is {value[:200]}")


def _list(words: tuple[str, ...]) -> str:
    shown = ", ".join(words[:6])
    return shown if len(words) <= 6 else f"{shown} and {len(words) - 6} more"
