"""Two versions of the rules over the same past: what the one finds and the other does not, and why. Pure.

    Happened of both, event by event -> Comparing -> Comparison

A match of the one is the same as one of the other if it is of the same rule (`formerly` included) and the same
revision of an event. Samples say why the rule does not hold by the other version.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from alertd.history.backtest.figures import (
    Comparison,
    ReceiverDifference,
    RuleDifference,
    RuleFigures,
    Sample,
    Summary,
)
from alertd.history.backtest.happened import Happened, Rang
from alertd.history.backtest.names import Key, Named
from alertd.history.backtest.samples import Sampler, loudness, sample_of, told_as
from alertd.history.backtest.summary import Wanted
from alertd.model import Decision, Event, Match
from alertd.rules.book import RuleBook
from alertd.rules.walls import may_see

REMEMBERED = 50_000
"""Alerts behind lost matches that are remembered for what people say of them."""


@dataclass(slots=True)
class _Found:
    """A match with what it was found in."""

    match: Match
    event: Event
    at_ms: int
    decision: Decision | None


@dataclass(slots=True)
class _Rule:
    """What differs of one rule."""

    added_samples: Sampler[tuple[_Found, Event]]
    lost_samples: Sampler[tuple[_Found, Event]]
    changed_samples: Sampler[Sample]
    same: int = 0
    added: int = 0
    lost: int = 0
    changed: int = 0
    lost_useful: int = 0
    changes: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Lost:
    """An alert of the other version in which a match is lost."""

    rules: set[Key] = field(default_factory=set)
    useful: set[str] = field(default_factory=set)
    """Who called it so, and has not called it noise since."""


class Comparing:
    """Compares, event by event. `new` are the rules in question, `old` those that they are compared with."""

    def __init__(
        self,
        new: RuleBook,
        old: RuleBook,
        *,
        samples: int = 3,
        desk: str | None = None,
        wanted: Wanted = lambda portfolio, rule: True,
    ) -> None:
        self._new, self._old = Named(new), Named(old)
        self._samples = samples
        self._desk = desk
        self._wanted = wanted
        keys = dict.fromkeys([*self._new.keys, *self._old.keys])
        self._rules = {key: self._fresh() for key in keys if self._is_seen(key)}
        self._told = 0
        self._told_samples: Sampler[Sample] = Sampler(samples)
        self._lost: OrderedDict[str, _Lost] = OrderedDict()

    def _fresh(self) -> _Rule:
        return _Rule(Sampler(self._samples), Sampler(self._samples), Sampler(self._samples))

    def _is_seen(self, key: Key) -> bool:
        there = [found for side in (self._new, self._old) if (found := side.find(key)) is not None]
        if not all(may_see(self._desk, portfolio.desk) for portfolio, _ in there):
            return False
        return any(self._wanted(portfolio, rule.id) for portfolio, rule in there)

    def add(self, new: Happened | None, old: Happened | None) -> None:
        """Compare what came of one event; None: nothing by that version."""
        one = new or old
        if one is None or not one.counted or not may_see(self._desk, one.past.desk):
            return
        now, before = dict(self._found(self._new, new)), dict(self._found(self._old, old))
        differ: set[str] = set()
        for key in dict.fromkeys([*now, *before]):
            if self._one(key, now.get(key), before.get(key), _event(old, new), _event(new, old)):
                differ.add(key.portfolio)
        if new is not None and old is not None:
            self._telling(new, old, {key.portfolio for key in now} - differ)

    def _found(self, side: Named, happened: Happened | None) -> Iterator[tuple[Key, _Found]]:
        if happened is None:
            return
        decisions = {(one.portfolio, rule): one for one in happened.decisions for rule in one.rules}
        for match in happened.matches:
            key = side.key(match.portfolio, match.rule)
            if key in self._rules:
                decision = decisions.get((match.portfolio, match.rule))
                yield key, _Found(match, happened.event, happened.past.at_ms, decision)

    def _one(self, key: Key, now: _Found | None, before: _Found | None, as_old: Event, as_new: Event) -> bool:
        """Compare the matches of one rule; tells whether they differ. `as_old`: the event as the others read it."""
        count = self._rules[key]
        if now is not None and before is not None:
            changed = self._changes(now.match, before.match)
            if not changed:
                count.same += 1
                return False
            count.changed += 1
            count.changes.update(changed.keys())
            sample = self._sample(now, self._new, [f"{what}: {text}" for what, text in changed.items()])
            count.changed_samples.add(sample, loudness(now.match.severity))
        elif now is not None:
            count.added += 1
            count.added_samples.add((now, as_old), loudness(now.match.severity))
        elif before is not None:
            count.lost += 1
            count.lost_samples.add((before, as_new), loudness(before.match.severity))
            if before.decision is not None and before.decision.alert_revision:
                lost = self._lost.setdefault(before.decision.alert, _Lost())
                count.lost_useful += bool(lost.useful) and key not in lost.rules
                lost.rules.add(key)
                if len(self._lost) > REMEMBERED:
                    self._lost.popitem(last=False)
        return True

    def _changes(self, now: Match, before: Match) -> dict[str, str]:
        """Say what of a match is another by the two versions, in words."""
        found: dict[str, str] = {}
        if now.severity != before.severity:
            found["severity"] = f"{before.severity} → {now.severity}"
        to, was = (_receivers(side, one) for side, one in ((self._new, now), (self._old, before)))
        if to != was:
            found["receivers"] = f"{', '.join(sorted(was)) or 'nobody'} → {', '.join(sorted(to)) or 'nobody'}"
        if now.experimental != before.experimental:
            found["status"] = "live → experimental" if now.experimental else "experimental → live"
        if set(now.companies) != set(before.companies) or now.company != before.company:
            found["company"] = f"{self._labels(self._old, before)} → {self._labels(self._new, now)}"
        if now.subject != before.subject:
            found["subject"] = "the alert is about something else"
        if [one.quote for one in now.evidence] != [one.quote for one in before.evidence] or now.path != before.path:
            found["evidence"] = f"{len(before.evidence)} → {len(now.evidence)} passages"
        return found

    def _labels(self, side: Named, match: Match) -> str:
        return ", ".join(side.book.labels.get(one, one) for one in match.companies[:5]) or "no company"

    def _telling(self, new: Happened, old: Happened, same: set[str]) -> None:
        """Compare who was told of portfolios whose matches are the same."""
        now, before = _told(self._new, new), _told(self._old, old)
        for portfolio in sorted(same):
            if now.get(portfolio) != before.get(portfolio):
                self._told += 1
                why = [f"{_words(before.get(portfolio))} → {_words(now.get(portfolio))}"]
                match = next(m for m in new.matches if self._new.first_id(m.portfolio) == portfolio)
                found = _Found(match, new.event, new.past.at_ms, None)
                self._told_samples.add(self._sample(found, self._new, why), loudness(match.severity))

    def rang(self, old: Rang) -> None:
        """Take what a person said of an alert of the other version; the last word counts."""
        record = old.record
        lost = self._lost.get(record.ids[0]) if record.kind == "answer" and record.ids else None
        if lost is None or record.reason not in ("useful", "noise"):
            return
        before, who = bool(lost.useful), {str(record.data.get("who", ""))}
        lost.useful = lost.useful | who if record.reason == "useful" else lost.useful - who
        for key in lost.rules:
            self._rules[key].lost_useful += bool(lost.useful) - before

    # --- the end --------------------------------------------------------------------------------------------------

    def made(self, against: str, summary: Summary, before: Summary) -> Comparison:
        """Give the comparison; the summaries are those of both versions over the same time."""
        alerts = _alerts(self._new, summary.rules), _alerts(self._old, before.rules)
        rules = [self._figures(key, count, *alerts) for key, count in self._rules.items()]
        differ = [one for one in rules if one.added or one.lost or one.changed or one.is_new or one.is_gone]
        differ.sort(key=lambda one: (-(one.added + one.lost), -one.changed, one.portfolio, one.rule))
        counts = self._rules.values()
        return Comparison(
            against=against,
            version_before=before.rules_version,
            same=sum(one.same for one in counts),
            added=sum(one.added for one in counts),
            lost=sum(one.lost for one in counts),
            changed=sum(one.changed for one in counts),
            alerts=summary.alerts,
            alerts_before=before.alerts,
            told_otherwise=self._told,
            told_samples=tuple(self._told_samples.chosen()),
            rules=tuple(differ),
            receivers=tuple(_receiver_differences(summary, before)),
            by_day=_by_day(summary, before),
        )

    def _figures(
        self, key: Key, count: _Rule, alerts: Mapping[Key, int], alerts_before: Mapping[Key, int]
    ) -> RuleDifference:
        now, before = self._new.find(key), self._old.find(key)
        portfolio, rule = now or before or (None, None)
        assert portfolio is not None and rule is not None
        was = f"{before[0].id}/{before[1].id}" if before is not None else ""
        return RuleDifference(
            portfolio=portfolio.id,
            rule=rule.id,
            was=was if was != f"{portfolio.id}/{rule.id}" else "",
            title=rule.title,
            is_new=before is None,
            is_gone=now is None,
            edited=now is not None and before is not None and now[1].hash != before[1].hash,
            same=count.same,
            added=count.added,
            lost=count.lost,
            changed=count.changed,
            changes=dict(count.changes.most_common()),
            alerts=alerts.get(key, 0),
            alerts_before=alerts_before.get(key, 0),
            lost_useful=count.lost_useful,
            added_samples=tuple(
                self._sample(found, self._new, self._old.why_not(key, event))
                for found, event in count.added_samples.chosen()
            ),
            lost_samples=tuple(
                self._sample(found, self._old, self._new.why_not(key, event))
                for found, event in count.lost_samples.chosen()
            ),
            changed_samples=tuple(count.changed_samples.chosen()),
        )

    def _sample(self, found: _Found, side: Named, why: list[str] | tuple[str, ...]) -> Sample:
        return sample_of(found.at_ms, found.event, found.match, found.decision, labels=side.book.labels, why=why)


def _event(one: Happened | None, other: Happened | None) -> Event:
    """Give an event as one version read it; as the other did, where nothing came of it by that one."""
    found = one or other
    assert found is not None
    return found.event


def _receivers(side: Named, match: Match) -> frozenset[str]:
    return frozenset(match.receivers or side.receivers(match.portfolio))


def _told(side: Named, happened: Happened) -> dict[str, dict[str, str]]:
    """Give for each portfolio, by its first id, what receivers are told."""
    told: dict[str, dict[str, str]] = {}
    for one in happened.decisions:
        answers = {receiver: told_as(answer) for receiver, answer in one.receivers.items()}
        told.setdefault(side.first_id(one.portfolio), {}).update(answers)
    return told


def _words(told: Mapping[str, str] | None) -> str:
    return ", ".join(f"{receiver} {what}" for receiver, what in sorted((told or {}).items())) or "nobody"


def _alerts(side: Named, rules: tuple[RuleFigures, ...]) -> dict[Key, int]:
    return {side.key(one.portfolio, one.rule): one.alerts for one in rules}


def _receiver_differences(summary: Summary, before: Summary) -> Iterator[ReceiverDifference]:
    now = {one.receiver: one.messages + one.digests + one.reminders for one in summary.receivers}
    was = {one.receiver: one.messages + one.digests + one.reminders for one in before.receivers}
    for name in sorted(now | was):
        yield ReceiverDifference(receiver=name, messages=now.get(name, 0), before=was.get(name, 0))


def _by_day(summary: Summary, before: Summary) -> dict[str, tuple[int, int]]:
    days = sorted(summary.by_day | before.by_day)
    return {
        day: (sum(summary.by_day.get(day, {}).values()), sum(before.by_day.get(day, {}).values())) for day in days
    }
