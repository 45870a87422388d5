"""Terms under their words in dictionaries: what is scanned with where there is no compiled core (`alertd.text.core`).

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

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress, count
from typing import NamedTuple, TypeVar

from alertd.text.common import common_words
from alertd.text.fold import Tokens, split_words
from alertd.text.term import Term

_Key = TypeVar("_Key")
_Words = tuple[str, ...]
_Place = tuple[int, int, tuple[Term, ...]]
"""First word, last word, and the terms that stand there."""


class DictionaryField:
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

    def positions(self, term: Term) -> list[tuple[int, int]]:
        """Give the first and last word of every place of a term."""
        return self._all_places().get(term, [])

    def _all_places(self) -> dict[Term, list[tuple[int, int]]]:
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


class _Pair(NamedTuple):
    """What stands under two words."""

    terms: tuple[Term, ...] = ()
    lengths: tuple[int, ...] = ()
    """How many words the longer phrases have that begin so."""


class Phrases:
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


class Dictionaries:
    """The terms of a scanner."""

    __slots__ = ("phrases", "words")

    def __init__(self) -> None:
        self.words: dict[str, tuple[Term, ...]] = {}
        self.phrases = Phrases()

    def put(self, term: Term, head: list[str], lasts: _Words) -> None:
        """Look for a term from now on: the words before its last, and what that may be."""
        if head:
            self.phrases.put(head, lasts, term)
        else:
            _post(self.words, lasts, term)

    def drop(self, term: Term, head: list[str], lasts: _Words) -> None:
        """Look for a term no more."""
        if head:
            self.phrases.drop(head, lasts, term)
        else:
            _unpost(self.words, lasts, term)

    def read(self, text: str) -> DictionaryField:
        """Read a text and find the terms in it."""
        words = split_words(text)
        return DictionaryField(Tokens(text, words), list(map(self.words.get, words)), list(self.phrases.find(words)))
