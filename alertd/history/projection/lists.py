"""Lists out of the projection beside those of alerts: events, the reports of a story, what rules held for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alertd.base.clock import rfc3339
from alertd.history.projection.query import Value, utf8
from alertd.history.projection.read import History
from alertd.history.projection.search import expression

DAY_MS = 86_400_000
_EVENT = (
    "e.event, e.revision, e.decided_ms, e.seen_ms, e.event_ms, e.source, e.title, e.url, e.kind, e.form, e.language,"
    " e.story, e.novelty, e.sources, e.sentiment, e.baseline, e.late, e.withdrawn"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events; what is None does not matter."""

    text: str = ""
    """Words of the headline."""
    source: str | None = None
    event_type: str | None = None
    company: str | None = None
    """The id of one that it names."""
    story: str | None = None
    since_ms: int | None = None
    """It was decided on then or later."""
    before: tuple[int, str] | None = None
    """Only what comes behind this moment and id."""


def events(history: History, wanted: EventFilter, limit: int) -> list[tuple[int, dict[str, Any]]]:
    """Give the newest revision of events with when they were decided on, in ms, the last one first.

    To a desk those that it may be told of. Raises NotSearchable.
    """
    parts, values = ["e.decided_ms IS NOT NULL"], list[Value]()
    parts.append("NOT EXISTS (SELECT 1 FROM events n WHERE n.event = e.event AND n.revision > e.revision)")
    if history.desk is not None:
        parts.append("(e.shared OR e.source_desk IS NOT NULL)")
    of_revision = "x.event = e.event AND x.revision = e.revision"
    for value, condition in (
        (wanted.source, "e.source = ?"),
        (wanted.story, "e.story = ?"),
        (
            wanted.event_type,
            f"EXISTS (SELECT 1 FROM types x WHERE {of_revision} AND x.type = ? AND x.confidence >= 0.5)",
        ),
        (wanted.company, f"EXISTS (SELECT 1 FROM mentions x WHERE {of_revision} AND x.company = ?)"),
        (wanted.since_ms, "e.decided_ms >= ?"),
    ):
        if value is not None:
            parts.append(condition)
            values.append(utf8(value) if isinstance(value, str) else value)
    if wanted.text:
        parts.append("e.seq IN (SELECT rowid FROM event_text WHERE event_text MATCH ?)")
        values.append(expression(wanted.text))
    if wanted.before is not None:
        parts.append("(e.decided_ms, e.event) < (?, ?)")
        values += [wanted.before[0], utf8(wanted.before[1])]
    query = (
        f"SELECT {_EVENT} FROM events e WHERE {' AND '.join(parts)} ORDER BY e.decided_ms DESC, e.event DESC LIMIT ?"
    )
    with history.bounded():
        rows = history.connection.execute(query, [*values, limit]).fetchall()
    return [(row[2], _event(row)) for row in rows]


def _event(row: tuple[Any, ...]) -> dict[str, Any]:
    name, revision, decided, seen, at, source, title, url, kind, form, language = row[:11]
    story, novelty, sources, sentiment, baseline, late, withdrawn = row[11:]
    return {
        "id": name, "revision": revision, "decided_at": _time(decided), "seen_at": _time(seen), "event_at": _time(at),
        "source": source, "title": title, "url": url or "", "kind": kind, "form": form, "language": language,
        "story": story, "novelty": novelty, "sources": sources, "sentiment": sentiment, "baseline": bool(baseline),
        "late": bool(late), "withdrawn": bool(withdrawn),
    }  # fmt: skip


def _time(ms: int | None) -> str | None:
    return rfc3339(ms) if ms else None


def alerts_of_story(history: History, story: str) -> list[str]:
    """Name the alerts about a story, the one that changed last first."""
    with history.bounded():
        rows = history.connection.execute(
            "SELECT alert FROM alerts WHERE story = ? ORDER BY updated_ms DESC LIMIT 1000", (utf8(story),)
        )
        return [alert for (alert,) in rows]


@dataclass(frozen=True, slots=True)
class Hits:
    """What a rule held for."""

    by_day: Sequence[int]
    """Events of each day, in UTC, the last one today's."""
    last_at: str | None
    """When it last held, as far back as was looked."""


def hits(history: History, portfolio: str, now_ms: int, days: int) -> dict[str, Hits]:
    """Say of a portfolio's rules what they held for in so many days; rules that held for nothing are left out."""
    today = now_ms // DAY_MS
    first = today - days + 1
    with history.bounded():
        rows = history.connection.execute(
            "SELECT m.rule, e.decided_ms / 86400000, count(DISTINCT m.event), max(e.decided_ms) FROM matches m"
            " JOIN events e ON e.event = m.event AND e.revision = m.revision"
            " WHERE m.portfolio = ? AND e.decided_ms >= ? GROUP BY 1, 2",
            (utf8(portfolio), first * DAY_MS),
        ).fetchall()
    counts: dict[str, list[int]] = {}
    last: dict[str, int] = {}
    for rule, day, count, at in rows:
        if first <= day <= today:
            counts.setdefault(rule, [0] * days)[day - first] = count
            last[rule] = max(at, last.get(rule, 0))
    return {rule: Hits(tuple(line), rfc3339(last[rule])) for rule, line in counts.items()}
