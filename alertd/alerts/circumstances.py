"""What deciding rests on beside the alert: silences, cooldown marks and counters, as they were read. Pure values.

Read once for a batch (`pipeline/standing.py`); what a commit rests on it names (`CoolMark.expected`), so that two
workers cannot both take the same mark for free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from alertd.alerts.policy import CooldownBy
from alertd.model import Alert, Event, Match, Severity, Silence, Struct
from alertd.rules.book import Portfolio, Rule
from alertd.rules.world import World

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
SPAN_MS: Mapping[str, int] = {"hour": HOUR_MS, "day": DAY_MS, "week": 7 * DAY_MS}
MONDAY_MS = 4 * DAY_MS
"""The first Monday after the epoch, a Thursday: weeks begin with Mondays."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the store said when the decision was begun."""

    silences: tuple[Silence, ...] = ()
    """Those that are not over, also such as have not begun."""
    marks: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """Name of a cooldown mark -> its value and its end (ms); of those that were asked for and are there."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Name of a counter -> its value; those that are 0 may be missing."""

    def count(self, name: str) -> int:
        """Give a counter."""
        return self.counts.get(name, 0)

    def mark(self, name: str, now: int) -> tuple[str, int] | None:
        """Give a mark's value and end; None if there is none, or it is over."""
        found = self.marks.get(name)
        return found if found is not None and found[1] > now else None

    def expected(self, name: str, now: int) -> str:
        """Give what a commit names as the mark's value: empty if there is none, or it is over."""
        found = self.mark(name, now)
        return found[0] if found is not None else ""


NOTHING_KNOWN = Circumstances()

NO_WORLD = World()

News = Literal["first", "rise", "correction", "withdrawal", "material", "second", "minor"]
"""What is to be told, as the receiver stands to the alert. `first`: it knows nothing of it. `rise`: it is louder than
what it was told. `correction`, `withdrawal`: of what it was told. `second`: confirmed by an independent source."""


class View(Struct, frozen=True):
    """An alert as one receiver would be told of it: only what is routed to it and what it may see."""

    receiver: str
    alert: Alert
    """With its matches, its severity and its changes."""
    event: Event
    """At hand, as the portfolio's desk sees it."""
    news: News
    desk: str | None = None
    """Of the portfolio."""
    portfolio: Portfolio | None = None
    """None where the rules are not at hand, as on release."""
    matches: tuple[Match, ...] = ()
    """Those of the alert's that the event at hand brought; where it brought none, all of them."""
    rules: Mapping[str, Rule] = {}
    """The rules of these by id, where the caller has them at hand; else they are looked for in the portfolio."""
    world: World = NO_WORLD
    """How companies are related, as the portfolio's desk sees it: for conditions of receivers (`exposed`)."""

    @property
    def severity(self) -> Severity:
        """How loud it is for this receiver."""
        return self.alert.severity

    @property
    def corrects(self) -> bool:
        """It changes or takes back what the receiver was told: it passes cooldown and snooze."""
        return self.news in ("correction", "withdrawal")


# --- names of what the store keeps ---------------------------------------------------------------------------


def flow_name(receiver: str, now: int) -> str:
    """Name the counter of a receiver's messages in the minute of a time in ms."""
    return f"flow:{receiver}:{now // MINUTE_MS}"


def flow_names(receiver: str, now: int) -> tuple[str, str]:
    """Name the counters that a sliding estimate of the rate takes: of the minute at hand and of the one before."""
    return flow_name(receiver, now), flow_name(receiver, now - MINUTE_MS)


def expect_window(per: str, now: int) -> tuple[int, int]:
    """Give beginning and end (ms) of the budget's window: hour and day in UTC, week from Monday."""
    span = SPAN_MS[per]
    shift = MONDAY_MS % span
    start = (now - shift) // span * span + shift
    return start, start + span


def expect_name(portfolio: str, rule: str, per: str, now: int) -> str:
    """Name the counter of alerts that a rule has raised, by the identities of both, within the budget's window."""
    return f"expect:{portfolio}/{rule}:{expect_window(per, now)[0] // MINUTE_MS}"


def mark_name(receiver: str, by: CooldownBy, which: str) -> str:
    """Name the cooldown mark of a receiver; `which` is a story, company, portfolio or `<portfolio>/<rule>`."""
    return f"{receiver}/{by}/{which}"
