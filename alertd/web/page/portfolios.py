"""The portfolios, and one of them: what it holds and how the news about that reads, alerts, dates ahead, receivers.

GET  /portfolios       those that are there for whoever looks
GET  /portfolios/ID    one
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from msgspec.structs import replace

from alertd.asking.caller import Caller
from alertd.asking.counts import PortfolioRecord, Span, portfolios_of
from alertd.asking.outlook import Coming
from alertd.asking.portfolio_names import PortfolioName
from alertd.asking.reported import AheadAsked, ReportAsked
from alertd.base.clock import to_datetime
from alertd.base.html import Html, element
from alertd.errors import HistoryRefused, HistoryUnavailable, Temporary
from alertd.history.analytics.model import Report
from alertd.history.analytics.subject import subject_of
from alertd.history.report.build import Asked
from alertd.model import AlertState
from alertd.notify.plain import one_line
from alertd.rules.book import Portfolio
from alertd.store.types import ReceiverHealth
from alertd.web.calendars import MOST_ALERTS
from alertd.web.callers import SignedIn
from alertd.web.page.desk import Desk, away, log, not_there
from alertd.web.page.frame import page, said
from alertd.web.page.parts import UNKNOWN, ago, link, listed
from alertd.web.page.portfolio_page import Told, portfolio_page

WAY = "/portfolios"
DAYS = 30
WAIT_S = 1.5
"""How long a page waits for what the news has been doing; it then says that it is being counted."""
MOST_HELD = 300
"""Holdings of which a page tells: the largest. A report has all of them."""


class PortfolioPages:
    """The pages about portfolios."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[web.RouteDef]:
        """Give them."""
        return [web.get(WAY, self._all), web.get(f"{WAY}/{{portfolio}}", self._one)]

    async def _all(self, request: web.Request) -> web.StreamResponse:
        desk, signed = self._desk, self._desk.signed(request)
        now = desk.clock()
        there = desk.names.seen_by(signed.caller)
        names, span = [one.id for one in there], Span.until(now, DAYS)
        key = ("portfolios", str(span.first), *names)
        found = await desk.counted(key, lambda history: portfolios_of(history, names, span))
        gap = [said("There is no history yet: alerts are not counted.")] if found is None and there else []
        columns = ["Portfolio", "Holdings", "Rules", f"Alerts, {DAYS} days", "Last alert"]
        columns += ["Desk"] if signed.caller.all_desks else []
        rows = [_row(one, (found or {}).get(one.id), now, signed) for one in there]
        none = "There is no portfolio that you may see."
        shown = listed(columns, rows, "Portfolios", numbers=(1, 2, 3), none=none)
        return page("Portfolios", *gap, shown, signed=signed, here=WAY)

    async def _one(self, request: web.Request) -> web.StreamResponse:
        desk, signed = self._desk, self._desk.signed(request)
        name = desk.portfolio(request.match_info["portfolio"], signed.caller)
        if name is None:
            return not_there(signed, WAY, "portfolio")
        now = desk.clock()
        try:
            portfolio = await desk.in_force.portfolio(name.id)
            report, counting = await self._report(portfolio, signed.caller, now) if portfolio else (None, False)
            states = await desk.alerts(name.id, signed.caller, MOST_ALERTS)
            health = await desk.store.receiver_health()
        except Temporary:
            return away(signed, WAY)
        coming = await self._ahead(states, signed.caller, now) if states else []
        tells = portfolio.tells() if portfolio is not None else []
        receivers = self._receivers(tells, signed.caller, health)
        parts = portfolio_page(name, portfolio, report, states, coming, receivers, now, counting=counting)
        return page(one_line(name.title, 120) or name.id, *parts, signed=signed, here=WAY)

    async def _report(self, portfolio: Portfolio, caller: Caller, now: int) -> tuple[Report | None, bool]:
        """Give what the news has been doing, and whether it is still being counted; neither: there is no history."""
        whole = subject_of(portfolio)
        subject = replace(whole, holdings=whole.holdings[:MOST_HELD])
        question = ReportAsked(Asked(subject, Span.until(now, DAYS).since_ms, now, now), caller.all_desks)
        key = (self._desk.in_force.version, portfolio.id, caller.all_desks)
        try:
            report = await self._desk.reports.get(key, lambda: self._desk.apart.ask(question), WAIT_S)
        except (HistoryUnavailable, HistoryRefused) as error:
            log.info("page_report", portfolio=portfolio.id, error=str(error))
            return None, False
        except Temporary as error:
            log.warning("page_report", portfolio=portfolio.id, error=str(error))
            return None, True
        return report, report is None

    async def _ahead(self, states: Sequence[AlertState], caller: Caller, now: int) -> list[Coming] | None:
        """Give the dates that alerts state; None: it takes longer than a page waits."""
        question = AheadAsked(caller.walls, states, to_datetime(now).date())
        notes = (one.alert.note.at if one.alert.note is not None else "" for one in states)
        alerts = tuple((one.alert.id, one.alert.updated_at, note) for one, note in zip(states, notes, strict=True))
        key = (caller.walls, question.today, alerts)
        try:
            return await self._desk.ahead.get(key, lambda: self._desk.apart.ask(question), WAIT_S)
        except Temporary as error:
            log.warning("page_ahead", error=str(error))
            return None

    def _receivers(self, tells: Sequence[str], caller: Caller, health: dict[str, ReceiverHealth]) -> list[Told]:
        """Give whom a portfolio tells, their types and how they do: of other desks none is named."""
        known = {one.id: one for one in self._desk.in_force.reach.receivers}
        there = [known[name] for name in tells if name in known]
        seen = [one for one in there if one.desk is None or caller.sees_desk(one.desk)]
        return [
            (one.id, one.type, health.get(one.id, ReceiverHealth()) if caller.sees_desk(one.desk) else None)
            for one in seen
        ]


def _row(one: PortfolioName, record: PortfolioRecord | None, now: int, signed: SignedIn) -> list[str]:
    counts = [f"{one.holdings:,}", f"{one.rules:,}", f"{record.alerts:,}" if record is not None else UNKNOWN]
    last: Html = ago(record.last_at, now) if record is not None else element("span", UNKNOWN)
    desk = [one.desk or UNKNOWN] if signed.caller.all_desks else []
    return [link(one.title or one.id, "portfolios", one.id), *counts, last, *desk]
