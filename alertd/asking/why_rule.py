"""What a rule made of the events since a time: held, nearly held, or not, and why."""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from alertd.asking.again import explained, failing, is_single, why_not
from alertd.asking.desk_view import DeskView
from alertd.asking.past_rules import Books
from alertd.base import suggest
from alertd.base.clock import rfc3339
from alertd.errors import NotThere
from alertd.model import Event, JournalRecord, event_from_dict
from alertd.store.redis import RedisStore

BATCH = 200


@dataclass(slots=True)
class Heap:
    """The so many events that came nearest, of these the newest."""

    most: int
    items: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)

    def add(self, distance: int, number: int, row: dict[str, Any]) -> None:
        """Take an event, of which so many leaves failed."""
        heapq.heappush(self.items, (-distance, number, row))
        if len(self.items) > self.most:
            heapq.heappop(self.items)

    def rows(self) -> list[dict[str, Any]]:
        """Give them, the nearest first."""
        return [row for _, _, row in sorted(self.items, key=lambda item: item[:2], reverse=True)]


@dataclass(slots=True)
class Made:
    """What a rule made of the events."""

    name: str
    since: str
    counts: Counter[str]
    held: deque[dict[str, Any]]
    missed: Heap
    then: int = 0
    """Events that the rule was asked about as it was then."""
    until: str = ""
    """When the last one was decided that was looked at."""
    more: bool = False
    """What came later was not looked at: it took too long."""

    def document(self) -> dict[str, Any]:
        """Give it for machines."""
        return {
            "rule": self.name,
            "since": self.since,
            "counts": {name: self.counts[name] for name in GROUPS},
            "held": list(self.held),
            "missed": self.missed.rows(),
        }


GROUPS = ("held", "nearly", "not", "not asked")
"""What a rule makes of an event. `nearly`: one condition of several failed."""


def rule_named(view: DeskView, written: str, portfolio: str | None = None) -> tuple[str, str]:
    """Give portfolio and rule that were named, as `RULE` or `PORTFOLIO/RULE`.

    Raises NotThere where that is nothing, or more than one; ConfigError where the rules of today do not load.
    """
    whose, _, rule = written.rpartition("/")
    whose = whose or portfolio or ""
    today = view.books.today()
    if view.books.trouble is not None:
        raise view.books.trouble
    rules = [(p.id, r.id) for p, r in today.book.rules() if view.may_see(p.desk)]
    found = [one for one in rules if one[1] == rule and whose in ("", one[0])]
    if len(found) > 1:
        among = ", ".join(p for p, _ in found)
        raise NotThere(f"several portfolios have a rule {rule}: {among}; name one by --portfolio")
    if not found:
        whole = [f"{p}/{r}" for p, r in rules]
        near = suggest.closest(written, whole) or suggest.closest(rule, [r for _, r in rules])
        hint = f" (did you mean {near}?)" if near else ""
        raise NotThere(f"there is no rule {written}{f' in {portfolio}' if portfolio else ''}{hint}")
    return found[0]


async def made_of(
    store: RedisStore,
    view: DeskView,
    portfolio: str,
    rule: str,
    since: int,
    limit: int,
    *,
    books: Books | None = None,
    as_seen: Callable[[Event], Event] = lambda event: event,
    enough: Callable[[], bool] = lambda: False,
) -> Made:
    """Say what a rule made of the events since a time in ms; at most `limit` that held and that did not.

    `books` have the rules, where those of the view do not; `as_seen` gives an event as whoever asks may see it, and
    it ends where it stands once that is `enough`.
    """
    made = Made(f"{portfolio}/{rule}", rfc3339(since), Counter(), deque(maxlen=limit), Heap(limit))
    after, number = f"{max(since, 0)}-0", 0
    while records := await store.read_journal(after, BATCH, 0):
        if enough():
            made.more = True
            break
        for after, record in records:  # noqa: B007  the last one is where the next page begins
            made.until = record.at
            if record.kind != "event" or "event" not in record.data or record.at < made.since:
                continue
            seen = await view.of(record)
            if seen is not None:
                number += 1
                event = as_seen(event_from_dict(seen.data["event"]))
                _count(made, books or view.books, portfolio, rule, seen, event, number)
    return made


def _count(
    made: Made, books: Books, portfolio: str, rule: str, record: JournalRecord, event: Event, number: int
) -> None:
    row: dict[str, Any] = {"at": record.at, "event": event.id, "revision": event.revision, "title": event.title}
    mine = [one for one in record.data["decisions"] if one["portfolio"] == portfolio and rule in one["rules"]]
    if any((one["portfolio"], one["rule"]) == (portfolio, rule) for one in record.data["matches"]):
        made.counts["held"] += 1
        told = {name: what for one in mine for name, what in one["receivers"].items()}
        made.held.append(row | {"reasons": [one["reason"] for one in mine], "receivers": told})
        return
    version = books.of(record.data, portfolio)
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
