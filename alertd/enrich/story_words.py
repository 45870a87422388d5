"""The words by which one piece of news is told from another: stems with weights and names.

The weights come from a table of how common words are (`tools/make_story_words.py` says from what); a word that the
table does not know is rare. What a word weighs in a text depends on how it is written there: in small letters it is
no name, with a capital inside a sentence it is one, and of a headline that writes all words so nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec

from alertd.enrich.story_synonyms import BODIES, CANONICAL, joined
from alertd.text.fold import split_words

PACKAGED = Path(__file__).parent / "data" / "story.words.txt"
MOST = 9
"""The weight of a word that the table does not know."""
ORDINARY = 5
"""The most that a word weighs which the text writes in small letters: it is no name."""
UNSURE = 7
"""The most that a word weighs of which the text does not show whether it is a name: in a headline all may be."""
NAME = 8
"""What a word weighs at least that is a name."""
ACRONYM = 4
"""From this weight on a short word all in capitals is a name: `ECB` is, `CEO` is not."""
FOREIGN = 5
"""From so many letters on a word of another language than English tells something."""
TITLE_CASE = 0.6
"""From this share of words with a capital on, a headline writes all of them so."""
_ENDS = ".!?:•|"
_INSIDE = "-:/.#_"


class Cases(NamedTuple):
    """How a text writes its words."""

    small: frozenset[str]
    """Stems of words in small letters."""
    capital: frozenset[str]
    """Stems of words that have a capital where nothing but a name has one."""
    acronyms: frozenset[str]
    """Stems of short words all in capitals."""


def cases_of(title: str, body: str) -> Cases:
    """See which words are written small and which with a capital inside a sentence."""
    words = body.split()
    small, capital = _split_cases(words)
    shouted = {word for word in filter(str.isupper, words) if len(word) <= 6}
    words = title.split()
    other, sure = _split_cases(words)
    small |= other
    if sum(word[0].isupper() for word in words) < TITLE_CASE * len(words):
        capital |= sure  # a headline in sentence case
    if sum(map(str.isupper, words)) < 0.5 * len(words):
        shouted |= {word for word in filter(str.isupper, words) if len(word) <= 6}
    return Cases(*(frozenset(map(_folded, found)) for found in (small, capital, shouted)))


def _split_cases(words: Sequence[str]) -> tuple[set[str], set[str]]:
    small = set(filter(str.islower, words))
    inside = {word for before, word in pairwise(words) if word[0].isupper() and before[-1] not in _ENDS}
    return small, inside


@lru_cache(maxsize=20_000)
def _folded(word: str) -> str:
    """Fold one written word to the stem of its first part."""
    parts = split_words(word[:60])
    return stem(parts[0]) if parts else ""


@cache
def _table() -> dict[str, int]:
    made: dict[str, int] = {}
    for line in PACKAGED.read_text("utf-8").splitlines():
        weight, *words = line.split()
        made.update(dict.fromkeys(words, int(weight)))
    return made


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Cut the endings by which a word is inflected: `leases`, `leased` and `leasing` are `leas`.

    Nothing is meant by what is left but that two words with the same are the same to a story.
    """
    if len(word) > 40:
        return word[:40]
    if len(word) < 4 or not word.isalpha():
        return word
    if len(word) == 4:
        return word[:-1] if word[-1] == "e" or (word[-1] == "s" and word[-2] not in "sui") else word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word[-1] == "s" and word[-2] not in "sui":
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    return word[:-1] if word[-1] == "e" and len(word) > 3 else word


@lru_cache(maxsize=20_000)
def weigh(stemmed: str) -> int:
    """Give how much a stem tells, from 0 to 9. Numbers tell nothing here, but in `story_figures`."""
    return 0 if stemmed.isdigit() else _table().get(stemmed, MOST if len(stemmed) > 1 else 0)


class _Told(msgspec.Struct, frozen=True, gc=False):
    """What a folded word tells wherever it stands."""

    stem: str
    weight: int
    one: str
    """The stem of the word that it is counted as; empty if it stands for itself."""
    one_weight: int


@lru_cache(maxsize=20_000)
def _told(word: str) -> _Told:
    stemmed = stem(word)
    one = counted_as(word) if word in CANONICAL else ""
    return _Told(stemmed, weigh(stemmed), one, weigh(one) if one else 0)


def weighed(words: list[str], cases: Cases, names: frozenset[str], most: int, *, foreign: bool) -> dict[str, int]:
    """Give the first `most` different stems that tell something, each with its weight; `names` are surely names.

    Of a `foreign` text short words tell nothing: which of them are common is not known.
    """
    found: dict[str, int] = {}
    for word in dict.fromkeys(words if foreign else joined(words)):
        told = _told(word)
        key = stemmed = told.stem
        weight = _weight(stemmed, told.weight, cases, names)
        if told.one and weight < NAME and not foreign:
            # Words that papers use for one another are one here, and no names.
            key = told.one
            weight = min(max(weight, told.one_weight), ORDINARY)
        if key in found:
            continue
        if foreign and len(stemmed) < FOREIGN and weight < NAME:
            weight = min(weight, 1)
        if weight > 0:
            found[key] = weight
            if len(found) == most:
                break
    return found


def _weight(stemmed: str, weight: int, cases: Cases, names: frozenset[str]) -> int:
    if stemmed in names or stemmed in BODIES or (weight >= ACRONYM and stemmed in cases.acronyms):
        return max(weight, NAME)
    if stemmed in cases.small:
        return weight if weight < ORDINARY else ORDINARY
    return weight if weight <= UNSURE or stemmed in cases.capital else UNSURE


def stems_of_names(names: Iterable[str]) -> frozenset[str]:
    """Give the stems of the words that companies are called by, without those that all are called by."""
    words = (stem(word) for name in names for word in split_words(name[:120]))
    return frozenset(word for word in words if weigh(word) > 1)


@lru_cache(maxsize=5_000)
def counted_as(word: str) -> str:
    """Give the stem as which a folded word counts that is no name."""
    return stem(CANONICAL.get(word, word))
