"""A registrant's name as people read it: the SEC shouts, and ends with the legal form."""

from __future__ import annotations

import re
from collections.abc import Collection

from alertd.companies.names import without_state
from alertd.companies.ordinary import LEGAL_FORMS, is_first_or_family_name, is_ordinary, words_of

_SMALL = frozenset({"of", "and", "the", "for", "in", "de", "la", "du", "del", "da"})
_VOWELS = re.compile(r"[AEIOUY]")
_PIECES = re.compile(r"[-&/.'’]|[^-&/.'’]+")
_SHORT = 3
"""Letters up to which a word in capitals that is none of the language is taken for an abbreviation."""


def readable_name(name: str, tickers: Collection[str] = ()) -> str:
    """Write `NVIDIA CORP` as Nvidia and `Apple Inc.` as Apple; what is written with small letters stays so."""
    words = without_state(name).replace(",", " ").split()
    while len(words) > 1 and _is_form(words[-1]):
        words.pop()
    if all(word.upper() == word or word in _SMALL for word in words):
        words = [_quiet(word, tickers, i == 0) for i, word in enumerate(words)]
    return " ".join(words).rstrip("& ") or name


def _is_form(word: str) -> bool:
    bare = "".join(words_of(word))
    return bare in LEGAL_FORMS or bare in ("co", "com", "")


def _quiet(word: str, tickers: Collection[str], first: bool) -> str:
    """Write a shouted word with small letters, unless it is an abbreviation."""
    bare = "".join(c for c in word if c.isalnum())
    folded = bare.lower()
    if folded in _SMALL and not first:
        return folded
    if (
        not is_ordinary(folded)
        and not is_first_or_family_name(folded)
        and (bare in tickers or len(bare) <= _SHORT or not _VOWELS.search(bare) or any(c.isdigit() for c in bare))
    ):
        return word
    return "".join(piece.capitalize() for piece in _PIECES.findall(word))
