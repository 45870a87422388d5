"""An alert that waits in a window because of an answer or a clock, not of an event. Pure."""

from __future__ import annotations

from alertd.alerts.deliver import Seen, digest_item
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.timing import Put
from alertd.model import AlertState, Hold, NewDelivery


def hold_of(
    state: AlertState, policy: ReceiverPolicy, put: Put, message: NewDelivery, now: int, seen: Seen | None = None
) -> Hold:
    """Put an alert off for a receiver, from `now` (ms) on; `message` is what it would be told now."""
    return Hold(
        receiver=policy.id,
        kind=put.kind,
        portfolio=state.alert.portfolio if put.kind == "budget" else "",
        until_ms=put.until_ms,
        since_ms=now,
        expires_ms=put.expires_ms,
        item=digest_item(state, policy, reason=put.reason, since=now, news=message.message.news, seen=seen),
        message=message if put.kind in ("brief", "group") else None,
    )
