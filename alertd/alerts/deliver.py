"""A message about an alert for one receiver: what it may see, what is new to it, and the delivery. Pure.

Used by whatever tells: an event (`step.py`), an answer or a clock (`answers.py`, `clocks.py`), the end of a window
(`release.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from msgspec.structs import replace

from alertd import __version__
from alertd.alerts.crowding import uncounted
from alertd.alerts.excerpt import excerpt
from alertd.alerts.lanes import has_message, lane, lanes, sources_in, told
from alertd.alerts.notes import note_shown, only_of
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.rights import closed_to, limits, narrowed, shown, strictest
from alertd.alerts.route import eyes_of, routed
from alertd.alerts.stands_by import stands_by
from alertd.base.clock import rfc3339
from alertd.base.ids import delivery_id
from alertd.model import (
    Alert,
    AlertState,
    DigestItem,
    Event,
    Message,
    MessageType,
    NewDelivery,
    Reason,
    Told,
    TouchedHolding,
)

_DISPATCHED_BY = f"alertd {__version__}"
AFTER_MS = 2_000
"""How long a note lets alerts go first: also the next ones of a burst, to the same place."""
MAX_NEWS = 20
"""Changes that a message names; of more the newest."""
MAX_HOLDINGS = 10
MAX_RULES = 10
"""Of an alert in a digest, the most important."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An alert and the event it is shown with, as one receiver may see them."""

    alert: Alert
    event: Event
    short: Event
    """The same as a message carries it."""


def as_seen(state: AlertState, policy: ReceiverPolicy, event: Event | None = None, *, via: str = "") -> Seen:
    """Give what a receiver may see of an alert: what is routed to it, without what rights close to it.

    `event` is the one at hand, by default the newest that changed the alert; where that is closed to the receiver, a
    headline of one that is not stands for it. `via` names the receiver in whose place it is told, too.
    """
    before = lane(state, policy.id)
    own = state.receivers if state.receivers is not None else list(lanes(state))
    via = via or (before.via if before is not None else "")
    whole = state.alert
    alert = routed(whole, eyes_of(policy.id, via, whole, own), own)
    note = state.facts_note if policy.note == "facts" and state.facts_note is not None else whole.note
    note = note if note is not None and any(match.event == note.event for match in alert.matches) else None
    if note is not None and len(alert.matches) < len(whole.matches):
        note = only_of(note, {holding.company for match in alert.matches for holding in match.holdings})
    alert = replace(alert, note=note_shown(note, policy))
    at_hand = event if event is not None else state.event
    if at_hand is None or closed_to(policy, limits(at_hand)):
        at_hand = _stand_in(state, alert, policy)
    short, visible = excerpt(shown(at_hand, leaves=policy.leaves)), narrowed(alert, at_hand, policy)
    if len(visible.changes) + len(visible.matches) == len(alert.changes) + len(alert.matches):  # it may know of all
        short = _with_sources(short, sources_in(state))
    elif visible.note is not None:
        visible = replace(visible, note=uncounted(visible.note))
    return Seen(visible, at_hand, short)


def delivery(
    state: AlertState,
    policy: ReceiverPolicy,
    *,
    kind: MessageType,
    reason: str,
    now: int,
    news: Sequence[str] | None = None,
    loud: bool = True,
    event: Event | None = None,
    seen: Seen | None = None,
    escalated_from: str = "",
    after_ms: int = 0,
    behind: int = 0,
) -> NewDelivery:
    """Make the delivery that tells a receiver of an alert at its present revision, due `after_ms` from `now` (ms).

    A note goes `behind` the message of a revision: it is not sent before that, and never if that is not.

    `state` has the lane as it was before; `news` are by default the changes since then. `event` is the one at hand,
    by default the newest that changed the alert; `seen` is given where the caller has it (`as_seen`).
    """
    before = lane(state, policy.id)
    seen = seen if seen is not None else as_seen(state, policy, event, via=escalated_from)
    apart = kind == "note"
    chain = f"{seen.alert.id}/note" if apart else seen.alert.id
    number = delivery_id(policy.id, chain, seen.alert.revision)
    message = Message(
        type=kind,
        delivery=number,
        receiver=policy.id,
        at=_written(now),
        alert=seen.alert if apart or not policy.notes_apart else replace(seen.alert, note=None),
        event=seen.short,
        news=list(news) if news is not None else news_for(before, seen.alert, policy),
        loud=loud,
        told_before=apart or has_message(before),
        escalated_from=escalated_from,
        stands_by=stands_by(seen.alert, seen.event, state.folded),
        portfolio_title=state.portfolio_title,
        timezone=state.timezone,
        reason=reason,
        dispatched_by=_DISPATCHED_BY,
    )
    keep_body_s, export = strictest([limits(seen.event), *(match.rights for match in state.alert.matches)])
    return NewDelivery(
        id=number,
        receiver=policy.id,
        lane="critical" if seen.alert.severity == "critical" and not apart else "normal",
        mode=policy.mode,
        chain=chain,
        due_ms=now + after_ms,
        expires_ms=now + round(policy.expire_s * 1000),
        message=message,
        keep_body_s=keep_body_s,
        export=export,
        behind=delivery_id(policy.id, seen.alert.id, behind) if behind else "",
    )


def digest_item(
    state: AlertState,
    policy: ReceiverPolicy,
    *,
    reason: Reason,
    since: int,
    news: Sequence[str] | None = None,
    event: Event | None = None,
    seen: Seen | None = None,
) -> DigestItem:
    """Give an alert's line in a message about several, at its present revision; `since` (ms): since when it waits."""
    before = lane(state, policy.id)
    seen = seen if seen is not None else as_seen(state, policy, event)
    alert = seen.alert
    return DigestItem(
        alert=alert.id,
        revision=alert.revision,
        portfolio=alert.portfolio,
        portfolio_title=state.portfolio_title,
        severity=alert.severity,
        status=alert.status,
        title=alert.title,
        url=seen.event.url,
        source=seen.event.source,
        withdrawn=seen.event.withdrawn,
        first_at=alert.first_at,
        updated_at=alert.updated_at,
        since=_written(since),
        news=list(news) if news is not None else news_for(before, alert, policy),
        holdings=_holdings(alert),
        rules=list(dict.fromkeys(match.title or match.rule for match in alert.matches))[:MAX_RULES],
        reason=reason,
    )


def news_for(before: Told | None, seen: Alert, policy: ReceiverPolicy) -> list[str]:
    """Say what changed since a receiver was told; nothing if it never was.

    Reports that add nothing stand in the history only if somebody wants them all: who does not is not told of them,
    unless there is nothing else to say.
    """
    if before is None or not before.revision:
        return []
    changes = [change for change in seen.changes if change.revision > before.revision]
    heard = [one for one in changes if one.reason != "update_minor" or policy.updates == "all"] or changes[-1:]
    texts = [change.text for change in heard]
    return list(dict.fromkeys(reversed(texts)))[:MAX_NEWS][::-1]  # what came twice, such as a source, is said once


def with_told(
    state: AlertState, policies: Mapping[str, ReceiverPolicy], receivers: Sequence[str], now: int, *, via: str = ""
) -> AlertState:
    """Give an alert whose present revision is queued for receivers; what waited for them there waits no more."""
    known = dict(lanes(state))
    for receiver in receivers:
        seen = as_seen(state, policies[receiver], via=via)
        known[receiver] = told(known.get(receiver), seen.alert, now, sources=sources_in(state), via=via)
    return replace(state, told=known)


def _with_sources(event: Event, sources: int) -> Event:
    """Give an event with the sources that its story has by now: its own are those of when it came."""
    if event.story is None or event.story.sources >= sources:
        return event
    return replace(event, story=replace(event.story, sources=sources))


@lru_cache(maxsize=16)
def _written(now: int) -> str:
    """Write a time; a hundred receivers are told at the same."""
    return rfc3339(now)


def _holdings(alert: Alert) -> list[TouchedHolding]:
    found = {holding.company: holding for match in alert.matches for holding in match.holdings}
    return sorted(found.values(), key=lambda holding: -abs(holding.weight or 0.0))[:MAX_HOLDINGS]


def _stand_in(state: AlertState, alert: Alert, policy: ReceiverPolicy) -> Event:
    """Give what is left of the newest event that a receiver may know of: its headline."""
    open_ = [change for change in alert.changes if change.event and not closed_to(policy, change.rights)]
    headlines = {folded.event: folded.headline for folded in state.folded if folded.headline}
    newest = next((change for change in reversed(open_) if change.event in headlines), None)
    if newest is not None:
        return Event(
            id=newest.event,
            revision=newest.event_revision,
            title=headlines[newest.event],
            seen_at=newest.at,
            event_at=newest.at,
            withdrawn=not {folded.event: folded.headline for folded in state.folded}[newest.event],
        )
    hidden = len(open_) < len([change for change in alert.changes if change.event])
    return Event(id=alert.id, title=alert.id if hidden else alert.title, seen_at=alert.updated_at)
