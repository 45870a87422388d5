"""A name that is no portfolio's, as everybody is told of it."""

from __future__ import annotations

from collections.abc import Iterable

from alertd.base import suggest

LISTED = 20
"""Portfolios that are named where none is near."""


def no_portfolio(name: str, there: Iterable[str]) -> str:
    """Say that nothing here has this name. `there` is what the asker may know of."""
    names = list(dict.fromkeys(there))
    near = suggest.closest(name, names)
    others = f" (did you mean {near}?)" if near else f"; there are {', '.join(names[:LISTED]) or 'none'}"
    return f"there is no portfolio {name}{others}"
