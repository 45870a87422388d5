"""Dead letters: messages that were given up, with the reason, and events that could not be matched.

GET  /dead          those that are there for whoever looks
POST /dead/retry    one, all of a receiver, or (for who sees all desks) all; then back to it
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

from aiohttp import web

from alertd.asking.caller import Caller
from alertd.asking.dead import MOST, dead_letters, send_again
from alertd.base.clock import rfc3339
from alertd.base.html import Html, element
from alertd.errors import Temporary
from alertd.model import Delivery
from alertd.notify.plain import one_line
from alertd.store.types import DeadEvent
from alertd.text.written import counted
from alertd.web.callers import SignedIn
from alertd.web.page.desk import Desk, away, posted, refused
from alertd.web.page.frame import page, said
from alertd.web.page.parts import UNKNOWN, ago, button, link, listed, section

WAY = "/dead"
SHOWN = 200
"""Of each kind, the newest."""
_QUEUED = "queued"
_MESSAGES = {
    "alert.fired": "first message", "alert.updated": "update", "alert.acknowledged": "acknowledged",
    "alert.closed": "closed",
}  # fmt: skip
"""Types of messages that are no word yet."""


class DeadPages:
    """The page about dead letters, and its buttons."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[web.RouteDef]:
        """Give them."""
        return [web.get(WAY, self._all), web.post(f"{WAY}/retry", self._retry)]

    async def _all(self, request: web.Request) -> web.StreamResponse:
        desk, signed = self._desk, self._desk.signed(request)
        now = desk.clock()
        try:
            view = await desk.view(signed.caller)
            letters, events = await dead_letters(desk.store, view, SHOWN + 1 if signed.caller.all_desks else MOST)
            letters = await self._there(letters, signed.caller)
            titles = await desk.titles([one.alert for one in letters[:SHOWN] if one.alert], signed.caller)
        except Temporary:
            return away(signed, WAY)
        done = request.query.get(_QUEUED, "")
        about = [said(f"{counted(int(done), 'message')} queued again.")] if done.isdecimal() and len(done) < 7 else []
        more = [element("p", f"These are the newest {SHOWN}.", class_="small")] if len(letters) > SHOWN else []
        shown = letters[:SHOWN]
        parts = [*about, section("Messages", *_buttons(shown, signed), _letters(shown, titles, signed, now), *more)]
        if signed.caller.all_desks:
            parts.append(section("Events that could not be matched", _events(events[:SHOWN], now)))
        return page("Dead letters", *parts, signed=signed, here=WAY)

    async def _retry(self, request: web.Request) -> web.StreamResponse:
        desk, signed = self._desk, self._desk.signed(request)
        fields = await posted(request, signed, WAY)
        if isinstance(fields, web.Response):
            return fields
        delivery, receiver, everything = (fields.get(name, "") for name in ("delivery", "receiver", "all"))
        if sum(map(bool, (delivery, receiver, everything))) != 1 or (everything and not signed.caller.all_desks):
            return refused(signed, WAY, "Nothing was done: press a button of the page.", 400)
        try:
            view = await desk.view(signed.caller)
            if everything:
                queued = await send_again(desk.store, view, [], desk.clock(), everything=True)
            else:
                letters, _ = await dead_letters(desk.store, view, MOST)
                there = await self._there(letters, signed.caller)
                wanted = [one.id for one in there if delivery == one.id or (receiver and receiver == one.receiver)]
                queued = await send_again(desk.store, view, wanted, desk.clock()) if wanted else []
        except Temporary:
            return away(signed, WAY)
        if not queued:
            text = "It is not there any more: somebody else may have sent it again."
            return refused(signed, WAY, text, 404)
        raise web.HTTPSeeOther(f"{WAY}?{urlencode({_QUEUED: len(queued)})}")

    async def _there(self, letters: Sequence[Delivery], caller: Caller) -> list[Delivery]:
        """Give those that are there for somebody: with the alert that they are about, or of a receiver of theirs.

        Raises StoreUnavailable.
        """
        if caller.all_desks:
            return list(letters)
        receivers = {one.id for one in self._desk.in_force.reach.receivers if caller.sees_desk(one.desk)}
        states = await self._desk.store.load_alerts(list({one.alert for one in letters if one.alert}))
        alerts = {name for name, found in states.items() if found.state is not None and caller.sees(found.state)}
        whole = caller.portfolios is None
        return [
            one for one in letters if one.alert in alerts or (not one.alert and whole and one.receiver in receivers)
        ]


def _buttons(letters: Iterable[Delivery], signed: SignedIn) -> list[Html]:
    """Write a button for each receiver with dead letters, and one for all of them."""
    receivers = sorted({one.receiver for one in letters})
    if not receivers or not signed.caller.writes:
        return []
    made = [button(f"Send again to {name}", f"{WAY}/retry", signed, receiver=name) for name in receivers[:20]]
    if signed.caller.all_desks:
        made.append(button("Send all again", f"{WAY}/retry", signed, all="yes"))
    return [element("div", *made, class_="answers", role="group", aria_label="Send again")]


def _letters(letters: Sequence[Delivery], titles: Mapping[str, str], signed: SignedIn, now: int) -> Html:
    writes = signed.caller.writes
    rows = [
        [
            one.receiver,
            _MESSAGES.get(one.type, one.type) or UNKNOWN,
            link(titles.get(one.alert) or f"{one.alert[:12]}…", "alerts", one.alert) if one.alert else UNKNOWN,
            ago(rfc3339(one.finished_ms), now),
            f"{one.attempts:,}",
            one_line(one.error, 400),
            *([button("Send again", f"{WAY}/retry", signed, delivery=one.id)] if writes else []),
        ]
        for one in letters
    ]
    columns = ["Receiver", "Message", "Alert", "Given up", "Attempts", "Why", *(["Again"] if writes else [])]
    return listed(columns, rows, "Messages that were given up", numbers=(4,), none="No dead letters.")


def _events(events: Sequence[DeadEvent], now: int) -> Html:
    rows = [
        [
            link(f"{one.event_id[:12]}…", "events", one.event_id),
            one_line(one.event.title, 200) if one.event is not None else "(it cannot be read)",
            ago(rfc3339(one.at_ms), now),
            one_line(one.reason, 400),
        ]
        for one in events
    ]
    return listed(["Event", "Title", "When", "Why"], rows, "Events that could not be matched", none="None.")
