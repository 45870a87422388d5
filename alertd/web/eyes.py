"""Whose eyes something is seen with: what the walls of a desk, and a token of single portfolios, leave of it."""

from __future__ import annotations

from dataclasses import dataclass

from alertd.alerts.policy import ReceiverPolicy
from alertd.asking.caller import Caller
from alertd.asking.desk_view import DeskView, Owners
from alertd.asking.house import House
from alertd.asking.in_force import NOT_READ
from alertd.asking.portfolio_names import PortfolioName, no_portfolio
from alertd.errors import Temporary
from alertd.notify.config import ReceiverConfig
from alertd.rules.book import Portfolio
from alertd.rules.walls import may_see
from alertd.web.problems import Refusal

NO_RECEIVER = "there is no such receiver, or it is another desk's"


@dataclass(frozen=True, slots=True)
class Eyes:
    """Somebody who asks, and the rules by which it is known whose what is."""

    caller: Caller
    house: House

    @property
    def desk(self) -> str | None:
        """The desk whose walls stand before them; None: they see all desks."""
        return self.caller.walls

    async def view(self, owners: Owners | None = None) -> DeskView:
        """Give the journal as they see it, so far as it is asked whose something is."""
        only = None if self.caller.all_desks else self.caller.sees_portfolio
        return await self.house.in_force.view(self.desk, self.house.store.load_alerts, owners, only)

    async def hidden(self) -> list[str]:
        """Name the companies that are other desks' alone. Raises Temporary."""
        book = await self.house.in_force.needed(())
        return [one.id for one in book.companies.declared if not may_see(self.desk, one.desk)]

    def portfolios(self) -> list[PortfolioName]:
        """Name the portfolios that are there for them, by id."""
        return sorted(self.house.in_force.names.seen_by(self.caller), key=lambda one: one.id)

    def named(self, name: str) -> PortfolioName:
        """Give one of these. Raises Refusal."""
        there = {one.id: one for one in self.portfolios()}
        if name not in there:
            raise Refusal(404, no_portfolio(name[:100], there))
        return there[name]

    async def portfolio(self, name: str) -> Portfolio:
        """Give one of these with its rules. Raises Refusal, Temporary."""
        found = await self.house.in_force.portfolio(self.named(name).id)
        if found is None:
            raise Temporary(NOT_READ)
        return found

    def receiver(self, name: str) -> tuple[ReceiverConfig, ReceiverPolicy]:
        """Give a receiver that they may use: one of their own desk. Raises Refusal."""
        setup, caller = self.house.in_force.setup, self.caller
        config = next((one for one in setup.reach.receivers if one.id == name), None)
        policy = setup.policies.get(name)
        mine = config is not None and (
            caller.all_desks or (config.desk is not None and caller.sees_desk(config.desk))
        )
        if config is None or policy is None or not mine:
            raise Refusal(404, NO_RECEIVER)
        return config, policy
