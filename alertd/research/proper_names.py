"""The names in a statement: companies, tickers, people, places. Found by how they are written, known or not.

    within a sentence     every word with a capital, but for a few abbreviations (AI, IPO, CEO)
    at its beginning      a word that is no ordinary one, or that such a company is called by, or a place
    in small letters      what a company near the event, or a well-known one, is called by, and seldom anything else
    in other scripts      every word

That is more than there are names: a name that is missed can be an invented one, a word that is taken for one costs a
sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Set
from functools import cache
from typing import NamedTuple

from alertd.companies.ordinary import is_ordinary, is_place, kind_of, words_of
from alertd.companies.well_known import well_known
from alertd.enrich.money_words import word_set
from alertd.text.common import common_words
from alertd.text.fold import Tokens, split_words

_WORD = re.compile(r"\$?[^\W\d_][^\W_]*(?:['’&./-][^\W_]+)*")
_OPENS = re.compile(r"(?:^|[.!?…:;]|[\"“”‘(\[])[\s\"“”‘(\[]*$")
_LOOK_BACK = 4
_EVERYDAY = word_set("i ai ipo ipos ceo cfo coo cto gpu gpus cpu cpus ebitda eps capex opex esg api r d m a")
"""Written with capitals, and no names; `R&D` and `M&A` fold into letters."""
_OF_NOTES = word_set("""
    lessor lessors lessee lessees hyperscaler hyperscalers counterparty counterparties contrarian downside rival chip
    cloud cooling refinancing offtake capex neocloud neoclouds landlord datacenter datacenters datacentre datacentres
    hyperscale reclaiming repricing overhang backlog dilution covenant covenants headwind headwinds tailwind tailwinds
    whether nothing neither unless absent conversely
""")
"""Words of research notes that the list of ordinary words does not have."""
_ENDINGS = ("s", "es", "d", "ed", "ing", "ly", "er", "ers", "or", "ors")
_PREFIXES = ("re", "un", "non", "over", "under", "de", "counter")
_MIN_BASE = 3
_LATIN = ("LATIN", "MODIFIER", "FEMININE", "MASCULINE")


class Name(NamedTuple):
    """A word of a name."""

    said: str
    """As written."""
    words: tuple[str, ...]
    """Folded."""
    exact: bool
    """It must be written with a capital in the ground too, since in small letters it is another word, or none."""


class Written(NamedTuple):
    """The words of a ground."""

    capitals: frozenset[str]
    """Folded words that it writes with a capital somewhere."""
    words: frozenset[str]
    """All its folded words."""
    names: frozenset[str] = frozenset()
    """Folded words of what the companies in it are called."""

    def has(self, name: Name) -> bool:
        """Whether it has a word of a name."""
        known = self.capitals | self.names if name.exact else self.words | self.names
        return known.issuperset(name.words)


def written_words(text: str) -> Written:
    """Read the words of a ground."""
    tokens = Tokens(text)
    return Written(frozenset(tokens.words[i] for i in tokens.capitals), frozenset(tokens.words))


def names_in(text: str, known: Set[str], lowered: Set[str]) -> Iterator[Name]:
    """Give the words of names in a statement.

    `known` are folded words of what the companies near the event are called; `lowered` the words that its text writes
    in small letters, which are therefore words.
    """
    for found in _WORD.finditer(text):
        said = found[0]
        words = words_of(said)
        if not words:
            continue
        if said[0] == "$":
            yield Name(said, words, exact=True)
        elif not _is_latin(said):
            yield Name(said, words, exact=False)
        elif said == said.lower():
            if any(_is_distinct(word, known) for word in words):
                yield Name(said, words, exact=False)
        elif named := _named(text, found.start(), said, known, lowered):
            yield named


def _named(text: str, start: int, said: str, known: Set[str], lowered: Set[str]) -> Name | None:
    """Read a word with a capital."""
    words = tuple(word for piece in re.split(r"[-/]", said) if piece != piece.lower() for word in words_of(piece))
    if _EVERYDAY.issuperset(words):
        return None
    plain = all(_is_plain(word, lowered) for word in words) and not _called().intersection(words)
    if said[1:] == said[1:].lower() and _OPENS.search(text, max(start - _LOOK_BACK, 0), start):
        opening = plain and not (known - common_words()) & set(words)
        return None if opening and not any(is_place(word) for word in words) else Name(said, words, exact=True)
    return Name(said, words, exact=not plain)


def _is_plain(word: str, lowered: Set[str]) -> bool:
    """Whether a folded word is one of the language."""
    if is_ordinary(word) or word in _OF_NOTES or word in lowered or is_ordinary(word + "s"):
        return True
    return any(is_ordinary(base) for base in _bases(word))


def _bases(word: str) -> Iterator[str]:
    for ending in _ENDINGS:
        base = word.removesuffix(ending)
        if base != word and len(base) >= _MIN_BASE:
            yield from (base, base + "e")
            if base[-1] == base[-2]:
                yield base[:-1]
    if word.endswith(("ies", "ied")):
        yield word[:-3] + "y"
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) > _MIN_BASE:
            yield word[len(prefix) :]


def _is_distinct(word: str, known: Set[str]) -> bool:
    """Whether a word in small letters is what a company is called, and seldom anything else."""
    return (word in known or word in _called()) and kind_of((word,)) == "distinct" and not _is_plain(word, set())


@cache
def _called() -> frozenset[str]:
    """Give the folded single words by which well-known companies are called, but for those of every text."""
    names = (split_words(name) for one in well_known() for name in one.names)
    return frozenset(words[0] for words in names if len(words) == 1) - common_words()


def _is_latin(word: str) -> bool:
    return word.isascii() or all(
        unicodedata.name(character, "").startswith(_LATIN) for character in word if character.isalpha()
    )
