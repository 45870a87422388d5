"""How a report says its numbers, wherever they stand. Pure.

A form makes one clean line of everything that a source or a user wrote first (`clean`), and escapes it for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from alertd.base.clock import parse_rfc3339
from alertd.base.wall_clock import local
from alertd.history.analytics.model import (
    AlertsOf,
    HoldingLine,
    NearLine,
    Percentiles,
    Report,
    StoryLine,
    Then,
    Tone,
    Volume,
)
from alertd.notify.clocks import day, zone_label
from alertd.notify.plain import counted, one_line
from alertd.text.written import tone_label

UNKNOWN = "–"
LEAST_TONE = 0.3
"""What charts of tone show at least, either way: up to half of it is neutral, and looks like that."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_TITLE = 160
_LABEL = 40
_NAMED_DAYS = 14
_SHOWN = 6
_LONGEST = 500
LEFT_OUT = {
    "baseline": "found by a source's first poll",
    "late": "came late, after an outage",
    "old": "older than a day when seen",
    "no_time": "steps without a time",
    "clock": "steps that ended before they began: the clocks do not agree",
    "held": "messages held on purpose",
}
"""Why something was not measured, in words."""


def clean(report: Report) -> Report:
    """Make one line of every text: no controls, no bidi tricks, whoever wrote it. JSON keeps what was written."""
    return msgspec.convert(_clean(msgspec.to_builtins(report)), Report)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return one_line(value, _LONGEST)
    if isinstance(value, list):
        return [_clean(one) for one in value]
    if isinstance(value, dict):
        return {key: _clean(one) for key, one in value.items()}
    return value


def title(report: Report) -> str:
    """Name the report: the portfolio and the time."""
    return f"{one_line(report.title, 80)}: {period(report)}"


def subject(report: Report) -> str:
    """Give the subject of a mail: short, the numbers that matter first."""
    known = [f"tone {signed(report.tone.now)}"] if report.tone.now is not None else []
    parts = [*known, counted(report.alerts.total, "alert"), stories(report.volume.stories)]
    return f"[{one_line(report.title, 60)}] {' · '.join(parts)} · {length(report)} to {_day(report, report.until)}"


def period(report: Report) -> str:
    """Say what time it is about: `22 Nov 07:00 to 29 Nov 07:00 EST`."""
    end = parse_rfc3339(report.until)
    return f"{moment(report, report.since)} to {moment(report, report.until)} {zone_label(end, _zone(report))}"


def length(report: Report) -> str:
    """Say how long it is: `7 days`, `36 hours`."""
    hours = round((parse_rfc3339(report.until) - parse_rfc3339(report.since)) / 3_600_000)
    return counted(round(hours / 24), "day") if hours >= 48 or hours == 24 else counted(hours, "hour")


def moment(report: Report, at: str) -> str:
    """Write a moment by the portfolio's clock: `29 Nov 07:00`."""
    there = local(parse_rfc3339(at), _zone(report))
    return f"{_day(report, at)} {there:%H:%M}"


def days(report: Report) -> list[str]:
    """Write the days of the report as an axis has them: `Mon 23 Nov`, of more than two weeks without the weekday."""
    found = [datetime.fromisoformat(one) for one in report.days]
    named = len(found) <= _NAMED_DAYS
    return [f"{_DAYS[at.weekday()]} {day(at, at)}" if named else day(at, at) for at in found]


def signed(value: float | None, digits: int = 2) -> str:
    """Write an index or a deviation with its sign; `–` if it is not known."""
    if value is None:
        return UNKNOWN
    text = f"{value:+.{digits}f}"
    return text if text.strip("+-0.") else f"{0:.{digits}f}"


def tone(value: float | None) -> str:
    """Write an index with its name: `+0.31 mildly positive`."""
    return "not known" if value is None else f"{signed(value)} {tone_label(value)}"


def tones(one: Tone) -> str:
    """Say how an index stands, and how it stood at the beginning, if that is known."""
    if one.before is None:
        return tone(one.now)
    return f"{tone(one.now)}, at the beginning {signed(one.before)}"


def portfolio_tone(report: Report) -> str:
    """Say how the portfolio's index stands, or why it has none."""
    return tones(report.tone) if report.holdings else "none: the portfolio holds nothing"


def deviation(volume: Volume) -> str:
    """Say how the last day stands against the time before."""
    if volume.z30 is None and volume.z90 is None:
        return "not known for 30 days yet"
    parts = [
        f"{signed(value, 1)} σ against {n} days"
        for value, n in ((volume.z30, 30), (volume.z90, 90))
        if value is not None
    ]
    return "last 24 hours " + ", ".join(parts)


def stories(number: int) -> str:
    """Write a number of stories."""
    return f"{number:,} {'story' if number == 1 else 'stories'}"


def volume(one: Volume) -> str:
    """Say how much news there was."""
    return f"{stories(one.stories)} in {counted(one.reports, 'report')}"


def alerts(one: AlertsOf) -> str:
    """Say how many alerts of which severity there were, and what became of them."""
    if not one.total:
        return "none"
    loud = ", ".join(f"{count} {severity}" for severity, count in one.by_severity.items())
    return f"{loud} · {one.told} told, {one.answered} answered"


def alerts_by_day(report: Report) -> list[float | None]:
    """Add up the alerts of each day."""
    layers = list(report.alerts.by_day.values())
    return [float(sum(layer[at] for layer in layers)) for at in range(len(report.days))]


def label(one: HoldingLine | NearLine | Then) -> str:
    """Name a holding."""
    return one_line(one.label, _LABEL)


def weight(one: HoldingLine | NearLine | Then) -> str:
    """Write a weight, or the band that stands for it; empty if it is not known or not for the reader."""
    return one.band if one.weight is None else f"{one.weight * 100:+.1f} %"


def held(one: HoldingLine | NearLine | Then) -> str:
    """Name a holding with its weight."""
    return " ".join(filter(None, (label(one), weight(one))))


def path(steps: Sequence[str]) -> str:
    """Say how a holding is near to what happened."""
    return one_line(", which ".join(steps[:3]), 160)


def headline(one: StoryLine | NearLine) -> str:
    """Give the title of a story; where none may be shown, that."""
    return one_line(one.title, _TITLE) or "(its headline is not for this reader)"


def about(report: Report, one: StoryLine) -> str:
    """Say of a story how often, by whom, when, and what of the portfolio it touched."""
    newest = moment(report, one.last_at)
    parts = [
        one_line(one.source, 64),
        f"{counted(one.sources, 'source')}, {counted(one.reports, 'report')}",
        counted(len(one.alerts), "alert") if one.alerts else "",
        f"tone {signed(one.tone)}" if one.tone is not None else "",
        f"since {moment(report, one.first_at)}" + (f", last {newest}" if one.reports > 1 else ""),
    ]
    return " · ".join(filter(None, parts))


def touched(one: StoryLine) -> str:
    """Name the holdings that a story touched, with the weights of then."""
    parts = [" ".join(filter(None, (held(then), path(then.path)))) for then in one.holdings[:_SHOWN]]
    more = len(one.holdings) - _SHOWN
    return " · ".join([*parts, *([f"{more} more"] if more > 0 else [])])


def took(ms: int | None) -> str:
    """Write how long something took, to two digits."""
    if ms is None:
        return UNKNOWN
    if ms < 1000:
        return f"{ms} ms"
    if ms < 120_000:
        return f"{ms / 1000:.1f} s" if ms < 10_000 else f"{ms / 1000:.0f} s"
    return f"{ms / 60_000:.0f} min" if ms < 7_200_000 else f"{ms / 3_600_000:.1f} h"


def percentiles(one: Percentiles) -> list[str]:
    """Write a count and three percentiles, as the cells of a row."""
    return [f"{one.count:,}", took(one.p50), took(one.p90), took(one.p99)]


def latency_rows(report: Report) -> list[list[str]]:
    """Give the rows of the table of latencies: what, count, p50, p90, p99. Of sources and receivers the busiest."""
    one = report.latency
    rows = [
        ["visible → seen", *percentiles(one.seen)],
        ["seen → decided", *percentiles(one.decided)],
        ["decided → delivered", *percentiles(one.delivered)],
        ["visible → delivered", *percentiles(one.whole)],
    ]
    rows += [[f"{one_line(s.source, _LABEL)}: visible → seen", *percentiles(s.seen)] for s in one.sources[:10]]
    rows += [
        [f"{one_line(r.receiver, _LABEL)}: decided → delivered", *percentiles(r.delivered)]
        for r in one.receivers[:10]
    ]
    return rows


def left_out(report: Report) -> str:
    """Say what was not measured, and why; empty if all was."""
    parts = [f"{count:,} {LEFT_OUT.get(why, why)}" for why, count in report.latency.left_out.items()]
    return f"Not measured: {'; '.join(parts)}." if parts else ""


def busy(report: Report) -> tuple[list[HoldingLine], list[HoldingLine]]:
    """Part the holdings: those with news or an index, and those of which there is nothing to say."""
    there: list[HoldingLine] = []
    quiet: list[HoldingLine] = []
    for one in report.holdings:
        (there if one.volume.reports or one.tone.now is not None or one.alerts else quiet).append(one)
    return there, quiet


def quiet_ones(them: Iterable[HoldingLine]) -> str:
    """Name the holdings without news; empty if there are none."""
    labels = [label(one) for one in them]
    if not labels:
        return ""
    more = len(labels) - 12
    return f"No news of {', '.join(labels[:12])}" + (f" and {more} more" if more > 0 else "") + "."


def precision(value: float | None, useful: int, noise: int) -> str:
    """Write how good a rule was, with how many opinions that rests on."""
    return UNKNOWN if value is None else f"{value:.0%} ({useful} of {useful + noise})"


def small_print(report: Report) -> list[str]:
    """Give what has to be known to read the numbers."""
    return [*report.notes, *filter(None, [left_out(report)])]


def _day(report: Report, at: str) -> str:
    zone = _zone(report)
    return day(local(parse_rfc3339(at), zone), local(parse_rfc3339(report.until), zone))


def _zone(report: Report) -> ZoneInfo:
    return ZoneInfo(report.timezone)
