"""One event taken into one alert: what the alert becomes, whom that tells, and with which message. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import msgspec

from alertd import __version__
from alertd.alerts.compare import MAX_HEADLINE, compare, quoted, severity_with
from alertd.alerts.excerpt import excerpt
from alertd.alerts.policy import ReceiverPolicy, loudest, severity_rank
from alertd.alerts.rights import RESTRICTED, closed_to, limits, narrowed, shown
from alertd.alerts.said import facts_beyond, news_in, said_by
from alertd.base.clock import rfc3339
from alertd.base.ids import alert_id, delivery_id, story_id
from alertd.model import (
    Alert,
    AlertState,
    Change,
    Decision,
    Event,
    Folded,
    Match,
    Message,
    NewDelivery,
    Reason,
    Said,
)
from alertd.rules.book import Portfolio

MAX_FOLDED = 500
MAX_CHANGES = 100
MAX_MATCHES = 50
"""Matches that an alert about several events carries, the newest; all of the event at hand."""

MAX_NEWS = 5
"""What an event adds that one line of changes names."""

T = TypeVar("T")
Told = Literal["first", "material", "minor"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to record, what to commit, what to send. Without a new state there is nothing to commit."""

    decision: Decision | None
    """None: the event is of no concern to the alert."""
    state: AlertState | None = None
    deliveries: tuple[NewDelivery, ...] = ()


def subject_of(event: Event) -> str:
    """Give the subject of the alerts that an event raises: its story, its own where it was put into none."""
    return event.story.id if event.story is not None else story_id(event.id)


def alert_of(portfolio: Portfolio, subject: str) -> str:
    """Name the alert of a portfolio about a subject: a portfolio that is renamed keeps its alerts."""
    return alert_id(portfolio.identity or portfolio.id, subject)


def decision_on(
    portfolio: Portfolio,
    alert: str,
    revision: int,
    reason: Reason,
    rules: list[str],
    *,
    detail: str = "",
    receivers: dict[str, str] | None = None,
) -> Decision:
    """Make a decision."""
    return Decision(
        portfolio=portfolio.id,
        alert=alert,
        alert_revision=revision,
        reason=reason,
        detail=detail,
        receivers=receivers or {},
        rules=rules,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One event taken into one alert."""

    portfolio: Portfolio
    receivers: Sequence[ReceiverPolicy]
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
        return self._first(name, matches) if self.state is None else self._join(self.state, matches)

    def _first(self, name: str, matches: Sequence[Match]) -> Outcome:
        at = rfc3339(self.now)
        alert = Alert(
            id=name,
            revision=1,
            portfolio=self.portfolio.id,
            subject=self.subject,
            severity=loudest([match.severity for match in matches]),
            title=self.event.title or self.event.url or self.event.id,
            first_title=self.event.title or self.event.url or self.event.id,
            matches=list(matches),
            story=self.story,
            first_at=at,
            updated_at=at,
        )
        text = "first report" if self.event.revision == 1 else f"matches since revision {self.event.revision}"
        deliver, without = self._receivers(alert, "first")
        closed = any(why.startswith(RESTRICTED) for why in without.values())
        reason: Reason = "first" if deliver else "restricted" if closed else "no_receiver"
        return self._outcome(alert, reason, text, deliver, without)

    def _join(self, state: AlertState, matches: Sequence[Match]) -> Outcome:
        """Take another event into the alert: news about what it is about, or one more report of what is known."""
        before = state.alert
        after = self._changed(before, matches)
        news = news_in(self.event, self.story, matches, before, state.said)
        if severity_rank(after.severity) > severity_rank(before.severity):
            news = [*(news or []), f"severity {before.severity} → {after.severity}"]
        if news == []:
            return self._repeat(before, after)
        after = msgspec.structs.replace(after, revision=before.revision + 1)
        deliver, without = self._receivers(after, "material")
        title = quoted(self.event.title or self.event.url or self.event.id)
        text = "; ".join([f"also reported: {title}", *(news or [])[:MAX_NEWS]])
        return self._outcome(after, "update_material", text, deliver, without)

    def _repeat(self, before: Alert, after: Alert) -> Outcome:
        """Take in a report that adds nothing: the headline stays, and only who wants all updates is told."""
        deliver, without = self._receivers(after, "minor")
        after = msgspec.structs.replace(after, title=before.title, revision=before.revision + bool(deliver))
        text = f"also reported by {self.event.source or 'another source'}"
        return self._outcome(after, "update_minor", text, deliver, without)

    def update(self, matches: Sequence[Match]) -> Outcome:
        """Take a new revision of one of its events into the alert."""
        assert self.state is not None
        before = self.state.alert
        difference = compare(before, matches, self.event, self._headline(before), self._facts_corrected())
        after = self._changed(before, matches)
        deliver, without = self._receivers(after, "material" if difference.material else "minor")
        raised = difference.material or bool(deliver)
        after = msgspec.structs.replace(after, revision=before.revision + raised)
        reason: Reason = "update_material" if difference.material else "update_minor"
        return self._outcome(after, reason, difference.text, deliver, without)

    def _facts_corrected(self) -> list[str]:
        """Say what a revision states that the alert has not said, to the digit: a corrected figure is news."""
        said = self.state.said if self.state is not None else None
        return facts_beyond(self.event, said, about=0.0)[:MAX_NEWS] if said is not None and said.stories else []

    def _headline(self, before: Alert) -> str:
        """Give the headline that this event had before."""
        folded = self.state.folded if self.state is not None else []
        known = (f.headline for f in reversed(folded) if f.event == self.event.id and f.headline)
        return next(known, before.title)

    def _changed(self, before: Alert, matches: Sequence[Match]) -> Alert:
        changed = msgspec.structs.replace(before, portfolio=self.portfolio.id, updated_at=rfc3339(self.now))
        if self.event.withdrawn:  # what it said stays, so that a reader sees what is taken back
            return changed
        others = [match for match in before.matches if match.event != self.event.id]
        kept = others[max(len(others) + len(matches) - MAX_MATCHES, 0) :]
        return msgspec.structs.replace(
            changed,
            matches=[*kept, *matches],
            severity=severity_with(before, [*kept, *matches]),
            title=self.event.title or before.title,
        )

    def _receivers(self, alert: Alert, told: Told) -> tuple[list[ReceiverPolicy], dict[str, str]]:
        """Tell those who get a message from those who do not, with the reason of the latter."""
        deliver: list[ReceiverPolicy] = []
        without: dict[str, str] = {}
        known: Mapping[str, ReceiverPolicy] = {policy.id: policy for policy in self.receivers}
        for receiver in self.portfolio.receivers:
            policy = known.get(receiver)
            if policy is None:
                without[receiver] = "receiver_removed"
            elif reason := closed_to(policy, limits(self.event)) or self._withheld(policy, alert, told):
                without[receiver] = reason
            else:
                deliver.append(policy)
        return deliver, without

    def _withheld(self, policy: ReceiverPolicy, alert: Alert, told: Told) -> str:
        knows = self._has_been_told(policy.id)
        alert = narrowed(alert, self.event, policy)
        if self._has_missed(policy.id) and not self.event.withdrawn:  # what is no news to the alert is news to it
            told = "material" if knows else "first"
        if severity_rank(alert.severity) < severity_rank(policy.min_severity) and not knows:
            return f"below its min_severity {policy.min_severity}"
        if told == "first":
            return ""
        if not knows:  # grown loud enough only now, or a receiver added since
            news = told == "material" and alert.matches and not self.event.withdrawn
            return "" if news else "was never told of this alert"
        wanted = policy.updates == "all" or (policy.updates == "material" and told == "material")
        return "" if wanted else f"its updates are {policy.updates}"

    def _has_been_told(self, receiver: str) -> bool:
        folded = self.state.folded if self.state is not None else []
        return any(f.decision.receivers.get(receiver, "").startswith("dl_") for f in folded)

    def _has_missed(self, receiver: str) -> bool:
        """Tell whether something was withheld from a receiver by rights since it was told last."""
        folded = self.state.folded if self.state is not None else []
        said = (f.decision.receivers.get(receiver, "") for f in reversed(folded))
        return next((why for why in said if why.startswith(("dl_", RESTRICTED))), "").startswith(RESTRICTED)

    def _outcome(
        self, alert: Alert, reason: Reason, text: str, deliver: list[ReceiverPolicy], without: dict[str, str]
    ) -> Outcome:
        before = self.state.alert if self.state is not None else None
        if before is None or alert.revision > before.revision:
            change = Change(
                at=rfc3339(self.now),
                revision=alert.revision,
                event=self.event.id,
                event_revision=self.event.revision,
                reason=reason,
                text=text,
                rights=limits(self.event),
            )
            alert = msgspec.structs.replace(alert, changes=bounded([*alert.changes, change], MAX_CHANGES))
        deliveries = tuple(self._delivery(alert, policy, reason) for policy in deliver)
        ids = {delivery.receiver: delivery.id for delivery in deliveries}
        rules = [match.rule for match in alert.matches]
        decision = decision_on(
            self.portfolio, alert.id, alert.revision, reason, rules, detail=text, receivers=ids | without
        )
        headline = "" if self.event.withdrawn else self.event.title[:MAX_HEADLINE]
        entry = Folded(event=self.event.id, revision=self.event.revision, decision=decision, headline=headline)
        folded = [*(self.state.folded if self.state is not None else []), entry]
        said = self.state.said if self.state is not None else Said()
        if said is not None and not self.event.withdrawn:
            said = said_by(self.event, self.story, said)
        return Outcome(decision, AlertState(alert=alert, folded=bounded(folded, MAX_FOLDED), said=said), deliveries)

    def _delivery(self, alert: Alert, policy: ReceiverPolicy, reason: Reason) -> NewDelivery:
        number = delivery_id(policy.id, alert.id, alert.revision)
        message = Message(
            type="alert.updated" if self._has_been_told(policy.id) else "alert.fired",
            delivery=number,
            receiver=policy.id,
            at=rfc3339(self.now),
            alert=narrowed(alert, self.event, policy),
            event=excerpt(shown(self.event, leaves=policy.leaves)),
            portfolio_title=self.portfolio.title,
            timezone=self.portfolio.timezone,
            reason=reason,
            dispatched_by=f"alertd {__version__}",
        )
        return NewDelivery(
            id=number,
            receiver=policy.id,
            lane="critical" if alert.severity == "critical" else "normal",
            mode=policy.mode,
            chain=alert.id,
            due_ms=self.now,
            expires_ms=self.now + round(policy.expire_s * 1000),
            message=message,
        )


def bounded(items: list[T], most: int) -> list[T]:
    """Keep so many: the first, which says how it began, and the newest."""
    return items if len(items) <= most else [items[0], *items[-(most - 1) :]]
