"""Whose eyes something is seen with: what the walls of a desk, and a token of single portfolios, leave of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alertd.asking.desk_view import DeskView, Owners
from alertd.asking.house import House, InForce
from alertd.asking.portfolio_names import no_portfolio
from alertd.rules.book import Portfolio
from alertd.rules.walls import may_see
from alertd.web.callers import Caller
from alertd.web.problems import Refusal

NOBODYS = "!"
"""The desk of who sees only what is no desk's: no desk is called so."""


def desk_of(caller: Caller) -> str | None:
    """Give the desk whose walls stand before somebody; None: they see all desks."""
    return None if caller.all_desks else caller.desk or NOBODYS


@dataclass(frozen=True, slots=True)
class Eyes:
    """Somebody who asks, and the rules by which it is known whose what is."""

    caller: Caller
    house: House
    rules: InForce

    @property
    def desk(self) -> str | None:
        """The desk whose walls stand before them; None: they see all desks."""
        return desk_of(self.caller)

    def view(self, owners: Owners | None = None) -> DeskView:
        """Give the journal as they see it."""
        only = None if self.caller.all_desks else self.caller.sees_portfolio
        return DeskView(self.desk, self.house.books(self.rules), self.house.store.load_alerts, owners, only)

    def hidden(self) -> list[str]:
        """Name the companies that are other desks' alone."""
        declared = self.rules.book.companies.declared
        return [one.id for one in declared if not may_see(self.desk, one.desk)]

    def portfolios(self) -> Iterator[Portfolio]:
        """Give the portfolios that are there for them."""
        seen = self.caller.sees_portfolio
        return (one for one in self.rules.book.portfolios if seen(one.id, one.desk))

    def portfolio(self, name: str) -> Portfolio:
        """Give one of these. Raises Refusal."""
        there = {one.id: one for one in self.portfolios()}
        if name not in there:
            raise Refusal(404, no_portfolio(name[:100], there))
        return there[name]


async def eyes_of(house: House, caller: Caller) -> Eyes:
    """Give the eyes of somebody, by the rules in force."""
    return Eyes(caller, house, await house.rules())
