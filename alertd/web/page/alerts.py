"""The alerts, and one of them with all that is known of it; buttons to answer.

GET  /alerts                 the list, by the same choices as `/v1/alerts`
GET  /alerts/ID              one
POST /alerts/ID/acknowledge  also unacknowledge, snooze, close, useful, noise; then back to it
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, get_args
from urllib.parse import urlencode

import structlog
from aiohttp import web

from alertd.alerts.trail import Trail
from alertd.asking.caller import Caller
from alertd.asking.choices import Choices, choices_of
from alertd.asking.in_force import InForce
from alertd.asking.portfolio_names import PortfolioNames
from alertd.base.clock import Clock
from alertd.base.html import element
from alertd.errors import HistoryRefused, Temporary
from alertd.model import AlertState, AnswerKind
from alertd.web import cursors
from alertd.web.alert_types import Said, Which
from alertd.web.alerts import AlertReader, AnswerDoor, answer_of, gone, page_of, state_of, taker_of
from alertd.web.callers import Callers, SignedIn
from alertd.web.forms import read_form
from alertd.web.moments import to_come
from alertd.web.operations import read_query
from alertd.web.page.alert_list import choices, chosen, row, turn
from alertd.web.page.alert_page import WAY, alert_page
from alertd.web.page.alert_past import past_page
from alertd.web.page.frame import page, said
from alertd.web.problems import Refusal

_DONE = "done"

log = structlog.get_logger(__name__)


class PageReader(AlertReader, Protocol):
    """What the pages ask of the store."""

    async def trail(self, state: AlertState, caller: Caller) -> Trail:
        """Give what became of an alert, as somebody may see it. Raises Temporary."""
        ...


class AlertPages:
    """The pages about alerts."""

    def __init__(
        self,
        reader: PageReader,
        door: AnswerDoor,
        callers: Callers,
        portfolios: PortfolioNames,
        clock: Clock,
        in_force: InForce | None = None,
    ) -> None:
        """Without what is in force the form that chooses offers portfolios alone."""
        self._reader = reader
        self._in_force = in_force
        self._portfolios = portfolios
        self._door = door
        self._callers = callers
        self._clock = clock

    def routes(self) -> Sequence[web.RouteDef]:
        """Give them."""
        return [
            web.get("/", self._home), web.get(WAY, self._all), web.get(f"{WAY}/{{alert}}", self._one),
            web.post(f"{WAY}/{{alert}}/{{kind}}", self._answer),
        ]  # fmt: skip

    async def _home(self, _request: web.Request) -> web.StreamResponse:
        raise web.HTTPSeeOther(WAY)

    async def _all(self, request: web.Request) -> web.StreamResponse:
        signed = _signed(self._callers, request)
        try:
            which = read_query(chosen(request.query.items()), Which)
            found = await page_of(self._reader, signed.caller, which, self._clock())
        except Refusal as error:
            return page("Alerts", said(str(error), "wrong"), signed=signed, here=WAY, status=error.status)
        except Temporary:
            return _away(signed)
        now = self._clock()
        shown = [row(one, now) for one in found.rows] or [element("li", "No alerts.", class_="none")]
        older = cursors.written(found.next) if found.next is not None else ""
        short = found.more and not older
        small = [element("p", f"There are more than these {len(shown)}.", class_="small")] if short else []
        ways = turn(list(request.query.items()), older)
        form = choices(which, self._portfolios.seen_by(signed.caller), await self._there(which, signed.caller))
        live = element("div", element("ol", *shown, class_="alerts"), *small, ways, id="live")
        return page("Alerts", form, live, signed=signed, here=WAY, live=True)

    async def _there(self, which: Which, caller: Caller) -> Choices:
        """Give what the form offers: of the portfolio that is chosen, or of all that are there for them."""
        if self._in_force is None:
            return Choices()
        names = [one for one in self._portfolios.seen_by(caller) if which.portfolio in (None, one.id)]
        return await choices_of(self._in_force, names, caller.walls)

    async def _one(self, request: web.Request) -> web.StreamResponse:
        signed = _signed(self._callers, request)
        try:
            state = await state_of(self._reader, request.match_info["alert"], signed.caller)
            trail = await self._reader.trail(state, signed.caller)
        except Refusal:
            return await self._gone(request.match_info["alert"], signed)
        except Temporary:
            return _away(signed)
        title, shown = alert_page(state, trail, signed, self._clock(), request.query.get(_DONE, ""))
        return page(title, *shown, signed=signed, here=WAY, live=True, headed=False)

    async def _gone(self, alert: str, signed: SignedIn) -> web.StreamResponse:
        """Show what the history has of an alert that is in Redis no more."""
        try:
            row = await gone(self._reader, alert, signed.caller)
        except HistoryRefused as error:
            log.warning("history_refused", alert=alert, error=str(error))
            row = None
        except Temporary:
            return _away(signed)
        if row is None:
            return _not_there(signed)
        title, shown = past_page(row, self._clock())
        return page(title, *shown, signed=signed, here=WAY)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        signed, now = _signed(self._callers, request), self._clock()
        fields = await read_form(request)
        kind, alert = request.match_info["kind"], request.match_info["alert"]
        if fields is None or not signed.made(fields) or kind not in get_args(AnswerKind):
            text = "Nothing was done: open the alert again, and press its button there."
            return page("Not done", said(text, "wrong"), signed=signed, here=WAY, status=400)
        if not signed.caller.writes:
            return page("Not done", said("You may read only.", "wrong"), signed=signed, here=WAY, status=403)
        try:
            state = await taker_of(self._reader, alert, signed.caller)
            until = to_come(fields.get("until", ""), now) if kind == "snooze" else 0
            what = Said(note=fields.get("note", "")[:1000])
            given = await self._door.give(
                answer_of(signed.caller, state.alert.id, kind, what, until_ms=until, now=now, via="page")
            )
        except Refusal as error:
            return _not_there(signed) if error.status == 404 else page(
                "Not done", said(str(error), "wrong"), signed=signed, here=WAY, status=error.status
            )  # fmt: skip
        except Temporary:
            return _away(signed)
        if given.outcome == "unknown":
            return _not_there(signed)
        if given.outcome == "refused":
            return page("Not done", said(given.text, "wrong"), signed=signed, here=WAY, status=409)
        raise web.HTTPSeeOther(f"{WAY}/{state.alert.id}?{urlencode({_DONE: kind})}")


def _signed(callers: Callers, request: web.Request) -> SignedIn:
    """Give who looks; whoever may not is sent to sign in."""
    signed = callers.signed_in(request)
    if signed is None:
        raise web.HTTPSeeOther("/login")
    return signed


def _not_there(signed: SignedIn) -> web.Response:
    text = "It is not there any more, or it is another desk's."
    return page("There is no such alert", said(text), signed=signed, here=WAY, status=404)


def _away(signed: SignedIn) -> web.Response:
    text = "The store is away. Nothing is lost; try again in a moment."
    answer = page("Not now", said(text, "wrong"), signed=signed, here=WAY, status=503)
    answer.headers["Retry-After"] = "5"
    return answer
