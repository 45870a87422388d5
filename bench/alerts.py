"""What deciding costs: routing, what each receiver sees, timing and the alert itself; no store.

    .venv/bin/python -m bench.alerts [--events 2000] [--json]

Events of the size of a news item match one rule of a portfolio that tells 1, 10 or 100 receivers with cooldown, storm
and quiet hours; of three receivers one names a minimal severity. Measured is `decide`, per match, in CPU time: for a
first report that is told to all, for a second source, for one more report of what is known, and for a first report in
quiet hours, when all wait for a brief.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

from alertd.alerts.background import Background
from alertd.alerts.circumstances import Circumstances
from alertd.alerts.decide import decide
from alertd.alerts.outcome import Outcome
from alertd.alerts.policy import Cooldown, Quiet, ReceiverPolicy, Storm
from alertd.base.clock import rfc3339
from alertd.model import (
    Amount,
    CompanyMention,
    Event,
    Evidence,
    Match,
    ReportedType,
    Silence,
    StoredAlert,
    Story,
    TouchedHolding,
)
from alertd.rules.book import Portfolio
from alertd.rules.world import World
from bench.report import Row, percentile, print_table, progress, settled

EVENTS = 2_000
RECEIVERS = (1, 10, 100)
GOAL_MS = 0.2
DAY = 1_772_449_200_000
"""A Monday, 11:00 in London."""
NIGHT = DAY + 13 * 3_600_000
SENTENCE = "Vega Grid said that it would lease its Orion supercomputer in Abilene to Lumen Labs for seven years. "
NOTHING = StoredAlert(version=0, state=None)


def receivers(count: int) -> dict[str, ReceiverPolicy]:
    """Make receivers as a desk has them."""
    quiet = Quiet(hours="22:00-06:30", timezone="Europe/London", calendars=("XNYS", "XLON"))
    return {
        f"desk-{number}": ReceiverPolicy(
            f"desk-{number}",
            min_severity="medium" if number % 3 == 0 else "info",
            event_types=frozenset({"compute_lease", "guidance_cut"}),
            cooldown=Cooldown("company", 600),
            quiet=quiet,
            storm=Storm(at_most=1_000_000),
        )
        for number in range(count)
    }


def report(number: int, story: int, sources: int, position: int) -> tuple[Event, Match]:
    """Make an event and the match of a rule that holds for it."""
    quote = Evidence(field="title", start=10, end=16, quote="leases")
    event = Event(
        id=f"ev_{number}",
        source=f"wire-{position}",
        title=f"Vega Grid leases its Orion supercomputer to Lumen Labs for $1.2bn a year, {story}",
        body=SENTENCE * 40,
        seen_at=rfc3339(DAY),
        event_at=rfc3339(DAY),
        companies=[
            CompanyMention(id=name, name=name.title(), evidence=[quote]) for name in ("vega", "lumen", "nvda")
        ],
        event_types=[ReportedType(type="compute_lease", evidence=[quote])],
        amounts=[Amount(low=1.2e9, high=1.2e9, per="year", evidence=[quote])],
        story=Story(id=f"st_{story}", sources=sources, position=position),
    )
    match = Match(
        rule="big-lease",
        rule_hash="h",
        portfolio="ai",
        event=event.id,
        event_revision=1,
        severity="high",
        title="Compute lease of half a billion a year or more",
        evidence=[quote] * 3,
        company=f"c{story}",
        companies=[f"c{story}"],
        holdings=[TouchedHolding(company="nvda", label="NVDA", weight=0.08)],
    )
    return event, match


class Timed:
    """Decides, and notes how long that took."""

    def __init__(self, count: int) -> None:
        names = tuple(receivers(count))
        self.portfolio = Portfolio(id="ai", title="AI", timezone="Europe/London", receivers=names)
        silence = Silence(
            id="si_1", author="jd", reason="known", created_at=rfc3339(DAY), starts_at=rfc3339(DAY),
            ends_at=rfc3339(DAY + 10**9), companies=["another"],
        )  # fmt: skip
        self.background = Background(receivers(count), Circumstances((silence,)), {}, World())
        self.took: list[float] = []

    def decide(self, stored: StoredAlert, made: tuple[Event, Match], now: int) -> Outcome:
        """Decide on one match."""
        event, match = made
        begun = time.thread_time()
        outcome = decide(stored, [match], event, self.portfolio, self.background, now)
        self.took.append((time.thread_time() - begun) * 1000)
        return outcome


def measure(events: int = EVENTS) -> list[Row]:
    """Measure each case for each number of receivers, in milliseconds per match."""
    rows: list[Row] = []
    cases: dict[str, Callable[[Timed, int, StoredAlert], Outcome]] = {
        "first report, told to all": lambda t, n, _: t.decide(NOTHING, report(n, n, 1, 1), DAY),
        "second source, told to all": lambda t, n, known: t.decide(known, report(n + 10**6, n, 2, 2), DAY + 60_000),
        "one more report, told to none": lambda t, n, known: t.decide(
            known, report(n + 10**6, n, 1, 2), DAY + 60_000
        ),
        "first report, all wait for a brief": lambda t, n, _: t.decide(NOTHING, report(n, n, 1, 1), NIGHT),
    }
    with progress("deciding", len(cases) * len(RECEIVERS)) as step:
        for count in RECEIVERS:
            for case, run in cases.items():
                rows.append(_measured(case, count, events, run))
                step(f"{case}, {count}")
    return rows


def _measured(case: str, count: int, events: int, run: Callable[[Timed, int, StoredAlert], Outcome]) -> Row:
    timed = Timed(count)
    expected = {"first report, told to all": count, "second source, told to all": count}.get(case, 0)
    with settled():
        for number in range(events):
            known = NOTHING
            if not case.startswith("first"):
                first = timed.decide(NOTHING, report(number, number, 1, 1), DAY)
                timed.took.pop()
                known = StoredAlert(version=1, state=first.state)
            outcome = run(timed, number, known)
            if len(outcome.deliveries) != expected:
                raise SystemExit(f"{case}: told {len(outcome.deliveries)} of {count}, not {expected}")
    p50, p99 = percentile(timed.took, 0.5), percentile(timed.took, 0.99)
    return {"case": case, "receivers": count, "p50 ms": p50, "p99 ms": p99, "us a receiver": p50 * 1000 / count}


def show(rows: list[Row]) -> None:
    """Print what was measured."""
    print_table(f"deciding on one match (goal: under {GOAL_MS} ms)", rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows: Any = measure(options.events)
    print(json.dumps(rows, indent=1)) if options.json else show(rows)


if __name__ == "__main__":
    main()
