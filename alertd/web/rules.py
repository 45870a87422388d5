"""`/v1/rules`: the rules in force, what they brought, where they stand; and one of them tried on a text.

GET  /v1/rules                           a line for each; ?portfolio=
GET  /v1/rules/PORTFOLIO/RULE            one with its lines, its tests and what it held for
POST /v1/rules/PORTFOLIO/RULE/explain    why it holds for an event, or does not: {"event": {"title": "…"}}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec

from alertd.alerts.by_rule import ByRule, RuleLine
from alertd.asking.events import EventReader
from alertd.asking.explain import Named, document, explained
from alertd.asking.house import House, InForce
from alertd.asking.rule_source import name_of
from alertd.base.yaml_document import Place
from alertd.errors import HistoryRefused, HistoryUnavailable, ParseFailed, Permanent
from alertd.history.projection import lists
from alertd.history.projection.lists import Hits
from alertd.model import Struct
from alertd.rules.book import Portfolio, Rule
from alertd.rules.files import fingerprint
from alertd.rules.loaded import Loaded
from alertd.web.eyes import Eyes, eyes_of
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.problems import Refusal

NOT_THERE = "there is no such rule, or it is another desk's"
NAMED = {"portfolio": "The id of a portfolio.", "rule": "The id of one of its rules."}
DAYS = 30
MOST_RULES = 5_000
MOST_LINES = 400
"""Of a rule's own text."""


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

    event: dict[str, Any]
    """As short as `{"title": "…"}`."""


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
            ),
            Operation(
                name="explainRule", method="POST", path="/v1/rules/{portfolio}/{rule}/explain", reads=True,
                summary="Say why a rule holds for an event, or does not, leaf by leaf",
                does=self._explain, query=Nothing, body=Tried, answer=dict[str, Any],
                fails={**gone, 409: "The rule failed on this event."}, parameters=NAMED,
            ),
        ]  # fmt: skip

    async def _all(self, asked: Asked[WhichRules, Nothing]) -> object:
        eyes, name = await eyes_of(self._house, asked.caller), asked.query.portfolio
        whose = [eyes.portfolio(name)] if name is not None else list(eyes.portfolios())
        rows: list[dict[str, Any]] = []
        for portfolio in whose:
            if len(rows) >= MOST_RULES:
                break
            rows += await self._rows(eyes, portfolio, portfolio.rules)
        return {"rules": rows[:MOST_RULES], "more": sum(len(one.rules) for one in whose) > MOST_RULES}

    async def _one(self, asked: Asked[Nothing, Nothing]) -> object:
        eyes = await eyes_of(self._house, asked.caller)
        portfolio, rule = named_rule(eyes, asked.path)
        (row,) = await self._rows(eyes, portfolio, [rule])
        source, tests = await self._house.apart(_written, eyes.rules, portfolio, rule)
        more = {"hash": rule.hash, "definition": rule.definition.decode(), "source": source, "tests": tests}
        return {**row, **more}

    async def _explain(self, asked: Asked[Nothing, Tried]) -> object:
        eyes = await eyes_of(self._house, asked.caller)
        portfolio, rule = named_rule(eyes, asked.path)
        return await self._house.apart(_tried, eyes.rules, portfolio, rule, asked.body.event)

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


def named_rule(eyes: Eyes, path: Mapping[str, str]) -> tuple[Portfolio, Rule]:
    """Give the rule that a path names. Raises Refusal."""
    portfolio = eyes.portfolio(path["portfolio"])
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


def _written(rules: InForce, portfolio: Portfolio, rule: Rule) -> tuple[SourceLines | None, list[TestRow]]:
    """Give the lines of a rule, up to the next one of its file, and its tests."""
    name = (portfolio.id, rule.id)
    found = _place(rules, name)
    if found is None:  # a comment may have moved the lines; what is in force is the same
        rules.reread()
        found = _place(rules, name)
    if found is None:
        return None, []
    files, at, text = found
    below = [one for name, one in files.places.items() if name[1] and one.file == at.file and one.line > at.line]
    end = min([*(one.line - 1 for one in below), at.line - 1 + MOST_LINES, len(text)])
    tests = next((one.tests for one in files.tests if (one.portfolio, one.rule) == (portfolio.id, rule.id)), ())
    shown = [
        TestRow(name=one.name, line=one.place.line, expect=one.expect, given=[x.event.title for x in one.given])
        for one in tests
    ]
    file = name_of(at, str(rules.reach.rules))
    return SourceLines(file=file, first=at.line, lines=text[at.line - 1 : end]), shown


def _place(rules: InForce, name: tuple[str, str]) -> tuple[Loaded, Place, list[str]] | None:
    """Give where a rule stands, and the lines of its file, if that is as it was read."""
    files = rules.files
    at = files.places.get(name) if files is not None else None
    if files is None or at is None:
        return None
    try:
        content = Path(at.file).read_bytes()
        text = content.decode().splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return (files, at, text) if files.digests.get(at.file) == fingerprint(content) else None


def _tried(rules: InForce, portfolio: Portfolio, rule: Rule, event: Mapping[str, Any]) -> dict[str, Any]:
    """Ask a rule about an event. Raises Refusal."""
    loaded = rules.alone(portfolio.id)
    try:
        given = EventReader.of(loaded).timeline(msgspec.json.encode(event))
        return document(explained(loaded, Named((portfolio, rule)), given, rules.enricher))
    except ParseFailed as error:
        raise Refusal(400, f"event: {error}") from error
    except Permanent as error:
        raise Refusal(409, str(error)) from error
