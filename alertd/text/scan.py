"""Find which terms of a rule book occur in a text, in one pass; where they stand is worked out when asked.

A term is posted under its words, once for each inflected form of the last (`alertd.text.inflect`):

    lease                  words    "lease", "leases", …                            -> terms
    compute lease          pairs    ("compute", "lease"), ("compute", "leases"), …  -> terms
    right to reclaim       triples  ("right", "to", "reclaim"), …                   -> terms
    right of first offer   longer   ("right", "of", "first") -> 4, and then all four words -> terms

A text's words, pairs and triples are looked up in these one after another by calls that loop in C, which in Python
beats any walk along a trie. So the cost is that of the text and of what is found, whatever the number of terms.
Pairs, triples and longer ones are left out where the text has not one word that such phrases need.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress, count, pairwise
from sys import intern
from typing import TypeVar

from alertd.text.common import common_words
from alertd.text.fold import Tokens, split_words
from alertd.text.inflect import forms

_Key = TypeVar("_Key")
Term = str
"""A word or phrase, folded, its words joined by one space; with `=` before it its last word is not inflected. It is
its own id: `compute lease`, `=compute`."""


def make_term(text: str, *, exact: bool = False) -> Term:
    """Fold a word or phrase as a user wrote it. Without any letter or digit the term is empty and never found."""
    words = " ".join(split_words(text))
    return f"={words}" if exact and words else words


def term_words(term: Term) -> tuple[list[str], bool]:
    """Give the folded words of a term, and whether it is exact."""
    exact = term.startswith("=")
    return term[exact:].split(), exact


def _spellings(term: Term) -> tuple[list[str], tuple[str, ...]]:
    """Give the words before the last, and the forms of the last."""
    (*head, last), exact = term_words(term)
    return head, (last,) if exact else forms(last)


class Terms(set[Term]):
    """The terms found in one field."""

    __slots__ = ()

    def keys(self) -> Terms:
        """Give the set itself, for use with set operators."""
        return self


_Hits = Sequence[tuple[Term, ...] | None]
"""For each word of a text, the terms of one length whose first word it is."""


class _Field:
    """What was found in the title or the body. Places are worked out once, when the first one asks."""

    __slots__ = ("_longer", "_places", "_same", "terms", "tokens")

    def __init__(self, tokens: Tokens, same: Sequence[_Hits], longer: Sequence[tuple[int, int, tuple[Term, ...]]]):
        self.tokens = tokens
        self._same = same
        """Words, pairs, triples."""
        self._longer = longer
        """First word, last word, terms."""
        self.terms = Terms(chain.from_iterable(filter(None, chain.from_iterable(same))))
        for _, _, terms in longer:
            self.terms.update(terms)
        self._places: dict[Term, list[tuple[int, int]]] | None = None

    def places(self) -> dict[Term, list[tuple[int, int]]]:
        """Give the first and last word of every place of every term."""
        if self._places is None:
            places: dict[Term, list[tuple[int, int]]] = {term: [] for term in self.terms}
            for more, hits in enumerate(self._same):
                for first, terms in zip(compress(count(), hits), filter(None, hits), strict=True):
                    for term in terms:
                        places[term].append((first, first + more))
            for first, last, terms in self._longer:
                for term in terms:
                    places[term].append((first, last))
            self._places = places
        return self._places


class Found:
    """The terms found in one event, and their places in its title and body."""

    __slots__ = ("_fields", "body", "title")

    def __init__(self, title: _Field, body: _Field) -> None:
        self._fields = {"title": title, "body": body}
        self.title = title.terms
        self.body = body.terms

    def terms(self) -> set[Term]:
        """Give all terms that occur."""
        return self.title | self.body

    def tokens(self, field: str) -> Tokens:
        """Give the words of `title` or `body`."""
        return self._fields[field].tokens

    def positions(self, field: str, term: Term) -> list[tuple[int, int]]:
        """Give every place of a term in `title` or `body` as its first and last word, counted from 0."""
        return self._fields[field].places().get(term, [])

    def places(self, field: str, term: Term, limit: int) -> list[tuple[int, int]]:
        """Give the first places of a term in `title` or `body` as original code points, end exclusive."""
        span = self._fields[field].tokens.span
        return [span(first, last) for first, last in self.positions(field, term)[:limit]]


def _post(posted: dict[_Key, tuple[Term, ...]], keys: Iterable[_Key], term: Term) -> None:
    alone = (term,)
    for key in keys:
        terms = posted.get(key)
        posted[key] = alone if terms is None else (*terms, term)


def _unpost(posted: dict[_Key, tuple[Term, ...]], keys: Iterable[_Key], term: Term) -> None:
    for key in keys:
        left = tuple(other for other in posted[key] if other != term)
        if left:
            posted[key] = left
        else:
            del posted[key]


class _Counts(dict[_Key, int]):
    """How often each thing is needed; what is needed no more is gone."""

    def more(self, keys: Iterable[_Key]) -> None:
        for key in keys:
            self[key] = self.get(key, 0) + 1

    def less(self, keys: Iterable[_Key]) -> None:
        for key in keys:
            self[key] -= 1
            if not self[key]:
                del self[key]


_Words = tuple[str, ...]


class _Phrases:
    """The phrases of one length, under all their words."""

    __slots__ = ("needed", "posted")

    def __init__(self) -> None:
        self.posted: dict[_Words, tuple[Term, ...]] = {}
        self.needed: _Counts[str] = _Counts()
        """Of each phrase the first word that is not common, or all forms of the last."""

    def put(self, head: list[str], lasts: _Words, term: Term) -> None:
        """Post a phrase."""
        _post(self.posted, [(*head, last) for last in lasts], term)
        self.needed.more(_rare(head, lasts))

    def drop(self, head: list[str], lasts: _Words, term: Term) -> None:
        """Take a phrase back."""
        _unpost(self.posted, [(*head, last) for last in lasts], term)
        self.needed.less(_rare(head, lasts))

    def possible(self, words: list[str]) -> bool:
        """Say whether a text has a word that a phrase needs; in a large book one of its first words will do."""
        return not self.needed.keys().isdisjoint(words)


def _rare(head: Sequence[str], lasts: _Words) -> _Words:
    return next(((word,) for word in head if word not in common_words()), lasts)


class _LongPhrases(_Phrases):
    """The phrases of more than three words."""

    __slots__ = ("lengths",)

    def __init__(self) -> None:
        super().__init__()
        self.lengths: dict[_Words, _Counts[int]] = {}
        """The first three words -> how many words such phrases have in all."""

    def put(self, head: list[str], lasts: _Words, term: Term) -> None:
        """Post a phrase."""
        super().put(head, lasts, term)
        self.lengths.setdefault(tuple(head[:3]), _Counts()).more([len(head) + 1])

    def drop(self, head: list[str], lasts: _Words, term: Term) -> None:
        """Take a phrase back."""
        super().drop(head, lasts, term)
        first = tuple(head[:3])
        self.lengths[first].less([len(head) + 1])
        if not self.lengths[first]:
            del self.lengths[first]

    def find(self, words: list[str]) -> Iterator[tuple[int, int, tuple[Term, ...]]]:
        """Give first word, last word and terms of each place where such phrases stand."""
        triples = zip(words, words[1:], words[2:], strict=False)
        for start in compress(count(), map(self.lengths.__contains__, triples)):
            for length in self.lengths[tuple(words[start : start + 3])]:
                terms = self.posted.get(tuple(words[start : start + length]))
                if terms is not None:
                    yield start, start + length - 1, terms


class TermScanner:
    """Scans for a set of terms that grows and shrinks; what is added twice is there until it is removed twice."""

    def __init__(self, terms: Iterable[Term] = ()) -> None:
        self._uses = dict(Counter(map(intern, terms)))
        self._uses.pop("", None)
        self._words: dict[str, tuple[Term, ...]] = {}
        self._pairs, self._triples, self._longer = _Phrases(), _Phrases(), _LongPhrases()
        for term in self._uses:
            self._post(term)

    def __len__(self) -> int:
        return len(self._uses)

    def __contains__(self, term: Term) -> bool:
        return term in self._uses

    def add(self, term: Term) -> None:
        """Scan for a term from now on."""
        if not term:
            return
        term = intern(term)
        uses = self._uses.get(term, 0)
        self._uses[term] = uses + 1
        if not uses:
            self._post(term)

    def remove(self, term: Term) -> None:
        """Take one `add` back. A term that is not scanned for is a KeyError."""
        if not term:
            return
        uses = self._uses[term] - 1
        if uses:
            self._uses[term] = uses
            return
        del self._uses[term]
        head, lasts = _spellings(term)
        if head:
            self._phrases(head).drop(head, lasts, term)
        else:
            _unpost(self._words, lasts, term)

    def _post(self, term: Term) -> None:
        head, lasts = _spellings(term)
        if head:
            self._phrases(head).put(head, lasts, term)
        else:
            _post(self._words, lasts, term)

    def _phrases(self, head: list[str]) -> _Phrases:
        return self._pairs if len(head) == 1 else self._triples if len(head) == 2 else self._longer

    def scan(self, title: str, body: str) -> Found:
        """Find the terms that occur; title and body are separate, a phrase never spans both."""
        return Found(self._read(title), self._read(body))

    def _read(self, text: str) -> _Field:
        words = split_words(text)
        pairs: _Hits = ()
        triples: _Hits = ()
        if self._pairs.possible(words):
            pairs = list(map(self._pairs.posted.get, pairwise(words)))
        if self._triples.possible(words):
            triples = list(map(self._triples.posted.get, zip(words, words[1:], words[2:], strict=False)))
        longer = list(self._longer.find(words)) if self._longer.possible(words) else ()
        return _Field(Tokens(text, words), (list(map(self._words.get, words)), pairs, triples), longer)
