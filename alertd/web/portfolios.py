"""`/v1/portfolios`: what is held, the rules that watch it, and reports about it.

GET /v1/portfolios                         those that are there for whoever asks
GET /v1/portfolios/PORTFOLIO               one with its holdings
GET /v1/portfolios/PORTFOLIO/report        what the news about it has been doing
GET /v1/portfolios/PORTFOLIO/report.html   the same as a page that needs nothing else
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from alertd.asking.holdings import by_size
from alertd.asking.house import House
from alertd.asking.portfolio_names import PortfolioName
from alertd.asking.report import SINCE, asked_for
from alertd.asking.reported import ReportAsked, ReportPageAsked
from alertd.companies.model import Holding
from alertd.history.analytics.model import Report
from alertd.history.analytics.subject import subject_of
from alertd.history.report.build import Asked as About
from alertd.model import Struct
from alertd.rules.book import Portfolio
from alertd.web.eyes import Eyes
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.problems import Refusal

NOT_THERE = "there is no such portfolio, or it is another desk's"
NAMED = {"portfolio": "The id of a portfolio."}


class PortfolioRow(Struct, frozen=True, kw_only=True):
    """What a list says of a portfolio."""

    id: str
    title: str
    desk: str | None
    timezone: str
    receivers: list[str]
    rules: int
    holdings: int
    as_of: str | None
    """The day of its positions file."""


class PortfolioList(Struct, frozen=True, kw_only=True):
    """Portfolios, by their ids."""

    portfolios: list[PortfolioRow]


class PortfolioInFull(PortfolioRow, frozen=True, kw_only=True):
    """One portfolio."""

    gross: float
    """The weights without their signs, added up: 1.2 is 120 %."""
    net: float
    positions: list[Holding]
    """The largest first."""
    rule_ids: list[str]


class Span(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which time a report is."""

    since: Annotated[str, msgspec.Meta(description="So long ago (7d), a date, or a time with a zone.")] = SINCE
    until: Annotated[str, msgspec.Meta(description="The same; without it now.")] = ""


class PortfolioRoutes:
    """What can be asked about portfolios."""

    def __init__(self, house: House) -> None:
        self._house = house

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        named, gone = NAMED, {404: NOT_THERE}
        return [
            Operation(
                name="listPortfolios", method="GET", path="/v1/portfolios", summary="List portfolios",
                does=self._all, query=Nothing, body=Nothing, answer=PortfolioList,
            ),
            Operation(
                name="getPortfolio", method="GET", path="/v1/portfolios/{portfolio}",
                summary="One portfolio with what it holds",
                does=self._one, query=Nothing, body=Nothing, answer=PortfolioInFull, fails=gone, parameters=named,
            ),
            Operation(
                name="getReport", method="GET", path="/v1/portfolios/{portfolio}/report",
                summary="What the news about a portfolio's holdings has been doing",
                does=self._report, query=Span, body=Nothing, answer=Report, fails=gone, parameters=named,
                slow=True,
            ),
            Operation(
                name="getReportPage", method="GET", path="/v1/portfolios/{portfolio}/report.html",
                summary="The same as a page with charts that needs nothing else", html=True,
                does=self._page, query=Span, body=Nothing, answer=str, fails=gone, parameters=named,
                slow=True,
            ),
        ]  # fmt: skip

    async def _all(self, asked: Asked[Nothing, Nothing]) -> object:
        return PortfolioList(portfolios=[_row(one) for one in Eyes(asked.caller, self._house).portfolios()])

    async def _one(self, asked: Asked[Nothing, Nothing]) -> object:
        eyes, name = Eyes(asked.caller, self._house), asked.path["portfolio"]
        one = await eyes.portfolio(name)
        held = by_size(one.holdings.positions.values())
        return PortfolioInFull(
            **msgspec.structs.asdict(_row(eyes.named(name))),
            gross=sum(abs(holding.weight) for holding in held),
            net=sum(holding.weight for holding in held),
            positions=held,
            rule_ids=[rule.id for rule in one.rules],
        )

    async def _report(self, asked: Asked[Span, Nothing]) -> object:
        return await self._house.apart.ask(ReportAsked(await self._about(asked), asked.caller.all_desks))

    async def _page(self, asked: Asked[Span, Nothing]) -> object:
        return await self._house.apart.ask(ReportPageAsked(await self._about(asked), asked.caller.all_desks))

    async def _about(self, asked: Asked[Span, Nothing]) -> About:
        portfolio = await Eyes(asked.caller, self._house).portfolio(asked.path["portfolio"])
        return about(portfolio, asked.query.since, asked.query.until, self._house.clock())


def about(portfolio: Portfolio, since: str, until: str, now: int) -> About:
    """Say what a report is about. Raises Refusal."""
    try:
        return asked_for(subject_of(portfolio), since, until or None, now)
    except ValueError as error:
        raise Refusal(400, str(error)) from error


def _row(one: PortfolioName) -> PortfolioRow:
    return PortfolioRow(
        id=one.id, title=one.title, desk=one.desk, timezone=one.timezone, receivers=list(one.receivers),
        rules=one.rules, holdings=one.holdings, as_of=one.as_of,
    )  # fmt: skip
