"""The rules, and one of them: what it brought, what people thought of it, its tests, its source; a text tried on it.

GET  /rules                       of one portfolio, or of all where these are few
GET  /rules/PORTFOLIO             the same of this one
GET  /rules/PORTFOLIO/RULE        one rule
POST /rules/PORTFOLIO/RULE/try    a text against it; changes nothing, so whoever may see the rule may ask
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiohttp import web

from alertd.asking.counts import RuleRecord, Span, rules_of
from alertd.asking.portfolio_names import PortfolioName
from alertd.asking.rules_apart import Answer
from alertd.base.html import Html, element, joined
from alertd.errors import Temporary
from alertd.history.charts.svg import sparkline
from alertd.history.report import words
from alertd.notify.plain import one_line
from alertd.rules.book import Portfolio, Rule
from alertd.web.callers import SignedIn
from alertd.web.forms import read_form
from alertd.web.page.desk import Desk, later, log, not_there, refused
from alertd.web.page.frame import badge, page, said
from alertd.web.page.parts import UNKNOWN, ago, cut, link, listed, section
from alertd.web.page.rule_page import Files, Tried, rule_page, severity_of

WAY = "/rules"
MOST_AT_ONCE = 300
"""Rules that one page lists; where there are more, one portfolio after the other is listed."""
MOST_ROWS = 1_000
MOST_TITLE, MOST_BODY, MOST_FORM = 500, 20_000, 250_000
"""Of a text that is tried, in characters, and of the form that brings it, in bytes."""
DAYS = 30


class RulePages:
    """The pages about rules."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[web.RouteDef]:
        """Give them."""
        one = f"{WAY}/{{portfolio}}/{{rule}}"
        return [
            web.get(WAY, self._all), web.get(f"{WAY}/{{portfolio}}", self._all), web.get(one, self._one),
            web.post(f"{one}/try", self._try),
        ]  # fmt: skip

    async def _all(self, request: web.Request) -> web.StreamResponse:
        desk, signed = self._desk, self._desk.signed(request)
        there = desk.names.seen_by(signed.caller)
        named = request.match_info.get("portfolio")
        chosen = [one for one in there if named in (None, one.id)]
        if named is not None and not chosen:
            return not_there(signed, WAY, "portfolio")
        if named is None and sum(one.rules for one in there) > MOST_AT_ONCE:
            rows = [[link(one.title or one.id, "rules", one.id), f"{one.rules:,}"] for one in there]
            shown = [listed(["Portfolio", "Rules"], rows, "Portfolios with rules", numbers=(1,), none="")]
        else:
            book = await desk.in_force.book([one.id for one in chosen])
            known = {one.id: one for one in book.portfolios} if book is not None else {}
            alone = named is not None
            shown = [await self._listed(one, known.get(one.id), alone=alone) for one in chosen]
        if not shown:
            shown = [said("There are no rules that you may see.")]
        title = "Rules" if named is None else f"Rules of {one_line(chosen[0].title, 120) or named}"
        return page(title, *shown, signed=signed, here=WAY)

    async def _listed(self, name: PortfolioName, portfolio: Portfolio | None, *, alone: bool) -> Html:
        """List a portfolio's rules, under its name unless the page has it for its title."""
        heading = f"The last {DAYS} days" if alone else one_line(name.title, 120) or name.id
        if portfolio is None:
            unread = said("These rules cannot be read at present: alertd check says more.", "wrong")
            return section(heading, unread)
        now = self._desk.clock()
        records = await self._records(name.id, now)
        columns = ["Rule", "Severity", "Matches by day", "Alerts", "Precision", "Last match", "Owner"]
        rows = [_row(portfolio, rule, records, now) for rule in portfolio.rules[:MOST_ROWS]]
        whose = f"Rules of {one_line(name.title, 80) or name.id}, {DAYS} days"
        caption = "What each rule brought" if alone else whose
        shown = listed(columns, rows, caption, numbers=(3, 4), none="It has no rules.")
        more = [cut(len(portfolio.rules), MOST_ROWS)] if len(portfolio.rules) > MOST_ROWS else []
        return section(heading, shown, *more)

    async def _records(self, portfolio: str, now: int) -> dict[str, RuleRecord] | None:
        """Say what each rule brought; None: there is no history."""
        span = Span.until(now, DAYS)
        key = ("rules", portfolio, str(span.first))
        return await self._desk.counted(key, lambda history: rules_of(history, portfolio, span))

    async def _one(self, request: web.Request) -> web.StreamResponse:
        signed = self._desk.signed(request)
        found = await self._found(request, signed)
        return await self._shown(found, signed) if found is not None else not_there(signed, WAY, "rule")

    async def _try(self, request: web.Request) -> web.StreamResponse:
        signed = self._desk.signed(request)
        fields = await read_form(request, MOST_FORM)
        found = await self._found(request, signed)
        if found is None:
            return not_there(signed, WAY, "rule")
        if fields is None or not signed.made(fields):
            return refused(signed, WAY, "Open the rule again, and ask there.", 400)
        title, body = fields.get("title", "").strip(), fields.get("body", "")
        if not title or len(title) > MOST_TITLE or len(body) > MOST_BODY:
            text = f"Give a headline of at most {MOST_TITLE} characters, and a text of at most {MOST_BODY:,}."
            return refused(signed, f"{WAY}/{found[0].id}/{found[1].id}", text, 400)
        try:
            answer = await self._desk.files.tried(found[0].id, found[1].id, title, body)
        except Temporary as error:
            log.warning("rule_not_tried", error=str(error))
            return later(signed, WAY)
        return await self._shown(found, signed, Tried(title, body, answer))

    async def _shown(
        self, found: tuple[Portfolio, Rule], signed: SignedIn, tried: Tried | None = None
    ) -> web.Response:
        desk, (portfolio, rule) = self._desk, found
        now = desk.clock()
        records, span = await self._records(portfolio.id, now), Span.until(now, DAYS)
        record = records.get(rule.id, RuleRecord([0] * span.count)) if records is not None else None
        try:
            seen = await desk.files.seen(portfolio.id)
        except Temporary as error:
            log.warning("rules_not_read", error=str(error))
            seen = Answer(read=False, trouble="The files of the rules could not be read just now.")
        files = Files(seen, old=seen is not None and seen.read and not _is_in_force(seen, rule))
        parts = rule_page(portfolio, rule, record, span, files, tried, signed, now)
        return page(one_line(rule.title, 200) or rule.id, *parts, signed=signed, here=WAY)

    async def _found(self, request: web.Request, signed: SignedIn) -> tuple[Portfolio, Rule] | None:
        """Give the rule that an address names; None: it is not there, or not for them."""
        name = self._desk.portfolio(request.match_info["portfolio"], signed.caller)
        portfolio = await self._desk.in_force.portfolio(name.id) if name is not None else None
        rules = portfolio.rules if portfolio is not None else ()
        rule = next((one for one in rules if one.id == request.match_info["rule"]), None)
        return (portfolio, rule) if portfolio is not None and rule is not None else None


def _is_in_force(seen: Answer, rule: Rule) -> bool:
    """Tell whether the files have the rule as it is in force. Their version says less: it counts what else is set."""
    there = seen.rules.get(rule.id)
    return there is not None and there.hash == rule.hash


def _row(portfolio: Portfolio, rule: Rule, records: Mapping[str, RuleRecord] | None, now: int) -> list[str]:
    head: list[str] = [
        joined(link(rule.title or rule.id, "rules", portfolio.id, rule.id), element("span", rule.id, class_="small")),
        badge(severity_of(rule)),
    ]
    if records is None:
        return [*head, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, one_line(rule.owner, 60)]
    one = records.get(rule.id, RuleRecord([0] * DAYS))
    by_day: list[float | None] = [*one.by_day]
    return [
        *head,
        sparkline(f"events for which {rule.id} held, by day", by_day),
        f"{one.alerts:,}",
        words.precision(one.precision, one.useful, one.noise),
        ago(one.last_at, now),
        one_line(rule.owner, 60),
    ]
