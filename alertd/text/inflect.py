"""The one rule by which the last word of a term is inflected.

Write the base form; matched are the word as written and, made from it by spelling alone:

    ending in                         -s               -ed, -ing                        examples
    s, x, z, ch, sh, o                + es (o: + s)    + ed, + ing                      veto, vetoes
    consonant and y                   y -> ies         y -> ied, + ing                  company, companies
    e                                 + s              e -> ed, e -> ing                lease, leased, leasing
    ie                                + s              + d, ie -> ying                  tie, tying
    one vowel and one consonant       + s              consonant doubled                cut, cutting
    anything else                     + s              + ed, + ing                      dispute, merger

A word of more than one syllable that ends in one vowel and one consonant gets both spellings (cancelled,
canceled; offered). Forms that are no words do no harm: no text has them. Only words of three or more letters
a to z are inflected, so tickers, numbers and other scripts stay as they are. Nothing is undone: `leasing`
does not find `lease`, and irregular forms (bought, sold) are terms of their own.
"""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[a-z]{3,}")
_HISSING = ("s", "x", "z", "ch", "sh")
_SHORT = re.compile(r".*[^aeiou][aeiou][^aeiouwxy]|[aeiou][^aeiouwxy]")
_SYLLABLE = re.compile(r"[aeiouy]+")


@lru_cache(maxsize=10_000)
def forms(word: str) -> tuple[str, ...]:
    """Give a folded word and its inflections, the word itself first."""
    if not _WORD.fullmatch(word):
        return (word,)
    return tuple(dict.fromkeys((word, *_plurals(word), *_verbs(word))))


def _plurals(word: str) -> tuple[str, ...]:
    if _ends_in_consonant_y(word):
        return (word[:-1] + "ies",)
    if word.endswith(_HISSING):
        return (word + "es",)
    return (word + "s", word + "es") if word.endswith("o") else (word + "s",)


def _verbs(word: str) -> tuple[str, ...]:
    if word.endswith("ie"):
        return (word + "d", word[:-2] + "ying")
    if word.endswith(("ee", "oe", "ye")):
        return (word + "d", word + "ing")
    if word.endswith("e"):
        return (word + "d", word[:-1] + "ing")
    if _ends_in_consonant_y(word):
        return (word[:-1] + "ied", word + "ing")
    if not _SHORT.fullmatch(word):
        return (word + "ed", word + "ing")
    doubled = (word + word[-1] + "ed", word + word[-1] + "ing")
    return doubled if len(_SYLLABLE.findall(word)) == 1 else (*doubled, word + "ed", word + "ing")


def _ends_in_consonant_y(word: str) -> bool:
    return word.endswith("y") and word[-2] not in "aeiou"
