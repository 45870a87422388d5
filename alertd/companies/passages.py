"""A title or body as the finder reads it: its words with their places, and how the passage around one is written."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property
from typing import Literal

from alertd.text.fold import Tokens

Style = Literal["sentence", "title", "caps", "bare"]
"""How capitals stand in a passage: as in a sentence, in each word of a headline, everywhere; `bare`: few words."""

_WORDS = re.compile(r"[^\W\d_]{4,}")
_STOPS = re.compile(r"[.!?…\n•|](?:(?<=[\n•|])|(?:(?<=[^\W\d_]{3}[.!?…])|(?<=[\d%)\"”’][.!?…]))[\"”’)]*\s)")
"""Begins with the sign, and then looks back: so the search for one is quick."""
_INITIAL = re.compile(r"(?:\A|[\n:;|•?!…\"“‘]|[.)]|\s[-–—]{1,2})[\s\"“‘'(\[*•]*\Z")
_AROUND = 300
"""Characters to either side within which a passage ends at the latest."""

_SMALL_UNTIL = 20_000
"""Characters of a text in which a word in small letters is looked for."""


class FieldText:
    """One field of an event."""

    def __init__(self, name: Literal["title", "body"], tokens: Tokens, limit: int) -> None:
        """Read as many code points of a text."""
        self.name: Literal["title", "body"] = name
        self.text = tokens.text
        self.tokens = tokens
        self.words = tokens.words
        if len(self.text) > limit:
            self.words = tokens.words[: self.index_at(limit)]
            self.text = self.text[:limit]
        self._styles: dict[tuple[int, int], Style] = {}
        self._style_at: dict[int, Style] = {}
        self._small: dict[str, bool] = {}

    @cached_property
    def _places(self) -> tuple[list[int], list[int]]:
        return self.tokens.places

    @cached_property
    def capitals(self) -> dict[int, str]:
        """The words written with a capital, as `Tokens.capitals` has them."""
        every, words = self.tokens.capitals, len(self.words)
        return every if words == len(self.tokens) else {i: word for i, word in every.items() if i < words}

    def __len__(self) -> int:
        return len(self.words)

    def start(self, i: int) -> int:
        """Give where a word begins."""
        return self._places[0][i]

    def end(self, i: int) -> int:
        """Give where a word ends."""
        return self._places[1][i]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Give the code points from the first word to the last."""
        starts, ends = self._places
        return starts[first], ends[last]

    def surface(self, first: int, last: int) -> str:
        """Give words as they are written, with what stands between them."""
        starts, ends = self._places
        return self.text[starts[first] : ends[last]]

    def word(self, i: int) -> str:
        """Give a word as it is written; empty outside of the text."""
        if not 0 <= i < len(self.words):
            return ""
        starts, ends = self._places
        return self.text[starts[i] : ends[i]]

    def gap(self, i: int) -> str:
        """Give what stands between a word and the next; a line's end outside of the text."""
        if not 0 <= i < len(self.words) - 1:
            return "\n"
        starts, ends = self._places
        return self.text[ends[i] : starts[i + 1]]

    def index_at(self, position: int) -> int:
        """Give the first word that begins at a place or after it."""
        return bisect_left(self._places[0], position, 0, len(self.words))

    def is_initial(self, i: int) -> bool:
        """Whether a word begins a sentence, or follows a colon, dash or quote: there it has a capital anyhow."""
        start = self.start(i)
        return (
            bool(_INITIAL.search(self.text, max(start - 6, 0), start))
            if start > 6
            else not self.text[:start].strip("\"“‘'([*•- \t\n") or bool(_INITIAL.search(self.text, 0, start))
        )

    def style(self, i: int) -> Style:
        """Say how the passage around a word is written."""
        found = self._style_at.get(i)
        if found is None:
            begin, end = self.passage(self.start(i))
            found = self._styles.get((begin, end))
            if found is None:
                found = self._styles[begin, end] = _style(self.text[begin:end])
            self._style_at[i] = found
        return found

    def passage(self, place: int) -> tuple[int, int]:
        """Give the title, or the sentence or line of a body around a place, as far as it is looked at."""
        if self.name == "title":
            return 0, len(self.text)
        begin = max(place - _AROUND, 0)
        for stop in _STOPS.finditer(self.text, begin, place):
            begin = stop.end()
        after = _STOPS.search(self.text, place, place + _AROUND)
        return begin, after.end() if after else place + _AROUND

    def is_small(self, word: str) -> bool:
        """Whether the text writes a folded word somewhere in small letters; only 2 to 20 letters of ASCII count."""
        if word not in self._small:
            self._small[word] = self._finds_small(word)
        return self._small[word]

    def _finds_small(self, word: str) -> bool:
        if not (word.isascii() and word.isalpha() and 1 < len(word) <= 20):
            return False
        text = self.text[:_SMALL_UNTIL]
        at = text.find(word)
        while at >= 0:
            end = at + len(word)
            if not (_is_word(text[at - 1 : at]) or text[at - 1 : at] == "." or _is_word(text[end : end + 1])):
                return True
            at = text.find(word, end)
        return False


def _is_word(character: str) -> bool:
    """Whether it is what patterns call a word's character."""
    return character.isalnum() or character == "_"


def _style(passage: str) -> Style:
    words = _WORDS.findall(passage)
    rest = words[1:]
    if not rest:
        return "bare"
    if sum(map(str.isupper, words)) >= 0.7 * len(words) and len(words) > 2:
        return "caps"
    small = sum(word[0].islower() for word in rest)
    return "sentence" if small > 0.25 * len(rest) else "title"
