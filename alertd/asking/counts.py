"""What the history says of portfolios, rules and sources by day: for pages that show it at a glance.

A line's number has its day in it (`projection.schema`), so days are those of UTC on which something was decided, and
counting reads indices alone. Blocks: to be called in a thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from alertd.base.clock import rfc3339
from alertd.history.projection.notices import NoticeFilter, notices
from alertd.history.projection.read import History
from alertd.history.projection.schema import DAY
from alertd.model import JournalRecord

DAYS = 30
DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Span:
    """The last days up to a time."""

    first: int
    """The first day, counted from 1970."""
    count: int = DAYS

    @classmethod
    def until(cls, now: int, count: int = DAYS) -> Span:
        """Give the days that end with the one of a time in ms."""
        return cls(now // DAY_MS - count + 1, count)

    @property
    def since_ms(self) -> int:
        """When the first begins."""
        return self.first * DAY_MS

    @property
    def days(self) -> list[date]:
        """Give them."""
        return [_EPOCH + timedelta(days=self.first + number) for number in range(self.count)]

    @property
    def labels(self) -> list[str]:
        """Write them as an axis has them."""
        return [f"{one.day} {one:%b}" for one in self.days]

    def filled(self, counts: Mapping[int, int]) -> list[int]:
        """Give a count for each day."""
        return [counts.get(self.first + number, 0) for number in range(self.count)]


@dataclass(slots=True)
class RuleRecord:
    """What a rule brought."""

    by_day: list[int]
    """Events for which it held, on each day."""
    last_at: str = ""
    """When it held last, on whatever day the history has."""
    last_event: str = ""
    alerts: int = 0
    """Of the days, those that another carries on left out."""
    useful: int = 0
    noise: int = 0

    @property
    def precision(self) -> float | None:
        """Useful ones among those that were judged; None: nobody judged."""
        return self.useful / (self.useful + self.noise) if self.useful + self.noise else None


@dataclass(frozen=True, slots=True)
class PortfolioRecord:
    """What a portfolio was told of."""

    alerts: int = 0
    """Raised in the days."""
    last_at: str = ""


def rules_of(history: History, portfolio: str, span: Span) -> dict[str, RuleRecord]:
    """Say what each rule of a portfolio brought. Raises HistoryUnavailable, HistoryRefused."""
    found: dict[str, RuleRecord] = {}

    def record(rule: str) -> RuleRecord:
        return found.setdefault(rule, RuleRecord([0] * span.count))

    scope: dict[str, str | int] = {"day": DAY, "portfolio": portfolio, "since": span.first * DAY}
    for rule, day, count in history.query(_MATCHES, scope):
        if 0 <= day - span.first < span.count:
            record(rule).by_day[day - span.first] = count
    for rule, event, at_ms in history.query(_LAST, (portfolio,)):
        one = record(rule)
        one.last_event, one.last_at = event, rfc3339(at_ms) if at_ms else ""
    for rule, alerts, useful, noise in history.query(_JUDGED, (portfolio, span.since_ms)):
        one = record(rule)
        one.alerts, one.useful, one.noise = alerts, useful, noise
    return found


_MATCHES = """
    SELECT rule, seq / :day, count(*) FROM matches WHERE portfolio = :portfolio AND seq >= :since GROUP BY 1, 2"""
_LAST = """
    SELECT rule, event, (SELECT at_ms FROM lines l WHERE l.seq = m.last)
    FROM (SELECT rule, event, max(seq) AS last FROM matches WHERE portfolio = ? GROUP BY rule) m"""
_JUDGED = """
    SELECT r.rule, count(*), sum(a.useful), sum(a.noise) FROM alerts a JOIN alert_rules r ON r.alert = a.alert
    WHERE a.portfolio = ? AND a.first_ms >= ? AND a.merged_into IS NULL GROUP BY 1"""


def portfolios_of(history: History, names: Sequence[str], span: Span) -> dict[str, PortfolioRecord]:
    """Say what portfolios were told of. Raises HistoryUnavailable, HistoryRefused."""
    found = {}
    for name in names:
        ((count, last),) = history.query(_RAISED, {"one": name, "since": span.since_ms})
        found[name] = PortfolioRecord(count, rfc3339(last) if last else "")
    return found


_RAISED = """
    SELECT (SELECT count(*) FROM alerts WHERE portfolio = :one AND first_ms >= :since),
           (SELECT max(first_ms) FROM alerts WHERE portfolio = :one)"""


def sources_of(history: History, span: Span) -> dict[str, list[int]]:
    """Count the reports of each source by day. Raises HistoryUnavailable, HistoryRefused."""
    counts: dict[str, dict[int, int]] = {}
    for source, day, count in history.query(_REPORTS, {"day": DAY, "since": span.first * DAY}):
        counts.setdefault(source, {})[day] = count
    return {source: span.filled(days) for source, days in counts.items()}


_REPORTS = "SELECT source, seq / :day, count(*) FROM events WHERE seq >= :since GROUP BY 1, 2"


def reports_of(history: History, source: str, span: Span) -> list[int]:
    """Count the reports of one source by day. Raises HistoryUnavailable, HistoryRefused."""
    scope: dict[str, str | int] = {"day": DAY, "since": span.first * DAY, "source": source}
    return span.filled(dict(history.query(_OF_SOURCE, scope)))


_OF_SOURCE = "SELECT seq / :day, count(*) FROM events WHERE seq >= :since AND source = :source GROUP BY 1"


def refused_by(history: History, source: str, span: Span) -> list[tuple[str, int]]:
    """Say why entries of a source became no event, of the newest lines about it, the most frequent reason first.

    Raises HistoryUnavailable, HistoryRefused.
    """
    found = history.query(_REFUSED, (source, span.first * DAY, MOST_LINES))
    return [(reason.removeprefix("rejected: "), count) for reason, count in found]


MOST_LINES = 20_000
"""Of a source, that are looked through for entries that were refused."""
_REFUSED = """
    SELECT l.reason, count(*)
    FROM (SELECT seq FROM main.ids WHERE id = ? AND seq >= ? ORDER BY seq DESC LIMIT ?) i
    JOIN lines l ON l.seq = i.seq
    WHERE l.kind = 'entry' AND l.reason LIKE 'rejected: %' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20"""


def notices_of(history: History, span: Span, most: int = 50) -> list[JournalRecord]:
    """Give what the operator was told of in these days, the newest first.

    Raises HistoryUnavailable, HistoryRefused, and what the archive raises.
    """
    found, place = list[JournalRecord](), None
    while len(found) < most:
        read = notices(history, NoticeFilter(since_ms=span.since_ms, before=place), most - len(found))
        found += read.records
        if (place := read.next) is None:
            break
    return found
