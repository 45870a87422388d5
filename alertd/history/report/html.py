"""A report as one self-contained page: charts, tables, nothing fetched from anywhere. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from alertd.base.html import Html, element
from alertd.history.analytics.model import HoldingLine, NearLine, Report, StoryLine
from alertd.history.charts.heat import heat
from alertd.history.charts.page import Figure, badge, figures, link, page, section
from alertd.history.charts.svg import day_bars, level_bars, lines, sparkline
from alertd.history.charts.tables import table
from alertd.history.charts.values import Bar, Look, Series
from alertd.history.report import words

_LINES = 6
"""Holdings that have a line of their own in the chart of tones: more cannot be told apart."""
_ROWS = 30


def report_page(report: Report) -> str:
    """Write the page."""
    report = words.clean(report)
    return page(words.title(report), *_sections(report), lead=_lead(report), small=words.small_print(report))


def _lead(report: Report) -> str:
    as_of = f" Positions as of {report.holdings_as_of}." if report.holdings_as_of else ""
    return f"What the news about {len(report.holdings)} holdings has been doing in {words.length(report)}.{as_of}"


def _sections(report: Report) -> Iterator[Html]:
    yield _figures(report)
    yield section("Tone", *_tone(report), note=_TONE_NOTE)
    yield section("News", *_news(report), note=_NEWS_NOTE)
    yield section("Stories that mattered", *[_story(report, one) for one in report.stories], *_none(report.stories))
    if report.near:
        yield section("Near to the news, not in it", _near(report), note=_NEAR_NOTE)
    yield section("Alerts", *_alerts(report))
    yield section("How fast", *_latency(report), note=_LATENCY_NOTE)


_TONE_NOTE = (
    "The sentiment index, from -1 to 1: the mean tone of a company's stories of 30 days, the younger and surer ones "
    "counting more. “For you” turns its sign round for a short. The portfolio's is the mean of these, by weight."
)
_NEWS_NOTE = (
    "Stories count, not reports: forty reports of one story are one, on the day of the first. σ is how many standard "
    "deviations the stories of the last 24 hours lie above what was usual in 30 and in 90 days."
)
_NEAR_NOTE = (
    "Holdings that the reports do not name, and the declared relation by which they are near to who is named."
)
_LATENCY_NOTE = (
    "Of what came live. Half of it took no longer than the first figure, 99 of 100 no longer than the last."
)


def _figures(report: Report) -> Html:
    volume, alerts = report.volume, report.alerts
    return figures(
        Figure("tone of the portfolio", words.signed(report.tone.now), f"was {words.signed(report.tone.before)}"),
        Figure("stories", f"{volume.stories:,}", f"{volume.reports:,} reports"),
        Figure(
            "last 24 hours, 30 days",
            f"{words.signed(volume.z30, 1)} σ",
            f"{words.signed(volume.z90, 1)} σ on 90 days",
        ),
        Figure("alerts", f"{alerts.total:,}", f"{alerts.told:,} told, {alerts.answered:,} answered"),
    )


def _tone(report: Report) -> Iterator[Html | str]:
    if not report.holdings:
        yield f"There is {words.portfolio_tone(report)}."
    days = words.days(report)
    there, quiet = words.busy(report)
    if len(days) > 1 and any(value is not None for value in report.tone.line):
        yield lines(
            "Tone of the portfolio",
            "-1 to 1",
            days,
            [Series("signed by position", report.tone.line)],
            least=words.LEAST_TONE,
        )
    loudest = [one for one in there if any(value is not None for value in one.tone.line)][:_LINES]
    if len(days) > 1 and loudest:
        named = [Series(words.label(one), one.tone.line) for one in loudest]
        yield lines("Tone of the largest holdings", "-1 to 1, as written", days, named, least=words.LEAST_TONE)
    known = sorted((one for one in there if one.signed is not None), key=lambda one: -(one.signed or 0.0))[:_ROWS]
    if known:
        bars = [Bar(words.held(one), one.signed) for one in known]
        yield level_bars(
            "What it is for you, by holding", "-1 to 1, signed by position", bars, signed=True, least=words.LEAST_TONE
        )
    if said := words.quiet_ones(quiet):
        yield said


def _news(report: Report) -> Iterator[Html | str]:
    days = words.days(report)
    there, _ = words.busy(report)
    yield day_bars("Stories by day", "stories that began", days, [Series("stories", report.volume.by_day)])
    if there:
        yield table(
            ["Holding", "Weight", "Tone", "Over the time", "For you", "Stories", "Reports", "σ 30", "σ 90", "Alerts"],
            [_holding(one) for one in there],
            numbers=(1, 2, 4, 5, 6, 7, 8, 9),
            caption="Holdings in the news",
        )
    if report.types:
        rows = [Series(one.type, one.by_day) for one in report.types[:_ROWS]]
        yield heat("Event types", "stories that reported it", days, rows)


def _holding(one: HoldingLine) -> list[str]:
    volume = one.volume
    return [
        words.label(one),
        words.weight(one) or words.UNKNOWN,
        words.signed(one.tone.now),
        sparkline(f"tone of {words.label(one)}", one.tone.line),
        words.signed(one.signed),
        f"{volume.stories:,}",
        f"{volume.reports:,}",
        words.signed(volume.z30, 1),
        words.signed(volume.z90, 1),
        f"{one.alerts:,}",
    ]


def _story(report: Report, one: StoryLine) -> Html:
    head = [badge(one.severity.upper(), one.severity)] if one.severity is not None else []
    parts = [element("p", *head, link(words.headline(one), one.url), style="margin-bottom:0")]
    parts.append(element("p", words.about(report, one), class_="note", style="margin:0"))
    if one.holdings:
        parts.append(element("p", words.touched(one), class_="note", style="margin:0"))
    return element("div", *parts)


def _none(stories: list[StoryLine]) -> list[str]:
    return [] if stories else ["None in this time."]


def _near(report: Report) -> Html:
    def row(one: NearLine) -> list[str]:
        last = words.moment(report, one.last_at)
        return [words.held(one), words.path(one.path), f"{one.stories:,}", last, words.headline(one)]

    head = ["Holding", "How it is near", "Stories", "Last", "The newest"]
    return table(head, [row(one) for one in report.near], numbers=(2,), caption="Second-order exposures")


def _alerts(report: Report) -> Iterator[Html | str]:
    layers = [Series(name, counts, _look(name)) for name, counts in report.alerts.by_day.items()]
    yield day_bars("Alerts by day", "alerts that were raised", words.days(report), layers)
    if report.rules:
        yield table(
            ["Rule", "What it is", "Alerts", "Told", "Useful", "Noise", "Precision"],
            [
                [one.rule, one.title, f"{one.alerts}", f"{one.told}", f"{one.useful}", f"{one.noise}",
                 words.precision(one.precision, one.useful, one.noise)]
                for one in report.rules
            ],
            numbers=(2, 3, 4, 5, 6),
            caption="What each rule brought, and what people thought of it",
        )  # fmt: skip


def _latency(report: Report) -> Iterator[Html | str]:
    head = ["", "Measured", "50 %", "90 %", "99 %"]
    yield table(head, words.latency_rows(report), numbers=(1, 2, 3, 4), caption="From the world to a person")


def _look(severity: str) -> Look:
    looks: dict[str, Look] = {"critical": "critical", "high": "high", "medium": "medium", "low": "low"}
    return looks.get(severity, "info")
