"""What goes through the steps, what comes out, and what they ask of a store."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from alertd.alerts.budget import OverBudget
from alertd.alerts.concern import Concern
from alertd.alerts.lanes import DELIVERED
from alertd.alerts.notes import note_line
from alertd.alerts.outcome import Outcome, subject_of
from alertd.alerts.rights import keeps_body, without_body
from alertd.alerts.rows import card
from alertd.enrich.story_report import Report
from alertd.model import (
    AlertState,
    CompanyIndex,
    Decision,
    Effects,
    Event,
    JournalRecord,
    Known,
    Match,
    NewDelivery,
    Observation,
    Row,
    StoredAlert,
    event_to_dict,
)
from alertd.pipeline.place import Given, StoryStore
from alertd.pipeline.standing import StandingStore
from alertd.research.study import Study
from alertd.rules.outcome import RuleFailure
from alertd.rules.over_time import Asked, Settled, journalled
from alertd.rules.read import Read

_SILENCE = re.compile(r"silenced: by (si_\w+) ")
"""A silence that held something back, so that it can be asked what."""


class AlertStore(StoryStore, StandingStore, Protocol):
    """What the steps ask of a store: to place events into stories, and to decide."""

    async def indices(self, companies: Sequence[str], now: int) -> dict[str, CompanyIndex]:
        """Give what the news about companies has been doing, where that is known."""

    async def known_marks(self, source: str, marks: Sequence[str]) -> dict[str, Known]:
        """Give what is remembered of items, their newest revision among it."""

    async def observe(
        self, observations: Sequence[Observation], now: int, *, revised: Mapping[str, int] | None = None
    ) -> list[list[Row]]:
        """Put events into the sets of the past and give what is remembered there."""

    async def alerts_of(self, events: Sequence[str]) -> dict[str, list[str]]:
        """Give the alerts that events went into before."""

    async def load_alerts(self, ids: Sequence[str]) -> dict[str, StoredAlert]:
        """Give the alerts that exist among these."""

    async def commit(
        self,
        alert_id: str,
        expected_version: int,
        state: AlertState,
        deliveries: Sequence[NewDelivery],
        now: int,
        *,
        effects: Effects | None = None,
    ) -> StoredAlert | None:
        """Store a state, queue its deliveries and do what else follows; on conflict nothing, and give what is stored.

        A mark that is not as the decision had it is a conflict, too.
        """


@dataclass(frozen=True, slots=True)
class Processed:
    """An event that is decided and committed: what is left is to finish it with its record."""

    stream_id: str
    event: Event
    record: JournalRecord
    matches: tuple[Match, ...]
    decisions: tuple[Decision, ...]
    deliveries: tuple[NewDelivery, ...]
    """Those queued by this run; a repeat of an event that was committed before queues none."""
    failures: tuple[RuleFailure, ...]
    """Rules that broke on it and are switched off now; each is named once."""
    settled: tuple[Settled, ...] = ()
    """What the rules over time said that it concerns."""
    over_budget: tuple[OverBudget, ...] = ()
    """Rules that have raised more alerts with it than their authors expect."""


@dataclass(frozen=True, slots=True)
class PoisonEvent:
    """An event that could not be processed. It is not acknowledged and comes again, up to a count."""

    stream_id: str
    event: Event
    error: str


@dataclass(slots=True)
class Work:
    """One event on its way through the steps."""

    stream_id: str
    read: Read
    report: Report
    """What its story is compared by."""
    identity: str
    again: bool
    """A later revision, or handed out before: it may be in alerts although it matches no more."""
    given: Given | None = None
    """Its story."""
    turn: int = 0
    """Its place in the batch, from 0: the events of a batch are journalled in any order."""
    newest: int = 0
    """The newest revision that was ingested, where that was asked."""
    asked: Asked = field(default_factory=Asked)
    matches: tuple[Match, ...] = ()
    settled: tuple[Settled, ...] = ()
    past: tuple[Row, ...] = ()
    """What is remembered of the pairs of its parties."""
    failures: list[RuleFailure] = field(default_factory=list)
    concerns: list[Concern] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    deliveries: list[NewDelivery] = field(default_factory=list)
    over_budget: list[OverBudget] = field(default_factory=list)
    raised: bool = False
    """It has raised an alert."""
    states: dict[str, AlertState] = field(default_factory=dict)
    """Alerts that were decided on, and those that were merged, as they are since."""
    desks: dict[str, str] = field(default_factory=dict)
    """Portfolios that it matched, or that were decided on, and that belong to a desk."""
    studies: dict[str | None, Study] = field(default_factory=dict)
    """What was read in it for notes, by the desk that sees it so."""

    @property
    def event(self) -> Event:
        """The event as it is understood."""
        return self.read.event

    @property
    def story(self) -> str:
        """The story that it belongs to by now."""
        return self.given.story if self.given is not None else subject_of(self.event)

    def saw(self, state: AlertState | None) -> None:
        """Keep an alert as it is by now, for the journal."""
        if state is not None:
            self.states[state.alert.id] = state

    def note(self, outcome: Outcome) -> None:
        """Keep what was decided; a repeat is told only once."""
        if outcome.decision is not None and outcome.decision not in self.decisions:
            self.decisions.append(outcome.decision)
        self.deliveries.extend(outcome.deliveries)
        self.over_budget.extend(outcome.over_budget)
        self.raised = self.raised or outcome.raised

    def processed(self, at: str, rules_version: str, keep_s: float, source_desk: str | None = None) -> Processed:
        """Give what came of it, with its line of the journal, which is kept for so many seconds."""
        alerts = [decision.alert for decision in self.decisions]
        answers = [answer for decision in self.decisions for answer in decision.receivers.values()]
        sent = [answer for answer in answers if answer.startswith(DELIVERED)]
        silences = [found[1] for answer in answers if (found := _SILENCE.match(answer))]
        reasons = list(dict.fromkeys(decision.reason for decision in self.decisions))
        kept = (self.event, self.matches)
        event, matches = kept if keeps_body(self.event, keep_s) else without_body(*kept)
        data: dict[str, Any] = {
            "event": event_to_dict(event),
            "matches": msgspec.to_builtins(matches),
            "decisions": msgspec.to_builtins(self.decisions),
            "failures": msgspec.to_builtins(self.failures),
            "rules_version": rules_version,
        }
        if source_desk is not None:
            data["source_desk"] = source_desk
        if self.desks:
            data["desks"] = self.desks
        if self.states:
            data["alerts"] = [card(state) | self._noted(state) for state in self.states.values()]
        if self.newest > self.event.revision:
            data["newest"] = self.newest
        if self.turn:
            data["turn"] = self.turn
        if self.given is not None and self.given.answer.because:
            data["story"] = {"because": self.given.answer.because}
        if self.given is not None and self.given.absorbed:
            data["story"] = data.get("story", {}) | {"id": self.given.story, "merged": self.given.absorbed}
        if self.settled:
            data["over_time"] = journalled(self.settled)
        record = JournalRecord(
            kind="event",
            at=at,
            ids=list(dict.fromkeys([self.event.id, *alerts, *sent, *silences])),
            reason=", ".join(reasons) or "no_match",
            data=data,
        )
        return Processed(
            self.stream_id,
            self.event,
            record,
            self.matches,
            tuple(self.decisions),
            tuple(self.deliveries),
            tuple(self.failures),
            self.settled,
            tuple(self.over_budget),
        )

    def _noted(self, state: AlertState) -> dict[str, Any]:
        """Give the note that was written for this event, if one was: another event's stands in the line of that."""
        note = state.alert.note
        if note is None or (note.event, note.event_revision) != (self.event.id, self.event.revision):
            return {}
        return {"note": note_line(note)}
