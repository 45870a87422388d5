"""`GET /v1/portfolios/PORTFOLIO/calendar`: the dates ahead of a portfolio, as its page shows them.

They stand in the texts of its newest alerts and in what their notes quote. Reading these takes a while, so it is
asked apart.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from alertd.asking.house import House
from alertd.asking.outlook import Coming
from alertd.asking.reported import AheadAsked
from alertd.base.clock import to_datetime
from alertd.model import Struct
from alertd.web.alerts import AlertReader
from alertd.web.eyes import Eyes
from alertd.web.newest import Newest
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.portfolios import NAMED, NOT_THERE

MOST_ALERTS = 100
"""Of which dates are looked for: the newest."""


class Calendar(Struct, frozen=True, kw_only=True):
    """What lies ahead of a portfolio."""

    portfolio: str
    today: date
    """In UTC."""
    alerts: int
    """So many were read for it: the newest, 100 at most."""
    dates: list[Coming]
    """The soonest first, 40 at most; what several alerts say in the same words stands once."""


class CalendarRoutes:
    """What can be asked about what is to come."""

    def __init__(self, house: House, reader: AlertReader) -> None:
        self._house = house
        self._newest = Newest(house.store, house.past, reader, house.clock)

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        return [
            Operation(
                name="getCalendar", method="GET", path="/v1/portfolios/{portfolio}/calendar",
                summary="The dates ahead that the newest alerts of a portfolio state, the soonest first",
                does=self._calendar, query=Nothing, body=Nothing, answer=Calendar, fails={404: NOT_THERE},
                parameters=NAMED, slow=True,
            ),
        ]  # fmt: skip

    async def _calendar(self, asked: Asked[Nothing, Nothing]) -> object:
        caller, today = asked.caller, to_datetime(self._house.clock()).date()
        name = Eyes(caller, self._house).named(asked.path["portfolio"]).id
        states = await self._newest.alerts(name, caller, MOST_ALERTS)
        found = await self._house.apart.ask(AheadAsked(caller.walls, states, today)) if states else []
        return Calendar(portfolio=name, today=today, alerts=len(states), dates=found)
