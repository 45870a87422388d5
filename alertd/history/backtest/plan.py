"""What is to be backtested: rules, receivers, the past, and how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from alertd.alerts.policy import ReceiverPolicy
from alertd.history.analytics.indices import FAR_DAYS, KEPT_MS
from alertd.rules.book import RuleBook
from alertd.rules.index_leaves import VolumeZ
from alertd.rules.state import Change, Count, Sequence, Spike
from alertd.rules.state_rules import LATENESS_MS
from alertd.rules.traits import walk

Mode = Literal["stored", "fresh"]

ALERTS_MS = 37 * 86_400_000
"""How long an alert is remembered after its last change: a report that comes in that time may be an update of it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One backtest."""

    book: RuleBook
    """With `source_desks`, as the daemon gets it."""
    policies: Mapping[str, ReceiverPolicy]
    paths: tuple[Path, ...]
    since_ms: int
    """From here on things are counted; before, they are only remembered."""
    until_ms: int
    """Until before."""
    enrich: Mode = "stored"
    """`stored`: what was found in an event when it came. `fresh`: what these rules find in it, stories anew."""
    registrants: Path | None = None
    """An updated table of companies, for events that are understood here (`registrants.updated_file`)."""
    people: bool = True
    """Answers and silences of the archive are given, at their times."""
    warm_up_ms: int | None = None
    """How far before `since_ms` it begins; None: as far as these rules can look."""
    jobs: int = 1
    """Processes that read and match; one decides. With 1 a single process does all."""
    near: bool = False
    """Rules that nearly held are looked for."""
    every: bool = False
    """Events of which nothing came, then or now, are given too; else they are only counted."""
    patience_s: float = 120.0
    """How long one event may take."""

    @property
    def begin_ms(self) -> int:
        """Where reading begins."""
        back = self.warm_up_ms if self.warm_up_ms is not None else look_back_ms(self.book, self.policies)
        return max(self.since_ms - back, 0)


def look_back_ms(book: RuleBook, policies: Mapping[str, ReceiverPolicy]) -> int:
    """Give how far back an event can matter, in ms: rules over time, cooldowns, and alerts that are still there."""
    cooldowns = (round(p.cooldown.for_s * 1000) for p in policies.values() if p.cooldown is not None)
    return max(ALERTS_MS, max(_times(book), default=0), max(cooldowns, default=0))


def _times(book: RuleBook) -> Iterator[int]:
    for _, rule in book.rules():
        if any(isinstance(part, VolumeZ) and part.days == FAR_DAYS for part in walk(rule.when)):
            yield KEPT_MS  # of 30 days, alerts look further back
        match rule.state:
            case Count() | Sequence() as state:
                yield state.within_ms + LATENESS_MS
            case Change() | Spike() as state:
                yield state.within_ms + state.baseline_ms + LATENESS_MS
            case None:
                pass
