"""A report as a mail: a subject, plain text, and a page that mail clients lay out alike. Pure.

The charts are tables with coloured cells (`charts.mail_table`). Gmail cuts a mail off behind 102 KB, so what is long
is cut here, and said. Sources: as of `notify.email_html`; Gmail's limit after caniemail.com and Google's help pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import fmean

from alertd.base.html import Html, element, joined
from alertd.history.analytics.model import HoldingLine, NearLine, Report, StoryLine
from alertd.history.charts.mail_table import mail_bars, mail_columns
from alertd.history.charts.page import link
from alertd.history.charts.values import Bar
from alertd.history.report import words
from alertd.history.report.text import TextForm, report_lines
from alertd.model import Mailing
from alertd.notify.email_html import COLOURS
from alertd.notify.mail_frame import framed

HOLDINGS, STORIES, NEAR, TYPES, RULES = 15, 8, 8, 8, 10
"""How much of each a mail shows."""
COLUMNS = 31
TEXT = TextForm(width=78, most=15)
_SHEET = """
@media (max-width:520px){.in{padding:16px!important}.x{display:none!important}}
@media (prefers-color-scheme:dark){
.bg{background:#14171a!important}.card{background:#1f2428!important;color:#e8eaed!important}
.d{color:#aab2bd!important}.rule{border-color:#3a4047!important}.card a{color:#8ab4f8!important}
}
"""
_H2 = "font-size:17px;line-height:24px;margin:26px 0 4px;padding-top:14px;border-top:1px solid #d5dae0"
_DIM = "color:#515b66;font-size:13px;line-height:19px;margin:2px 0"
_CELL = (
    "padding:4px 8px 4px 0;text-align:left;vertical-align:top;font-size:14px;line-height:20px;overflow-wrap:anywhere"
)
_NUMBER = (
    "padding:4px 8px 4px 0;text-align:right;vertical-align:top;font-size:14px;line-height:20px;white-space:nowrap"
)


def mailing_of(report: Report, report_id: str) -> Mailing:
    """Write the mail; `report_id` is that of the settings, or whatever names it."""
    report = words.clean(report)
    subject = words.subject(report)
    return Mailing(
        report=report_id,
        portfolio=report.portfolio,
        subject=subject,
        text="\n".join(report_lines(report, TEXT)) + "\n",
        html=_page(report, subject),
    )


def _page(report: Report, subject: str) -> str:
    inside = element("td", *_parts(report), class_="in", style="padding:20px 24px 22px")
    card = "max-width:680px;background:#ffffff;color:#1d2125;text-align:left"
    return framed(subject, inside, sheet=_SHEET, card=card)


def _parts(report: Report) -> Iterator[Html]:
    yield element("h1", report.title, style="font-size:22px;line-height:28px;margin:0")
    yield _dim(words.period(report))
    yield _top(report)
    yield from _holdings(report)
    yield from _stories(report)
    yield from _near(report)
    yield from _types(report)
    yield from _alerts(report)
    yield from _latency(report)
    yield element("div", *(_dim(text) for text in words.small_print(report)), style="margin-top:26px")


def _top(report: Report) -> Html:
    """Say the three things that are read first, each with its way over the days."""
    news = f"{words.volume(report.volume)}; {words.deviation(report.volume)}"
    alerts = f"{report.alerts.total}: {words.alerts(report.alerts)}"
    lines: list[tuple[str, str, list[float | None]]] = [
        ("Tone", words.portfolio_tone(report), _folded(report.tone.line, fmean)),
        ("News", news, _folded(report.volume.by_day, sum)),
        ("Alerts", alerts, _folded(words.alerts_by_day(report), sum)),
    ]
    rows = []
    for name, said, values in lines:
        least = words.LEAST_TONE if name == "Tone" else 0.0
        drawn = [mail_columns(values, title=f"{name} by day", least=least)] if len(values) > 1 and any(values) else []
        if drawn and min(value or 0.0 for value in values) < 0:
            drawn.append(_dim("Orange is below zero."))
        rows.append(
            element(
                "tr",
                element("td", element("b", name), width="64", style=_CELL),
                element("td", said, *drawn, style=_CELL),
            )
        )
    return element("table", *rows, width="100%", role="presentation", cellspacing="0", cellpadding="0",
                   style="margin-top:12px")  # fmt: skip


def _folded(values: Sequence[float | None], how: Callable[[list[float]], float]) -> list[float | None]:
    """Put as many days into one column as leave at most `COLUMNS`: a column takes 400 bytes."""
    size = -(-len(values) // COLUMNS) or 1
    parts = [[one for one in values[at : at + size] if one is not None] for at in range(0, len(values), size)]
    return [how(part) if part else None for part in parts]


def _holdings(report: Report) -> Iterator[Html]:
    if not report.holdings:
        return  # the notes say that it holds nothing
    yield element("h2", "Holdings in the news", style=_H2, class_="rule")
    there, quiet = words.busy(report)
    known = [one for one in there if one.signed is not None][:HOLDINGS]
    if known:
        yield _dim("Tone for you, -1 to 1: bad news of a short is good.")
        bars = sorted(known, key=lambda one: -(one.signed or 0.0))
        yield mail_bars([Bar(words.held(one), one.signed) for one in bars], signed=True, least=words.LEAST_TONE)
    if there:
        head = ["", "tone", "before", "stories", "σ 30", "σ 90", "alerts"]
        yield _grid(head, [_holding(one) for one in there[:HOLDINGS]], narrow_without=(2, 5))
        if len(there) > HOLDINGS:
            yield _dim(f"{len(there) - HOLDINGS} more with news.")
    if said := words.quiet_ones(quiet):
        yield _dim(said)


def _holding(one: HoldingLine) -> list[str]:
    volume = one.volume
    return [
        words.held(one),
        words.signed(one.tone.now),
        words.signed(one.tone.before),
        f"{volume.stories:,}",
        words.signed(volume.z30, 1),
        words.signed(volume.z90, 1),
        f"{one.alerts:,}",
    ]


def _stories(report: Report) -> Iterator[Html]:
    yield element("h2", "Stories that mattered", style=_H2, class_="rule")
    for one in report.stories[:STORIES]:
        yield _story(report, one)
    if not report.stories:
        yield _dim("None in this time.")


def _story(report: Report, one: StoryLine) -> Html:
    head: list[Html] = []
    if one.severity is not None:
        style = f"background:{COLOURS[one.severity]};color:#ffffff;padding:1px 6px;font-size:12px;font-weight:bold"
        head = [element("span", one.severity.upper(), style=style), joined(" ")]
    said = [words.about(report, one), *([words.touched(one)] if one.holdings else [])]
    return element(
        "div", *head, link(words.headline(one), one.url), *(_dim(text) for text in said),
        style="margin:10px 0;overflow-wrap:anywhere",
    )  # fmt: skip


def _near(report: Report) -> Iterator[Html]:
    if not report.near:
        return
    yield element("h2", "Near to the news, not in it", style=_H2, class_="rule")
    for one in report.near[:NEAR]:
        yield _way(one)


def _way(one: NearLine) -> Html:
    said = f"{words.path(one.path)} · {words.stories(one.stories)}, the newest: {words.headline(one)}"
    return element("div", element("b", words.held(one)), " ", said, style="margin:6px 0;overflow-wrap:anywhere")


def _types(report: Report) -> Iterator[Html]:
    if report.types:
        yield element("h2", "Event types, in stories", style=_H2, class_="rule")
        yield mail_bars([Bar(one.type, one.stories) for one in report.types[:TYPES]])


def _alerts(report: Report) -> Iterator[Html]:
    if not report.rules:
        return
    yield element("h2", "Rules", style=_H2, class_="rule")
    rows = [
        [one.rule, f"{one.alerts}", f"{one.told}", words.precision(one.precision, one.useful, one.noise)]
        for one in report.rules[:RULES]
    ]
    yield _grid(["", "alerts", "told", "useful"], rows)


def _latency(report: Report) -> Iterator[Html]:
    one = report.latency
    if any(part.count for part in (one.seen, one.decided, one.delivered)):
        yield element("h2", "How fast", style=_H2, class_="rule")
        yield _grid(["", "measured", "50 %", "90 %", "99 %"], words.latency_rows(report)[:4], narrow_without=(1,))


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]], narrow_without: Sequence[int] = ()) -> Html:
    """Write a table; a phone does not show the columns of `narrow_without`."""

    def cells(tag: str, row: Sequence[str]) -> list[Html]:
        return [
            element(
                tag,
                text,
                class_=" ".join([*(["x"] if at in narrow_without else []), *(["d"] if tag == "th" else [])]),
                style=(_NUMBER if at else _CELL) + (";color:#515b66;font-weight:normal" if tag == "th" else ""),
            )
            for at, text in enumerate(row)
        ]

    top = element("tr", *cells("th", head))
    return element(
        "table", top, *(element("tr", *cells("td", row)) for row in rows),
        width="100%", cellspacing="0", cellpadding="0", style="border-collapse:collapse;margin-top:8px",
    )  # fmt: skip


def _dim(text: str) -> Html:
    return element("div", text, class_="d", style=_DIM)
