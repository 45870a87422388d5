"""Whether a text can hold what one of our patterns finds, asked of RE2 first: most texts hold nothing.

`re` tries hundreds of phrases at each word, RE2 all of them at once. It knows no look-around (`(?<!to )reject`), and
bounds of repeats are dear there; so it gets the patterns without either and regardless of case. They find more then,
never less, and what is found is for `re` to read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import re2

_LOOKS = re.compile(r"\(\?<?[=!]")
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()]|[^\\\[()]+", re.DOTALL)
"""What is one of a pattern: an escaped character, a set of characters, a bracket, other text."""
_BOUNDED = re.compile(r"\{0,\d{2,}\}")
_NAMED = re.compile(r"\(\?P<\w+>")
# What RE2 reads otherwise than `re`: of letters and blanks it knows those of ASCII, and no half of a surrogate pair.
_BLANKS = "\x0b\x1c\x1d\x1e\x1f"
_FOREIGN = re.compile(r"[^\W\x00-\x7f]|[^\S \t\n\f\r]|[\ud800-\udfff]")


_MAX_MEMORY = 4 << 20
"""Bytes for the automaton that a hint grows while it is asked; then it begins anew."""


class Hint:
    """What finds something in a text wherever one of some patterns does."""

    def __init__(self, patterns: Iterable[str]) -> None:
        options = re2.Options()
        options.max_mem = _MAX_MEMORY
        either = "|".join(map(_loosened, patterns))
        self._search: Any = re2.compile(f"(?i){either}".encode(), options).search

    def fits(self, plain: bytes | None) -> bool:
        """Whether one of the patterns may find something; `plain` is as `plain_of` gives it."""
        return plain is None or self._search(plain) is not None


class Quick:
    """A pattern that is looked for in a text only where its hint fits."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self._hint = Hint((pattern.pattern,))

    def search(self, text: str) -> re.Match[str] | None:
        """Find it in a whole text."""
        return self._pattern.search(text) if self._hint.fits(plain_of(text)) else None


def plain_of(text: str) -> bytes | None:
    """Give a text for RE2; None where that would read it otherwise."""
    if any(blank in text for blank in _BLANKS) if text.isascii() else _FOREIGN.search("".join(set(text))):
        return None
    return text.encode()


def _loosened(pattern: str) -> str:
    """Give a pattern without look-arounds, names of groups, and bounds on what is repeated often."""
    kept: list[str] = []
    skipped = place = 0
    """Brackets that are open since a look-around began, and where we are."""
    while place < len(pattern):
        if not skipped and (look := _LOOKS.match(pattern, place)):
            skipped, place = 1, look.end()
            continue
        piece = _PIECE.match(pattern, place)
        assert piece is not None
        if skipped:
            skipped += {"(": 1, ")": -1}.get(piece[0], 0)
        else:
            kept.append(piece[0])
        place = piece.end()
    return _NAMED.sub("(?:", _BOUNDED.sub("*", "".join(kept)))
