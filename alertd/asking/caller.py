"""Who asks, and what is there for them: the walls of their desk, and of a token for single portfolios."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from alertd.alerts.looking import as_a_desk_sees
from alertd.alerts.policy import ReceiverPolicy
from alertd.model import AlertState

NOBODYS = "-"
"""The desk of whoever is for none: nothing belongs to one of this name."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    name: str
    """Of the token; stands in the audit log."""
    desk: str | None = None
    all_desks: bool = False
    writes: bool = True
    """Whether it may change anything."""
    portfolios: frozenset[str] | None = None
    """The portfolios of its desk that it is for; None: all of these."""

    @property
    def walls(self) -> str | None:
        """The desk whose walls stand before them; None: they see all desks."""
        return None if self.all_desks else self.desk or NOBODYS

    def sees(self, state: AlertState) -> bool:
        """Tell whether an alert is there for them."""
        return self.sees_portfolio(state.alert.portfolio, state.desk)

    def sees_desk(self, desk: str | None) -> bool:
        """Tell whether what belongs to a desk, or to none, is there for them."""
        return self.all_desks or desk == self.desk

    def sees_portfolio(self, portfolio: str, desk: str | None) -> bool:
        """Tell whether a portfolio, which belongs to a desk or to none, is there for them."""
        return self.sees_desk(desk) and (self.portfolios is None or portfolio in self.portfolios)

    def who(self, said: str) -> str:
        """Give the name that an answer is written down under: who they say they are, and whose token that came by."""
        said = said.strip()
        return f"{said} ({self.name})" if said and said != self.name else self.name

    def shown(self, state: AlertState, policies: Iterable[ReceiverPolicy]) -> AlertState | None:
        """Give an alert as it is there for them, by the receivers of today; None: it is not."""
        if not self.sees(state):
            return None
        return state if self.all_desks else as_a_desk_sees(state, self.desk, policies)
