"""The alerts, and one of them with all that is known of it; buttons to answer.

GET  /alerts                 the list, by the same choices as `/v1/alerts`
GET  /alerts/ID              one
POST /alerts/ID/acknowledge  also unacknowledge, snooze, close, useful, noise; then back to it
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args
from urllib.parse import urlencode

from aiohttp import web

from alertd.base.clock import Clock, parse_rfc3339
from alertd.base.html import Html, element, joined
from alertd.errors import Temporary
from alertd.model import SEVERITIES, AlertState, AnswerKind, Message
from alertd.notify.clocks import age, clock_time, zone, zone_label
from alertd.notify.lines import Row, parts_of
from alertd.notify.message import compose
from alertd.web.alerts import AlertReader, AnswerDoor, Said, Which, answer_of, listed, state_of, taker_of
from alertd.web.callers import Callers, SignedIn
from alertd.web.forms import read_form
from alertd.web.moments import to_come
from alertd.web.operations import read_query
from alertd.web.page.frame import csrf, page, said
from alertd.web.problems import Refusal

WAY = "/alerts"
SNOOZES = (("1h", "1 hour"), ("4h", "4 hours"), ("24h", "a day"))
_SPANS = (("1d", "a day"), ("7d", "7 days"), ("30d", "30 days"), ("400d", "all"))
_ANY = (("status", "any"), ("severity", "any"))
"""What the form sends where nothing is chosen."""
_DONE = "done"


class AlertPages:
    """The pages about alerts."""

    def __init__(self, reader: AlertReader, door: AnswerDoor, callers: Callers, clock: Clock) -> None:
        self._reader = reader
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
        given = [(name, value) for name, value in request.query.items() if value and (name, value) not in _ANY]
        try:
            which = read_query(given, Which)
            rows, more = await listed(self._reader, signed.caller, which, self._clock())
        except Refusal as error:
            return page("Alerts", said(str(error), "wrong"), signed=signed, here=WAY, status=error.status)
        except Temporary:
            return _away(signed)
        now = self._clock()
        shown = [_row(one, now) for one in rows] or [element("li", "No alerts.", class_="none")]
        small = [element("p", f"These are the newest {len(rows)}.", class_="small")] if more else []
        listing = element("ol", *shown, class_="alerts")
        return page(
            "Alerts", _choices(which), element("div", listing, *small, id="live"), signed=signed, here=WAY, live=True
        )

    async def _one(self, request: web.Request) -> web.StreamResponse:
        signed = _signed(self._callers, request)
        try:
            state = await state_of(self._reader, request.match_info["alert"], signed.caller)
        except Refusal:
            return _not_there(signed)
        except Temporary:
            return _away(signed)
        return _alert_page(state, signed, self._clock(), request.query.get(_DONE, ""))

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
    answer = page("Not now", said("Redis is away. Nothing is lost; try again in a moment.", "wrong"), signed=signed,
                  here=WAY, status=503)  # fmt: skip
    answer.headers["Retry-After"] = "5"
    return answer


# --- the list -------------------------------------------------------------------------------------------------


def _choices(which: Which) -> Html:
    """Write the form that chooses: it goes into the address, so that a choice can be kept as a bookmark."""
    statuses = ("open", "acknowledged", "closed", "snoozed")
    fields = [
        _select("status", "Status", [("", "any"), *((one, one) for one in statuses)], which.status or ""),
        _select("severity", "At least", [("", "any"), *((one, one) for one in SEVERITIES)], which.severity or ""),
        _select("since", "Changed within", _SPANS, which.since),
        element("label", "Portfolio", element("input", name="portfolio", value=which.portfolio or "", size="16")),
        element("button", "Show", type="submit"),
    ]
    return element("form", *fields, class_="choices", action=WAY, role="search", aria_label="Which alerts")


def _select(name: str, label: str, choices: Sequence[tuple[str, str]], chosen: str) -> Html:
    options = [
        element("option", text, value=value or "any", **({"selected": "selected"} if value == chosen else {}))
        for value, text in choices
    ]
    return element("label", label, element("select", *options, name=name))


def _row(one: Mapping[str, Any], now: int) -> Html:
    state = str(one["status"])
    if one["acknowledged_by"]:
        state = f"{state} by {one['acknowledged_by']}"
    elif one["snoozed_until"] and parse_rfc3339(one["snoozed_until"]) > now:
        state = "snoozed"
    when = age(max(0, now - parse_rfc3339(one["updated_at"])))
    small = " · ".join([str(one["portfolio_title"] or one["portfolio"]), state, f"{when} ago"])
    return element(
        "li",
        _badge(str(one["severity"])),
        element("a", str(one["title"]) or "(no headline)", href=f"{WAY}/{one['id']}"),
        element("span", small, class_="small"),
        class_=f"alert {one['severity']} {one['status']}",
    )


def _badge(severity: str) -> Html:
    return element("span", severity, class_=f"badge {severity}")


# --- one alert ------------------------------------------------------------------------------------------------


def _alert_page(state: AlertState, signed: SignedIn, now: int, done: str) -> web.Response:
    alert = state.alert
    message = Message(
        type="alert.fired", delivery="", receiver="", at=alert.updated_at, alert=alert, event=state.event,
        portfolio_title=state.portfolio_title, timezone=state.timezone,
    )  # fmt: skip
    lines = compose(message, parse_rfc3339(alert.updated_at))
    about = [said(f"Done: {done}.")] if done in get_args(AnswerKind) else []
    if alert.merged_into:
        about.append(element("p", "Carried on by ", element("a", "another alert", href=f"{WAY}/{alert.merged_into}")))
    link = (
        [element("p", element("a", "Read source", href=lines.link, rel="noreferrer noopener"))] if lines.link else []
    )
    parts = [
        *about,
        element("p", _badge(alert.severity), element("span", lines.status, class_="small"), class_="status"),
        _rows(lines.rows),
        *link,
        *([_buttons(state, signed)] if signed.caller.writes else []),
        _history(state, now),
    ]
    return page(lines.title, element("div", *parts, id="live"), signed=signed, here=WAY, live=True)


def _rows(rows: Sequence[Row]) -> Html:
    made: list[Html] = []
    for row in rows:
        quote = [element("q", row.quote)] if row.quote else []
        parts = [element("span", part, class_="part") for part in parts_of(row)]
        made += [element("dt", row.label), element("dd", *parts, *quote)]
    return element("dl", *made, class_="rows")


def _buttons(state: AlertState, signed: SignedIn) -> Html:
    """Write the answers that the alert can still get."""
    alert = state.alert
    ways: list[tuple[str, str]] = [("useful", "Useful"), ("noise", "Noise")]
    if alert.status == "open":
        ways = [("acknowledge", "Acknowledge"), *ways]
    elif alert.status == "acknowledged":
        ways = [("unacknowledge", "Take back"), *ways]
    if alert.status != "closed":
        ways.append(("close", "Close"))
    forms = [_answer_form(alert.id, kind, signed, element("button", text, type="submit")) for kind, text in ways]
    if alert.status != "closed":
        options = [element("option", text, value=value) for value, text in SNOOZES]
        choice = element("select", *options, name="until", aria_label="For how long")
        forms.append(
            _answer_form(alert.id, "snooze", signed, joined(choice, element("button", "Snooze", type="submit")))
        )
    return element("div", *forms, class_="answers", role="group", aria_label="Answer")


def _answer_form(alert: str, kind: str, signed: SignedIn, inside: Html) -> Html:
    return element("form", csrf(signed), inside, method="post", action=f"{WAY}/{alert}/{kind}")


def _history(state: AlertState, now: int) -> Html:
    place = zone(state.timezone)
    changes = [
        element(
            "li",
            element("time", clock_time(parse_rfc3339(one.at), place, now), datetime=one.at),
            element("span", one.text or one.reason),
        )
        for one in reversed(state.alert.changes)
    ]
    first = parse_rfc3339(state.alert.first_at)
    begun = element(
        "li",
        element("time", clock_time(first, place, now), datetime=state.alert.first_at),
        element("span", "first raised"),
    )
    head = element("h2", f"What happened ({zone_label(now, place)})")
    return element("section", head, element("ol", *changes, begun, class_="history"))
