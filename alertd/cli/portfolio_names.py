"""A name that is no portfolio's, as every command says it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from alertd.asking import portfolio_names
from alertd.cli.output import USAGE, fail


def no_portfolio(name: str, there: Iterable[str], code: int = USAGE) -> NoReturn:
    """End the command: nothing here has this name. `there` is what the asker may know of."""
    fail(portfolio_names.no_portfolio(name, there), code)
