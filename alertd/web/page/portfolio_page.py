"""One portfolio, from what happened last to whom it tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alertd.alerts.rows import row as alert_row
from alertd.asking.outlook import Coming, in_words
from alertd.asking.portfolio_names import PortfolioName
from alertd.base.clock import rfc3339, to_datetime
from alertd.base.html import Html, element, joined
from alertd.history.analytics.model import HoldingLine, Report, StoryLine
from alertd.history.charts.svg import day_bars, lines, sparkline
from alertd.history.charts.values import Look, Series
from alertd.history.report import words
from alertd.model import AlertState
from alertd.notify.plain import one_line, web_link
from alertd.rules.book import Portfolio
from alertd.store.types import ReceiverHealth
from alertd.web.page.alert_list import row
from alertd.web.page.frame import badge, said
from alertd.web.page.parts import UNKNOWN, ago, facts, link, listed, section, state

Told = tuple[str, str, ReceiverHealth | None]
"""A receiver, its type, how it does; None: others' messages go to it too, so that is not for whoever looks."""
LISTED = 10
"""Alerts of a portfolio on its page; the list of alerts has the others."""
MOST_STORIES = 8
HELD_NOTE = (
    "Tone is the sentiment index, from -1 to 1, of 30 days of news; for you turns its sign round for a short. "
    "σ says how many standard deviations the stories of the last 24 hours lie above what is usual in 30 days."
)
COUNTING = "Tone, stories and alerts are being counted; open the page again in a moment."
NO_HISTORY = "There is no history yet, so nothing is said of the news about them."
READING = "The texts of its alerts are being read; open the page again in a moment."
AHEAD_NOTE = "What the texts of the newest alerts, and what their notes quote, say is still to come."


def portfolio_page(
    name: PortfolioName,
    portfolio: Portfolio | None,
    report: Report | None,
    states: Sequence[AlertState],
    coming: Sequence[Coming] | None,
    receivers: Sequence[Told],
    now: int,
    *,
    counting: bool = False,
) -> list[Html]:
    """Write it. Without `portfolio` its rules cannot be read, without `report` there is no history, or it is being
    counted over; without `coming` texts are being read.
    """
    report = words.clean(report) if report is not None else None
    parts = [_head(name, portfolio, report)]
    if portfolio is None:
        parts.append(
            said("What it holds and watches for cannot be read at present: alertd check says more.", "wrong")
        )
    parts.append(_alerts(name, states, now))
    held, note = _holdings(portfolio, report, counting=counting), HELD_NOTE if report is not None else ""
    parts.append(section("Holdings", *held, small=note))
    parts.append(section("Ahead", _ahead(coming, now), small=AHEAD_NOTE if coming is not None else READING))
    if report is not None:
        parts.append(section("News and alerts", *_charts(report)))
    parts.append(section("Receivers", _receivers(receivers, now)))
    return parts


def _head(name: PortfolioName, portfolio: Portfolio | None, report: Report | None) -> Html:
    as_of = report.holdings_as_of if report is not None else ""
    rules = link(f"{name.rules:,}", "rules", name.id)
    return facts({
        "Id": name.id, "Desk": name.desk or "", "Time zone": portfolio.timezone if portfolio is not None else "",
        "Positions": f"as of {as_of}" if as_of else "", "Rules": rules,
        "Tone": words.tone(report.tone.now) if report is not None else "",
        "Stories": words.volume(report.volume) if report is not None else "",
    })  # fmt: skip


def _alerts(name: PortfolioName, states: Sequence[AlertState], now: int) -> Html:
    newest = sorted(states, key=lambda one: one.alert.updated_at, reverse=True)[:LISTED]
    rows = [row(alert_row(one), now) for one in newest] or [element("li", "No alerts.", class_="none")]
    more = element("a", "All alerts of this portfolio", href=f"/alerts?portfolio={name.id}&since=400d")
    return section("What alerted lately", element("ol", *rows, class_="alerts"), element("p", more))


def _holdings(portfolio: Portfolio | None, report: Report | None, *, counting: bool) -> Iterator[Html]:
    none = "It holds nothing; its rules watch for what they name."
    if report is not None:
        columns = ["Holding", "Weight", "Tone", "Its 30 days", "For you", "Stories", "By day", "σ", "Alerts"]
        rows = [_holding(one) for one in report.holdings]
        yield listed(columns, rows, "Holdings, the largest first", numbers=(1, 2, 4, 5, 7, 8), none=none)
        if portfolio is not None and len(portfolio.holdings.positions) > len(rows):
            yield element("p", f"These are the {len(rows)} largest.", class_="small")
        return
    held = sorted(portfolio.holdings.positions.values(), key=lambda h: -abs(h.weight)) if portfolio else []
    rows = [[h.label or h.company, UNKNOWN if h.unweighted else f"{h.weight:+.1%}"] for h in held[:300]]
    yield listed(["Holding", "Weight"], rows, "Holdings, the largest first", numbers=(1,), none=none)
    if rows:
        yield element("p", COUNTING if counting else NO_HISTORY, class_="small")


def _holding(one: HoldingLine) -> list[str]:
    label, volume = words.label(one), one.volume
    by_day: list[float | None] = [*volume.by_day]
    return [
        label, words.weight(one) or UNKNOWN, words.signed(one.tone.now), sparkline(f"tone of {label}", one.tone.line),
        words.signed(one.signed), f"{volume.stories:,}", sparkline(f"stories about {label} by day", by_day),
        words.signed(volume.z30, 1), f"{one.alerts:,}",
    ]  # fmt: skip


def _ahead(coming: Sequence[Coming] | None, now: int) -> Html:
    if coming is None:
        return joined()
    today = to_datetime(now).date()
    rows = [
        [
            element("time", one.when, datetime=one.last.isoformat()),
            in_words(one, today),
            one_line(one.what, 80),
            element("q", one_line(one.quote, 300)),
            link(one.title or "(no headline)", "alerts", one.alert),
        ]
        for one in coming
    ]
    return listed(
        ["When", "How far", "What", "In the words of the text", "Alert"],
        rows,
        "Dates ahead",
        none="No dates are stated.",
    )


def _charts(report: Report) -> Iterator[Html]:
    days = words.days(report)
    if any(value is not None for value in report.tone.line):
        tone = [Series("signed by position", report.tone.line)]
        yield lines("Tone of the portfolio", "-1 to 1", days, tone, least=words.LEAST_TONE)
    yield day_bars("Stories by day", "stories that began", days, [Series("stories", report.volume.by_day)])
    layers = [Series(name, counts, _look(name)) for name, counts in report.alerts.by_day.items()]
    yield day_bars("Alerts by day", "alerts that were raised", days, layers)
    if report.stories:
        shown = [_story(report, one) for one in report.stories[:MOST_STORIES]]
        yield element("h3", "Stories that mattered")
        yield element("ul", *shown, class_="found")
    for note in words.small_print(report):
        yield element("p", note, class_="small")


def _story(report: Report, one: StoryLine) -> Html:
    title, way = words.headline(one), web_link(one.url, 2000)
    head = element("a", title, href=way, rel="noreferrer noopener") if way else element("span", title)
    mark = [badge(one.severity)] if one.severity is not None else []
    return element("li", head, element("span", *mark, words.about(report, one), class_="role"))


def _look(severity: str) -> Look:
    looks: dict[str, Look] = {"critical": "critical", "high": "high", "medium": "medium", "low": "low"}
    return looks.get(severity, "info")


def _receivers(receivers: Sequence[Told], now: int) -> Html:
    rows = [
        [name, kind, _well(health), f"{health.queued + health.waiting:,}", f"{health.dead:,}", _last(health, now)]
        if health is not None
        else [name, kind, "others' too", UNKNOWN, UNKNOWN, UNKNOWN]
        for name, kind, health in receivers
    ]
    columns = ["Receiver", "Type", "State", "Waiting", "Dead", "Last sent"]
    return listed(columns, rows, "Whom it tells", numbers=(3, 4), none="It tells nobody that you may see.")


def _well(health: ReceiverHealth) -> Html:
    if health.parked:
        return state(f"parked: {one_line(health.parked, 120)}")
    return state(f"failing, {health.failures} in a row") if health.failures else state("fine")


def _last(health: ReceiverHealth, now: int) -> Html:
    return ago(rfc3339(health.last_sent_ms) if health.last_sent_ms else None, now)
