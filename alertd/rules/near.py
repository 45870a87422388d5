"""The `near` leaf: all of some terms within a number of words of one another.

    {terms: [lease, [supercomputer, GPU]], within: 12}     lease, and a supercomputer or a GPU, in 12 words
    {terms: [lease, GPU], within: 12, in: title}           the same in the title alone

Counted are the words of the text as they are scanned (`alertd.text`), from the first word of the first term to the
last word of the last one, both included. Title and body are separate.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from alertd.rules.leaves import PER_LEAF, listed
from alertd.rules.logic import COSTLY, Clause, Leaf, Reading, Result, Scope, Truth
from alertd.text.scan import Term

MAX_GROUPS = 20
MAX_WITHIN = 200

_NOT_ALL = {
    "text": "not all of them in the title or in the body",
    "lead": "not all of them in the title or in the lead",
    "title": "not all of them in the title",
}

_FIELDS = {"text": ("title", "body"), "lead": ("title", "body"), "title": ("title",)}


class Near(Leaf, frozen=True, gc=False, tag="near"):
    """A term of every group within so many words."""

    groups: tuple[frozenset[Term], ...]
    within: int
    written: tuple[str, ...]
    place: str = "text"
    """`text`, `lead` or `title`, as for words."""

    @property
    def cost(self) -> int:
        """Costly: needs every place of its terms."""
        return COSTLY

    def label(self) -> str:
        """Say the condition in one line."""
        where = "" if self.place == "text" else f" in the {self.place}"
        return f"near: {listed(self.written)} within {self.within} words{where}"

    def terms(self) -> Iterator[Term]:
        """Give the terms of all groups."""
        return (term for group in self.groups for term in group)

    def clauses(self) -> tuple[Clause, ...]:
        """Requires a term of every group."""
        field = "title" if self.place == "title" else "text"
        return tuple(frozenset(f"{field}:{term}" for term in group) for group in self.groups)

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Look for them, and keep no proof."""
        for field in _FIELDS[self.place]:
            here = self._there(reading, field)
            for group in self.groups:
                if group.isdisjoint(here):  # asked of every event, and mostly so
                    break
            else:
                if self._near(reading, field) is not None:
                    return True
        return None if self.place != "title" and reading.event.awaiting == "full_text" else False

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Look for a place in the title, then in the body, where they stand together."""
        apart = False
        for field in _FIELDS[self.place]:
            there = self._there(reading, field)
            if any(group.isdisjoint(there) for group in self.groups):
                continue
            apart = True
            if (places := self._near(reading, field)) is not None:
                span = reading.found.tokens(field).span
                spans = sorted({span(first, last) for first, last in places})
                return Result(True, tuple(reading.quoted(field, *one) for one in spans[:PER_LEAF]))
        seen = f"further apart than {self.within} words" if apart else _NOT_ALL[self.place]
        if self.place != "title" and reading.event.awaiting == "full_text":
            return Result(None, (), seen + " in what is there yet; the full text is still to come")
        return Result(False, (), seen)

    def _near(self, reading: Reading, field: str) -> list[tuple[int, int]] | None:
        before = reading.lead if field == "body" and self.place == "lead" else None
        return reading.found.near(field, self.groups, self.within, before)

    def _there(self, reading: Reading, field: str) -> Set[Term]:
        if field == "title":
            return reading.found.title
        return reading.found.body if self.place == "text" else reading.lead_terms
