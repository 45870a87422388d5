"""What a report reads of the projection: rows of SQLite as named tuples, nothing decided yet.

Of an event that has several revisions the newest counts, as it is known when the report is made. A source of another
desk is not there; nor is what its source took back.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from alertd.history.projection.query import carried

_NEWEST = "NOT EXISTS (SELECT 1 FROM events n WHERE n.event = e.event AND n.revision > e.revision)"
_SEEN = "e.withdrawn = 0 AND (e.source_desk IS NULL OR e.source_desk = :desk)"


class Scope(NamedTuple):
    """What a query is about: a portfolio, as its desk may see it, and a time."""

    portfolio: str
    desk: str | None
    since_ms: int
    until_ms: int

    def values(self) -> dict[str, str | int | None]:
        """Give it as the parameters of a query."""
        return {"portfolio": self.portfolio, "desk": self.desk, "since": self.since_ms, "until": self.until_ms}


class Named(NamedTuple):
    """A report that names a company."""

    at_ms: int
    event: str
    story: str
    """The event itself where it belongs to none."""
    company: str
    source: str
    shared: bool
    """Everybody may be told of it: only then it counts in an index."""
    tone: float | None
    """Of the sentences about the company."""
    confidence: float
    """Of the tone of the whole."""
    relevance: float


class Decided(NamedTuple):
    """An event that meant something for an alert of the portfolio."""

    at_ms: int
    event: str
    story: str
    alert: str


class Raised(NamedTuple):
    """An alert."""

    alert: str
    story: str
    severity: str
    status: str
    first_ms: int
    updated_ms: int
    merged_into: str | None
    useful: int
    noise: int
    answered: bool
    told: bool


class Touched(NamedTuple):
    """A holding that an event touched, as it was then."""

    at_ms: int
    event: str
    story: str
    company: str
    label: str
    weight: float | None
    named: bool
    path: list[str]


class Headline(NamedTuple):
    """What is shown of a report."""

    at_ms: int
    event: str
    title: str
    url: str
    source: str
    tone: float | None
    sources: int
    shared: bool
    """Everybody may be told of it."""
    own: bool
    """It comes from a source of the portfolio's desk."""


def span(db: sqlite3.Connection) -> tuple[int | None, int | None]:
    """Give since when there is a history and how far it reaches, in ms."""
    ends = []
    for order in ("ASC", "DESC"):
        row = db.execute(f"SELECT at_ms FROM lines ORDER BY seq {order} LIMIT 1").fetchone()  # noqa: S608  our own words
        ends.append(int(row[0]) if row is not None else None)
    return ends[0], ends[1]


def named(db: sqlite3.Connection, scope: Scope, companies: Iterable[str], least: float) -> list[Named]:
    """Give the reports that name some of the companies with at least such a relevance, the oldest first."""
    rows = db.execute(
        f"""SELECT e.event_ms, e.event, coalesce(e.story, e.event), m.company, e.source, e.shared,
                   m.sentiment, coalesce(e.confidence, 1.0), coalesce(m.relevance, 1.0)
            FROM mentions m CROSS JOIN events e ON e.event = m.event AND e.revision = m.revision
            WHERE m.company IN (SELECT value FROM json_each(:companies))
              AND coalesce(m.relevance, 1.0) >= :least
              AND e.event_ms >= :since AND e.event_ms < :until AND {_SEEN} AND {_NEWEST}
            ORDER BY e.event_ms, e.event, m.company""",  # noqa: S608  our own words
        scope.values() | {"companies": json.dumps(list(companies)), "least": least},
    )
    return [Named._make(row) for row in rows]


def matched(db: sqlite3.Connection, scope: Scope) -> list[Named]:
    """Give the reports that rules of the portfolio held for, the oldest first; no company is named (empty)."""
    rows = db.execute(
        f"""SELECT DISTINCT e.event_ms, e.event, coalesce(e.story, e.event), '', e.source, e.shared, NULL, 1.0, 1.0
            FROM matches m CROSS JOIN events e ON e.event = m.event AND e.revision = m.revision
            WHERE m.portfolio = :portfolio AND e.event_ms >= :since AND e.event_ms < :until AND {_SEEN} AND {_NEWEST}
            ORDER BY e.event_ms, e.event""",  # noqa: S608  our own words
        scope.values(),
    )
    return [Named._make(row) for row in rows]


def decided(db: sqlite3.Connection, scope: Scope) -> list[Decided]:
    """Give what was decided on for the portfolio, the oldest first."""
    rows = db.execute(
        f"""SELECT DISTINCT e.event_ms, e.event, coalesce(e.story, e.event), d.alert
            FROM decisions d CROSS JOIN events e ON e.event = d.event AND e.revision = d.revision
            WHERE d.portfolio = :portfolio AND e.event_ms >= :since AND e.event_ms < :until AND {_SEEN}
            ORDER BY e.event_ms, e.event, d.alert""",  # noqa: S608  our own words
        scope.values(),
    )
    return [Decided._make(row) for row in rows]


def raised(db: sqlite3.Connection, scope: Scope) -> list[Raised]:
    """Give the alerts that were there in the time and changed in it, the oldest first.

    Who was told of an alert, or answered it, was told of the one that carries it on by now.
    """
    rows = db.execute(
        f"""SELECT a.alert, coalesce(a.story, ''), a.severity, a.status, a.first_ms, a.updated_ms, a.merged_into,
                  a.useful, a.noise,
                  a.acknowledged_by IS NOT NULL OR a.useful + a.noise > 0
                    OR EXISTS (SELECT 1 FROM answers w WHERE w.alert IN ({carried("a.alert")})),
                  EXISTS (SELECT 1 FROM told t WHERE t.alert IN ({carried("a.alert")}))
                    OR EXISTS (
                      SELECT 1 FROM deliveries d WHERE d.alert IN ({carried("a.alert")}) AND d.state = 'sent')
           FROM alerts a
           WHERE a.portfolio = :portfolio AND (a.desk IS NULL OR a.desk = :desk)
             AND a.first_ms < :until AND a.updated_ms >= :since
           ORDER BY a.first_ms, a.alert""",  # noqa: S608  our own words
        scope.values(),
    )
    return [Raised._make(row) for row in rows]


def rules_of(db: sqlite3.Connection, alerts: Iterable[str]) -> list[tuple[str, str]]:
    """Give (alert, rule) for each rule that held for one of the alerts."""
    return _pairs(db, "SELECT alert, rule FROM alert_rules WHERE alert IN (SELECT value FROM json_each(?))", alerts)


def touched(db: sqlite3.Connection, scope: Scope) -> list[Touched]:
    """Give the holdings that events touched, with the weights of then, the oldest first."""
    rows = db.execute(
        f"""SELECT e.event_ms, e.event, coalesce(e.story, e.event), t.company, coalesce(t.label, ''), t.weight,
                   t.named, t.path
            FROM touched t CROSS JOIN events e ON e.event = t.event AND e.revision = t.revision
            WHERE t.portfolio = :portfolio AND e.event_ms >= :since AND e.event_ms < :until
              AND {_SEEN} AND {_NEWEST}
            ORDER BY e.event_ms, e.event, t.company""",  # noqa: S608  our own words
        scope.values(),
    )
    return [Touched._make((*row[:6], bool(row[6]), json.loads(row[7]))) for row in rows]


def types(db: sqlite3.Connection, scope: Scope, least: float) -> list[tuple[str, str]]:
    """Give (event, type) for what events report at least so surely, and do not deny or spread as a rumour."""
    rows = db.execute(
        f"""SELECT DISTINCT e.event, t.type
            FROM events e CROSS JOIN types t ON t.event = e.event AND t.revision = e.revision
            WHERE e.event_ms >= :since AND e.event_ms < :until AND {_SEEN} AND {_NEWEST}
              AND t.confidence >= :least AND t.status NOT IN ('denied', 'rumoured')""",  # noqa: S608  our own words
        scope.values() | {"least": least},
    )
    return [(str(event), str(kind)) for event, kind in rows]


def headlines(db: sqlite3.Connection, events: Iterable[str]) -> dict[str, Headline]:
    """Give what is shown of events, by their newest revisions."""
    rows = db.execute(
        f"""SELECT e.event_ms, e.event, e.title, coalesce(e.url, ''), e.source, e.sentiment,
                   coalesce(e.sources, 1), e.shared, e.source_desk IS NOT NULL
            FROM events e WHERE e.event IN (SELECT value FROM json_each(?)) AND {_NEWEST}""",  # noqa: S608  our own words
        (json.dumps(list(events)),),
    )
    return {row[1]: Headline._make(row) for row in rows}


def merged(db: sqlite3.Connection) -> dict[str, str]:
    """Give the stories that became part of another -> the one that they are part of by now."""
    into = _pairs(db, "SELECT story, into_story FROM merged_stories ORDER BY seq", None)
    return resolved(dict(into))


def resolved(into: dict[str, str]) -> dict[str, str]:
    """Follow each to its end; one that leads back to itself ends there."""
    found: dict[str, str] = {}
    for story in into:
        at, seen = story, {story}
        while (following := into.get(at)) is not None and following not in seen:
            at = following
            seen.add(at)
        found[story] = at
    return found


def _pairs(db: sqlite3.Connection, query: str, names: Iterable[str] | None) -> list[tuple[str, str]]:
    values = () if names is None else (json.dumps(list(names)),)
    return [(str(first), str(second)) for first, second in db.execute(query, values)]
