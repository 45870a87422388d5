"""A backtest as one page that stands alone: charts, tables, samples, differences. Pure.

What events say is text and stays text: everything goes through `base.html`, and addresses only become links if they
are of the web.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from alertd.base.html import Html, element, joined
from alertd.history.backtest import report_words as words
from alertd.history.backtest.expectations import Verdict
from alertd.history.backtest.figures import Comparison, Heading, RuleFigures, Summary
from alertd.history.backtest.report_differences import differences
from alertd.history.backtest.report_samples import samples_of
from alertd.history.charts.heat import heat
from alertd.history.charts.page import Figure, figures, folded, page, section
from alertd.history.charts.svg import day_bars, level_bars, sparkline
from alertd.history.charts.tables import table
from alertd.history.charts.values import Bar, Series
from alertd.model import SEVERITIES

MOST_BARS = 20
"""Rules that are drawn; the table has more."""
MOST_RULES = 300
"""Rows of the table of rules."""
MOST_SAMPLED = 60
"""Rules of which samples are shown."""


def report(summary: Summary, comparison: Comparison | None, verdicts: Sequence[Verdict], heading: Heading) -> str:
    """Write the page."""
    parts = [_figures(summary, comparison, verdicts)]
    parts += _whole(summary, heading)
    parts += [_expected(verdicts)] if verdicts else []
    parts += differences(comparison) if comparison is not None else []
    parts += [_time(summary), *_rules(summary), *_receivers(summary), *_samples(summary), *_near(summary)]
    small = [f"made {heading.made[:16].replace('T', ' ')} UTC by alertd from {', '.join(heading.events)}"]
    small += [f"rules version {summary.rules_version}; days and hours are UTC"]
    title = f"Backtest of {heading.rules}" + (f" against {heading.against}" if heading.against else "")
    return page(title, *parts, lead=words.span(summary), small=small)


def _figures(summary: Summary, comparison: Comparison | None, verdicts: Sequence[Verdict]) -> Html:
    per_day = summary.alerts / max(summary.days, 1.0)
    shown = [Figure("alerts", f"{summary.alerts:,}", f"{per_day:.1f} a day")]
    if comparison is not None:
        shown.append(Figure("alerts before", f"{comparison.alerts_before:,}"))
        shown += [Figure("added", f"{comparison.added:,}"), Figure("lost", f"{comparison.lost:,}")]
        shown.append(Figure("changed", f"{comparison.changed:,}", f"{comparison.same:,} the same"))
    shown.append(Figure("events", f"{summary.past.events:,}", f"{summary.matches:,} matches"))
    silent = len(summary.silent)
    shown.append(Figure("rules that never held", f"{silent:,}", f"of {len(summary.rules):,}"))
    if verdicts:
        failed = sum(not one.passed for one in verdicts)
        shown.append(Figure("expectations", "met" if not failed else f"{failed:,} failed", f"of {len(verdicts):,}"))
    return figures(*shown)


def _whole(summary: Summary, heading: Heading) -> Iterator[Html]:
    holes, how = list(words.holes(summary.past)), list(words.how(heading, summary))
    if holes:
        yield section("What is missing of the past", _list(holes))
    if how:
        yield element("p", "; ".join(how), class_="note")


def _expected(verdicts: Sequence[Verdict]) -> Html:
    failed = [one for one in verdicts if not one.passed]
    rows = [(one.about, one.name, one.got, "met" if one.passed else "failed") for one in [*failed, *verdicts]]
    rows = list(dict.fromkeys(rows))
    return section("Expectations", table(("About", "Expected", "Got", ""), rows))


def _time(summary: Summary) -> Html:
    days = list(summary.by_day)
    labels = [f"{date.fromisoformat(day):%b %d}" for day in days]
    layers = [
        Series(name, [summary.by_day[day].get(name, 0) for day in days], name)
        for name in reversed(SEVERITIES)
        if any(name in counts for counts in summary.by_day.values())
    ]
    hours = [f"{hour:02}:00" for hour in range(24)]
    rows = [Series(day, counts) for day, counts in summary.by_hour.items()]
    empty = not summary.alerts
    return section(
        "Alerts over time",
        day_bars("Alerts raised by day", "alerts", labels, layers),
        *([] if empty else [heat("Alerts raised by hour of the week, UTC", "alerts", hours, rows)]),
    )


def _rules(summary: Summary) -> Iterator[Html]:
    fired = summary.noisiest
    days = list(summary.by_day)
    parts: list[str] = []
    if fired:
        bars = [Bar(f"{r.portfolio}/{r.rule}", r.alerts, f"{r.per_day:.1f} a day") for r in fired[:MOST_BARS]]
        parts.append(level_bars("The noisiest rules", "alerts", bars))
    held = [rule for rule in summary.rules if rule.matches]
    if held:
        columns = (
            "Rule",
            "Matches",
            "Alerts",
            "A day",
            "95th day",
            "In an hour",
            "Messages",
            "Useful",
            "Share",
            "By day",
        )
        rows = [_row(rule, days) for rule in held[:MOST_RULES]]
        parts.append(table(columns, rows, numbers=range(1, 9), caption="What each rule brought"))
    if len(held) > MOST_RULES:
        parts.append(f"and {len(held) - MOST_RULES} more rules")
    over = list(words.over_budget(summary))
    parts += [element("h3", "Over budget"), _list(over)] if over else []
    broken = [f"{r.portfolio}/{r.rule} raised {r.failure}" for r in summary.rules if r.failure]
    parts += [element("h3", "Switched off"), _list(broken)] if broken else []
    if summary.silent:
        named = [f"{one.portfolio}/{one.rule}: {one.title}" for one in summary.silent[:MOST_RULES]]
        parts.append(folded(f"{words.counted(len(summary.silent), 'rule')} never held", _list(named)))
    yield section("Rules", *(parts or ["There are none."]))


def _row(rule: RuleFigures, days: Sequence[str]) -> list[str]:
    line = sparkline(f"{rule.portfolio}/{rule.rule} by day", [float(rule.days.get(day, 0)) for day in days])
    return [
        f"{rule.portfolio}/{rule.rule}", f"{rule.matches:,}", words.alerts(rule), f"{rule.per_day:.1f}",
        str(rule.p95), str(rule.burst), f"{rule.messages:,}", words.precision(rule), words.share(rule.share),
        line if rule.days else "–",
    ]  # fmt: skip


def _receivers(summary: Summary) -> Iterator[Html]:
    if not summary.receivers:
        return
    rows = [
        (one.receiver, f"{one.messages:,}", f"{one.digests:,}", f"{one.listed:,}", f"{one.reminders:,}",
         ", ".join(f"{why} {count:,}" for why, count in one.untold.items()) or "–")
        for one in summary.receivers
    ]  # fmt: skip
    head = ("Receiver", "Messages", "Digests", "Alerts in them", "Reminders", "Not told")
    portfolios = [
        (one.portfolio, f"{one.alerts:,}", f"{one.updates:,}", f"{one.matches:,}", f"{one.silent} of {one.rules}")
        for one in sorted(summary.portfolios, key=lambda one: -one.alerts)[:MOST_RULES]
    ]
    yield section(
        "Who would have been told",
        table(head, rows, numbers=range(1, 5)),
        element("h3", "Portfolios"),
        table(
            ("Portfolio", "Alerts", "Updates", "Matches", "Rules that never held"), portfolios, numbers=range(1, 5)
        ),
    )


def _samples(summary: Summary) -> Iterator[Html]:
    rules = [rule for rule in summary.rules if rule.samples][:MOST_SAMPLED]
    if rules:
        parts = [
            folded(f"{one.portfolio}/{one.rule}: {one.title}", samples_of(one.samples), is_open=at == 0)
            for at, one in enumerate(rules)
        ]
        yield section("Samples", *parts, note="The first, the loudest, and others spread over the time.")


def _near(summary: Summary) -> Iterator[Html]:
    found = sorted(((rule, near) for rule in summary.rules for near in rule.near), key=lambda one: -one[1].events)
    if not found:
        return
    parts = [
        folded(
            f"{near.events:,} × {rule.portfolio}/{rule.rule}: {near.condition}",
            samples_of(near.samples),
        )
        for rule, near in found[:MOST_SAMPLED]
    ]
    yield section("Nearly held", *parts, note="Events for which one condition of the rule failed, and no other.")


def _list(lines: Sequence[str]) -> Html:
    return element("ul", *(element("li", joined(line)) for line in lines))
