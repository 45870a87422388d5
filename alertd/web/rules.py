"""`/v1/rules`: the rules in force, what they brought, where they stand; and one of them tried on a text.

GET  /v1/rules                           a line for each; ?portfolio=
GET  /v1/rules/PORTFOLIO/RULE            one with its lines, its tests and what it held for
POST /v1/rules/PORTFOLIO/RULE/explain    why it holds for an event, or does not: {"event": {"title": "…"}}
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec

from alertd.alerts.by_rule import ByRule, RuleLine
from alertd.asking.house import House
from alertd.asking.rules_apart import RuleSeen
from alertd.asking.tried import ExplainAsked
from alertd.errors import HistoryRefused, HistoryUnavailable, NotThere, Permanent
from alertd.history.projection import lists
from alertd.history.projection.lists import Hits
from alertd.model import Struct
from alertd.rules.book import Portfolio, Rule
from alertd.web.eyes import Eyes
from alertd.web.given_event import GivenEvent, asked_of_event, given
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.problems import Refusal

NOT_THERE = "there is no such rule, or it is another desk's"
NAMED = {"portfolio": "The id of a portfolio.", "rule": "The id of one of its rules."}
DAYS = 30
MOST_RULES = 5_000


class WhichRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rules are listed."""

    portfolio: Annotated[str, msgspec.Meta(description="Of this one.")] | None = None


class RuleRow(Struct, frozen=True, kw_only=True):
    """What a list says of a rule."""

    portfolio: str
    rule: str
    title: str
    severity: str
    """`auto`: what the event weighs decides."""
    experimental: bool
    owner: str
    tags: list[str]
    receivers: list[str]
    """Whom it tells; none: those of the portfolio."""
    hits: list[int]
    """Events of each of the last 30 days in UTC for which it held, the last one today's; none: not known."""
    last_match_at: str | None
    """In these days."""
    useful: int
    noise: int
    precision: float | None
    """Useful ones among the opinions of 400 days; null if nobody judged."""


class RuleList(Struct, frozen=True, kw_only=True):
    """Rules, in the order of their portfolios."""

    rules: list[RuleRow]
    more: bool
    """There are more than are listed: name a portfolio."""


class SourceLines(Struct, frozen=True, kw_only=True):
    """Where a rule stands."""

    file: str
    first: int
    """The number of its first line."""
    lines: list[str]


class TestRow(Struct, frozen=True, kw_only=True):
    """One of its tests."""

    name: str
    line: int
    expect: str
    given: list[str]
    """The headlines."""
    passed: bool
    got: str
    """What came."""


class RuleInFull(RuleRow, frozen=True, kw_only=True):
    """One rule."""

    hash: str
    definition: str
    """Canonical JSON, fragments and lists written out."""
    source: SourceLines | None
    """Null where the files say something else by now than what is in force."""
    tests: list[TestRow]


class Tried(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a try."""

    event: GivenEvent
    """As short as `{"title": "…"}`; a list is a timeline, and its last one is meant."""


class RuleRoutes:
    """What can be asked about rules."""

    def __init__(self, house: House) -> None:
        self._house = house

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        gone = {404: NOT_THERE}
        return [
            Operation(
                name="listRules", method="GET", path="/v1/rules", summary="List the rules in force",
                does=self._all, query=WhichRules, body=Nothing, answer=RuleList, fails=gone,
            ),
            Operation(
                name="getRule", method="GET", path="/v1/rules/{portfolio}/{rule}",
                summary="One rule with its text, its tests and what it held for",
                does=self._one, query=Nothing, body=Nothing, answer=RuleInFull, fails=gone, parameters=NAMED,
                slow=True,
            ),
            Operation(
                name="explainRule", method="POST", path="/v1/rules/{portfolio}/{rule}/explain", reads=True,
                summary="Say why a rule holds for an event, or does not, leaf by leaf",
                does=self._explain, query=Nothing, body=Tried, answer=dict[str, Any],
                fails={**gone, 409: "The rule failed on this event."}, parameters=NAMED, slow=True,
            ),
        ]  # fmt: skip

    async def _all(self, asked: Asked[WhichRules, Nothing]) -> object:
        eyes, name = Eyes(asked.caller, self._house), asked.query.portfolio
        whose = [eyes.named(name)] if name is not None else eyes.portfolios()
        before = itertools.accumulate((one.rules for one in whose), initial=0)
        read = [one.id for one, count in zip(whose, before, strict=False) if count < MOST_RULES]
        book = await self._house.in_force.needed(read)
        rows: list[dict[str, Any]] = []
        for portfolio in book.portfolios:
            rows += await self._rows(eyes, portfolio, portfolio.rules)
        return {"rules": rows[:MOST_RULES], "more": sum(one.rules for one in whose) > MOST_RULES}

    async def _one(self, asked: Asked[Nothing, Nothing]) -> object:
        eyes = Eyes(asked.caller, self._house)
        portfolio, rule = await named_rule(eyes, asked.path)
        (row,) = await self._rows(eyes, portfolio, [rule])
        seen = await self._house.files.seen(portfolio.id, None)
        written = seen.rules.get(rule.id) if seen is not None else None
        source, tests = _written(written) if written is not None and written.hash == rule.hash else (None, [])
        more = {"hash": rule.hash, "definition": rule.definition.decode(), "source": source, "tests": tests}
        return {**row, **more}

    async def _explain(self, asked: Asked[Nothing, Tried]) -> object:
        eyes = Eyes(asked.caller, self._house)
        portfolio, rule = await named_rule(eyes, asked.path)
        question = ExplainAsked(eyes.desk, portfolio.id, rule.id, given(asked.body.event))
        try:
            return await asked_of_event(self._house, question)
        except NotThere as error:
            raise Refusal(404, NOT_THERE) from error
        except Permanent as error:
            raise Refusal(409, str(error)) from error

    async def _rows(self, eyes: Eyes, portfolio: Portfolio, rules: Sequence[Rule]) -> list[dict[str, Any]]:
        """Give the lines of some rules of a portfolio."""
        held = await self._hits(eyes, portfolio.id)
        counts, first = ByRule(), portfolio.identity or portfolio.id
        counts.judge(first, (await self._house.store.feedback([first]))[first].values())
        judged = {line.rule: line for line in counts.lines()}
        return [_row(portfolio, rule, held, judged.get(rule.id)) for rule in rules]

    async def _hits(self, eyes: Eyes, portfolio: str) -> Mapping[str, Hits] | None:
        """Say what rules held for; None where there is no history."""
        now = self._house.clock()
        try:
            return await self._house.past.ask(
                lambda kept: lists.hits(kept.history, portfolio, now, DAYS) if kept.history is not None else None,
                eyes.desk,
            )
        except (HistoryUnavailable, HistoryRefused):
            return None


async def named_rule(eyes: Eyes, path: Mapping[str, str]) -> tuple[Portfolio, Rule]:
    """Give the rule that a path names. Raises Refusal, Temporary."""
    portfolio = await eyes.portfolio(path["portfolio"])
    rule = next((one for one in portfolio.rules if one.id == path["rule"]), None)
    if rule is None:
        raise Refusal(404, NOT_THERE)
    return portfolio, rule


def _row(portfolio: Portfolio, rule: Rule, held: Mapping[str, Hits] | None, line: RuleLine | None) -> dict[str, Any]:
    hits = Hits((), None) if held is None else held.get(rule.id, Hits((0,) * DAYS, None))
    return {
        "portfolio": portfolio.id, "rule": rule.id, "title": rule.title,
        "severity": "auto" if rule.auto else rule.severity, "experimental": rule.experimental, "owner": rule.owner,
        "tags": list(rule.tags), "receivers": list(rule.receivers), "hits": list(hits.by_day),
        "last_match_at": hits.last_at, "useful": line.useful if line else 0, "noise": line.noise if line else 0,
        "precision": line.precision if line else None,
    }  # fmt: skip


def _written(seen: RuleSeen) -> tuple[SourceLines | None, list[TestRow]]:
    """Give the lines of a rule, and its tests."""
    tests = [
        TestRow(
            name=one.name, line=one.line, expect=one.expected, given=one.given, passed=one.passed, got=one.got
        )
        for one in seen.tests
    ]  # fmt: skip
    if not seen.source:
        return None, tests
    lines = [one.text for one in seen.source]
    return SourceLines(file=seen.file, first=seen.source[0].number, lines=lines), tests
