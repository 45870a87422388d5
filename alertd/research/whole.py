"""Sentences around a place of a text, found without splitting the whole text. Pure."""

from __future__ import annotations

from functools import lru_cache

from alertd.text.sentences import Sentence, sentences

_REACH = 400
"""Characters before and behind a place that are looked at: a sentence that is longer is cut there."""


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Give where the sentences begin and end in which a place stands; the place itself where it is in none."""
    first, last = max(start - _REACH, 0), min(end + _REACH, len(text))
    touched = [one for one in _split(text[first:last]) if first + one.start < end and start < first + one.end]
    if not touched:
        return start, end
    return min(first + touched[0].start, start), max(first + touched[-1].end, end)


def stands_cut(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Tell whether the sentence of a place begins before it, and whether it goes on behind it."""
    first, last = sentence_around(text, start, end)
    return _says(text[first:start]), _says(text[end:last])


@lru_cache(maxsize=128)
def _split(window: str) -> tuple[Sentence, ...]:
    """Split a stretch of a text once: a title is asked for with each statement that rests on it."""
    return tuple(sentences(window))


def _says(words: str) -> bool:
    return any(character.isalnum() for character in words)
