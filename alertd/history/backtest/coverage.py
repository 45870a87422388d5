"""What of the past there was: where it has holes, "no alerts" means nothing. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from alertd.base.clock import rfc3339, utc_day
from alertd.history.backtest.counting import days_between
from alertd.history.backtest.figures import PastFigures
from alertd.history.past import PastEvent

MAX_DAYS = 31
"""Days without events that are named."""


@dataclass(slots=True)
class Covered:
    """What is counted of the events that were read, whether something came of them or not.

    A worker process counts what it reads and sends that with its answers; `merge` puts the parts together.
    """

    events: int = 0
    revisions: int = 0
    decided: int = 0
    warmed: int = 0
    no_text: int = 0
    first_ms: int = 0
    last_ms: int = 0
    days: Counter[str] = field(default_factory=Counter)

    def add(self, past: PastEvent, since_ms: int) -> None:
        """Count an event; what came before the time that is asked about is counted apart."""
        if past.at_ms < since_ms:
            self.warmed += 1
            return
        event = past.event
        self.events += 1
        self.revisions += event.revision > 1
        self.decided += past.decided
        rights = event.provenance.rights
        self.no_text += bool(not event.body and event.truncated and rights and rights.keep_body_s is not None)
        self.first_ms = min(self.first_ms, past.at_ms) if self.first_ms else past.at_ms
        self.last_ms = max(self.last_ms, past.at_ms)
        self.days[utc_day(past.at_ms)] += 1

    def merge(self, other: Covered) -> None:
        """Take in what another counted."""
        self.events += other.events
        self.revisions += other.revisions
        self.decided += other.decided
        self.warmed += other.warmed
        self.no_text += other.no_text
        firsts = [one for one in (self.first_ms, other.first_ms) if one]
        self.first_ms = min(firsts, default=0)
        self.last_ms = max(self.last_ms, other.last_ms)
        self.days.update(other.days)

    def begin(self, since_ms: int | None, archive_ms: int | None) -> int:
        """Say from when on is counted: as asked for, but not from before the archive, when nobody listened."""
        if since_ms is None:
            return self.first_ms
        return max(since_ms, min(archive_ms, self.first_ms)) if self.events and archive_ms is not None else since_ms

    def figures(
        self,
        since_ms: int,
        until_ms: int,
        skipped: Mapping[str, int],
        errors: int,
        error: str,
        near_every: int,
        *,
        later: bool = False,
    ) -> PastFigures:
        """Say what there was, and on which days of that time nothing. `later`: it begins with the archive."""
        days = {day: self.days[day] for day in days_between(since_ms, until_ms)} if self.events else {}
        empty = [day for day, count in days.items() if not count]
        return PastFigures(
            events=self.events,
            revisions=self.revisions,
            first=rfc3339(self.first_ms) if self.events else "",
            last=rfc3339(self.last_ms) if self.events else "",
            decided=self.decided,
            days=days,
            empty_days=tuple(empty[:MAX_DAYS]),
            more_empty_days=max(len(empty) - MAX_DAYS, 0),
            skipped={why: count for why, count in skipped.items() if count},
            no_text=self.no_text,
            errors=errors,
            error=error,
            warmed=self.warmed,
            near_every=near_every,
            begins=rfc3339(since_ms) if later else "",
        )
