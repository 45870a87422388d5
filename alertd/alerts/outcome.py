"""What deciding comes to, and what alerts are about."""

from __future__ import annotations

from dataclasses import dataclass, field

from alertd.alerts.budget import OverBudget
from alertd.alerts.lanes import DELIVERED
from alertd.base.ids import alert_id, story_id
from alertd.model import AlertState, Decision, Effects, Event, NewDelivery, Reason
from alertd.rules.book import Portfolio


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to record, what to commit, what to send. Without a new state there is nothing to commit."""

    decision: Decision | None
    """None: the event is of no concern to the alert."""
    state: AlertState | None = None
    deliveries: tuple[NewDelivery, ...] = ()
    effects: Effects = field(default_factory=Effects)
    over_budget: tuple[OverBudget, ...] = ()
    """Rules that have raised more alerts with this one than their authors expect."""

    raised: bool = False
    """The alert is new."""


def outcomes(decision: Decision) -> list[str]:
    """Give what became of it for each receiver: `sent`, or the word of the closed list that begins its reason."""
    answers = decision.receivers.values()
    return ["sent" if answer.startswith(DELIVERED) else answer.partition(":")[0] for answer in answers]


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
