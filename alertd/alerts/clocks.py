"""The clocks of an alert's life: when they are set. What they do when their time has come stands in `ring.py`. Pure.

    escalate    nobody acknowledged, closed or snoozed it in time: others are told
    resurface   a snooze is over: who knows of the alert is told what came meanwhile
    close       its story is over: it closes without a page

The timers stay in the store until the commit that they bring about cancels them, so that none is lost or done twice.
"""

from __future__ import annotations

from alertd.alerts.deliver import as_seen
from alertd.alerts.knowing import Policies, knowing
from alertd.alerts.policy import ReceiverPolicy, severity_rank
from alertd.model import Alert, AlertState, Timer

STORY_IDLE_MS = 72 * 3_600_000
"""A story to which nothing came for so long is over: no later event joins it."""
IDLE_MS = 7 * 86_400_000
"""The same for an alert about something else: a company, the parties of a deal, an episode of a rule."""


def close_timer(alert: Alert, now: int) -> Timer:
    """Give the timer that closes an alert to which nothing comes any more; each event sets it anew. `now` in ms."""
    idle = STORY_IDLE_MS if alert.subject.startswith("st_") else IDLE_MS
    return Timer(kind="close", alert=alert.id, due_ms=now + idle)


def escalate_timer(policy: ReceiverPolicy, alert: Alert, now: int) -> Timer | None:
    """Give the timer that passes an alert on, should nobody answer; None where the receiver wants none of that.

    `alert` as the receiver is told of it, at `now` in milliseconds.
    """
    wanted = policy.escalate
    if wanted is None or severity_rank(alert.severity) < severity_rank(wanted.min_severity):
        return None
    due = now + round(wanted.after_s * 1000)
    return Timer(kind="escalate", alert=alert.id, receiver=policy.id, due_ms=due)


def waits_again(state: AlertState, policies: Policies, now: int) -> list[Timer]:
    """Give the timers of an alert that waits for an answer again: for its escalations, and for its end."""
    wanted = [escalate_timer(policy, as_seen(state, policy).alert, now) for policy in knowing(state, policies)]
    return [*(timer for timer in wanted if timer is not None), close_timer(state.alert, now)]
