"""`alertd why --rule`: what a rule made of the events since a time: held, nearly held, or not, and why."""

from __future__ import annotations

import datetime
import heapq
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alertd.base import suggest
from alertd.base.clock import parse_rfc3339, rfc3339, system_clock
from alertd.base.config import parse_duration
from alertd.cli.again import explained, failing, is_single, why_not
from alertd.cli.connect import command_store, reach_of
from alertd.cli.desk_view import DeskView
from alertd.cli.journal_text import outcome
from alertd.cli.output import USAGE, counted, fail, guarded, plain, print_json, stdout
from alertd.cli.past_rules import Books
from alertd.model import JournalRecord, event_from_dict
from alertd.rules.explain import one_line
from alertd.store.redis import RedisStore

BATCH = 200


@dataclass(frozen=True, slots=True)
class RuleAsked:
    """What was asked for on the command line."""

    rule: str
    portfolio: str | None
    since: str
    limit: int
    desk: str | None
    json: bool


@dataclass(slots=True)
class _Heap:
    """The so many events that came nearest, of these the newest."""

    most: int
    items: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)

    def add(self, distance: int, number: int, row: dict[str, Any]) -> None:
        heapq.heappush(self.items, (-distance, number, row))
        if len(self.items) > self.most:
            heapq.heappop(self.items)

    def rows(self) -> list[dict[str, Any]]:
        return [row for _, _, row in sorted(self.items, key=lambda item: item[:2], reverse=True)]


@dataclass(slots=True)
class _Made:
    """What a rule made of the events."""

    name: str
    since: str
    counts: Counter[str]
    held: deque[dict[str, Any]]
    missed: _Heap
    then: int = 0
    """Events that the rule was asked about as it was then."""


def since_ms(text: str, now: int) -> int:
    """Read `2h`, `2026-03-01` or a time with a zone as milliseconds. Raises ValueError."""
    try:
        return now - round(parse_duration(text) * 1000)
    except ValueError:
        pass
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return parse_rfc3339(text)
    return parse_rfc3339(f"{day.isoformat()}T00:00:00Z")


def tell_rule(asked: RuleAsked, config: Path | None) -> None:
    """Do what `alertd why --rule` is for."""
    try:
        since = since_ms(asked.since, system_clock())
    except (ValueError, OverflowError):
        fail(f"--since takes a time such as 2h or 3d, a date, or a time with a zone, not {asked.since}", USAGE)

    async def work() -> _Made:
        reach = reach_of(config)
        async with command_store(reach) as store:
            view = DeskView(asked.desk, Books(reach), store.load_alerts)
            return await _read(store, view, *_named(asked, view), since, asked.limit)

    made = guarded(work)
    if asked.json:
        print_json(
            {
                "rule": made.name,
                "since": made.since,
                "counts": {name: made.counts[name] for name in GROUPS},
                "held": list(made.held),
                "missed": made.missed.rows(),
            },
            pretty=True,
        )
        return
    for text in _lines(made):
        stdout().print(plain(text))


GROUPS = ("held", "nearly", "not", "not asked")
"""What a rule makes of an event. `nearly`: one condition of several failed."""


def _named(asked: RuleAsked, view: DeskView) -> tuple[str, str]:
    """Give portfolio and rule that were named. Ends the command if that is nothing, or more than one."""
    portfolio, _, rule = asked.rule.rpartition("/")
    portfolio = portfolio or asked.portfolio or ""
    today = view.books.today()
    if view.books.trouble is not None:
        fail(view.books.trouble)
    rules = [(p.id, r.id) for p, r in today.book.rules() if view.may_see(p.desk)]
    found = [one for one in rules if one[1] == rule and portfolio in ("", one[0])]
    if len(found) > 1:
        among = ", ".join(p for p, _ in found)
        fail(f"several portfolios have a rule {rule}: {among}; name one by --portfolio", USAGE)
    if not found:
        whole = [f"{p}/{r}" for p, r in rules]
        near = suggest.closest(asked.rule, whole) or suggest.closest(rule, [r for _, r in rules])
        hint = f" (did you mean {near}?)" if near else ""
        fail(f"there is no rule {asked.rule}{f' in {portfolio}' if asked.portfolio else ''}{hint}", USAGE)
    return found[0]


async def _read(store: RedisStore, view: DeskView, portfolio: str, rule: str, since: int, limit: int) -> _Made:
    made = _Made(f"{portfolio}/{rule}", rfc3339(since), Counter(), deque(maxlen=limit), _Heap(limit))
    after, number = f"{max(since, 0)}-0", 0
    while records := await store.read_journal(after, BATCH, 0):
        for after, record in records:  # noqa: B007  the last one is where the next page begins
            if record.kind != "event" or "event" not in record.data or record.at < made.since:
                continue
            seen = await view.of(record)
            if seen is not None:
                number += 1
                _count(made, view, portfolio, rule, seen, number)
    return made


def _count(made: _Made, view: DeskView, portfolio: str, rule: str, record: JournalRecord, number: int) -> None:
    event = event_from_dict(record.data["event"])
    row: dict[str, Any] = {"at": record.at, "event": event.id, "revision": event.revision, "title": event.title}
    mine = [one for one in record.data["decisions"] if one["portfolio"] == portfolio and rule in one["rules"]]
    if any((one["portfolio"], one["rule"]) == (portfolio, rule) for one in record.data["matches"]):
        made.counts["held"] += 1
        told = {name: what for one in mine for name, what in one["receivers"].items()}
        made.held.append(row | {"reasons": [one["reason"] for one in mine], "receivers": told})
        return
    version = view.books.of(record.data, portfolio)
    made.then += version.then
    whose = version.book.portfolio(portfolio)
    asked = next((one for one in whose.rules if one.id == rule), None) if whose is not None else None
    if whose is None or asked is None:
        made.counts["not asked"] += 1
        return
    found = explained(version, whose, asked, event, record.data)
    distance = failing(found)
    nearly = distance == 1 and not is_single(found)
    group = "not asked" if found.guard else "nearly" if nearly else "not"
    made.counts[group] += 1
    because = "it holds as asked now, though it did not then" if found.truth else why_not(found)
    made.missed.add(distance, number, row | {"group": group, "failing": distance, "because": because})


def _lines(made: _Made) -> Iterator[str]:
    total = made.counts.total()
    yield f"rule {made.name} since {made.since}: {counted(total, 'event')}"
    yield "  " + ", ".join(f"{name} {made.counts[name]}" for name in GROUPS)
    if total and made.then < total - made.counts["held"]:
        yield "  where the rules of the time are not kept, the rule was asked as it is today"
    if made.held:
        yield "held, the newest last:"
    for row in made.held:
        yield f"  {row['at']}  {row['event']} “{one_line(row['title'])}”: {', '.join(row['reasons']) or 'held'}"
        yield from (f"      {receiver}: {outcome(what)}" for receiver, what in row["receivers"].items())
    rows = made.missed.rows()
    if rows:
        yield "not held, the nearest first:"
    for row in rows:
        yield f"  {row['at']}  {row['event']} “{one_line(row['title'])}”"
        yield f"      {row['because']}"
