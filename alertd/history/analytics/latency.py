"""How long news took from the world to a person: visible, seen, decided, delivered. Pure, but for two queries.

Only what came live is measured: not what a source's first poll found, what came late after an outage, or what was
older than a day when it was seen. A step that ends before it begins shows clocks that do not agree: it is left out
and counted.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from alertd.history.analytics.model import Latency, Percentiles, ReceiverLatency, SourceLatency
from alertd.history.analytics.rows import Scope

OLD_MS = 86_400_000
"""Older than this when it was seen: an archive that a source shows, not news that came late."""
HELD_MS = 10_000
"""Queued so much later than decided on: it was held on purpose, by quiet hours, a digest or a group."""


class Arrived(NamedTuple):
    """The first revision of an event."""

    source: str
    visible_ms: int | None
    seen_ms: int | None
    decided_ms: int | None
    precision: str | None
    baseline: bool
    late: bool


class Delivered(NamedTuple):
    """A message that was sent about an event."""

    receiver: str
    source: str
    visible_ms: int | None
    seen_ms: int | None
    decided_ms: int | None
    precision: str | None
    baseline: bool
    late: bool
    queued_ms: int | None
    ended_ms: int


def arrived(db: sqlite3.Connection, scope: Scope) -> list[Arrived]:
    """Give what was seen in the time, of all sources that the desk may see."""
    rows = db.execute(
        """SELECT source, visible_ms, seen_ms, decided_ms, precision, baseline, late FROM events
           WHERE event_ms >= :since AND event_ms < :until AND revision = 1
             AND (source_desk IS NULL OR source_desk = :desk)""",
        scope.values(),
    )
    return [Arrived._make(row) for row in rows]


def delivered(db: sqlite3.Connection, scope: Scope) -> list[Delivered]:
    """Give what was sent about single alerts of the portfolio; of a digest nobody waits for one message."""
    rows = db.execute(
        """SELECT m.receiver, e.source, e.visible_ms, e.seen_ms, min(e.decided_ms), e.precision, e.baseline, e.late,
                  m.queued_ms, m.ended_ms
           FROM decisions d
           CROSS JOIN events e ON e.event = d.event AND e.revision = d.revision
           CROSS JOIN deliveries m ON m.alert = d.alert AND m.alert_revision = d.alert_revision
           WHERE d.portfolio = :portfolio AND e.event_ms >= :since AND e.event_ms < :until
             AND m.state = 'sent' AND m.ended_ms IS NOT NULL AND m.type IN ('alert.fired', 'alert.updated')
             AND (e.source_desk IS NULL OR e.source_desk = :desk)
           GROUP BY m.delivery""",
        scope.values(),
    )
    return [Delivered._make(row) for row in rows]


def percentiles(values: Iterable[int]) -> Percentiles:
    """Give percentiles by the nearest rank: the smallest value that so large a share does not exceed."""
    ordered = sorted(values)
    if not ordered:
        return Percentiles(count=0)
    p50, p90, p99 = (ordered[-(-len(ordered) * share // 100) - 1] for share in (50, 90, 99))
    return Percentiles(count=len(ordered), p50=p50, p90=p90, p99=p99)


def latency_of(events: Iterable[Arrived], messages: Iterable[Delivered]) -> Latency:
    """Measure what came live."""
    out: Counter[str] = Counter()
    seen: dict[str, list[int]] = defaultdict(list)
    decided: dict[str, list[int]] = defaultdict(list)
    for one in events:
        if (why := _not_live(one)) is not None:
            out[why] += 1
            continue
        _step(_visible(one), one.seen_ms, seen[one.source], out)
        _step(one.seen_ms, one.decided_ms, decided[one.source], out)
    told: dict[str, list[int]] = defaultdict(list)
    whole: dict[str, list[int]] = defaultdict(list)
    for sent in messages:
        if _not_live(sent) is not None:
            continue  # counted with the events
        if sent.queued_ms is not None and sent.decided_ms is not None and sent.queued_ms - sent.decided_ms > HELD_MS:
            out["held"] += 1
            continue
        _step(sent.decided_ms, sent.ended_ms, told[sent.receiver], out)
        if _visible(sent) is not None:
            _step(sent.visible_ms, sent.ended_ms, whole[sent.receiver], out)
    return Latency(
        seen=_all(seen.values()),
        decided=_all(decided.values()),
        delivered=_all(told.values()),
        whole=_all(whole.values()),
        sources=sorted(
            (
                SourceLatency(source=name, seen=percentiles(seen[name]), decided=percentiles(decided[name]))
                for name in sorted(seen)
            ),
            key=lambda line: -line.decided.count,
        ),
        receivers=[
            ReceiverLatency(receiver=name, delivered=percentiles(told[name]), whole=percentiles(whole[name]))
            for name in sorted(told)
        ],
        left_out=dict(sorted(out.items())),
    )


def _not_live(one: Arrived | Delivered) -> str | None:
    if one.baseline:
        return "baseline"
    if one.late:
        return "late"
    visible = _visible(one)
    if visible is not None and one.seen_ms is not None and one.seen_ms - visible > OLD_MS:
        return "old"
    return None


def _visible(one: Arrived | Delivered) -> int | None:
    """Give when it was visible, if that is known to the minute."""
    return None if one.precision == "day" else one.visible_ms


def _step(begin: int | None, end: int | None, took: list[int], out: Counter[str]) -> None:
    if begin is None or end is None:
        out["no_time"] += 1
    elif end < begin:
        out["clock"] += 1
    else:
        took.append(end - begin)


def _all(parts: Collection[list[int]]) -> Percentiles:
    return percentiles(one for part in parts for one in part)
