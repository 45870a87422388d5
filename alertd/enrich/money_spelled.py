"""Numbers written in words before a magnitude or a currency: `half a billion`, `twenty-five million`, `ten cents`.

Looked for backwards from the words that can end them, so a text without those costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from alertd.enrich.money_words import ENGLISH, SMALL_NUMBERS, word_set

_MONEY = word_set("dollars euros pounds yen rupees yuan francs cents pence dollar euro pound cent")
_ENDS = (ENGLISH | _MONEY) - {"hundred"}
"""Words behind which a number in words may stand."""
_STARTS = frozenset(SMALL_NUMBERS) | {"half", "quarter", "quarters", "a", "an", "hundred"}
_PIECE = re.compile(r"[a-z]+|[^a-z\s-]")
_WINDOW = 72
"""Characters before such a word that are looked at."""
_INSIDE = _STARTS | {"and", "of", "point", "thousand"}
_JOINS = frozenset(("to", "or", "and"))


def spelled(low: str, vocabulary: Set[str], most: int) -> Iterator[tuple[int, int, str]]:
    """Give start, end and value (a decimal) of the numbers in words of a lowered text, without their magnitudes."""
    ends = _ENDS & vocabulary
    if not ends or _STARTS.isdisjoint(vocabulary):
        return
    seen: set[int] = set()
    for word in sorted(ends):
        place = low.find(word)
        while place >= 0 and len(seen) < most:
            if _alone(low, place, len(word)):
                for start, end, value in _before(low, place):
                    if start not in seen:
                        seen.add(start)
                        yield start, end, value
            place = low.find(word, place + len(word))


def _alone(low: str, place: int, length: int) -> bool:
    """Whether a word begins here behind a blank or hyphen that follows a letter, and ends here."""
    if place < 2 or low[place - 1] not in " -\n\u00a0" or not low[place - 2].isalpha():
        return False
    return not low[place + length : place + length + 1].isalnum()


def _before(low: str, place: int) -> Iterator[tuple[int, int, str]]:
    """Give the number in words that ends before a place, and the one before that where `to` or `or` joins them."""
    first = max(place - _WINDOW, 0)
    pieces = list(_PIECE.finditer(low, first, place))
    if first and pieces and low[first - 1].isalpha():
        del pieces[0]
    end = len(pieces)
    for _ in range(2):
        start = end
        while start and pieces[start - 1][0] in _INSIDE:
            start -= 1
        while start < end and pieces[start][0] in ("and", "of", "point"):
            start += 1
        value = None
        while start < end and (value := _value([piece[0] for piece in pieces[start:end]])) is None:
            start += 1
        if value is None:
            return
        yield pieces[start].start(), pieces[end - 1].end(), value
        end = start - 1
        if end < 1 or pieces[end][0] not in _JOINS:
            return


def _value(said: list[str]) -> str | None:
    """Work out a number in words; None if it is none."""
    fraction = 0.0
    match said:
        case ["half"] | ["half", "a"] | ["a", "half"] | ["one", "half"]:
            return "0.5"
        case ["quarter", "of", "a"] | ["a", "quarter"] | ["a", "quarter", "of", "a"] | ["one", "quarter", "of", "a"]:
            return "0.25"
        case ["three", "quarters", "of", "a"] | ["three", "quarter"] | ["three", "quarters"]:
            return "0.75"
        case ["a"] | ["an"]:
            return "1"
        case [*head, "and", "a", "half"] if head:
            said, fraction = head, 0.5
        case [*head, "and", "a", "quarter"] if head:
            said, fraction = head, 0.25
        case [*head, "point", last] if head and last in SMALL_NUMBERS and SMALL_NUMBERS[last] < 10:
            said, fraction = head, SMALL_NUMBERS[last] / 10
    whole = _integer(said)
    return None if whole is None else f"{whole + fraction:g}" if fraction else str(whole)


def _integer(said: list[str]) -> int | None:
    total, part = 0, 0
    for i, word in enumerate(said):
        if word in SMALL_NUMBERS:
            number = SMALL_NUMBERS[word]
            if part % 100 and not (number < 10 and part % 100 >= 20 and part % 10 == 0):  # `six seven`
                return None
            part += number
        elif word in ("a", "an") and i == 0 and len(said) > 1:
            part = 1
        elif word == "hundred" and 0 < part < 100:
            part *= 100
        elif word == "thousand" and 0 < part < 1000 and not total:
            total, part = part * 1000, 0
        elif word != "and" or i == 0 or i == len(said) - 1 or said[i - 1] not in ("hundred", "thousand"):
            return None
    return total + part or None
