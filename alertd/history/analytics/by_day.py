"""What happened in a time, told by day: event types and alerts. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from alertd.history.analytics.days import Days
from alertd.history.analytics.model import AlertsOf, RuleOf, TypeLine
from alertd.history.analytics.rows import Named, Raised
from alertd.model import SEVERITIES, Severity


def type_lines(named: Iterable[Named], types: Iterable[tuple[str, str]], days: Days, most: int) -> list[TypeLine]:
    """Give the event types of what names a holding, those of most stories first.

    A story counts once for each type, on the day of its first report that says so: forty reports are one story.
    """
    reports = {one.event: one for one in named}
    first: dict[tuple[str, str], int] = {}
    for event, kind in types:
        if (report := reports.get(event)) is not None:
            key = (kind, report.story)
            first[key] = min(first.get(key, report.at_ms), report.at_ms)
    lines: dict[str, list[int]] = {}
    for (kind, _), at in first.items():
        lines.setdefault(kind, [0] * len(days.dates))[days.of(at)] += 1
    made = [TypeLine(type=kind, stories=sum(counts), by_day=counts) for kind, counts in lines.items()]
    return sorted(made, key=lambda line: (-line.stories, line.type))[:most]


def alerts_of(raised: Iterable[Raised], days: Days) -> AlertsOf:
    """Count the alerts that were raised in the time; one that another carries on is counted there."""
    own = own_alerts(raised, days)
    by_day: dict[Severity, list[int]] = {}
    for severity in reversed(SEVERITIES):
        there = [days.of(one.first_ms) for one in own if one.severity == severity]
        if there:
            counts = Counter(there)
            by_day[severity] = [counts[day] for day in range(len(days.dates))]
    return AlertsOf(
        total=len(own),
        by_severity={severity: sum(counts) for severity, counts in by_day.items()},
        by_day=by_day,
        told=sum(one.told for one in own),
        answered=sum(one.answered for one in own),
    )


def own_alerts(raised: Iterable[Raised], days: Days) -> list[Raised]:
    """Give the alerts that were raised in the time and that no other carries on."""
    return [one for one in raised if one.merged_into is None and days.starts[0] <= one.first_ms < days.until_ms]


def rule_lines(alerts: Sequence[Raised], rules: Iterable[tuple[str, str]], titles: Mapping[str, str]) -> list[RuleOf]:
    """Give a line for each rule that held for one of the alerts: the rules with most noise first, then most alerts.

    `rules` are (alert, rule). An alert counts for each rule that held for it, and so do opinions of it.
    """
    known = {one.alert: one for one in alerts}
    held: dict[str, list[Raised]] = {}
    for alert, rule in rules:
        if alert in known:
            held.setdefault(rule, []).append(known[alert])
    lines = [_rule_line(rule, titles.get(rule, ""), them) for rule, them in held.items()]
    return sorted(lines, key=lambda line: (-line.noise, -line.alerts, line.rule))


def _rule_line(rule: str, title: str, alerts: Sequence[Raised]) -> RuleOf:
    useful, noise = sum(one.useful for one in alerts), sum(one.noise for one in alerts)
    return RuleOf(
        rule=rule,
        title=title,
        alerts=len(alerts),
        told=sum(one.told for one in alerts),
        useful=useful,
        noise=noise,
        precision=useful / (useful + noise) if useful + noise else None,
    )
