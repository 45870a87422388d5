"""Which stories mattered to a portfolio, and which holdings were near to them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from alertd.alerts.policy import severity_rank
from alertd.base.clock import rfc3339
from alertd.history.analytics.model import NearLine, StoryLine, Then
from alertd.history.analytics.rows import Decided, Headline, Named, Raised, Touched
from alertd.model import Severity

Headlines = Callable[[Collection[str]], Mapping[str, Headline]]
"""Gives what may be shown of events: those that may not are not there."""


@dataclass(slots=True)
class Told:
    """What is gathered of one story."""

    story: str
    first_ms: int
    last_ms: int
    events: dict[str, int] = field(default_factory=dict)
    """Its reports -> when."""
    alerts: dict[str, Raised] = field(default_factory=dict)
    touched: dict[str, Touched] = field(default_factory=dict)
    """Company -> how it was touched last."""

    @property
    def severity(self) -> Severity | None:
        """Give the loudest of its alerts."""
        loudest = max((one.severity for one in self.alerts.values()), key=_rank, default=None)
        return cast("Severity | None", loudest)

    def newest(self, known: Mapping[str, Headline]) -> Headline | None:
        """Give the headline of its newest report that may be shown."""
        return max(
            (known[one] for one in self.events if one in known), key=lambda h: (h.at_ms, h.event), default=None
        )


def gathered(
    named: Iterable[Named], decided: Iterable[Decided], raised: Iterable[Raised], touched: Iterable[Touched]
) -> list[Told]:
    """Gather the stories of a time: of what names a holding, and of what was decided on.

    Alerts that another carries on stand with that one's story. Stories whose names were followed to the one that they
    are part of by now come out as one.
    """
    found: dict[str, Told] = {}
    alerts = {one.alert: one for one in raised}
    reports: list[Named | Decided] = [*named, *decided]
    for report in reports:
        story = found.setdefault(report.story, Told(report.story, report.at_ms, report.at_ms))
        story.first_ms, story.last_ms = min(story.first_ms, report.at_ms), max(story.last_ms, report.at_ms)
        story.events[report.event] = report.at_ms
        if isinstance(report, Decided) and (alert := _carried_on(report.alert, alerts)) is not None:
            story.alerts[alert.alert] = alert
    for one in touched:
        if one.story in found:
            found[one.story].touched[one.company] = one
    return list(found.values())


def story_lines(stories: Iterable[Told], headlines: Headlines, most: int) -> list[StoryLine]:
    """Give the stories that mattered most: by their loudest alert, alerts, independent sources, reports; at most so
    many.
    """
    told = sorted(stories, key=_worth)
    shortlist = told[: 4 * most]
    known = headlines([event for one in shortlist for event in one.events])
    sources = {one.story: max((known[e].sources for e in one.events if e in known), default=1) for one in shortlist}
    shortlist.sort(key=lambda one: (*_worth(one)[:2], -sources[one.story], *_worth(one)[2:]))
    return [_story_line(one, one.newest(known), sources[one.story]) for one in shortlist[:most]]


def near_lines(touched: Iterable[Touched], headlines: Headlines, most: int) -> list[NearLine]:
    """Give the holdings that are no party to the news but near to one, by how many stories touched them so.

    Each way (path) is a line of its own; forty reports of a story are one.
    """
    ways: dict[tuple[str, tuple[str, ...]], list[Touched]] = {}
    for one in touched:
        if not one.named and one.path:
            ways.setdefault((one.company, tuple(one.path)), []).append(one)
    ordered = sorted(ways.items(), key=lambda way: (-_stories(way[1]), -way[1][-1].at_ms, way[0]))[:most]
    known = headlines([one.event for _, them in ordered for one in them])
    return [
        NearLine(
            company=company,
            label=them[-1].label or company,
            weight=them[-1].weight,
            path=list(path),
            stories=_stories(them),
            last_at=rfc3339(them[-1].at_ms),
            title=next((known[one.event].title for one in reversed(them) if one.event in known), ""),
        )
        for (company, path), them in ordered
    ]


def _carried_on(alert: str, alerts: Mapping[str, Raised]) -> Raised | None:
    """Give an alert, or the one that carries it on by now."""
    seen: set[str] = set()
    at = alerts.get(alert)
    while at is not None and at.merged_into in alerts and at.alert not in seen:
        seen.add(at.alert)
        at = alerts[str(at.merged_into)]
    return at


def _worth(one: Told) -> tuple[int, int, int, int, str]:
    severity = one.severity
    return (
        -1 - severity_rank(severity) if severity is not None else 0,
        -len(one.alerts),
        -len(one.events),
        -one.last_ms,
        one.story,
    )


def _story_line(one: Told, shown: Headline | None, sources: int) -> StoryLine:
    held = sorted(one.touched.values(), key=lambda t: (not t.named, -abs(t.weight or 0.0), t.company))
    return StoryLine(
        story=one.story,
        title=shown.title if shown is not None else "",
        url=shown.url if shown is not None else "",
        source=shown.source if shown is not None else "",
        first_at=rfc3339(one.first_ms),
        last_at=rfc3339(one.last_ms),
        reports=len(one.events),
        sources=sources,
        tone=shown.tone if shown is not None else None,
        alerts=sorted(one.alerts),
        severity=one.severity,
        holdings=[
            Then(label=t.label or t.company, weight=t.weight, path=[] if t.named else list(t.path)) for t in held
        ],
    )


def _stories(them: Iterable[Touched]) -> int:
    return len({one.story for one in them})


def _rank(severity: str) -> int:
    return severity_rank(cast("Severity", severity))
