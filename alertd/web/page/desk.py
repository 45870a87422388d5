"""What the pages beside those of alerts ask, and what they answer where there is nothing to show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from aiohttp import web

from alertd.asking.apart import Apart
from alertd.asking.caller import Caller
from alertd.asking.desk_view import DeskView
from alertd.asking.fresh import Fresh
from alertd.asking.in_force import InForce
from alertd.asking.kept import Kept
from alertd.asking.outlook import Coming
from alertd.asking.past import Past
from alertd.asking.portfolio_names import PortfolioName, PortfolioNames
from alertd.asking.rule_files import RuleFiles
from alertd.base.clock import Clock
from alertd.base.html import element
from alertd.errors import AlertdError
from alertd.history.analytics.model import Report
from alertd.history.projection.read import History
from alertd.model import AlertState
from alertd.store.redis import RedisStore
from alertd.web.alerts import AlertReader, seen_by
from alertd.web.callers import Callers, SignedIn
from alertd.web.forms import read_form
from alertd.web.newest import Newest
from alertd.web.page.frame import page, said

log = structlog.get_logger(__name__)

FRESH_S, KEEP_S = 30.0, 900.0
"""What is counted over the history is good so long, and is given so long while it is counted anew."""
T = TypeVar("T")


def _counts() -> Fresh[Any]:
    return Fresh("page_counts", FRESH_S, KEEP_S, at_once=2)


def _reports() -> Fresh[Report]:
    return Fresh("page_report", FRESH_S, KEEP_S)


def _ahead() -> Fresh[list[Coming]]:
    return Fresh("page_ahead", FRESH_S, KEEP_S)


@dataclass(frozen=True, slots=True)
class Desk:
    """What is asked, and who may ask."""

    callers: Callers
    names: PortfolioNames
    in_force: InForce
    past: Past
    apart: Apart
    files: RuleFiles
    store: RedisStore
    reader: AlertReader
    status: Callable[[], Awaitable[dict[str, Any]]]
    """What `/v1/status` answers."""
    daemons: Callable[[], Sequence[Mapping[str, Any]]]
    """What runs on this state directory (`app.state.RunState`)."""
    clock: Clock
    counts: Fresh[Any] = field(default_factory=_counts)
    reports: Fresh[Report] = field(default_factory=_reports)
    ahead: Fresh[list[Coming]] = field(default_factory=_ahead)

    def signed(self, request: web.Request) -> SignedIn:
        """Give who looks; whoever may not is sent to sign in."""
        signed = self.callers.signed_in(request)
        if signed is None:
            raise web.HTTPSeeOther("/login")
        return signed

    def portfolio(self, name: str, caller: Caller) -> PortfolioName | None:
        """Give a portfolio, if it is there for somebody."""
        return next((one for one in self.names.seen_by(caller) if one.id == name), None)

    async def view(self, caller: Caller) -> DeskView:
        """Give the eyes with which somebody looks at what is not an alert."""
        return await self.in_force.view(caller.walls, self.store.load_alerts)

    async def counted(self, key: tuple[str, ...], work: Callable[[History], T]) -> T | None:
        """Count something over the history, or give what was counted a moment ago; None: there is no history."""

        def look(kept: Kept) -> T | None:
            return work(kept.history) if kept.history is not None else None

        try:
            found: T | None = await self.counts.get(key, lambda: self.past.ask(look))
        except (AlertdError, OSError) as error:
            log.warning("page_history", what=key[0], error=str(error))
            return None
        return found

    async def alerts(self, portfolio: str, caller: Caller, most: int) -> list[AlertState]:
        """Give the alerts of a portfolio that changed last, as somebody may see them. Raises StoreUnavailable."""
        newest = Newest(self.store, self.past, self.reader, self.clock)
        return await newest.alerts(portfolio, caller, most)

    async def titles(self, alerts: Iterable[str], caller: Caller) -> dict[str, str]:
        """Give the headlines of alerts, as somebody may see them. Raises StoreUnavailable."""
        there = await self.store.load_alerts(list(alerts)[:TITLES])
        seen = {name: seen_by(self.reader, found.state, caller) for name, found in there.items()}
        return {name: state.alert.title for name, state in seen.items() if state is not None}


TITLES = 50
"""Alerts of which a page gives the headline; it names others by their id."""


def not_there(signed: SignedIn, here: str, what: str) -> web.Response:
    """Say that something is not there, or not for them: in the same words."""
    text = "It is not there, or it is another desk's."
    return page(f"There is no such {what}", said(text), signed=signed, here=here, status=404)


def away(signed: SignedIn, here: str) -> web.Response:
    """Say that Redis is away."""
    text = "Redis is away. Nothing is lost; try again in a moment."
    return _later(signed, here, text)


def later(signed: SignedIn, here: str) -> web.Response:
    """Say that it takes too long just now."""
    return _later(signed, here, "That takes too long just now; try again in a moment.")


def _later(signed: SignedIn, here: str, text: str) -> web.Response:
    answer = page("Not now", said(text, "wrong"), signed=signed, here=here, status=503)
    answer.headers["Retry-After"] = "5"
    return answer


async def posted(request: web.Request, signed: SignedIn, here: str) -> dict[str, str] | web.Response:
    """Give the fields of a form that changes something; else the page that says why nothing was done."""
    fields = await read_form(request)
    if fields is None or not signed.made(fields):
        text = "Nothing was done: open the page again, and press its button there."
        return refused(signed, here, text, 400)
    if not signed.caller.writes:
        return refused(signed, here, "You may read only.", 403)
    return fields


def refused(signed: SignedIn, here: str, text: str, status: int) -> web.Response:
    """Say that nothing was done, and why."""
    back = element("p", element("a", "Back", href=here))
    return page("Not done", said(text, "wrong"), back, signed=signed, here=here, status=status)
