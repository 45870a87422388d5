"""The words by which one piece of news is told from another: stems with weights, names, numbers.

The weights come from a table of how common words are (`tools/make_story_words.py` says from what); a word that the
table does not know is rare, and if it is written with a capital wherever it stands, it is a name.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from alertd.text.common import common_words

PACKAGED = Path(__file__).parent / "data" / "story.words.txt"
MOST = 9
"""The weight of a word that the table does not know."""
ORDINARY = 5
"""The most that a word weighs which the text writes in small letters: it is no name."""
_NUMBER = re.compile(
    r"\d[\d,]{0,15}(?:\.\d{1,6})?"
    r"(?:[ -]?(?:trillion|billion|million|thousand|percent|crore|lakh|tn|bn|mln|mn|pct|%|[mbk]\b))?",
    re.IGNORECASE,
)
_SCALE = {
    "trillion": 12, "tn": 12, "billion": 9, "bn": 9, "b": 9, "million": 6, "mln": 6, "mn": 6, "m": 6, "thousand": 3,
    "k": 3, "crore": 7, "lakh": 5,
}  # fmt: skip
_PERCENT = frozenset({"percent", "pct", "%"})
_MAX_NUMBERS = 12


@cache
def _table() -> dict[str, int]:
    made: dict[str, int] = {}
    for line in PACKAGED.read_text("utf-8").splitlines():
        weight, *words = line.split()
        made.update(dict.fromkeys(words, int(weight)))
    return made


@cache
def _common() -> frozenset[str]:
    return frozenset(stem(word) for word in common_words())


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Cut the endings by which a word is inflected: `leases`, `leased` and `leasing` are `leas`.

    Nothing is meant by what is left but that two words with the same are the same to a story.
    """
    if len(word) > 40:
        return word[:40]
    if len(word) < 5 or not word.isalpha():
        return word[:-1] if len(word) == 4 and word[-1] == "s" and word[-2] not in "sui" else word
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


def weigh(stemmed: str) -> int:
    """Give how much a stem tells, from 0 to 9. Numbers tell nothing here: `numbers` has them with their units."""
    return 0 if stemmed.isdigit() else _table().get(stemmed, MOST if len(stemmed) > 1 else 0)


def small_words(text: str) -> frozenset[str]:
    """Give the stems of the words that a text writes in small letters."""
    return frozenset([stem(word) for word in {word.strip(",.;:!?\"'()") for word in text.split()} if word.islower()])


def weighed(words: list[str], small: frozenset[str], most: int) -> dict[str, int]:
    """Give the first `most` different stems that tell something, each with its weight."""
    found: dict[str, int] = {}
    for word in words:
        stemmed = stem(word)
        if stemmed not in found and (weight := weigh(stemmed)) > 0:
            found[stemmed] = min(weight, ORDINARY) if stemmed in small else weight
            if len(found) == most:
                break
    return found


def is_name(weight: int) -> bool:
    """Whether a word that weighs so much is rare and written with a capital: in a headline all may be."""
    return weight > ORDINARY + 1


def numbers(text: str) -> list[str]:
    """Give the figures of a text with their magnitude: `1.2 billion`, `1,200 million` and `$1.2bn` are the same.

    Small counts and years are left out: half of all news has them.
    """
    found: dict[str, None] = {}
    for written in _NUMBER.findall(text):
        figure = _figure(written)
        if figure:
            found[figure] = None
            if len(found) == _MAX_NUMBERS:
                break
    return list(found)


@lru_cache(maxsize=5_000)
def _figure(written: str) -> str:
    digits = written.rstrip("%abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ -")
    unit = written[len(digits) :].strip(" -").lower()
    value = float(digits.replace(",", ""))
    if unit in _PERCENT:
        return f"{value:g}%"
    if unit:
        return f"{value * 10 ** _SCALE[unit]:.4g}"
    return f"{value:.6g}" if "." in digits or (value > 31 and not 1900 <= value <= 2100) else ""
