"""What two versions of the rules find differently, on the page. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from alertd.base.html import Html, element
from alertd.history.backtest import report_words as words
from alertd.history.backtest.figures import Comparison, RuleDifference
from alertd.history.backtest.report_samples import samples_of
from alertd.history.charts.page import folded, section
from alertd.history.charts.svg import level_bars, lines
from alertd.history.charts.tables import table
from alertd.history.charts.values import Bar, Series

MOST = 100
"""Rules that are listed."""
DRAWN = 20


def differences(made: Comparison) -> Iterator[Html]:
    """Write what differs: by day, by rule, with samples."""
    days = list(made.by_day)
    labels = [f"{date.fromisoformat(day):%b %d}" for day in days]
    both = [
        Series("these rules", [made.by_day[day][0] for day in days]),
        Series(made.against, [made.by_day[day][1] for day in days]),
    ]
    parts: list[str] = [words.differences(made)]
    if made.told_otherwise:
        parts.append(f"{words.counted(made.told_otherwise, 'event')} of which others are told, or otherwise.")
        parts.append(folded("Samples of these", samples_of(made.told_samples)))
    if len(days) > 1:
        parts.append(lines("Alerts raised by day", "alerts", labels, both))
    if made.rules:
        drawn = [Bar(words.called(r), r.alerts - r.alerts_before) for r in made.rules[:DRAWN]]
        if any(bar.value for bar in drawn):
            parts.append(level_bars("More or fewer alerts", "alerts", drawn, signed=True))
        columns = ("Rule", "Added", "Lost", "Changed", "Same", "Alerts before", "Alerts")
        rows = [_row(rule) for rule in made.rules[:MOST]]
        parts.append(table(columns, rows, numbers=range(1, 7), caption="Matches of the rules that differ"))
    changed = [one for one in made.receivers if one.messages != one.before]
    if changed:
        rows = [[one.receiver, f"{one.before:,}", f"{one.messages:,}"] for one in changed]
        parts.append(table(("Receiver", "Messages before", "Messages"), rows, numbers=(1, 2)))
    yield section(f"Against {made.against}", *parts)
    shown = [rule for rule in made.rules if rule.added_samples or rule.lost_samples or rule.changed_samples]
    if shown:
        yield section(
            "What differs, by example", *(_example(rule, is_open=at == 0) for at, rule in enumerate(shown[:MOST]))
        )


def _example(rule: RuleDifference, *, is_open: bool) -> Html:
    parts: list[str] = []
    for kind, count, samples in (
        ("Added", rule.added, rule.added_samples),
        ("Lost", rule.lost, rule.lost_samples),
        ("Changed", rule.changed, rule.changed_samples),
    ):
        if samples:
            parts += [element("h3", f"{kind}: {count:,}"), samples_of(samples)]
    if rule.lost_useful:
        parts.append(f"People called {rule.lost_useful:,} of the lost ones useful.")
    return folded(f"{words.called(rule)}: {rule.title}", *parts, is_open=is_open)


def _row(rule: RuleDifference) -> list[str]:
    counts = (rule.added, rule.lost, rule.changed, rule.same, rule.alerts_before, rule.alerts)
    return [words.called(rule), *(f"{count:,}" for count in counts)]
