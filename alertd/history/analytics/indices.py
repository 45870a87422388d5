"""What the news about companies has been doing, as two numbers each: how it reads, and how much of it there is.

A company has a *story* from the first report of it that names the company with some relevance. Of a story one report
counts, the newest: forty copies of one wire are one opinion.

    sentiment = sum(w s) / sum(w)     w = confidence x relevance x 2^(-age / 3 days), stories of the last 30 days
    volume_z  = (n - mean) / max(deviation, sqrt(mean), 1)
                                      n: stories that began in the last 24 hours
                                      mean, deviation: of the same hours of the 30 (90) days before, of weekends
                                      where it is weekend, else of working days

Time goes by whole hours: at 09:30 the last 24 hours end at 10:00, and so does every age. A value changes when there
is a report, and at the full hour. Sums are exact (`math.fsum`), so the order in which stories stand does not matter,
and the same reports in the same order give the same values whatever the batches.

Why a floor under the deviation: a count scatters at least as the root of its mean (Poisson), and one story is the
least that can be more or less. A company with one story a month has 2 for two in a day, not 11.

Ideas: means whose weights halve with age, as RiskMetrics (1996) has them for volatility; attention measured against
the company's own past weeks, as Da, Engelberg and Gao do with searches ("In Search of Attention", Journal of Finance
66, 2011). The numbers are our own choice.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import nlargest
from typing import NamedTuple

import msgspec

from alertd.base.clock import rfc3339
from alertd.history.analytics.usual import DAY_MS, count_of, counts_before, next_hour, rounded, z_score
from alertd.model import CompanyIndex

HALF_LIFE_MS = 3 * DAY_MS
TONE_DAYS = 30
NEAR_DAYS, FAR_DAYS = 30, 90
KEPT_MS = (FAR_DAYS + 2) * DAY_MS
"""How far back beginnings of stories are remembered."""
LEAST_RELEVANCE = 0.2
"""A company that is one of ten in a list has no story by that."""
LEAST_STORIES = 3
LEAST_WEIGHT = 0.25
"""Of all stories together: one that is sure, all about the company and six days old. Older news is no mood."""
MOST_STORIES = 500
"""Of a company, for its tone; beyond that the oldest are left out."""
SPARE = 250
"""How many more are remembered before they are left out."""
MOST_BEGUN = 20_000
"""Beginnings that are remembered of a company; with more, it is known for a shorter time."""
IDLE_MS = TONE_DAYS * DAY_MS
"""After that a story is another one: it is not in the tone any more, and real ones live seven days."""
REMEMBERED_MS = IDLE_MS + 31 * DAY_MS
"""How long stories are remembered after their last report: the time of one that comes now is at most 30 days back."""


class Report(NamedTuple):
    """That an event names a company: what counts of it."""

    event: str
    story: str
    """An event without a story is one of its own: its id."""
    company: str
    at_ms: int
    """The event's own time (`event_at`)."""
    sentiment: float | None
    """Of the sentences about the company."""
    confidence: float
    """Of the event's sentiment."""
    relevance: float
    withdrawn: bool = False


class _Story(msgspec.Struct, gc=False):
    # Not for the garbage collector: there are hundreds of thousands, and it would look at each while all wait.
    began_ms: int
    at_ms: int
    event: str
    sentiment: float | None
    weight: float


@dataclass(slots=True)
class _Company:
    stories: dict[str, _Story] = field(default_factory=dict)
    begun: array[int] = field(default_factory=lambda: array("q"))
    """When its stories began, sorted."""
    since_ms: int = 0
    """Beginnings from before that may be missing."""


class IndexBook:
    """The indices of all companies. Incremental; bounded by 92 days of stories and `MOST_STORIES` tones a company."""

    def __init__(self, known_since_ms: int | None = None) -> None:
        """`known_since_ms`: from when on all reports are given; None: there is no volume to compare with."""
        self.known_since_ms = known_since_ms
        self._companies: dict[str, _Company] = {}
        self._where: dict[str, tuple[str, ...]] = {}
        """Story -> the companies that have it among their stories."""
        self._into: dict[str, tuple[str, int]] = {}
        """Story -> the older one that it became part of, and when."""

    @property
    def companies(self) -> Iterable[str]:
        """Those of which anything is remembered."""
        return self._companies.keys()

    def add(self, report: Report) -> bool:
        """Take in a report, or a later revision of one. False: it counts for nothing."""
        if not report.relevance >= LEAST_RELEVANCE:
            return False
        name = self._canonical(report.story)
        company = self._companies.get(report.company)
        story = company.stories.get(name) if company is not None else None
        if story is not None and report.at_ms - story.at_ms > IDLE_MS:
            story = None
        if story is None and report.withdrawn:
            return False
        if company is None:
            company = self._companies[report.company] = _Company()
        if story is None:
            company.stories[name] = _told(report, report.at_ms)
            if report.company not in (where := self._where.get(name, ())):  # it may be there from long ago
                self._where[name] = (*where, report.company)
            _begin(company, report.at_ms)
            self._bound(report.company, company)
            return True
        if report.at_ms < story.began_ms:
            _end(company, story.began_ms)
            _begin(company, report.at_ms)
            story.began_ms = report.at_ms
        if report.event == story.event or (report.at_ms >= story.at_ms and not report.withdrawn):
            company.stories[name] = _told(report, story.began_ms)
        return True

    def merge(self, younger: str, older: str, at_ms: int) -> set[str]:
        """Let a story be part of an older one from now on; gives the companies that it concerns."""
        younger, older = self._canonical(younger), self._canonical(older)
        if younger == older:
            return set()
        self._into[younger] = older, at_ms
        concerned = self._where.pop(younger, ())
        for name in concerned:
            company = self._companies[name]
            one, other = company.stories.pop(younger), company.stories.get(older)
            if other is not None:
                _end(company, max(one.began_ms, other.began_ms))
                newer = one if one.at_ms >= other.at_ms else other
                newer.began_ms = min(one.began_ms, other.began_ms)
                one = newer
            company.stories[older] = one
            if other is None:
                self._where[older] = (*self._where.get(older, ()), name)
        return set(concerned)

    def at(self, company: str, as_of_ms: int) -> CompanyIndex | None:
        """Give the indices of a company as of a time that is not before what was taken in last; None: no story."""
        known = self._companies.get(company)
        if known is None:
            return None
        end_ms = next_hour(as_of_ms)
        tone, stories = self._tone(known, end_ms)
        day = count_of(known.begun, end_ms - DAY_MS, end_ms)
        near, far = (self._volume(known, end_ms, day, days) for days in (NEAR_DAYS, FAR_DAYS))
        recent = count_of(known.begun, end_ms - (FAR_DAYS + 1) * DAY_MS, end_ms)
        if not stories and not day and (near is None or not recent):
            return None
        return CompanyIndex(
            as_of=rfc3339(as_of_ms), sentiment=tone, stories=stories, volume_z=near, volume_z90=far, day=day
        )

    def tone(self, company: str, as_of_ms: int) -> float | None:
        """Give the sentiment index alone, as `at` does."""
        known = self._companies.get(company)
        return self._tone(known, next_hour(as_of_ms))[0] if known is not None else None

    def forget(self, now_ms: int) -> None:
        """Drop what no value from now on depends on: values are the same however often this is called."""
        told_ms, begun_ms = now_ms - REMEMBERED_MS, now_ms - KEPT_MS
        for name, company in list(self._companies.items()):
            for story in [story for story, told in company.stories.items() if told.at_ms < told_ms]:
                self._drop(name, company, story)
            del company.begun[: bisect_left(company.begun, begun_ms)]
            if not company.stories and not company.begun:
                del self._companies[name]
        for story in [story for story, (_, at) in self._into.items() if at < now_ms - REMEMBERED_MS]:
            del self._into[story]

    # --- the two numbers ---------------------------------------------------------------------------------------

    def _tone(self, company: _Company, end_ms: int) -> tuple[float | None, int]:
        stories = company.stories
        told = stories.values() if len(stories) <= MOST_STORIES else [stories[name] for name in _newest(stories)]
        weighed = _weighed(told, end_ms)
        whole = math.fsum([weight for weight, _ in weighed])
        if len(weighed) < LEAST_STORIES or whole < LEAST_WEIGHT:
            return None, len(weighed)
        mean = math.fsum([weight * sentiment for weight, sentiment in weighed]) / whole
        return rounded(min(1.0, max(-1.0, mean))), len(weighed)

    def _volume(self, company: _Company, end_ms: int, day: int, days: int) -> float | None:
        first_ms = end_ms - (days + 1) * DAY_MS
        since_ms = self.known_since_ms
        if since_ms is None or max(since_ms, company.since_ms) > first_ms:
            return None
        return z_score(day, counts_before(company.begun, end_ms, days))

    # --- bookkeeping -------------------------------------------------------------------------------------------

    def _canonical(self, story: str) -> str:
        for _ in range(len(self._into)):
            if story not in self._into:
                break
            story = self._into[story][0]
        return story

    def _bound(self, name: str, company: _Company) -> None:
        if len(company.stories) > MOST_STORIES + SPARE:
            for story in set(company.stories) - set(_newest(company.stories)):
                self._drop(name, company, story)
        if len(company.begun) > MOST_BEGUN:
            company.since_ms = max(company.since_ms, company.begun.pop(0) + 1)

    def _drop(self, name: str, company: _Company, story: str) -> None:
        del company.stories[story]
        where = tuple(other for other in self._where[story] if other != name)
        if where:
            self._where[story] = where
        else:
            del self._where[story]


def _newest(stories: Mapping[str, _Story]) -> list[str]:
    """Name as many stories as count, those with the newest reports."""
    return nlargest(MOST_STORIES, stories, key=lambda name: (stories[name].at_ms, name))


def _weighed(stories: Iterable[_Story], end_ms: int) -> list[tuple[float, float]]:
    """Give weight and sentiment of what counts. In one go: a report on 90 days does this a million times."""
    oldest, half = end_ms - TONE_DAYS * DAY_MS, HALF_LIFE_MS
    return [
        (story.weight * 2.0 ** ((since if (since := story.at_ms - end_ms) < 0 else 0) / half), story.sentiment)
        for story in stories
        if story.sentiment is not None and story.weight > 0 and oldest <= story.at_ms
    ]


def _told(report: Report, began_ms: int) -> _Story:
    sentiment = None if report.withdrawn else report.sentiment
    weight = min(1.0, max(0.0, report.confidence)) * min(1.0, report.relevance)
    return _Story(began_ms, report.at_ms, report.event, sentiment, weight)


def _begin(company: _Company, at_ms: int) -> None:
    insort(company.begun, at_ms)


def _end(company: _Company, at_ms: int) -> None:
    place = bisect_left(company.begun, at_ms)
    if place < len(company.begun) and company.begun[place] == at_ms:
        del company.begun[place]
