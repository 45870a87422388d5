"""Did you mean …? One place decides how near a misspelt word must be to a known one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_NEAR = 0.6
"""difflib's ratio from which a word counts as a misspelling: `webhok_url` does, `colour` for `channel` not."""
_LISTED = 15
"""How many known words are worth listing when none is near."""


def closest(word: str, known: Iterable[str]) -> str | None:
    """Give the known word that `word` most probably means, or None. Case and `-` against `_` do not count."""
    folded = {_fold(k): k for k in known}
    turned = next((k for k in folded if sorted(k) == sorted(_fold(word))), None)
    if turned is not None:
        return folded[turned]  # `fo` is `of`, although difflib finds `form` nearer
    found = difflib.get_close_matches(_fold(word[:200]), folded, n=1, cutoff=_NEAR)
    return folded[found[0]] if found else None


def closest_in(word: str, *groups: Iterable[str]) -> str | None:
    """Give the nearest of several groups, or None; where two are equally near, that of the earlier group."""
    found = [near for group in groups if (near := closest(word, group)) is not None]
    return max(found, key=lambda near: _nearness(word, near), default=None)


def _nearness(word: str, known: str) -> float:
    one, other = _fold(word[:200]), _fold(known)
    return 1.0 if sorted(one) == sorted(other) else difflib.SequenceMatcher(None, other, one).ratio()


def hint(word: str, known: Iterable[str]) -> str:
    """Write the hint for an unknown word: the nearest known one, else the list of them, else nothing."""
    names = list(dict.fromkeys(known))
    near = closest(word, names)
    if near is not None:
        return f"did you mean `{near}`?"
    if 0 < len(names) <= _LISTED:
        return "known here: " + ", ".join(names)
    return ""


def _fold(word: str) -> str:
    return word.casefold().replace("-", "_")
