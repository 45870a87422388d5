"""`/v1/portfolios/PORTFOLIO/holdings`: what a positions file came to, and taking a refused one.

GET  /v1/portfolios/PORTFOLIO/holdings          in force, refused or stale, and why; the report on the file
POST /v1/portfolios/PORTFOLIO/holdings/accept   takes the refused file knowingly; {"sha256": "…"}: only that one
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import structlog

from alertd.asking.holdings_asked import AcceptAsked, HoldingsAsked, HoldingsState, HoldingsTaken
from alertd.asking.house import House
from alertd.errors import Permanent
from alertd.model import Struct
from alertd.web.eyes import Eyes
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.portfolios import NOT_THERE
from alertd.web.problems import Refusal

log = structlog.get_logger(__name__)


class Accepts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of taking a refused file."""

    sha256: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""
    """Of the file that is meant, as it was told; another one is not taken."""
    who: str = ""


class HoldingsRoutes:
    """What can be asked about positions files."""

    def __init__(self, house: House) -> None:
        self._house = house

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        named = {"portfolio": "The id of a portfolio."}
        silent = "It has no holdings, or its file has faults."
        return [
            Operation(
                name="getHoldings", method="GET", path="/v1/portfolios/{portfolio}/holdings",
                summary="What came of the positions file of a portfolio, and why it is not in force",
                does=self._state, query=Nothing, body=Nothing, answer=HoldingsState, slow=True,
                fails={404: NOT_THERE, 409: silent}, parameters=named,
            ),
            Operation(
                name="acceptHoldings", method="POST", path="/v1/portfolios/{portfolio}/holdings/accept", makes=True,
                summary="Take a refused positions file knowingly; it stays until it changes",
                does=self._accept, query=Nothing, body=Accepts, answer=HoldingsTaken, slow=True,
                fails={404: NOT_THERE}, parameters=named,
            ),
        ]  # fmt: skip

    async def _state(self, asked: Asked[Nothing, Nothing]) -> object:
        try:
            return await self._house.apart.ask(self._about(asked))
        except Permanent as error:
            raise Refusal(409, str(error)) from error

    async def _accept(self, asked: Asked[Nothing, Accepts]) -> object:
        about, caller = self._about(asked), asked.caller
        try:
            taken = await self._house.apart.ask(AcceptAsked(about, asked.body.sha256))
        except Permanent as error:
            raise Refusal(409, str(error)) from error
        if taken.outcome == "done":
            who = caller.who(asked.body.who)
            log.info("positions_accepted", portfolio=about.portfolio, as_of=taken.as_of, who=who)
        return taken

    def _about(self, asked: Asked[Nothing, Any]) -> HoldingsAsked:
        """Say what is asked about. Raises Refusal."""
        eyes = Eyes(asked.caller, self._house)
        return HoldingsAsked(eyes.named(asked.path["portfolio"]).id, eyes.desk, self._house.clock())
