"""Which portfolios there are and whose, without their rules: what somebody may choose from, and is told of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alertd.asking.caller import Caller
from alertd.base import suggest
from alertd.model import Struct
from alertd.rules.book import Portfolio

LISTED = 20
"""Portfolios that are named where none is near."""


class PortfolioName(Struct, frozen=True):
    """A portfolio by name."""

    id: str
    title: str = ""
    desk: str | None = None
    holdings: int = 0
    """How many companies it holds."""
    rules: int = 0
    timezone: str = "UTC"
    receivers: tuple[str, ...] = ()
    """All whom its alerts may be told."""
    as_of: str | None = None
    """The day of its positions file."""


def name_of(one: Portfolio) -> PortfolioName:
    """Give what is said of a portfolio where its rules are not at hand."""
    held = one.holdings
    return PortfolioName(
        one.id, one.title, one.desk, len(held.positions), len(one.rules), one.timezone, tuple(one.tells()), held.as_of
    )


class PortfolioNames:
    """Those of the rules in force; a reload replaces them."""

    def __init__(self, names: Sequence[PortfolioName] = ()) -> None:
        self._names = list(names)

    def serve(self, names: Sequence[PortfolioName]) -> None:
        """Take those of a reload."""
        self._names = list(names)

    def all(self) -> Sequence[PortfolioName]:
        """Give all of them."""
        return self._names

    def seen_by(self, caller: Caller) -> list[PortfolioName]:
        """Give those whose alerts are there for somebody, by title."""
        seen = (one for one in self._names if caller.sees_portfolio(one.id, one.desk))
        return sorted(seen, key=lambda one: (one.title.casefold() or one.id, one.id))


def no_portfolio(name: str, there: Iterable[str]) -> str:
    """Say that nothing here has this name. `there` is what the asker may know of."""
    names = list(dict.fromkeys(there))
    near = suggest.closest(name, names)
    others = f" (did you mean {near}?)" if near else f"; there are {', '.join(names[:LISTED]) or 'none'}"
    return f"there is no portfolio {name}{others}"
