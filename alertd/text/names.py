"""Find names in a text: at each place where their words stand, the first of them written with a capital.

    nvidia                  words    "nvidia"                          -> what is called so
    bank of america         pairs    ("bank", "of")                    -> lengths of the names that begin so
                            names    ("bank", "of", "america")         -> what is called so

Names whose first word somebody writes small (eBay, 3M) are found wherever it stands. By the compiled core where it is
there, over the words that the scan has cut already; else by dictionaries. Both find the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import compress, count, islice
from typing import Generic, Protocol, TypeVar

from alertd.text.core import CORE, CoreTerms, CoreTokens, core_tokens
from alertd.text.fold import Tokens

T = TypeVar("T")
Words = tuple[str, ...]
Place = tuple[int, int, T]
"""The first word, the last word, and what is called so."""


class Names(Protocol[T]):
    """What is called how."""

    def find(self, tokens: Tokens, until: int, most: int) -> list[Place[T]]:
        """Give every place among so many first words where a name stands, names within others too.

        In the order of their first words, shorter names before longer ones; at most so many.
        """


def make_names(called: Mapping[Words, T], small: frozenset[str]) -> Names[T]:
    """Make names ready; `small` are the first words of those that need no capital."""
    return CoreNames(called, small) if CORE else DictionaryNames(called, small)


class DictionaryNames(Generic[T]):
    """Names under their words in dictionaries."""

    __slots__ = ("_begin", "_called", "_lengths", "_single", "_small")

    def __init__(self, called: Mapping[Words, T], small: frozenset[str]) -> None:
        self._called, self._small = called, small
        self._single = {words[0]: named for words, named in called.items() if len(words) == 1}
        lengths: dict[Words, set[int]] = {}
        for words in called:
            if len(words) > 1:
                lengths.setdefault(words[:2], set()).add(len(words))
        self._lengths = {pair: tuple(sorted(found)) for pair, found in lengths.items()}
        self._begin = frozenset(first for first, _ in lengths)
        """First words of names of several words: most words of a text are none, and their pairs need no look."""

    def find(self, tokens: Tokens, until: int, most: int) -> list[Place[T]]:
        """Give the places."""
        return list(islice(self._find(tokens, min(until, len(tokens.words))), most)) if self._called else []

    def _find(self, tokens: Tokens, until: int) -> Iterator[Place[T]]:
        words, capitals = tokens.words, [i for i in tokens.capitals if i < until]
        if not self._small.isdisjoint(words):
            small = compress(count(), map(self._small.__contains__, words[:until]))
            capitals = sorted({*capitals, *small})
        single, begin = self._single.get, self._begin
        for i in capitals:
            word = words[i]
            if (one := single(word)) is not None:
                yield i, i, one
            if word in begin and i + 1 < until:
                for length in self._lengths.get((word, words[i + 1]), ()):
                    many = self._called.get(tuple(words[i : i + length])) if i + length <= until else None
                    if many is not None:
                        yield i, i + length - 1, many


class CoreNames(Generic[T]):
    """Names in the core: those that need a capital, and those that need none."""

    __slots__ = ("_called", "_free", "_raised")

    def __init__(self, called: Mapping[Words, T], small: frozenset[str]) -> None:
        self._called = {" ".join(words): named for words, named in called.items()}
        self._raised, self._free = CoreTerms(), CoreTerms()
        for words in called:
            table = self._free if words[0] in small else self._raised
            table.put(" ".join(words), list(words[:-1]), (words[-1],))

    def find(self, tokens: Tokens, until: int, most: int) -> list[Place[T]]:
        """Give the places."""
        read = tokens if isinstance(tokens, CoreTokens) else core_tokens(tokens.text)
        found = self._raised.search(read.read, until, most, True)
        if free := self._free.search(read.read, until, most, False):
            found = sorted([*found, *free])[:most]
        called = self._called
        return [(first, last, called[name]) for first, last, name in found]
