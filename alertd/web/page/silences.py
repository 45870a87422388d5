"""The silences: what is held back, by whom and until when; making one, ending one.

GET  /silences           those that are not over, and the form for another
POST /silences           makes one
POST /silences/ID/end    ends it now
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from aiohttp import web

from alertd.alerts.silences import active_until
from alertd.alerts.silencing import MATCHERS, BadSilence, ended, may_touch, new_silence, record_of
from alertd.asking.caller import Caller
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.base.html import Html, element
from alertd.errors import Temporary
from alertd.model import Silence, Weekly
from alertd.notify.plain import one_line
from alertd.web.callers import SignedIn
from alertd.web.moments import to_come
from alertd.web.page.desk import Desk, away, not_there, posted, refused
from alertd.web.page.frame import csrf, page, said
from alertd.web.page.parts import ago, button, field, listed, section, select, state, until
from alertd.web.problems import Refusal
from alertd.web.silences import DAYS, MAX_NAME

WAY = "/silences"
SPANS = (
    ("1h", "1 hour"),
    ("4h", "4 hours"),
    ("24h", "a day"),
    ("3d", "3 days"),
    ("7d", "7 days"),
    ("30d", "30 days"),
)
_LISTS = (
    ("rules", "Rules", "ids, with commas between"),
    ("companies", "Companies", "ids or tickers"),
    ("event_types", "Event types", "such as compute_lease"),
    ("sources", "Sources", "ids"),
    ("receivers", "Receivers", "ids"),
)
_DONE = "done"


class SilencePages:
    """The page about silences, and its form."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[web.RouteDef]:
        """Give them."""
        return [
            web.get(WAY, self._all), web.post(WAY, self._make), web.post(f"{WAY}/{{silence}}/end", self._end),
        ]  # fmt: skip

    async def _all(self, request: web.Request) -> web.StreamResponse:
        desk, signed = self._desk, self._desk.signed(request)
        try:
            there = await self._there(signed.caller)
        except Temporary:
            return away(signed, WAY)
        done = {"made": "The silence is made.", "ended": "It is ended."}.get(request.query.get(_DONE, ""))
        about = [said(done)] if done else []
        shown = _listed(there, signed, desk.clock())
        form = [section("Make a silence", self._form(signed), small=_WHAT)] if signed.caller.writes else []
        return page("Silences", *about, shown, *form, signed=signed, here=WAY)

    async def _make(self, request: web.Request) -> web.StreamResponse:
        desk, signed, now = self._desk, self._desk.signed(request), self._desk.clock()
        fields = await posted(request, signed, WAY)
        if isinstance(fields, web.Response):
            return fields
        try:
            made = _made(fields, signed.caller, now)
            async with desk.store.replicated():
                await desk.store.put_silence(made, record_of(made, "added", made.author, "page", now), now)
        except (BadSilence, Refusal) as error:
            return refused(signed, WAY, str(error), 400)
        except Temporary:
            return away(signed, WAY)
        raise web.HTTPSeeOther(f"{WAY}?{urlencode({_DONE: 'made'})}")

    async def _end(self, request: web.Request) -> web.StreamResponse:
        desk, signed, now = self._desk, self._desk.signed(request), self._desk.clock()
        fields = await posted(request, signed, WAY)
        if isinstance(fields, web.Response):
            return fields
        try:
            there = await self._there(signed.caller)
            found = next((one for one in there if one.id == request.match_info["silence"]), None)
            if found is None:
                return not_there(signed, WAY, "silence")
            over = ended(found, now)
            async with desk.store.replicated():
                await desk.store.put_silence(over, record_of(over, "ended", signed.caller.name, "page", now), now)
        except Temporary:
            return away(signed, WAY)
        raise web.HTTPSeeOther(f"{WAY}?{urlencode({_DONE: 'ended'})}")

    async def _there(self, caller: Caller) -> list[Silence]:
        """Give the silences that are there for somebody. Raises StoreUnavailable."""
        found = await self._desk.store.silences(self._desk.clock())
        seen = [one for one in found if may_touch(one, caller.desk, all_desks=caller.all_desks)]
        if caller.portfolios is None:
            return seen
        return [one for one in seen if one.portfolios and caller.portfolios.issuperset(one.portfolios)]

    def _form(self, signed: SignedIn) -> Html:
        names = [(one.id, one.title or one.id) for one in self._desk.names.seen_by(signed.caller)]
        only = signed.caller.portfolios is not None
        every = [] if only else [("", "not by portfolio")]
        return element(
            "form",
            csrf(signed),
            field("reason", "Why", required="required", maxlength="200"),
            select("until", "For how long", SPANS, "4h"),
            select("portfolio", "Portfolio", [*every, *names], ""),
            *(field(name, f"{label} ({hint})") for name, label, hint in _LISTS),
            element("button", "Make the silence", type="submit"),
            method="post", action=WAY, class_="fields",
        )  # fmt: skip


_WHAT = (
    "It holds back what fits every field that is filled in; of several names in one field, any. Alerts are raised "
    "and kept all the same: only nobody is told. Silences that come again each week: alertd silence add."
)


def _made(fields: Mapping[str, str], caller: Caller, now: int) -> Silence:
    """Make the silence that a form asks for. Raises BadSilence, Refusal."""
    named = {name: _names(fields.get(name, "")) for name in MATCHERS if name != "portfolios"}
    named["portfolios"] = _names(fields.get("portfolio", ""))
    if not any(named.values()):
        raise Refusal(400, "name what is held back: a portfolio, or something in another field")
    if any(len(one) > MAX_NAME or not one.isprintable() for names in named.values() for one in names):
        raise Refusal(400, f"a name is printable and has at most {MAX_NAME} characters")
    if caller.portfolios is not None and not (
        named["portfolios"] and caller.portfolios.issuperset(named["portfolios"])
    ):
        raise Refusal(400, "name one of your portfolios")
    return new_silence(
        author=caller.name,
        reason=fields.get("reason", ""),
        starts_ms=now,
        ends_ms=to_come(fields.get("until", ""), now),
        now=now,
        weekly=[],
        desk=caller.desk,
        all_desks=caller.all_desks,
        **named,
    )


def _names(text: str) -> list[str]:
    return [one for one in (part.strip() for part in text.split(",")) if one]


def _listed(there: Sequence[Silence], signed: SignedIn, now: int) -> Html:
    writes = signed.caller.writes
    rows = [
        [
            one_line(one.reason, 200),
            _about(one),
            state(_how(one, now)),
            until(one.ends_at, now),
            one_line(one.author, 80),
            ago(one.created_at, now),
            *([one.desk or ("all desks" if one.all_desks else "no desk")] if signed.caller.all_desks else []),
            *([button("End", f"{WAY}/{one.id}/end", signed)] if writes else []),
        ]
        for one in there
    ]
    columns = ["Why", "What is held back", "State", "Ends", "Made by", "Made"]
    columns += ["Whose"] if signed.caller.all_desks else []
    columns += ["End"] if writes else []
    return listed(columns, rows, "Silences that are not over", none="Nothing is silenced.")


def _about(one: Silence) -> str:
    named = [
        f"{name.replace('_', ' ')}: {one_line(', '.join(names), 200)}"
        for name in MATCHERS
        if (names := getattr(one, name))
    ]
    return "; ".join([*(named or ["everything"]), *map(_week, one.weekly)])


def _week(one: Weekly) -> str:
    return f"only {' '.join(DAYS[day] for day in one.days)} {one.start}-{one.end} {one.timezone}"


def _how(one: Silence, now: int) -> str:
    if now < parse_rfc3339(one.starts_at):
        return f"begins {rfc3339(parse_rfc3339(one.starts_at))}"
    return "in force" if active_until(one, now) else "resting until its next time of the week"
