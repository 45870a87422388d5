"""Where names stand in a sentence as whole words: looked for without a pattern, which takes longer to compile than a
name of one event is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Place(NamedTuple):
    """A stretch of a text."""

    start: int
    end: int


def places_of(names: Iterable[str], said: str) -> list[Place]:
    """Give where one of some names stands, the longest of those that begin together; none overlaps another."""
    found = sorted((place for name in names for place in _places(name, said)), key=lambda at: (at.start, -at.end))
    kept: list[Place] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def names_one(names: Iterable[str], said: str) -> bool:
    """Whether one of some names stands in a sentence."""
    return any(True for name in names for _ in _places(name, said))


def _places(name: str, said: str) -> Iterator[Place]:
    start = said.find(name)
    while start >= 0:
        end = start + len(name)
        if not (_is_of_word(said[start - 1 : start]) or _is_of_word(said[end : end + 1])):
            yield Place(start, end)
        start = said.find(name, start + 1)


def _is_of_word(character: str) -> bool:
    return character.isalnum() or character == "_"
