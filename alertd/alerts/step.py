"""One event taken into one alert: what the alert becomes, whom that tells, and what else follows. Pure.

meaning     what the event means for the alert: first, news, a correction, one report more     compare, said
alert       its matches, its severity, a line of its history; a rise reopens it
telling     whom that tells, when, and who not and why                                         telling
effects     what waits, clocks, counts, marks
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from alertd.alerts.armed import armed
from alertd.alerts.audiences import Audiences
from alertd.alerts.background import Background
from alertd.alerts.bounds import MAX_CHANGES, MAX_MATCHES, bounded, remembered
from alertd.alerts.budget import OverBudget, budgets
from alertd.alerts.circumstances import flow_name
from alertd.alerts.clocks import close_timer
from alertd.alerts.compare import MAX_HEADLINE, severity_with
from alertd.alerts.excerpt import excerpt
from alertd.alerts.lanes import lanes, sources_in, sources_of
from alertd.alerts.meaning import Kind, Meaning, Meant
from alertd.alerts.note_life import Renewed, due_after, renewed
from alertd.alerts.outcome import Outcome, decision_on
from alertd.alerts.policy import loudest, severity_rank
from alertd.alerts.rights import RESTRICTED, keeps_body, limits, shown, without_body
from alertd.alerts.route import receivers_of
from alertd.alerts.said import said_by
from alertd.alerts.storm import KEEP_FLOW_S
from alertd.alerts.telling import Telling
from alertd.base.clock import rfc3339
from alertd.model import (
    Alert,
    AlertState,
    Change,
    Count,
    Effects,
    Event,
    Folded,
    Match,
    NewDelivery,
    Reason,
    Said,
    Timer,
)
from alertd.rules.book import Portfolio

KEEP_ALERT_S = 40 * 86_400
"""About how long an alert is kept: a body that may not be kept for so long is not in it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One event taken into one alert."""

    portfolio: Portfolio
    background: Background
    event: Event
    now: int
    subject: str
    state: AlertState | None
    story: str
    """That the event belongs to: by now it may be part of an older one than when the event came."""

    @property
    def revision(self) -> int:
        """The alert's revision; 0 if there is none yet."""
        return self.state.alert.revision if self.state is not None else 0

    def begin(self, name: str, matches: Sequence[Match]) -> Outcome:
        """Raise the alert, or take one more event into it."""
        if self.state is not None:
            return self._take(self.state.alert, matches, "another")
        at, title = rfc3339(self.now), self.event.title or self.event.url or self.event.id
        alert = Alert(
            id=name,
            revision=0,
            portfolio=self.portfolio.id,
            subject=self.subject,
            severity=loudest([match.severity for match in matches]),
            title=title,
            first_title=title,
            matches=list(matches),
            story=self.story,
            first_at=at,
            updated_at=at,
            armed=armed(self.portfolio, self.event, matches),
        )
        return self._take(alert, matches, "first")

    def update(self, matches: Sequence[Match]) -> Outcome:
        """Take a new revision of one of its events into the alert."""
        assert self.state is not None
        return self._take(self.state.alert, matches, "revision")

    def _take(self, before: Alert, matches: Sequence[Match], kind: Kind) -> Outcome:
        meaning = Meaning(self.event, self.story, self.state, kind)
        meant = meaning.of(before, matches)
        after = before if kind == "first" else self._changed(before, matches)
        if not self._is_shown(meant):
            after = replace(after, title=before.title)  # a report that adds nothing leaves the headline
        anew = renewed(self.state, self.event, meant, self.background.note, is_shown=self._is_shown(meant))
        after = replace(after, note=anew.note)
        after, reopened = self._reopened(before, after, meant)
        whole = None if kind == "first" else before
        audiences = Audiences(whole, matches, self.event.id, self.portfolio.receivers, meant, meaning.of)
        told = self._telling(after, matches, audiences, reopened, anew)
        if meant.material or told.deliveries or told.holds or told.wanted or told.wants_model:
            after = told.state.alert
        return self._outcome(before, after, meant, told, matches)

    # --- what becomes of the alert ----------------------------------------------------------------------------

    def _changed(self, before: Alert, matches: Sequence[Match]) -> Alert:
        changed = replace(before, portfolio=self.portfolio.id, updated_at=rfc3339(self.now))
        if self.event.withdrawn:  # what it said stays, so that a reader sees what is taken back
            return replace(changed, armed=[])
        others = [match for match in before.matches if match.event != self.event.id]
        kept = others[max(len(others) + len(matches) - MAX_MATCHES, 0) :]
        return replace(
            changed,
            matches=[*kept, *matches],
            severity=severity_with(before, [*kept, *matches]),
            title=self.event.title or self._called(before),
            armed=armed(self.portfolio, self.event, matches) or before.armed,
        )

    def _called(self, before: Alert) -> str:
        """Name the alert after an event without a headline: as before, if that is the one it is named after."""
        known = self.state.event if self.state is not None else None
        return before.title if known is None or known.id == self.event.id else self.event.url or self.event.id

    def _is_shown(self, meant: Meant) -> bool:
        """Tell whether the alert bears the headline of the event at hand, and is shown with it from now on."""
        known = self.state.event if self.state is not None else None
        if known is None or known.id == self.event.id:
            return True
        return meant.material and not self.event.withdrawn

    def _reopened(self, before: Alert, after: Alert, meant: Meant) -> tuple[Alert, str]:
        """Open again what was acknowledged or closed, and say why it was not open; a rise ends a snooze, too."""
        rises = severity_rank(after.severity) > severity_rank(before.severity)
        if rises and after.snoozed_until is not None:
            after = replace(after, snoozed_until=None)
        if before.status == "acknowledged" and rises:
            was = f"reopened: it was acknowledged by {before.acknowledged_by or 'somebody'}"
        elif before.status == "closed" and (meant.material or rises):
            was = "reopened: it was closed"
        else:
            return after, ""
        return replace(after, status="open", acknowledged_by=None, acknowledged_at=None), was

    def _change(self, revision: int, reason: Literal["reopened"] | Reason, text: str) -> Change:
        return Change(
            at=rfc3339(self.now),
            revision=revision,
            event=self.event.id,
            event_revision=self.event.revision,
            reason=reason,
            text=text,
            rights=limits(self.event),
        )

    # --- whom that tells --------------------------------------------------------------------------------------

    def _telling(
        self, after: Alert, matches: Sequence[Match], audiences: Audiences, reopened: str, anew: Renewed
    ) -> Telling:
        """Tell, as if it were news to somebody; whether it is shows by what comes of it."""
        named = receivers_of([*matches, *after.matches], self.portfolio.receivers)
        whom = list(dict.fromkeys([*named, *lanes(self.state)]))
        readers = dict.fromkeys([*whom, *self.portfolio.receivers])  # also who may come to know of it later
        seen = {name: text for name in readers if (text := audiences.text(name)) is not None}
        revision, meant = after.revision + 1, audiences.whole
        changes = [replace(self._change(revision, meant.reason, meant.text), seen=seen)]
        changes += [self._change(revision, "reopened", reopened)] if reopened else []
        alert = replace(after, revision=revision, changes=bounded([*after.changes, *changes], MAX_CHANGES))
        telling = Telling(
            portfolio=self.portfolio,
            background=self.background,
            event=self.event,
            now=self.now,
            state=replace(self._state(alert), facts_note=anew.facts),
            audience=audiences.of,
            reason=meant.reason,
            reopened=bool(reopened),
            anew=anew,
            is_shown=self._is_shown(meant),
        )
        telling.tell(whom)
        return telling

    # --- what there is to commit ------------------------------------------------------------------------------

    def _state(self, alert: Alert) -> AlertState:
        """Give the alert with what is kept beside it, the event not yet taken in."""
        before = self.state
        return AlertState(
            alert=alert,
            folded=before.folded if before is not None else [],
            said=before.said if before is not None else Said(),
            told=dict(lanes(before)),
            event=before.event if before is not None else None,
            sources=max(sources_in(before), sources_of(self.event)),
            portfolio_title=self.portfolio.title,
            timezone=self.portfolio.timezone,
            desk=self.portfolio.desk,
            identity=self.portfolio.identity,
            receivers=list(self.portfolio.receivers),
            note_due=before.note_due if before is not None else None,
        )

    def _outcome(self, before: Alert, after: Alert, meant: Meant, told: Telling, matches: Sequence[Match]) -> Outcome:
        decision = decision_on(
            self.portfolio,
            after.id,
            after.revision,
            _reason(meant, told),
            list(dict.fromkeys(match.rule for match in after.matches)),
            detail=meant.text,
            receivers=told.answers,
        )
        headline = "" if self.event.withdrawn else self.event.title[:MAX_HEADLINE]
        entry = Folded(event=self.event.id, revision=self.event.revision, decision=decision, headline=headline)
        state = self._state(after)
        said = state.said
        if said is not None and not self.event.withdrawn:
            said = said_by(self.event, self.story, said)
        state = replace(
            state,
            folded=remembered([*state.folded, entry]),
            said=said,
            told=told.lanes,
            event=self._shown_with(state.event, meant),
            facts_note=told.anew.facts,
        )
        due = due_after(
            state, wanted=told.wants_model, alone=told.anew.alone, material=lambda: told.material, now=self.now
        )
        counts, over = self._flows(told.deliveries), list[OverBudget]()
        if meant.reason == "first":
            rules, circumstances = self.background.rules, self.background.circumstances
            raised, over = budgets(self.portfolio, matches, rules, circumstances, self.now)
            counts += raised
        snooze_over = before.snoozed_until is not None and after.snoozed_until is None
        effects = Effects(
            holds=told.holds,
            timers=[*told.timers, *([close_timer(after, self.now)] if after.status != "closed" else [])],
            cancel=[Timer(kind="resurface", alert=after.id, due_ms=0).name] if snooze_over else [],
            counts=counts,
            marks=told.marks,
            note_due_ms=None if due == state.note_due else self.now if due is not None else 0,
        )
        state = replace(state, note_due=due)
        return Outcome(decision, state, tuple(told.deliveries), effects, tuple(over), meant.reason == "first")

    def _flows(self, deliveries: Sequence[NewDelivery]) -> list[Count]:
        """Count messages for the receivers whose rate is looked at."""
        policies = self.background.policies
        return [
            Count(name=flow_name(one.receiver, self.now), keep_s=KEEP_FLOW_S)
            for one in deliveries
            if policies[one.receiver].storm is not None and one.message.type != "note"
        ]

    def _shown_with(self, known: Event | None, meant: Meant) -> Event:
        """Give the event that a message shows which no event brings about, as it may be kept.

        The headline stays that of a report which its source takes back: what it said is marked, and not replaced.
        """
        event = self.event
        if known is not None and event.withdrawn:
            return replace(known, withdrawn=True, revision=event.revision) if known.id == event.id else known
        if known is not None and not self._is_shown(meant):
            return known
        kept = excerpt(shown(event))
        return kept if keeps_body(event, KEEP_ALERT_S) else without_body(kept, ())[0]


def _reason(meant: Meant, told: Telling) -> Reason:
    """Say what it came to: of a first alert, why it is not told at once, if it is not."""
    if meant.reason != "first" or told.deliveries:
        return meant.reason
    if told.waits or told.withheld:
        return told.waits or told.withheld or meant.reason
    closed = any(why.startswith(RESTRICTED) for why in told.answers.values())
    return "restricted" if closed else "no_receiver"
