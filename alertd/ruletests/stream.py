"""Events through the rules one after the other, as the daemon would take them, with a store in memory.

    event -> read -> its story -> match -> observe -> settle -> the matches

The clock is the events' own: what counts in a rule over time is `event_at`, so an old file gives what it would have
given then. The store is empty at the start, so a rule over time knows what came in this stream and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType, TracebackType

import msgspec

from alertd.alerts.severity import Scale
from alertd.base.clock import rfc3339
from alertd.enrich.story_report import report_of
from alertd.model import Event, Match, Row
from alertd.pipeline.place import place
from alertd.rules.beside import mark_of
from alertd.rules.explain import Explained, one_line, quoted
from alertd.rules.explanation import OverTime
from alertd.rules.fact_index import event_ms, fact_of
from alertd.rules.match import Matcher
from alertd.rules.outcome import MatchResult, RuleFailure
from alertd.rules.over_time import Settled, ask, joined
from alertd.store.memory import MemoryStore

SWEPT = 1_000
"""Events after which what is over is dropped from memory."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one event."""

    event: Event
    """With its event types and its story."""
    matches: tuple[Match, ...]
    """Of all rules, those over time among them, in the order of the book."""
    settled: tuple[Settled, ...]
    """What the rules over time said that the event concerns."""
    failures: tuple[RuleFailure, ...]
    refused: tuple[tuple[str, str], ...] = ()
    """What was seen in the event and not taken, with the reason."""


class Stream:
    """Takes events in the order in which they come. Use it in a `with`."""

    def __init__(self, matcher: Matcher, *, only: tuple[str, str] | None = None) -> None:
        """With `only`, of the rules over time that one is asked alone; then it takes no time in a large book."""
        self._matcher = matcher
        self._scale = Scale(matcher)
        self._only = only
        book = matcher.book
        self._routine_forms = book.routine_forms
        self._source_desks = book.source_desks
        self._always: list[str] = []
        """Its mark, so that it tells what it lacks, too."""
        if only is None:
            self._over_time = any(rule.state is not None for _, rule in book.rules())
        else:
            portfolio = matcher.portfolio(only[0])
            wanted = [rule for rule in portfolio.rules if rule.id == only[1]] if portfolio is not None else []
            self._over_time = any(rule.state is not None for rule in wanted)
            self._always = [mark_of(portfolio, rule) for rule in wanted if portfolio is not None]
        self._store = MemoryStore(clock=lambda: self._now)
        self._now = 0
        self._taken = 0
        self._runner = asyncio.Runner()

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.close()

    def take(self, event: Event) -> Taken:
        """Match one event, which has an id and a time."""
        read = self._matcher.read(event)
        # Time stands still while a late event is taken: what is remembered must not expire before its time.
        self._now = max(self._now, event_ms(read.event) or 0)
        items = [(read.event, report_of(read.event))]
        (given,) = self._runner.run(place(items, self._store, self._now))
        self._taken += 1
        if self._taken % SWEPT == 0:
            self._runner.run(self._store.sweep(self._now))
        result = self._matcher.match_read(read.with_story(given.answer.story))
        if not self._over_time:  # then nobody asks for what was
            matches = self._scale.weighed(result.matches, result.event)
            return Taken(result.event, matches, (), result.failures, result.refused)
        if self._only is not None:
            wanted = tuple(o for o in result.open if (o.portfolio.id, o.rule.id) == self._only)
            result = msgspec.structs.replace(result, open=wanted)
        settled = self._settle(result)
        matches = self._scale.weighed(joined(result.matches, settled), result.event)
        return Taken(result.event, matches, settled, result.failures, result.refused)

    def _settle(self, result: MatchResult) -> tuple[Settled, ...]:
        asked = ask([result], self._routine_forms, source_desks=self._source_desks, always=self._always)
        rows = self._runner.run(self._store.observe(asked.observations, self._now, revised=asked.revised))
        (settled,) = asked.settle(rows)
        return tuple(settled)


def told(taken: Taken, portfolio: str, rule: str, titles: Mapping[str, str] = MappingProxyType({})) -> list[OverTime]:
    """Tell what the state of a rule said of an event, for an explanation.

    `titles` are those of the events that came before, by id, as far as they are still known.
    """
    settled = [one for one in taken.settled if (one.portfolio.id, one.rule.id) == (portfolio, rule)]
    return [_told(one, taken.event, titles) for one in settled]


def _told(one: Settled, event: Event, titles: Mapping[str, str]) -> OverTime:
    assert one.rule.state is not None
    verdict = one.verdict
    found = tuple(quoted(verdict.evidence, event))
    condition = Explained(one.rule.state.label(), verdict.truth, verdict.seen, tuple(verdict.evidence), found)
    before = sorted((row for row in one.rows if row.event != event.id), key=lambda row: row.at_ms)
    lines = tuple(_line(row, titles) for row in before)
    companies = tuple(one.match.companies) if one.match is not None else ()
    return OverTime(one.by, condition, lines, earlier=one.earlier, companies=companies)


def _line(row: Row, titles: Mapping[str, str]) -> str:
    """Write a remembered event in one line: its time, what is remembered of it, its id."""
    fact = fact_of(row)
    types = ", ".join(name if status == "announced" else f"{name} ({status})" for name, _, status in fact.types)
    items = f" item {', '.join(fact.items)}" if fact.items else ""
    value = f"{row.value:+.2f}" if row.value else ""
    known = fact.title or titles.get(row.event, "")
    title = f"“{known}”" if known else ""
    counted = "" if fact.types or fact.form else row.distinct  # of a fact it is its story, and its event follows
    parts = [types, f"{fact.form}{items}", counted, value, title, row.event]
    return f"{rfc3339(row.at_ms)[:16].replace('T', ' ')}  " + one_line(" · ".join(part for part in parts if part))
