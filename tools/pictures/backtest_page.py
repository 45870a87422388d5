"""A backtest of two versions of a desk's rules over a made-up month, as its page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.history.backtest.compare import Comparing
from alertd.history.backtest.coverage import Covered
from alertd.history.backtest.expect_file import read_expectations
from alertd.history.backtest.expectations import Judging
from alertd.history.backtest.figures import Heading
from alertd.history.backtest.happened import Happened, NearMiss, Rang
from alertd.history.backtest.report_html import report
from alertd.history.backtest.summary import Summing
from alertd.history.past import PastEvent
from alertd.model import Amount, Decision, Event, JournalRecord
from alertd.rules.book import RuleBook
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher

START, DAY = parse_rfc3339("2026-10-30T00:00:00.000Z"), 86_400_000
UNTIL = START + 30 * DAY
_EXPECT = """expect:
  - {events: at_least 1000}
  - {rule: lease-turns-sour, alerts: at_least 1}
  - {portfolio: ai-infrastructure, alerts: at_most 15 per day}
  - {budgets: kept}
"""
_LEASES = {
    "new": (
        "{id: big-compute-lease, formerly: any-compute-lease, title: Compute lease of half a billion a year or more,"
        " severity: high, when: {all: [{title: [lease, rents]}, {amount: '>= 500M USD per year'}]}}"
    ),
    "old": "{id: any-compute-lease, title: Any compute lease, severity: high, when: {title: lease}}",
}
_RULES = """portfolio: ai-infrastructure
title: AI infrastructure
receivers: [ai-desk]
rules:
  - {lease}
  - {{id: lease-turns-sour, title: Dispute after a compute lease, severity: critical, when: {{title: sue}}}}
  - {{id: guidance-cut, title: A holding lowers its guidance, severity: high, when: {{title: guidance}}}}
  - {{id: power, title: Power for data centers, severity: medium, when: {{title: power deal}}}}
  - id: supplier-news
    title: A supplier of a holding in trouble
    severity: low
    expect: at_most 4 per day
    when: {{title: shortage}}
  - id: reclaimable-lease
    title: Compute lease that can be taken back
    severity: high
    when: {{all: [{{title: lease}}, {{terms: reclaim_right}}]}}
"""
_TITLES = (
    ("SpaceX leases its Colossus 1 supercomputer to Anthropic for $3bn a year", 3e9, 11),
    ("Lumen Labs rents 40,000 accelerators from Vega Grid for $700m a year", 7e8, 17),
    ("Vega Grid leases a machine hall to a university for $20m a year", 2e7, 7),
    ("Vega Grid sues Lumen Labs over its terminated agreement", 0, 71),
    ("Vertiv cuts its full-year guidance on slower orders", 0, 9),
    ("Texas utility signs a 15-year power deal for data centers", 0, 4),
    ("Chip maker warns of a shortage of packaging capacity", 0, 3),
    ("Rates stay where they are", 0, 1),
)
"""Title, dollars a year, and that every so many events are so."""


def backtest_page() -> str:
    """Write the page."""
    new, old = _book("new"), _book("old")
    matchers = Matcher(new), Matcher(old)
    comparing, sums = Comparing(new, old, samples=2), (Summing(new, samples=2), Summing(old, samples=2))
    covered = Covered()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "backtest.yaml"
        file.write_text(_EXPECT)
        expectations = [
            one._replace(place=one.place._replace(file="backtest.yaml"))
            for one in read_expectations(file, new, ["ai-desk"], against=True)
        ]
    judging = Judging(expectations)
    for number in range(1_440):
        both = _happened(number, matchers[0]), _happened(number, matchers[1])
        comparing.add(*both)
        covered.add(both[0].past, START)
        judging.add(both[0])
        for summing, one in zip(sums, both, strict=True):
            summing.add(one)
            for answer in _answers(number, one):
                summing.rang(answer)
    made = [one.made(covered, START, UNTIL, {"gap": 1, "removed": 412}) for one in sums]
    comparison = comparing.made("main (4f1c9aa)", *made)
    heading = Heading(
        rules="rules", events=("var/archive",), against=comparison.against, made="2026-11-29T07:30:00.000Z"
    )
    return report(made[0], comparison, judging.verdicts(made[0], comparison), heading)


def _book(lease: str) -> RuleBook:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "portfolios/ai.yaml"
        file.parent.mkdir()
        file.write_text(_RULES.format(lease=_LEASES[lease]))
        return load_rules(Path(folder)).book


def _happened(number: int, matcher: Matcher) -> Happened:
    at_ms = START + number * DAY // 48 + (number * 7 % 13) * 60_000
    working = 7 <= (at_ms // 3_600_000) % 24 < 21 and (at_ms // DAY) % 7 not in (2, 3)
    title, dollars, _ = next(one for one in _TITLES if number % one[2] == 0)
    event = Event(
        id=f"ev_{number:026d}".translate(str.maketrans("01234589", "abcdefgh")), source="prwire",
        title=title if working else _TITLES[-1][0], url=f"https://news.example.com/{number}", seen_at=rfc3339(at_ms),
        amounts=[Amount(low=dollars, high=dollars, per="year")] if dollars else [],
    )  # fmt: skip
    result = matcher.match(event)
    decisions = [
        Decision(
            portfolio="ai-infrastructure", alert=f"al_{number}", alert_revision=1, reason="first",
            rules=[one.rule for one in result.matches],
            receivers={"ai-desk": "dl_1", "pm-mail": "quiet_until: 06:30" if number % 3 else "dl_2"},
        )
    ] if result.matches else []  # fmt: skip
    near: tuple[NearMiss, ...] = ()
    if working and number % 7 == 0 and dollars:
        condition = "terms: reclaim_right"
        near = (NearMiss("ai-infrastructure", "reclaimable-lease", 1, (f"✗ {condition} — none",), condition, 1),)
    past = PastEvent(at_ms, event, decided=True)
    return Happened(past, event, True, result.matches, tuple(decisions), near=near, number=number + 1)


def _answers(number: int, one: Happened) -> Iterator[Rang]:
    """Let people say of every fourth alert what they think of it."""
    if one.decisions and number % 4 == 0:
        said = "noise" if number % 3 == 0 else "useful"
        data = {"who": "jd", "portfolio": "ai-infrastructure"}
        at_ms = one.past.at_ms + 600_000
        yield Rang(
            at_ms, JournalRecord(kind="answer", at=rfc3339(at_ms), ids=[f"al_{number}"], reason=said, data=data), True
        )
