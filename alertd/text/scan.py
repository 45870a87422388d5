"""Find which terms of a rule book occur in a text, in one pass; where they stand is worked out when asked.

A term is posted under its words, once for each inflected form of the last (`alertd.text.inflect`):

    lease                  words    "lease", "leases", …                            -> terms
    compute lease          pairs    ("compute", "lease"), ("compute", "leases"), …  -> terms
    right to reclaim       pairs    ("right", "to")                                 -> 3 words, see longer
                           longer   ("right", "to", "reclaim"), …                   -> terms

A text's words and pairs are looked up in these one after another by calls that loop in C, which in Python beats any
walk along a trie; few pairs are in a book, and only from those on longer phrases are looked for. So the cost is that
of the text and of what is found, whatever the number of terms. Pairs are left out where the text has not one word
that phrases need.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress, count
from sys import intern
from typing import NamedTuple, TypeVar

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
    """Give the words before the last, and the forms of the last.

    Equal words are one object in all terms: in a large book they are then found near, in the processor's caches.
    """
    (*head, last), exact = term_words(term)
    return list(map(intern, head)), tuple(map(intern, (last,) if exact else forms(last)))


_Place = tuple[int, int, tuple[Term, ...]]
"""First word, last word, and the terms that stand there."""


class _Field:
    """What was found in the title or the body. Places are worked out once, when the first one asks."""

    __slots__ = ("_phrases", "_places", "_words", "terms", "tokens")

    def __init__(self, tokens: Tokens, words: Sequence[tuple[Term, ...] | None], phrases: Sequence[_Place]) -> None:
        self.tokens = tokens
        self._words = words
        """For each word of the text, the terms that are this word."""
        self._phrases = phrases
        self.terms: set[Term] = set(chain.from_iterable(filter(None, words)))
        self.terms.update(*[terms for _, _, terms in phrases])
        self._places: dict[Term, list[tuple[int, int]]] | None = None

    def beginning(self, words: int) -> set[Term]:
        """Give the terms that stand within the first words; all places of each are not needed for that."""
        terms = set(chain.from_iterable(filter(None, self._words[:words])))
        terms.update(*[terms for _, last, terms in self._phrases if last < words])
        return terms

    def places(self) -> dict[Term, list[tuple[int, int]]]:
        """Give the first and last word of every place of every term."""
        if self._places is None:
            places: dict[Term, list[tuple[int, int]]] = {term: [] for term in self.terms}
            for at, terms in zip(compress(count(), self._words), filter(None, self._words), strict=True):
                for term in terms:
                    places[term].append((at, at))
            for first, last, terms in self._phrases:
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

    def beginning(self, field: str, words: int) -> set[Term]:
        """Give the terms that stand within the first words of `title` or `body`."""
        return self._fields[field].beginning(words)

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


class _Pair(NamedTuple):
    """What stands under two words."""

    terms: tuple[Term, ...] = ()
    lengths: tuple[int, ...] = ()
    """How many words the longer phrases have that begin so."""


class _Phrases:
    """The terms of more than one word, under their words."""

    __slots__ = ("_lengths", "_longer", "_needed", "_pairs")

    def __init__(self) -> None:
        self._pairs: dict[_Words, _Pair] = {}
        self._longer: dict[_Words, tuple[Term, ...]] = {}
        self._lengths: dict[_Words, _Counts[int]] = {}
        """The first two words of longer ones -> how many words those have."""
        self._needed: _Counts[str] = _Counts()
        """Of each phrase the first word that is not common, or all forms of the last."""

    def put(self, head: list[str], lasts: _Words, term: Term) -> None:
        """Post a phrase."""
        for key in [(*head, last) for last in lasts]:
            if len(key) == 2:
                pair = self._pairs.get(key, _Pair())
                self._pairs[key] = pair._replace(terms=(*pair.terms, term))
            else:
                self._longer[key] = (*self._longer.get(key, ()), term)
        if len(head) > 1:
            self._lengths.setdefault(tuple(head[:2]), _Counts()).more([len(head) + 1])
            self._begin(tuple(head[:2]))
        self._needed.more(_rare(head, lasts))

    def drop(self, head: list[str], lasts: _Words, term: Term) -> None:
        """Take a phrase back."""
        for key in [(*head, last) for last in lasts]:
            if len(key) == 2:
                pair = self._pairs[key]
                self._keep(key, pair._replace(terms=tuple(other for other in pair.terms if other != term)))
            else:
                _unpost(self._longer, [key], term)
        if len(head) > 1:
            self._lengths[tuple(head[:2])].less([len(head) + 1])
            self._begin(tuple(head[:2]))
        self._needed.less(_rare(head, lasts))

    def _begin(self, first: _Words) -> None:
        """Note how long the phrases are that begin so."""
        lengths = tuple(sorted(self._lengths[first]))
        if not lengths:
            del self._lengths[first]
        self._keep(first, self._pairs.get(first, _Pair())._replace(lengths=lengths))

    def _keep(self, key: _Words, pair: _Pair) -> None:
        if pair.terms or pair.lengths:
            self._pairs[key] = pair
        else:
            self._pairs.pop(key, None)

    def find(self, words: list[str]) -> Iterator[_Place]:
        """Give each place where a phrase stands."""
        if self._needed.keys().isdisjoint(words):  # in a large book one of the first words will do
            return
        pairs = zip(words, words[1:], strict=False)  # noqa: RUF007  zip uses its tuple again, pairwise makes new ones
        hits = list(map(self._pairs.get, pairs))
        for start, (terms, lengths) in zip(compress(count(), hits), filter(None, hits), strict=True):
            if terms:
                yield start, start + 1, terms
            for length in lengths:
                end = start + length
                if end <= len(words) and (longer := self._longer.get(tuple(words[start:end]))):
                    yield start, end - 1, longer


def _rare(head: Sequence[str], lasts: _Words) -> _Words:
    return next(((word,) for word in head if word not in common_words()), lasts)


class TermScanner:
    """Scans for a set of terms that grows and shrinks; what is added twice is there until it is removed twice."""

    def __init__(self, terms: Iterable[Term] = ()) -> None:
        self._uses = dict(Counter(map(intern, terms)))
        self._uses.pop("", None)
        self._words: dict[str, tuple[Term, ...]] = {}
        self._phrases = _Phrases()
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
            self._phrases.drop(head, lasts, term)
        else:
            _unpost(self._words, lasts, term)

    def _post(self, term: Term) -> None:
        head, lasts = _spellings(term)
        if head:
            self._phrases.put(head, lasts, term)
        else:
            _post(self._words, lasts, term)

    def scan(self, title: str, body: str) -> Found:
        """Find the terms that occur; title and body are separate, a phrase never spans both."""
        return Found(self._read(title), self._read(body))

    def _read(self, text: str) -> _Field:
        words = split_words(text)
        return _Field(Tokens(text, words), list(map(self._words.get, words)), list(self._phrases.find(words)))
