"""A name that is no portfolio's, as every command says it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from alertd.base import suggest
from alertd.cli.output import USAGE, fail

LISTED = 20
"""Portfolios that are named where none is near."""


def no_portfolio(name: str, there: Iterable[str], code: int = USAGE) -> NoReturn:
    """End the command: nothing here has this name. `there` is what the asker may know of."""
    names = list(dict.fromkeys(there))
    near = suggest.closest(name, names)
    others = f" (did you mean {near}?)" if near else f"; there are {', '.join(names[:LISTED]) or 'none'}"
    fail(f"there is no portfolio {name}{others}", code)
