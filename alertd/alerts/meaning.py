"""What an event means for an alert that it comes to: the first report, news, a correction, one report more. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from alertd.alerts.bounds import MAX_NEWS
from alertd.alerts.compare import compare, quoted
from alertd.alerts.lanes import lanes, sources_of
from alertd.alerts.policy import loudest, severity_rank
from alertd.alerts.said import denies, facts_beyond, news_in, with_what_was
from alertd.model import Alert, AlertState, Event, Match, Reason

Kind = Literal["first", "another", "revision"]
"""The event raises the alert, is one more that comes to it, or a later revision of one that did."""
CONFIRMED = 2
"""Independent sources from which on a report is confirmed."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What an event means for an alert, or for the part of it that some receivers see."""

    reason: Reason
    text: str
    material: bool = True
    corrects: bool = False
    """What was told is not so."""
    begins: bool = False
    """There was nothing of the alert to be seen before."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One event that comes to one alert."""

    event: Event
    story: str
    state: AlertState | None
    kind: Kind

    def of(self, before: Alert, matches: Sequence[Match]) -> Meant:
        """Say what the event means for an alert, or for what some receivers see of both."""
        if self.kind == "first":
            since = f"matches since revision {self.event.revision}"
            return Meant("first", "first report" if self.event.revision == 1 else since, begins=True)
        return self._revision(before, matches) if self.kind == "revision" else self._another(before, matches)

    def _revision(self, before: Alert, matches: Sequence[Match]) -> Meant:
        found = compare(before, matches, self.event, self._headline(before), self._facts_corrected())
        reason: Reason = "update_material" if found.material else "update_minor"
        return Meant(reason, found.text, found.material, found.corrects)

    def _another(self, before: Alert, matches: Sequence[Match]) -> Meant:
        title = quoted(self.event.title or self.event.url or self.event.id)
        if self.event.withdrawn:  # a notice that is an item of its own
            return Meant(
                "update_material", f"taken back by {self.event.source or 'a source'}: {title}", corrects=True
            )
        said = self.state.said if self.state is not None else None
        news = news_in(self.event, self.story, matches, before, said)
        severity = loudest([match.severity for match in matches])
        if severity_rank(severity) > severity_rank(before.severity):
            news = [*(news or []), f"severity {before.severity} → {severity}"]
        if news == []:
            return self._repeat()
        text = "; ".join([f"also reported: {title}", *(news or [])[:MAX_NEWS]])
        return Meant("update_material", text, corrects=denies(self.event, said))

    def _repeat(self) -> Meant:
        """Take in a report that adds nothing: that a second source has it is news all the same, if quiet news."""
        by, sources = f"also reported by {self.event.source or 'another source'}", sources_of(self.event)
        known = [lane.sources for lane in lanes(self.state).values() if lane.revision]
        if known and min(known) < CONFIRMED <= sources:
            return Meant("update_material", f"{by}: {sources} independent sources", material=False)
        return Meant("update_minor", by, material=False)

    def _facts_corrected(self) -> list[str]:
        """Say what a revision states that the alert has not said, to the digit: a corrected figure is news."""
        said = self.state.said if self.state is not None else None
        if self.state is None or said is None or not said.stories:
            return []
        facts, newest = facts_beyond(self.event, said, about=0.0), self.state.event
        if newest is not None and newest.id == self.event.id:
            facts = with_what_was(facts, newest, self.event)
        return facts[:MAX_NEWS]

    def _headline(self, before: Alert) -> str:
        """Give the headline that this event had before."""
        folded = self.state.folded if self.state is not None else []
        known = (f.headline for f in reversed(folded) if f.event == self.event.id and f.headline)
        return next(known, before.title)
