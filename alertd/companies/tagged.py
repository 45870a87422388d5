"""Names that a tag stands behind: whom the name means in this text, and what the text calls that company later.

    Vega Grid Inc. (NASDAQ: VGRD) leases …  Vega said …       the tag's company, both times

A company's name in full, too, is answered later by its first word, where that word is not another's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from alertd.companies import clues
from alertd.companies.gazetteer import Name
from alertd.companies.ordinary import LEGAL_FORMS, kind_of, word_set
from alertd.companies.passages import FieldText

_CONNECTING = word_set("of and the de la du des di & for")
_LONGEST = 8
"""Words of a name before a tag."""
_MIN_FIRST = 4
"""Letters of a first word that stands for a name."""


class Run(NamedTuple):
    """The words before a tag that are written as a name."""

    first: int
    last: int
    """Without the legal form."""
    through: int
    """With it."""


def run_before(field: FieldText, opens: int) -> Run | None:
    """Find the name that ends where a tag's bracket opens; None if no capital word does."""
    through = field.index_at(opens) - 1
    if through < 0 or not _touches(field.text[field.end(through) : opens]):
        return None
    last = through
    while last > 0 and field.words[last] in LEGAL_FORMS | {"co", "a", "s", "n", "v", "com"} and through - last < 3:
        last -= 1
    while last > 0 and field.words[last] in _CONNECTING:  # J.P. Morgan and Co Inc
        last -= 1
    first = last
    while first > 0 and last - first < _LONGEST and _joins(field, first - 1):
        first -= 1
    while first < last and (field.words[first] in _CONNECTING or not _is_capital(field.word(first))):
        first += 1
    return Run(first, last, through) if _is_capital(field.word(first)) else None


def _touches(between: str) -> bool:
    return not between.strip(" \xa0.,’'®™\"”s")


def _joins(field: FieldText, i: int) -> bool:
    """Whether a word belongs to the name whose next word follows it."""
    gap = field.gap(i)
    if gap.strip(" \xa0.-&'’") or " - " in gap or (". " in gap and len(field.words[i]) > 2):
        return False
    return _is_capital(field.word(i)) or field.words[i] in _CONNECTING


def _is_capital(word: str) -> bool:
    return bool(word) and (word[0].isupper() or word[0].isdigit())


def first_words(seen: Iterable[tuple[tuple[str, ...], str, str]]) -> dict[str, Name]:
    """Give the first words that stand for names seen in a text: (words, how they are written, company).

    A word with which the names of two companies begin stands for neither.
    """
    found: dict[str, Name] = {}
    shared: set[str] = set()
    for words, written, company in seen:
        word = words[0]
        if len(words) < 2 or len(word) < _MIN_FIRST or word in clues.GENERIC or kind_of((word,)) == "common":
            continue
        before = found.setdefault(word, Name((word,), written.split()[0], "alias", kind_of((word,)), (company,)))
        if before.companies != (company,):
            shared.add(word)
    return {word: name for word, name in found.items() if word not in shared}


def places_of(field: FieldText, local: Mapping[str, Name]) -> Iterator[tuple[int, Name]]:
    """Give the places of such words."""
    if not local.keys().isdisjoint(field.words):
        for i, word in enumerate(field.words):
            if word in local:
                yield i, local[word]
