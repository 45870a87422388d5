"""The end of a window: alerts that were held are decided again and go out as one message. Pure.

    gone, merged, told, closed, withdrawn, snoozed, silenced, behind a wall  -> left out, with the reason
    too old by now                                                           -> at the foot
    else                                                                     -> listed, the loudest first

One that is left of quiet hours or a short wait goes as the message itself. Nothing left: nothing is sent, and the
journal says why. What comes late for a window that is over makes one more message, the next part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from alertd import __version__
from alertd.alerts.clocks import escalate_timer
from alertd.alerts.deliver import MAX_NEWS, as_seen, delivery, digest_item, news_for
from alertd.alerts.knowing import behind_wall, hushed, louder, nothing_to_see, snoozed, taken_back
from alertd.alerts.lanes import knows, lane, missing, sources_in, told, without_hold
from alertd.alerts.policy import ReceiverPolicy, severity_rank
from alertd.alerts.route import below
from alertd.base.clock import rfc3339
from alertd.base.ids import make_id
from alertd.model import (
    SEVERITIES,
    AlertState,
    Digest,
    DigestItem,
    DigestKind,
    Hold,
    JournalRecord,
    Message,
    NewDelivery,
    Silence,
    Timer,
    Told,
    Window,
)

MEMBERS = 1_000
"""Of one message: of a window with more the rest makes further parts."""
LISTED: Mapping[DigestKind, int] = {"storm": 10, "group": 10, "budget": 10, "brief": 25, "digest": 25}
EXPIRED = 10
"""Listed at the foot."""
ALONE = ("brief", "group")
"""Windows of which a single alert is no digest."""
LISTED_IN = "listed"
REMOVED = "receiver_removed"


@dataclass(frozen=True, slots=True)
class Released:
    """What is to be done with a window's members, all of it or nothing."""

    members: tuple[Hold, ...]
    deliveries: tuple[NewDelivery, ...]
    lanes: Mapping[str, Told]
    """Alert -> what the receiver knows of it from now on."""
    timers: tuple[Timer, ...]
    """Escalations of what is told."""
    fates: Mapping[str, str]
    """Member -> `listed`, `expired`, or why it was left out."""
    record: JournalRecord


@dataclass(frozen=True, slots=True)
class _Entry:
    item: DigestItem
    expired: bool
    timezone: str
    desk: str | None


class Release:
    """Gathers what becomes of the members of one window, one after the other."""

    def __init__(self, window: Window, policy: ReceiverPolicy | None, silences: Sequence[Silence], now: int) -> None:
        """`policy` None: the receiver is not configured any more. `now` in milliseconds."""
        self._window = window
        self._policy = policy
        self._silences = silences
        self._now = now
        self._members: list[Hold] = []
        self._fates: dict[str, str] = {}
        self._lanes: dict[str, Told] = {}
        self._entries: dict[str, _Entry] = {}
        self._portfolios: set[str] = set()
        self._desk: str | None = None
        self._timers: list[Timer] = []
        self._alone: NewDelivery | None = None

    def add(self, hold: Hold, state: AlertState | None) -> None:
        """Decide again about one member; `state` is that of the alert, or of the one that carries it on by now."""
        self._decide(hold, state)
        self._members.append(hold)

    def _decide(self, hold: Hold, state: AlertState | None) -> None:
        if state is None:
            self._fates[hold.item.alert] = "the alert is not kept any more"
            return
        self._portfolios.add(state.alert.portfolio)
        self._desk = self._desk or state.desk
        before = lane(state, self._window.receiver)
        if why := self._left_out(hold, state, before):
            self._fates[hold.item.alert] = why
            if before is not None and state.alert.id not in self._lanes and before.held == self._window.name:
                after = without_hold(before)
                kept = why.startswith(("silenced", "restricted"))  # one report more of it is news to the receiver
                loud = knows(before) and not before.held_quiet
                self._lanes[state.alert.id] = missing(after, corrects=loud) if kept else after or Told()
            return
        self._list(hold, state, before)

    def _left_out(self, hold: Hold, state: AlertState, before: Told | None) -> str:
        """Say why a member is not told; empty if it is."""
        alert, policy = state.alert, self._policy
        if policy is None:
            return REMOVED
        merged = alert.id != hold.item.alert
        if alert.id in self._entries:
            return f"merged_into: {alert.id}"
        if before is not None and knows(before) and self._told_meanwhile(hold, before, merged=merged):
            return f"told meanwhile: revision {before.revision}"
        if alert.status == "closed":
            return "closed: " + next((c.text for c in reversed(alert.changes) if c.reason == "closed"), "meanwhile")
        if not knows(before) and taken_back(state):
            return "withdrawn before it was told"
        if behind_wall(state, policy):
            return "restricted: the alert is another desk's"
        seen = as_seen(state, policy)
        if why := nothing_to_see(state, seen, before):
            return why
        if not knows(before) and (why := below(policy, seen.alert.severity)):  # who was told hears that it sank
            return why
        if snoozed(state, self._now) and not louder(before, seen.alert):
            return f"silenced: snoozed until {alert.snoozed_until}"
        return hushed(self._silences, policy, state, seen, self._now)

    def _told_meanwhile(self, hold: Hold, before: Told, *, merged: bool) -> bool:
        """Tell whether the receiver knows what waits here. Revisions of the alert that carries it on say nothing of
        that: there the lane, which came along, names the window for as long as it waits.
        """
        return before.held != self._window.name if merged else before.revision >= hold.item.revision

    def _list(self, hold: Hold, state: AlertState, before: Told | None) -> None:
        policy, name = self._policy, state.alert.id
        assert policy is not None
        expired = hold.expires_ms <= self._now
        seen = as_seen(state, policy)
        reason = "expired" if expired else hold.item.reason
        merged = name != hold.item.alert  # what was news of the one that is carried on stands in no line of this one
        news = None
        if merged and knows(before):
            news = [*hold.item.news, *news_for(before, seen.alert, policy)][-MAX_NEWS:]
        item = digest_item(state, policy, reason=reason, since=hold.since_ms, news=news, seen=seen)
        if not self._entries and not expired and self._window.kind in ALONE:
            self._alone = delivery(
                state,
                policy,
                kind="alert.updated" if knows(before) else "alert.fired",
                reason=hold.item.reason,
                now=self._now,
                news=news,
                loud=hold.message.message.loud if hold.message is not None else True,
                seen=seen,
            )
        self._entries[name] = _Entry(item, expired, state.timezone, state.desk)
        self._lanes[name] = told(before, seen.alert, self._now, sources=sources_in(state), listed=True)
        self._fates[hold.item.alert] = "expired" if expired else LISTED_IN
        timer = escalate_timer(policy, seen.alert, self._now)
        adds = before is not None and before.held_quiet
        if timer is not None and not expired and not adds and state.alert.status == "open":
            self._timers.append(timer)
        if merged:
            self._fates[hold.item.alert] += f", as {name}"

    def made(self) -> Released:
        """Give what is to be done."""
        deliveries: tuple[NewDelivery, ...] = ()
        if self._policy is not None and self._entries:
            alone = self._alone if len(self._entries) == 1 else None
            if alone is not None:  # a message of its own
                self._lanes |= {name: replace(self._lanes[name], elsewhere=False) for name in self._entries}
            deliveries = (alone or self._digest(self._policy),)
        record = self._record([one.id for one in deliveries])
        return Released(tuple(self._members), deliveries, self._lanes, tuple(self._timers), self._fates, record)

    def _record(self, deliveries: list[str]) -> JournalRecord:
        window = self._window
        data = {
            "window": window.name,
            "receiver": window.receiver,
            "kind": window.kind,
            "until": rfc3339(window.until_ms),
            "part": window.part,
            "portfolios": sorted(self._portfolios),
            "desk": self._desk,
            "delivery": deliveries[0] if deliveries else None,
            "members": self._fates,
        }
        ids = list(dict.fromkeys([window.receiver, *deliveries, *self._fates, *self._lanes]))
        reason = window.kind if deliveries else REMOVED if self._policy is None else "nothing"
        return JournalRecord(kind="release", at=rfc3339(self._now), ids=ids, reason=reason, data=data)

    def _digest(self, policy: ReceiverPolicy) -> NewDelivery:
        window, entries = self._window, list(self._entries.values())
        number = digest_id(window)
        fresh = _ranked([entry.item for entry in entries if not entry.expired])
        old = _ranked([entry.item for entry in entries if entry.expired])
        listed = LISTED[window.kind]
        digest = Digest(
            kind=window.kind,
            since=min(entry.item.since for entry in entries),
            until=rfc3339(window.until_ms),
            items=fresh[:listed],
            counts=_counts(fresh),
            more=len(fresh[listed:]),
            expired=old[:EXPIRED],
            more_expired=len(old[EXPIRED:]),
        )
        titles = {entry.item.portfolio_title for entry in entries}
        message = Message(
            type="digest",
            delivery=number,
            receiver=policy.id,
            at=rfc3339(self._now),
            digest=digest,
            portfolio_title=titles.pop() if len(titles) == 1 else "",
            timezone=_timezone(policy, {entry.timezone for entry in entries}),
            reason=window.kind,
            dispatched_by=f"alertd {__version__}",
        )
        return NewDelivery(
            id=number,
            receiver=policy.id,
            lane="critical" if any(item.severity == "critical" for item in fresh) else "normal",
            mode=policy.mode,
            chain=number,
            due_ms=self._now + window.part,  # so that the parts keep their order
            expires_ms=self._now + round(policy.expire_s * 1000),
            message=message,
        )


def digest_id(window: Window) -> str:
    """Name the message about a window: whoever makes it, and however often, it is the same."""
    part = [str(window.part)] if window.part else []
    return make_id("dl", window.receiver, window.kind, window.portfolio, rfc3339(window.until_ms), *part)


def loudness(hold: Hold) -> tuple[int, str]:
    """Give by what the members of a window that is too large are parted: the loudest first."""
    return -severity_rank(hold.item.severity), hold.item.alert


def _ranked(items: list[DigestItem]) -> list[DigestItem]:
    """Order alerts as their reader wants them: the loudest, of these the largest holdings, of these the oldest."""
    return sorted(items, key=lambda item: (-severity_rank(item.severity), -_weight(item), item.first_at, item.alert))


def _weight(item: DigestItem) -> float:
    return max((abs(holding.weight or 0.0) for holding in item.holdings), default=0.0)


def _counts(items: list[DigestItem]) -> dict[str, int]:
    counts = {severity: sum(item.severity == severity for item in items) for severity in reversed(SEVERITIES)}
    return {severity: count for severity, count in counts.items() if count}


def _timezone(policy: ReceiverPolicy, zones: set[str]) -> str:
    """Give the zone of a digest's clocks: the receiver's own, else that of all its portfolios."""
    if policy.quiet is not None:
        return policy.quiet.timezone
    if policy.digest is not None:
        return policy.digest.timezone
    return zones.pop() if len(zones) == 1 else "UTC"
