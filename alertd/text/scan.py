"""Find which terms of a rule book occur in a text, in one pass; where they stand is worked out when asked.

A term is found under its words, once for each inflected form of the last (`alertd.text.inflect`): by the compiled
core where it is there (`alertd.text.core`), else by dictionaries (`alertd.text.dictionaries`). Both find the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from sys import intern
from typing import Protocol

from alertd.text.core import CORE, CoreField, CoreTerms
from alertd.text.dictionaries import Dictionaries
from alertd.text.fold import Tokens
from alertd.text.near import nearest
from alertd.text.quote import MAX_QUOTE, quote
from alertd.text.term import Term, make_term, spellings, term_words

__all__ = ["Found", "Term", "TermScanner", "make_term", "term_words"]

_NO_END = (1 << 32) - 1


class Field(Protocol):
    """What was found in the title or the body."""

    @property
    def terms(self) -> set[Term]:
        """The terms that occur."""

    @property
    def tokens(self) -> Tokens:
        """The words."""

    def beginning(self, words: int) -> set[Term]:
        """Give the terms that stand within the first words."""

    def positions(self, term: Term) -> list[tuple[int, int]]:
        """Give the first and last word of every place of a term."""


class Table(Protocol):
    """Terms that texts are searched for."""

    def put(self, term: Term, head: list[str], lasts: tuple[str, ...]) -> None:
        """Look for a term from now on: the words before its last, and what that may be."""

    def drop(self, term: Term, head: list[str], lasts: tuple[str, ...]) -> None:
        """Look for a term no more."""

    def read(self, text: str) -> Field:
        """Read a text and find the terms in it."""


class Found:
    """The terms found in one event, and their places in its title and body."""

    __slots__ = ("_fields", "_keys", "body", "title")

    def __init__(self, title: Field, body: Field) -> None:
        self._fields = {"title": title, "body": body}
        self.title = title.terms
        self.body = body.terms
        self._keys: frozenset[str] | None = None

    @property
    def keys(self) -> frozenset[str]:
        """The terms as an index asks for them: those of title and body, and the title's once more behind `title:`."""
        if self._keys is None:
            self._keys = frozenset([*self.title, *self.body, *map("title:".__add__, self.title)])
        return self._keys

    @property
    def fields(self) -> tuple[Field, Field]:
        """What was found in the title, and what in the body."""
        return self._fields["title"], self._fields["body"]

    def terms(self) -> set[Term]:
        """Give all terms that occur."""
        return self.title | self.body

    def tokens(self, field: str) -> Tokens:
        """Give the words of `title` or `body`."""
        return self._fields[field].tokens

    def beginning(self, field: str, words: int) -> set[Term]:
        """Give the terms that stand within the first words of `title` or `body`."""
        return self._fields[field].beginning(words)

    def positions(self, field: str, term: Term) -> list[tuple[int, int]]:
        """Give every place of a term in `title` or `body` as its first and last word, counted from 0."""
        return self._fields[field].positions(term)

    def near(
        self, field: str, groups: tuple[frozenset[Term], ...], within: int, before: int | None = None
    ) -> list[tuple[int, int]] | None:
        """Give the first and last word of a term of each group, all within so many words; None if there are none.

        Of the text only the words before the how many-th count, if that is given.
        """
        return nearest(partial(self.positions, field), groups, within, before)

    def quoted(self, field: str, terms: Collection[Term], limit: int) -> list[tuple[int, int, str]]:
        """Give the first places of any of these terms, as original code points, end exclusive, with the words around
        each (`quote`).

        A term inside a longer one proves nothing more.
        """
        found = [place for term in terms for place in self.positions(field, term)]
        kept: list[tuple[int, int]] = []
        for place in sorted(found, key=_longest_first):
            if not kept or place[1] > kept[-1][1]:
                kept.append(place)
                if len(kept) == limit:
                    break
        tokens = self.tokens(field)
        spans = [tokens.span(first, last) for first, last in kept]
        return [(start, end, quote(tokens.text, start, end)) for start, end in spans]


class CoreFound(Found):
    """What the core found."""

    __slots__ = ()

    def near(
        self, field: str, groups: tuple[frozenset[Term], ...], within: int, before: int | None = None
    ) -> list[tuple[int, int]] | None:
        """Let the core look, which has all places at hand."""
        there = self._fields[field]
        assert isinstance(there, CoreField)
        return there.read.near(groups, within, _NO_END if before is None else before)

    def quoted(self, field: str, terms: Collection[Term], limit: int) -> list[tuple[int, int, str]]:
        """Let the core look, and cut."""
        there = self._fields[field]
        assert isinstance(there, CoreField)
        return there.read.quoted(terms, limit, MAX_QUOTE)


def _longest_first(place: tuple[int, int]) -> tuple[int, int]:
    return place[0], -place[1]


class TermScanner:
    """Scans for a set of terms that grows and shrinks; what is added twice is there until it is removed twice."""

    def __init__(self, terms: Iterable[Term] | Mapping[Term, int] = (), table: Table | None = None) -> None:
        """`terms` may say how often each is needed; `table` finds them: the fastest that there is, or a test's."""
        uses = terms if isinstance(terms, Mapping) else Counter(map(intern, terms))
        self._uses = {intern(term): count for term, count in uses.items()}
        self._uses.pop("", None)
        self.table: Table = table if table is not None else CoreTerms() if CORE else Dictionaries()
        self._found = CoreFound if isinstance(self.table, CoreTerms) else Found
        for term in self._uses:
            self.table.put(term, *spellings(term))

    def __len__(self) -> int:
        return len(self._uses)

    def __contains__(self, term: Term) -> bool:
        return term in self._uses

    def uses(self) -> dict[Term, int]:
        """Give the terms, and how often each is needed."""
        return dict(self._uses)

    def add(self, term: Term) -> None:
        """Scan for a term from now on."""
        if not term:
            return
        term = intern(term)
        uses = self._uses.get(term, 0)
        if not uses:
            self.table.put(term, *spellings(term))
        self._uses[term] = uses + 1

    def remove(self, term: Term) -> None:
        """Take one `add` back. A term that is not scanned for is a KeyError."""
        if not term:
            return
        uses = self._uses[term] - 1
        if uses:
            self._uses[term] = uses
            return
        del self._uses[term]
        self.table.drop(term, *spellings(term))

    def scan(self, title: str, body: str) -> Found:
        """Find the terms that occur; title and body are separate, a phrase never spans both."""
        read = self.table.read
        return self._found(read(title), read(body))
