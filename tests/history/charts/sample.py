"""A page and a mail with one of each chart, as tests and people look at them."""

from __future__ import annotations

import math
from datetime import date, timedelta

from alertd.base.html import document, element
from alertd.history.charts.heat import heat
from alertd.history.charts.mail_table import mail_bars, mail_columns
from alertd.history.charts.page import Figure, badge, figures, folded, link, page, section
from alertd.history.charts.svg import day_bars, level_bars, lines, sparkline
from alertd.history.charts.tables import table
from alertd.history.charts.values import Band, Bar, Series

DAYS = [f"{date(2026, 10, 31) + timedelta(days=at):%b %d}" for at in range(30)]
WAVE = [round(0.6 * math.sin(at / 4), 3) for at in range(30)]
RULES = [Bar("big-compute-lease", 42, "1.4 a day"), Bar("guidance-cut", 17), Bar("lease-turns-sour", 1)]


def sample_page() -> str:
    """Write a page with everything that pages are made of."""
    layers = [
        Series("critical", [at % 3 for at in range(30)], "critical"),
        Series("high", [(at * 7) % 5 for at in range(30)], "high"),
        Series("medium", [(at * 5) % 6 for at in range(30)], "medium"),
        Series("low", [(at * 3) % 4 for at in range(30)], "low"),
    ]
    gaps: list[float | None] = [None if 9 < at < 13 else one for at, one in enumerate(WAVE)]
    usual = Band("usual", [-0.2] * 30, [0.3 + at / 100 for at in range(30)])
    return page(
        "AI infrastructure: October 31 to November 29",
        figures(Figure("alerts", "214", "7.1 a day"), Figure("lost", "0"), Figure("median to a person", "1.8 s")),
        section("Alerts", day_bars("Alerts by day", "alerts", DAYS, layers), level_bars("By rule", "alerts", RULES)),
        section(
            "Tone",
            lines("Sentiment index", "-1 to 1", DAYS, [Series("NVDA", gaps), Series("VRT", [0.1] * 30)], band=usual),
            level_bars("By holding", "signed by position", [Bar("NVDA", 0.42), Bar("VRT", -0.18)], signed=True),
            heat("Tone by day", "mean", DAYS, [Series("NVDA", gaps), Series("VRT", [0.1] * 30)]),
            heat("Event types", "events", DAYS, [Series("compute_lease", [at % 4 for at in range(30)])]),
            folded("Samples", element("p", badge("HIGH", "high"), link("SpaceX leases", "https://wire.example/1"))),
        ),
        section(
            "Rules",
            table(
                ("Rule", "Alerts", "30 days"),
                [(one.label, str(one.value), sparkline(one.label, WAVE)) for one in RULES],
                numbers=(1,),
            ),
        ),
        lead="What these rules would have told.",
        small=("made by alertd",),
    )


def sample_mail() -> str:
    """Write a mail's page with both charts of mail."""
    charts = [element("p", "News by day", style="margin:0"), mail_columns([abs(one) * 9 for one in WAVE])]
    charts += [element("p", "Tone by day", style="margin:0"), mail_columns(WAVE), mail_bars(RULES, "alerts")]
    charts += [mail_bars([Bar("NVDA", 0.42), Bar("VRT", -0.18), Bar("MU", 0.0)], signed=True)]
    viewport = element("meta", name="viewport", content="width=device-width, initial-scale=1")
    return document(viewport, element("body", *charts, style="font-family:Arial,sans-serif;background:#ffffff"))
