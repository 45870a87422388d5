"""One event, also one that raised no alert, and why.

GET  /events/ID                 what is in it, what was decided
GET  /events/ID?portfolio=ID    with each rule of this portfolio that did not hold, condition by condition
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from aiohttp import web

from alertd.alerts.rights import shown
from alertd.asking.one_event import EventPageAsked, EventSeen
from alertd.asking.portfolio_names import PortfolioName
from alertd.base.html import Html, element
from alertd.base.ids import usable_id
from alertd.errors import Temporary
from alertd.notify.lines import LINK_MAX
from alertd.notify.plain import one_line, printable, web_link
from alertd.web.page.alert_facts import money, tone, who
from alertd.web.page.alert_text import text_of
from alertd.web.page.desk import Desk, later, log, not_there
from alertd.web.page.frame import page, said
from alertd.web.page.parts import ago, facts, link, section, select

HERE = ""
"""No way leads to all events: they are found from a rule, an alert, a dead letter, a message."""

WAIT_S = 8.0
"""How long somebody waits for it: less than a request may take."""


class EventPages:
    """The page about an event."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[web.RouteDef]:
        """Give it."""
        return [web.get("/events/{event}", self._one)]

    async def _one(self, request: web.Request) -> web.StreamResponse:
        desk, signed = self._desk, self._desk.signed(request)
        event, caller = request.match_info["event"], signed.caller
        named = request.query.get("portfolio", "")
        names = desk.names.seen_by(caller)
        if not event.startswith("ev_") or not usable_id(event):
            return not_there(signed, HERE, "event")
        if named and named not in {one.id for one in names}:
            return not_there(signed, HERE, "portfolio")
        portfolios = None if caller.all_desks else {one.id for one in names}
        try:
            async with asyncio.timeout(WAIT_S):
                found = await desk.apart.ask(EventPageAsked(caller.walls, event, portfolios, named or None))
            titles = await desk.titles(found.alerts if found is not None else (), caller)
        except (Temporary, TimeoutError) as error:
            log.warning("event_not_looked_at", error=str(error))
            return later(signed, HERE)
        if found is None:
            return not_there(signed, HERE, "event")
        parts = _parts(found, titles, names, named, desk.clock())
        return page(one_line(found.event.title, 300) or "(no headline)", *parts, signed=signed, here=HERE)


def _parts(
    found: EventSeen, titles: Mapping[str, str], names: Sequence[PortfolioName], named: str, now: int
) -> list[Html]:
    event = shown(found.event)
    alerts = [element("li", link(titles.get(alert) or alert, "alerts", alert)) for alert in found.alerts]
    parts = [_head(found, now), _facts(found, now)]
    if alerts:
        parts.append(section("Its alerts", element("ul", *alerts)))
    elif not found.matches:
        parts.append(said("No rule that you may see held for it, so it raised no alert."))
    else:
        parts.append(said("A rule held for it, and it raised no alert; below stands why."))
    parts.append(section("What became of it", _told(found.told), _choose(found, names, named)))
    for title, part in (
        ("Text", text_of(event, found.matches)), ("Who", who(event)), ("Money and terms", money(event)),
        ("Tone", tone(event)),
    ):  # fmt: skip
        if part is not None:
            parts.append(section(title, part))
    return parts


def _head(found: EventSeen, now: int) -> Html:
    event = found.event
    marks = [one for one, there in (("late", event.late), ("withdrawn", event.withdrawn)) if there]
    return element("p", " · ".join([event.kind, *marks]), class_="small")


def _facts(found: EventSeen, now: int) -> Html:
    event = found.event
    way = web_link(event.url or "", LINK_MAX)
    kinds = ", ".join(f"{one.type.replace('_', ' ')} ({one.status})" for one in event.event_types)
    return facts({
        "Source": link(event.source, "sources", event.source),
        "Read": element("a", "the source", href=way, rel="noreferrer noopener") if way else "",
        "Published": ago(event.published_at, now, "not stated"), "Seen": ago(event.seen_at, now),
        "Revision": f"{event.revision}, {(event.revision_reason or '').replace('_', ' ')}"
                    if event.revision > 1 else "",
        "Form": event.form or "", "Reports": one_line(kinds, 300) or "no event type that is known",
        "Id": event.id,
    })  # fmt: skip


def _told(lines: Sequence[str]) -> Html:
    text = "\n".join(printable(line) for line in lines)
    return element("div", text, class_="told", tabindex="0", role="region", aria_label="What became of it")


def _choose(found: EventSeen, names: Sequence[PortfolioName], named: str) -> Html:
    """Write the form that asks a portfolio's rules again."""
    options = [(one.id, one.title or one.id) for one in names]
    return element(
        "form", select("portfolio", "Why did its rules not hold?", options, named),
        element("button", "Ask", type="submit"), action=f"/events/{quote(found.event.id, safe='')}",
        class_="choices",
    )  # fmt: skip
