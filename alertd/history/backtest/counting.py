"""What is counted of one rule, and of one receiver, while a backtest runs. Pure; memory is bounded but for days."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from alertd.alerts.circumstances import expect_window
from alertd.base.clock import rfc3339, utc_day
from alertd.history.backtest.figures import BudgetFigures, NearFigures, ReceiverFigures, RuleFigures, Sample
from alertd.history.backtest.samples import Sampler, clean
from alertd.rules.book import Budget, Portfolio, Rule

HOUR_MS = 3_600_000
DAY_MS = 86_400_000
MAX_CONDITIONS = 20
"""Conditions of one rule by which near misses are counted; the rest counts together."""
OTHERS = "other conditions"


@dataclass(slots=True)
class Within:
    """The most of something within an hour."""

    times: deque[int] = field(default_factory=deque)
    most: int = 0
    at_ms: int = 0
    """When the hour began that has the most."""

    def add(self, at_ms: int) -> None:
        """Count one more; the clock does not go back."""
        self.times.append(at_ms)
        while self.times[0] <= at_ms - HOUR_MS:
            self.times.popleft()
        if len(self.times) > self.most:
            self.most, self.at_ms = len(self.times), self.times[0]


@dataclass(slots=True)
class BudgetCount:
    """What a rule raised in each window of its budget."""

    budget: Budget
    window: int = -1
    count: int = 0
    worst: int = 0
    worst_at: int = 0
    over: int = 0

    def add(self, at_ms: int) -> None:
        """Count an alert that the rule raised."""
        start = expect_window(self.budget.per, at_ms)[0]
        if start != self.window:
            self.window, self.count = start, 0
        self.count += 1
        self.over += self.count == self.budget.at_most + 1
        if self.count > self.worst:
            self.worst, self.worst_at = self.count, start

    def figures(self) -> BudgetFigures:
        """Say what came of it."""
        return BudgetFigures(
            at_most=self.budget.at_most, per=self.budget.per, worst=self.worst,
            worst_at=rfc3339(self.worst_at) if self.worst else "", over=self.over,
        )  # fmt: skip


class RuleCount:
    """One rule of a portfolio."""

    def __init__(self, portfolio: Portfolio, rule: Rule, samples: int) -> None:
        self.portfolio = portfolio
        self.rule = rule
        self.matches = self.alerts = self.raised = self.updates = self.merged = self.messages = self.held = 0
        self.untold: Counter[str] = Counter()
        self.days: Counter[str] = Counter()
        self.within = Within()
        self.budget = BudgetCount(rule.expect) if rule.expect is not None else None
        self.useful = self.noise = 0
        self.failure = ""
        self._samples = samples
        self.of_alerts: Sampler[Sample] = Sampler(samples)
        self.of_matches: Sampler[Sample] = Sampler(samples)
        self._near: dict[str, tuple[int, Sampler[Sample]]] = {}

    def alert(self, at_ms: int, *, raised: bool) -> None:
        """Count an alert that it raised, or joined."""
        self.alerts += 1
        self.days[utc_day(at_ms)] += 1
        self.within.add(at_ms)
        if raised:
            self.raised += 1
            if self.budget is not None:
                self.budget.add(at_ms)

    def near(self, condition: str, sample: Sample, held: int) -> None:
        """Count a near miss; of those with more conditions that held one is shown first."""
        if condition not in self._near and len(self._near) >= MAX_CONDITIONS:
            condition = OTHERS
        number, sampler = self._near.get(condition) or (0, Sampler(min(self._samples, 2)))
        sampler.add(sample, held)
        self._near[condition] = (number + 1, sampler)

    def figures(self, days: float, total: int) -> RuleFigures:
        """Give what there is; `days` is how long the time was, `total` all alerts of all rules' portfolios."""
        portfolio, rule = self.portfolio, self.rule
        near = sorted(self._near.items(), key=lambda one: (-one[1][0], one[0]))
        return RuleFigures(
            portfolio=portfolio.id,
            rule=rule.id,
            title=rule.title,
            severity="auto" if rule.auto else rule.severity,
            desk=portfolio.desk,
            experimental=rule.experimental,
            matches=self.matches,
            alerts=self.alerts,
            raised=self.raised,
            updates=self.updates,
            merged=self.merged,
            messages=self.messages,
            held=self.held,
            untold=dict(sorted(self.untold.items(), key=lambda one: (-one[1], one[0]))),
            days=dict(sorted(self.days.items())),
            per_day=round(self.alerts / days, 3) if days else 0.0,
            p95=percentile(list(self.days.values()), math.ceil(days)),
            burst=self.within.most,
            burst_at=rfc3339(self.within.at_ms) if self.within.most else "",
            share=round(self.alerts / total, 4) if total else 0.0,
            budget=self.budget.figures() if self.budget is not None else None,
            useful=self.useful,
            noise=self.noise,
            near=tuple(
                NearFigures(condition=clean(condition), events=number, samples=tuple(sampler.chosen()))
                for condition, (number, sampler) in near
            ),
            samples=tuple(self.of_alerts.chosen() or self.of_matches.chosen()),
            failure=self.failure,
        )


@dataclass(slots=True)
class ReceiverCount:
    """One receiver."""

    messages: int = 0
    digests: int = 0
    listed: int = 0
    reminders: int = 0
    held: int = 0
    untold: Counter[str] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)

    def figures(self, name: str) -> ReceiverFigures:
        """Give what there is."""
        return ReceiverFigures(
            receiver=name, messages=self.messages, digests=self.digests, listed=self.listed, reminders=self.reminders,
            held=self.held, untold=dict(self.untold.most_common()), days=dict(sorted(self.days.items())),
        )  # fmt: skip


def percentile(counts: list[int], days: int, share: float = 0.95) -> int:
    """Give the count that so large a share of the days do not exceed (nearest rank); other days have none."""
    ordered = sorted(counts)
    days = max(days, len(ordered))
    place = math.ceil(share * days) - (days - len(ordered))
    return ordered[place - 1] if ordered and place > 0 else 0


def days_between(since_ms: int, until_ms: int) -> Iterator[str]:
    """Give the days of a time, UTC; its end is not in it."""
    day = date.fromisoformat(utc_day(since_ms))
    last = date.fromisoformat(utc_day(max(since_ms, until_ms - 1)))
    while day <= last:
        yield day.isoformat()
        day += timedelta(days=1)
