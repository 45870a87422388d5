"""The leaves that read an event's words and origin, and what all leaves share: their proof, and what is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from alertd.model import Event, Evidence
from alertd.rules.logic import Clause, Leaf, Reading, Result, Scope, Truth
from alertd.text.quote import MAX_QUOTE
from alertd.text.scan import Term

PER_LEAF = 3
"""Pieces of evidence that one leaf gives: enough to trust it, few enough to read."""


PLACES = ("text", "lead", "title")
"""Where words may be asked for, the widest first: what stands in one stands in those before it."""
_NOWHERE = {"title": "not in the title", "lead": "not in the title or the lead", "text": "not in title or body"}


class Words(Leaf, frozen=True, gc=False, tag="words"):
    """A word or phrase, or any of several, in the title or body, in the title or the body's lead, or in the title.

    What is not in the text that the event has now is false, or unknown while its full text is still to come.
    """

    name: str
    """`text`, `lead` or `title`."""
    written: tuple[str, ...]
    any_of: frozenset[Term]

    def label(self) -> str:
        """Say the condition in one line."""
        return f"{self.name}: {listed(self.written)}"

    def terms(self) -> Iterator[Term]:
        """Give its terms."""
        return iter(self.any_of)

    def clauses(self) -> tuple[Clause, ...]:
        """Requires one of its terms; of the lead an event has no keys, so somewhere in the text."""
        return (frozenset(f"{'title' if self.name == 'title' else 'text'}:{term}" for term in self.any_of),)

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Look the terms up among those that the scan found."""
        if not self.any_of.isdisjoint(reading.found.title):
            return True
        if self.name == "title":
            return False
        if not self.any_of.isdisjoint(reading.found.body if self.name == "text" else reading.lead_terms):
            return True
        return None if reading.event.awaiting == "full_text" else False

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Look the terms up, and show the first places."""
        there = self.any_of & reading.found.title
        evidence = reading.shown("title", there, PER_LEAF) if there else ()
        if self.name != "title" and len(evidence) < PER_LEAF:
            there = self.any_of & (reading.found.body if self.name == "text" else reading.lead_terms)
            evidence += reading.shown("body", there, PER_LEAF) if there else ()
        if evidence:
            return Result(True, evidence[:PER_LEAF])
        if self.name != "title" and reading.event.awaiting == "full_text":
            return Result(None, (), "not in what is there yet; the full text is still to come")
        return Result(False, (), _NOWHERE[self.name])


def proof(
    reading: Reading, given: Iterable[Evidence], field: str, said: str, limit: int = PER_LEAF
) -> tuple[Evidence, ...]:
    """Give the spans that came with an event, as far as they are spans of its text; else what the event says."""
    sound = [
        reading.quoted(e.field, e.start, e.end)
        for e in given
        if e.field in ("title", "body") and 0 <= e.start < e.end <= len(reading.text(e.field))
    ]
    return tuple(sound[:limit]) or (Evidence(field=field, start=0, end=0, quote=said[:MAX_QUOTE]),)


def absent(reading: Reading) -> Truth:
    """Answer for what enrichment did not find: unknown while more is to come or the language is not understood."""
    return None if reading.event.awaiting == "full_text" or not reading.understood else False


def missing(reading: Reading, seen: str) -> Result:
    """Say so with the reason."""
    if reading.event.awaiting == "full_text":
        return Result(None, (), seen + " in what is there yet; the full text is still to come")
    if not reading.understood:
        return Result(None, (), f"{seen}, and the language `{reading.event.language[:20]}` is not understood")
    return Result(False, (), seen)


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


class Origin(Leaf, frozen=True, gc=False, tag="origin"):
    """The event's source, kind, language or trust is one of those named; unknown where the event states none."""

    name: str
    any_of: tuple[str, ...]
    written: str = ""
    """For a named list: which."""

    def label(self) -> str:
        """Say the condition in one line."""
        return f"{self.name}: {self.written or listed(self.any_of)}"

    def clauses(self) -> tuple[Clause, ...]:
        """Requires one of its values; a language stands for its variants, too, so it requires nothing exactly."""
        return () if self.name == "language" else (frozenset(f"{self.name}:{value}" for value in self.any_of),)

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Compare the event's value with those wanted."""
        read, fits = ORIGIN[self.name]
        value = read(reading.event)
        return any(fits(value, wanted) for wanted in self.any_of) if value else None

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Compare the event's value with those wanted, and say what it is."""
        read, fits = ORIGIN[self.name]
        value = read(reading.event)
        if not value:
            return Result(None, (), f"the event states no {self.name}")
        truth: Truth = any(fits(value, wanted) for wanted in self.any_of)
        evidence = (Evidence(field=self.name, start=0, end=0, quote=value[:200]),) if truth else ()
        return Result(truth, evidence, f"{self.name} is {value[:200]}")


def listed(words: tuple[str, ...]) -> str:
    """Name the first six of a list, and how many more there are."""
    shown = ", ".join(words[:6])
    return shown if len(words) <= 6 else f"{shown} and {len(words) - 6} more"
