"""The compiled core: the same folding, words and terms as `fold.py` and `dictionaries.py`, in C (`c/`).

It is built with the package where there is a compiler. Where it is not, everything works all the same, and slower;
`CORE` says which it is. `ALERTD_CORE=0` in the environment leaves it out, and `ALERTD_CORE=1` insists on it: for
tests and measurements, which compare the two.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from alertd.text.fold import ASCII, Tokens, fold_character
from alertd.text.term import Term

if TYPE_CHECKING:
    from alertd.text import _core

INTERFACE = 4
"""Of the module that was built (c/module.c): one that lies there from another version is not used."""
VARIABLE = "ALERTD_CORE"


def _load(asked: str) -> bool:
    """Whether to use the core. ImportError if it is insisted on and not there."""
    if asked == "0":
        return False
    try:
        built: object = import_module("alertd.text._core").INTERFACE
    except ImportError:
        if asked == "1":
            raise
        return False
    if built != INTERFACE and asked == "1":
        raise ImportError(f"alertd.text._core was built for interface {built}, this is {INTERFACE}: build it again")
    return built == INTERFACE


_ASKED = os.environ.get(VARIABLE, "")
CORE = _load(_ASKED)
"""Whether texts are read by the compiled core."""


def missing() -> str:
    """Say in half a line why texts are read without the core; empty if they are not."""
    if CORE:
        return ""
    why = f"left out by {VARIABLE}=0" if _ASKED == "0" else "not there"
    return f"the compiled core is {why}: Python reads the texts, all the same and slower"


if CORE:
    from alertd.text import _core

    _FOLDS = _core.Folds(ASCII, fold_character)


def core_tokens(text: str) -> CoreTokens:
    """Give the words of a text as the core reads them."""
    return CoreTokens(_FOLDS.read(text))


def make_postings() -> _core.Postings:
    """Give postings of the core, for an index of rules."""
    return _core.Postings()


class CoreTerms:
    """The terms of a scanner, in the core."""

    __slots__ = ("_read", "drop", "put", "search", "sizes")

    def __init__(self) -> None:
        terms = _core.Terms(_FOLDS)
        self.put, self.drop, self.sizes, self._read = terms.put, terms.drop, terms.sizes, terms.read
        self.search = terms.search

    def read(self, text: str) -> CoreField:
        """Read a text and find the terms in it."""
        return CoreField(self._read(text))


class CoreField:
    """What the core found in the title or the body."""

    __slots__ = ("_tokens", "beginning", "positions", "read", "terms")

    def __init__(self, read: _core.Field) -> None:
        self.read = read
        self.terms: set[Term] = read.terms
        self.beginning, self.positions = read.beginning, read.positions
        self._tokens: CoreTokens | None = None

    @property
    def tokens(self) -> Tokens:
        """The words."""
        if self._tokens is None:
            self._tokens = CoreTokens(self.read)
        return self._tokens


class CoreTokens(Tokens):
    """The words of a text that the core has read; made into Python's when somebody asks for them."""

    __slots__ = ("read",)

    def __init__(self, read: _core.Field) -> None:
        super().__init__(read.text, [])
        self.read = read
        del self.words

    def __getattr__(self, name: str) -> list[str]:
        if name != "words":
            raise AttributeError(name)
        self.words = self.read.words()
        return self.words

    @property
    def capitals(self) -> dict[int, str]:
        """The words written with a capital, by their number from 0: as written, letters beyond ASCII raised."""
        if self._capitals is None:
            self._capitals = self.read.capitals()
        return self._capitals

    def __len__(self) -> int:
        return len(self.read)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Give the original code points from the first word to the last, both included, with its accents."""
        return self.read.span(first, last)

    def _all_places(self) -> tuple[list[int], list[int]]:
        return self.read.places()
