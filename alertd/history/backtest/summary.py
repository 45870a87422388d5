"""What a backtest comes to: counts what happened, one by one, and gives the figures at the end. Pure.

Happened, Rang -> Summing -> Summary
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from alertd.alerts.lanes import DELIVERED
from alertd.alerts.policy import loudest
from alertd.alerts.release import LISTED_IN
from alertd.base.clock import rfc3339, utc_day
from alertd.history.backtest.counting import DAY_MS, ReceiverCount, RuleCount, days_between
from alertd.history.backtest.coverage import Covered
from alertd.history.backtest.figures import (
    PortfolioFigures,
    RuleFigures,
    Sample,
    Summary,
    severities_first,
)
from alertd.history.backtest.happened import Happened, NearMiss, Rang
from alertd.history.backtest.known_alerts import KnownAlerts
from alertd.history.backtest.samples import loudness, may_quote, sample_of, told_as
from alertd.model import Decision, Match, Severity
from alertd.rules.book import Portfolio, RuleBook
from alertd.rules.walls import may_see

WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WAITS = ("quiet_until", "folded_into")
"""Reasons of what goes out later."""
Wanted = Callable[[Portfolio, str], bool]
"""Tells whether a rule of a portfolio is to be reported."""


@dataclass(slots=True)
class _Portfolio:
    portfolio: Portfolio
    matches: int = 0
    alerts: int = 0
    updates: int = 0
    days: Counter[str] = field(default_factory=Counter)
    severities: Counter[Severity] = field(default_factory=Counter)


class Summing:
    """Counts for one version of the rules."""

    def __init__(
        self,
        book: RuleBook,
        *,
        samples: int = 3,
        desk: str | None = None,
        wanted: Wanted = lambda portfolio, rule: True,
        near_every: int = 1,
    ) -> None:
        """`desk`: as this one may see it, its own and nobody's; None: everything."""
        self._book = book
        self._desk = desk
        self._near_every = near_every
        self._labels = book.labels
        seen = [p for p in book.portfolios if may_see(desk, p.desk)]
        self._rules = {(p.id, r.id): RuleCount(p, r, samples) for p in seen for r in p.rules if wanted(p, r.id)}
        self._portfolios = {name: _Portfolio(p) for p in seen if (name := p.id) in {one for one, _ in self._rules}}
        self._receivers: dict[str, ReceiverCount] = {}
        self._errors, self._error = 0, ""
        self.known = KnownAlerts()
        self._merged = 0
        self._days: dict[str, Counter[Severity]] = {}
        self._hours: dict[str, list[int]] = {day: [0] * 24 for day in WEEK}

    def sees(self, happened: Happened) -> bool:
        """Tell whether an event is for the desk: another one's source is not."""
        owner = happened.past.desk or self._book.source_desks.get(happened.event.source)
        return may_see(self._desk, owner)

    def add(self, happened: Happened) -> None:
        """Count what came of one event."""
        if not self.sees(happened):
            return
        if happened.error:
            self._errors += 1
            self._error = self._error or f"{happened.past.event.id}: {happened.error}"
        matches = self._matches(happened)
        shown: set[tuple[str, str]] = set()
        for decision in happened.decisions:
            if decision.portfolio in self._portfolios:
                shown |= self._decision(happened, decision, matches.get(decision.portfolio, []))
        if happened.counted:
            self._beside(happened, [m for of in matches.values() for m in of if (m.portfolio, m.rule) not in shown])

    def _matches(self, happened: Happened) -> dict[str, list[Match]]:
        """Count the matches, and give them by portfolio."""
        matches: dict[str, list[Match]] = {}
        for match in happened.matches:
            if (match.portfolio, match.rule) in self._rules:
                matches.setdefault(match.portfolio, []).append(match)
                self._rules[match.portfolio, match.rule].matches += happened.counted
                self._portfolios[match.portfolio].matches += happened.counted
        return matches

    def _beside(self, happened: Happened, matches: Sequence[Match]) -> None:
        """Take what is no decision: samples of matches that gave no alert, rules that broke, near misses."""
        for match in matches:
            sampler = self._rules[match.portfolio, match.rule].of_matches
            sampler.add(self._sample(happened, match, None), loudness(match.severity))
        for failure in happened.failures:
            count = self._rules.get((failure.portfolio, failure.rule))
            if count is not None:
                count.failure = count.failure or failure.error
        for miss in happened.near:
            count = self._rules.get((miss.portfolio, miss.rule))
            if count is not None:
                count.near(miss.condition, self._near_sample(happened, miss), miss.held)

    def _decision(self, happened: Happened, decision: Decision, matches: Sequence[Match]) -> set[tuple[str, str]]:
        """Count what an event meant for one alert; gives the rules for which that is shown as a sample."""
        here = [match for match in matches if match.rule in decision.rules]
        if decision.reason == "merged_into":
            if happened.counted:
                self._merge(decision)
            return set()
        later = not here and self.known.get(decision.alert) is not None
        """A new revision for which the rules do not hold any more: a withdrawal, say."""
        if not decision.alert_revision or not (here or later):
            if happened.counted:
                for match in here:
                    self._rules[match.portfolio, match.rule].untold[decision.reason] += 1
            return set()
        at_ms = happened.past.at_ms
        known, new, joined = self.known.take(decision.alert, decision.portfolio, [m.rule for m in here], at_ms)
        if not happened.counted:
            return set()
        known.began |= new
        known.counted.update(joined)
        self._alert(happened, decision, here, new=new)
        shown: set[tuple[str, str]] = set()
        for match in here:
            count = self._rules[match.portfolio, match.rule]
            if match.rule in joined:
                count.alert(at_ms, raised=new)
                count.of_alerts.add(self._sample(happened, match, decision), loudness(match.severity))
                shown.add((match.portfolio, match.rule))
            else:
                count.updates += 1
            for answer in decision.receivers.values():
                what = told_as(answer)
                count.messages += what == "now"
                count.held += what in WAITS
                if what not in ("now", *WAITS):
                    count.untold[what] += 1
        return shown

    def _merge(self, decision: Decision) -> None:
        """Count an alert that another carries on, as far as it was counted as an alert: of all, and of its rules."""
        known = self.known.get(decision.alert)
        if known is None:
            return
        self._merged += known.began
        for rule in known.counted:
            self._rules[known.portfolio, rule].merged += 1

    def _alert(self, happened: Happened, decision: Decision, here: Sequence[Match], *, new: bool) -> None:
        of = self._portfolios[decision.portfolio]
        at_ms = happened.past.at_ms
        if new:
            severity = loudest([match.severity for match in here])
            of.alerts += 1
            of.days[utc_day(at_ms)] += 1
            of.severities[severity] += 1
            self._days.setdefault(utc_day(at_ms), Counter())[severity] += 1
            at = datetime.fromtimestamp(at_ms / 1000, UTC)
            self._hours[WEEK[at.weekday()]][at.hour] += 1
        else:
            of.updates += 1
        for receiver, answer in decision.receivers.items():
            one = self._receivers.setdefault(receiver, ReceiverCount())
            what = told_as(answer)
            if what == "now":
                one.messages += 1
                one.days[utc_day(at_ms)] += 1
            elif what in WAITS:
                one.held += 1
            else:
                one.untold[what] += 1

    # --- what clocks and people did -------------------------------------------------------------------------------

    def rang(self, rang: Rang) -> None:
        """Count what a clock or a person brought about."""
        record = rang.record
        if record.kind == "answer" and (said := self.known.answered(record)) is not None:
            known, before, now = said
            for rule in known.rules:
                count = self._rules.get((known.portfolio, rule))
                if count is not None:
                    count.useful += (now == "useful") - (before == "useful")
                    count.noise += (now == "noise") - (before == "noise")
        if not rang.counted or not self._sees_record(record.data):
            return
        if record.kind == "release":
            self._release(rang.at_ms, record.data)
        elif record.kind in ("timer", "answer"):
            for receiver, answer in _mapping(record.data.get("receivers")).items():
                if str(answer).startswith(DELIVERED):
                    one = self._receivers.setdefault(receiver, ReceiverCount())
                    one.reminders += 1
                    one.days[utc_day(rang.at_ms)] += 1

    def _release(self, at_ms: int, data: Mapping[str, Any]) -> None:
        receiver = data.get("receiver")
        if not isinstance(receiver, str) or not data.get("delivery"):
            return
        one = self._receivers.setdefault(receiver, ReceiverCount())
        one.digests += 1
        fates = _mapping(data.get("members")).values()
        one.listed += sum(str(fate).startswith(LISTED_IN) for fate in fates)
        one.days[utc_day(at_ms)] += 1

    def _sees_record(self, data: Mapping[str, Any]) -> bool:
        """Tell whether a record is about portfolios that are reported."""
        named = data.get("portfolios") or [data.get("portfolio")]
        return any(name in self._portfolios for name in named)

    # --- samples --------------------------------------------------------------------------------------------------

    def _sample(self, happened: Happened, match: Match, decision: Decision | None) -> Sample:
        return sample_of(happened.past.at_ms, happened.event, match, decision, labels=self._labels)

    def _near_sample(self, happened: Happened, miss: NearMiss) -> Sample:
        why = miss.because if may_quote(happened.event) else (miss.condition,)
        return sample_of(happened.past.at_ms, happened.event, labels=self._labels, why=why)

    # --- the end --------------------------------------------------------------------------------------------------

    def made(
        self,
        covered: Covered,
        since_ms: int | None = None,
        until_ms: int | None = None,
        skipped: Mapping[str, int] | None = None,
        differs: Mapping[str, int] | None = None,
        archive_ms: int | None = None,
    ) -> Summary:
        """Give the figures of the time; where it has no beginning or end, the first and the last event are these.
        Time before `archive_ms`, where the archive begins, is not counted.
        """
        begin = covered.begin(since_ms, archive_ms)
        end = max(until_ms if until_ms is not None else covered.last_ms + 1, begin + 1)
        days = (end - begin) / DAY_MS
        total = sum(one.alerts for one in self._portfolios.values())
        rules = [count.figures(max(days, 1.0), total) for count in self._rules.values()]
        rules.sort(key=lambda one: (-one.alerts, -one.matches, one.portfolio, one.rule))
        return Summary(
            rules_version=self._book.version,
            since=rfc3339(begin),
            until=rfc3339(end),
            days=round(days, 3),
            past=covered.figures(
                begin, end, skipped or {}, self._errors, self._error, self._near_every,
                later=since_ms not in (None, begin),
            ),
            matches=sum(one.matches for one in self._portfolios.values()),
            alerts=total,
            updates=sum(one.updates for one in self._portfolios.values()),
            merged=self._merged,
            rules=tuple(rules),
            portfolios=tuple(self._portfolio(one, rules) for one in self._portfolios.values()),
            receivers=tuple(one.figures(name) for name, one in sorted(self._receivers.items())),
            by_day={
                day: severities_first(self._days.get(day, Counter())) for day in days_between(begin, end)
            } if covered.events else {},
            by_hour=self._hours,
            differs=dict(differs or {}),
        )  # fmt: skip

    def _portfolio(self, one: _Portfolio, rules: Sequence[RuleFigures]) -> PortfolioFigures:
        own = [rule for rule in rules if rule.portfolio == one.portfolio.id]
        return PortfolioFigures(
            portfolio=one.portfolio.id, title=one.portfolio.title, desk=one.portfolio.desk, rules=len(own),
            silent=sum(not rule.matches for rule in own), matches=one.matches, alerts=one.alerts, updates=one.updates,
            days=dict(sorted(one.days.items())), severities=severities_first(one.severities),
        )  # fmt: skip


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
