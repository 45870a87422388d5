"""A portfolio's report: reads the projection once, and puts the parts together.

    rows (SQLite) -> stories under the names they have now -> tone, volume, types, stories, near, alerts, latency

What is of today and what of then: holdings, weights and the signs of positions are those of today, also for the line
of the portfolio's tone; a story's and a near holding's weights are those that stood in the match when it came.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from alertd.base.clock import rfc3339
from alertd.history.analytics import rows
from alertd.history.analytics.by_day import alerts_of, own_alerts, rule_lines, type_lines
from alertd.history.analytics.days import Days, days_of
from alertd.history.analytics.indices import KEPT_MS, LEAST_RELEVANCE
from alertd.history.analytics.latency import arrived, delivered, latency_of
from alertd.history.analytics.model import HoldingLine, Report, Tone
from alertd.history.analytics.notes import notes_of
from alertd.history.analytics.stories import gathered, near_lines, story_lines
from alertd.history.analytics.subject import Subject
from alertd.history.analytics.tone import course_of, portfolio_tone, weights_of
from alertd.history.analytics.volume import volume_of, volume_of_all

MOST_STORIES = 15
MOST_NEAR = 30
MOST_TYPES = 40
SURE_TYPE = 0.5
"""Least confidence of an event type, as in rules."""

Shows = Callable[[rows.Headline], bool]

R = TypeVar("R", rows.Named, rows.Decided, rows.Touched)


@dataclass(frozen=True, slots=True)
class _Read:
    """What the projection says of the time."""

    days: Days
    named: Sequence[rows.Named]
    """Of the time and of what came before, as far back as indices reach."""
    decided: Sequence[rows.Decided]
    raised: Sequence[rows.Raised]
    touched: Sequence[rows.Touched]

    @property
    def of_time(self) -> list[rows.Named]:
        """Reports of the time itself."""
        return [one for one in self.named if one.at_ms >= self.days.starts[0]]


def _everything(headline: rows.Headline) -> bool:
    return True


def report_of(
    db: sqlite3.Connection,
    subject: Subject,
    since_ms: int,
    until_ms: int,
    now_ms: int,
    shows: Shows = _everything,
) -> Report:
    """Make the report on a time; `shows` tells whether the reader may see a headline.

    Raises ValueError if the time is empty, sqlite3.Error if the projection cannot be read.
    """
    begin_ms, end_ms = rows.span(db)
    read = _read(db, subject, days_of(since_ms, until_ms, ZoneInfo(subject.timezone)))
    days, scope = read.days, _scope(subject, since_ms, until_ms)
    companies = [one.company for one in subject.holdings]

    shared = [one for one in read.named if one.shared]
    course = course_of(shared, companies, [since_ms, *days.ends], begin_ms)
    tones = course.tones
    tone, of = portfolio_tone(tones, weights_of({one.company: one.weight for one in subject.holdings}))
    volumes = volume_of(shared, days, companies, course.at_end)
    own = own_alerts(read.raised, days)
    touching = _touching(read, {one.alert for one in own})

    def headlines(events: Collection[str]) -> Mapping[str, rows.Headline]:
        return {e: one for e, one in rows.headlines(db, events).items() if shows(one)}

    types = rows.types(db, scope, SURE_TYPE)
    return Report(
        portfolio=subject.portfolio,
        title=subject.title,
        desk=subject.desk,
        timezone=subject.timezone,
        since=rfc3339(since_ms),
        until=rfc3339(until_ms),
        made_at=rfc3339(now_ms),
        days=days.names,
        history_from=rfc3339(begin_ms) if begin_ms is not None else None,
        history_until=rfc3339(end_ms) if end_ms is not None else None,
        holdings_as_of=subject.as_of,
        tone=tone if companies else Tone(now=None, before=None, line=[None] * len(days.dates)),
        tone_of=of,
        volume=volume_of_all(shared, days, begin_ms),
        holdings=[
            HoldingLine(
                company=one.company,
                label=one.label,
                weight=one.weight,
                tone=tones[one.company],
                signed=_signed(tones[one.company].now, one.sign),
                volume=volumes[one.company],
                alerts=touching.get(one.company, 0),
            )
            for one in subject.holdings
        ],
        types=type_lines(read.of_time, types, days, MOST_TYPES),
        stories=story_lines(gathered(read.of_time, read.decided, read.raised, read.touched), headlines, MOST_STORIES),
        near=near_lines(read.touched, headlines, MOST_NEAR),
        alerts=alerts_of(read.raised, days),
        rules=rule_lines(own, rows.rules_of(db, [one.alert for one in own]), subject.rules),
        latency=latency_of(arrived(db, scope), delivered(db, scope)),
        notes=notes_of(
            subject,
            days,
            begin_ms,
            end_ms,
            own=sum(not one.shared for one in read.of_time),
            older=_older(read) if types else 0,
        ),
    )


def _read(db: sqlite3.Connection, subject: Subject, days: Days) -> _Read:
    since, until = days.starts[0], days.until_ms
    scope, before = _scope(subject, since, until), _scope(subject, since - KEPT_MS, until)
    companies = [one.company for one in subject.holdings]
    into = rows.merged(db)
    # What holds nothing (topics) has the news that its rules held for.
    named = rows.named(db, before, companies, LEAST_RELEVANCE) if companies else rows.matched(db, before)
    return _Read(
        days=days,
        named=_as_now(named, into),
        decided=_as_now(rows.decided(db, scope), into),
        raised=rows.raised(db, scope),
        touched=_as_now(rows.touched(db, scope), into),
    )


def _older(read: _Read) -> int:
    """Count the stories that had reports in the time and began before."""
    before = {one.story for one in read.named if one.at_ms < read.days.starts[0]}
    return len(before & {one.story for one in read.of_time})


def _as_now(reports: list[R], into: Mapping[str, str]) -> list[R]:
    """Give reports under the names that their stories have now."""
    if not into:
        return reports
    return [one._replace(story=into[one.story]) if one.story in into else one for one in reports]


def _touching(read: _Read, alerts: Collection[str]) -> dict[str, int]:
    """Count for each company the alerts that touched it."""
    events: dict[str, set[str]] = {}
    for one in read.decided:
        if one.alert in alerts:
            events.setdefault(one.event, set()).add(one.alert)
    found: dict[str, set[str]] = {}
    for touch in read.touched:
        found.setdefault(touch.company, set()).update(events.get(touch.event, ()))
    return {company: len(them) for company, them in found.items()}


def _scope(subject: Subject, since_ms: int, until_ms: int) -> rows.Scope:
    return rows.Scope(subject.portfolio, subject.desk, since_ms, until_ms)


def _signed(value: float | None, sign: int) -> float | None:
    return None if value is None else value * sign + 0.0
