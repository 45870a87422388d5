"""A report as lines of text: for the terminal, and for the plain part of a mail. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alertd.history.analytics.model import HoldingLine, Report
from alertd.history.charts.text import bars as drawn_bars
from alertd.history.charts.text import sparkline
from alertd.history.charts.values import Bar
from alertd.history.report import words
from alertd.notify.email_text import wrapped

WIDTH = 100
_SPARK = 24


@dataclass(frozen=True, slots=True)
class TextForm:
    """How wide it may be, how many rows each part may have, and whether there are characters for charts."""

    width: int = WIDTH
    blocks: bool = True
    most: int = 1000


def report_lines(report: Report, form: TextForm) -> list[str]:
    """Write the report."""
    report = words.clean(report)
    parts = [
        _top(report, form),
        _holdings(report, form),
        _types(report, form),
        _stories(report, form),
        _near(report, form),
        _rules(report, form),
        _latency(report, form),
        _small(report, form),
    ]
    out: list[str] = []
    for part in parts:
        out += ["", *part] if part and out else part
    return out


def _top(report: Report, form: TextForm) -> list[str]:
    out = [*wrapped(words.title(report), 0, form.width), ""]
    lines: list[tuple[str, str, Sequence[float | None]]] = [
        ("Tone", words.portfolio_tone(report), report.tone.line),
        ("News", f"{words.volume(report.volume)}; {words.deviation(report.volume)}", report.volume.by_day),
        ("Alerts", f"{report.alerts.total}: {words.alerts(report.alerts)}", words.alerts_by_day(report)),
    ]
    for name, said, values in lines:
        first, *rest = wrapped(said, 8, form.width)
        out += [f"{name:<8}{first.strip()}", *rest]
        if len(report.days) > 1 and any(values):
            out.append(f"{'':8}{_spark(values, form, form.width - 8)}")
    return out


def _holdings(report: Report, form: TextForm) -> list[str]:
    there, quiet = words.busy(report)
    if not report.holdings:
        return []  # the notes say that it holds nothing
    rows = [_holding(one, form) for one in there[: form.most]]
    head = ["", "weight", "tone", "before", "over the time", "for you", "stories", "σ 30", "σ 90", "alerts"]
    out = ["Holdings", *_grid([head, *rows], left=(0, 4))] if rows else ["Holdings"]
    more = len(there) - form.most
    out += [f"  {more} more with news"] if more > 0 else []
    said = words.quiet_ones(quiet)
    return [*out, *(wrapped(said, 2, form.width) if said else [])]


def _holding(one: HoldingLine, form: TextForm) -> list[str]:
    volume = one.volume
    return [
        words.label(one),
        words.weight(one) or words.UNKNOWN,
        words.signed(one.tone.now),
        words.signed(one.tone.before),
        _spark(one.tone.line, form, _SPARK),
        words.signed(one.signed),
        f"{volume.stories:,}",
        words.signed(volume.z30, 1),
        words.signed(volume.z90, 1),
        f"{one.alerts}",
    ]


def _types(report: Report, form: TextForm) -> list[str]:
    if not report.types:
        return []
    shown = report.types[: form.most]
    drawn = drawn_bars(
        [Bar(one.type, one.stories) for one in shown], width=min(24, form.width // 4), blocks=form.blocks
    )
    sparks = [_spark(one.by_day, form, _SPARK) if len(report.days) > 1 else "" for one in shown]
    wide = max(len(line) for line in drawn)
    return [
        "Event types, in stories",
        *(f"  {line:<{wide}}  {spark}".rstrip() for line, spark in zip(drawn, sparks, strict=True)),
    ]


def _stories(report: Report, form: TextForm) -> list[str]:
    if not report.stories:
        return ["Top stories", "  none in this time"]
    out = ["Top stories"]
    for at, one in enumerate(report.stories[: form.most], 1):
        mark = f"{one.severity.upper()} " if one.severity else ""
        first, *rest = wrapped(f"{mark}{words.headline(one)}", 5, form.width)
        out += [f"{at:>3}. {first.strip()}", *rest, *wrapped(words.about(report, one), 5, form.width)]
        out += wrapped(words.touched(one), 5, form.width) if one.holdings else []
    return out


def _near(report: Report, form: TextForm) -> list[str]:
    if not report.near:
        return []
    out = ["Near to the news, not in it"]
    for one in report.near[: form.most]:
        said = f"{words.held(one)} {words.path(one.path)}: {words.stories(one.stories)}, last {words.headline(one)}"
        first, *rest = wrapped(said, 4, form.width)
        out += [first[2:], *rest]
    return out


def _rules(report: Report, form: TextForm) -> list[str]:
    if not report.rules:
        return []
    rows = [
        [one.rule, f"{one.alerts}", f"{one.told}", f"{one.useful}", f"{one.noise}",
         words.precision(one.precision, one.useful, one.noise)]
        for one in report.rules[: form.most]
    ]  # fmt: skip
    return ["Rules", *_grid([["", "alerts", "told", "useful", "noise", "precision"], *rows], left=(0,))]


def _latency(report: Report, form: TextForm) -> list[str]:
    one = report.latency
    if not any(part.count for part in (one.seen, one.decided, one.delivered)):
        return []
    head = ["", "measured", "half within", "90 % within", "99 % within"]
    return ["How fast", *_grid([head, *words.latency_rows(report)[: form.most]], left=(0,))]


def _small(report: Report, form: TextForm) -> list[str]:
    return [line for text in words.small_print(report) for line in wrapped(text, 0, form.width)]


def _spark(values: Sequence[float | None], form: TextForm, most: int) -> str:
    return sparkline(values, blocks=form.blocks, most=min(most, 60))


def _grid(rows: Sequence[Sequence[str]], left: tuple[int, ...]) -> list[str]:
    """Align cells: numbers to the right, columns without anything left out."""
    used = [at for at in range(len(rows[0])) if at == 0 or any(row[at].strip() for row in rows[1:])]
    wide = {at: max(len(row[at]) for row in rows) for at in used}
    lines = []
    for row in rows:
        cells = [f"{row[at]:<{wide[at]}}" if at in left else f"{row[at]:>{wide[at]}}" for at in used]
        lines.append("  " + "  ".join(cells).rstrip())
    return lines
