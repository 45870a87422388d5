"""Which portfolios there are and whose: what a page lets somebody choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from alertd.model import Struct

if TYPE_CHECKING:  # the supervisor, which names them, loads no HTTP library
    from alertd.web.callers import Caller


class PortfolioName(Struct, frozen=True):
    """A portfolio by name."""

    id: str
    title: str = ""
    desk: str | None = None
    holdings: int = 0
    """How many companies it holds."""
    rules: int = 0


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
