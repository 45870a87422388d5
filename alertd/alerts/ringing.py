"""An alert whose clock has struck: what is known, and what comes of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from alertd.alerts.bounds import MAX_CHANGES, bounded
from alertd.alerts.circumstances import flow_name
from alertd.alerts.deliver import Seen
from alertd.alerts.knowing import Policies, hushed
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.rows import card
from alertd.alerts.storm import KEEP_FLOW_S
from alertd.base.clock import rfc3339
from alertd.model import (
    AlertState,
    Change,
    ChangeKind,
    Count,
    Effects,
    Hold,
    JournalRecord,
    NewDelivery,
    Silence,
    Timer,
)


@dataclass(frozen=True, slots=True)
class Rung:
    """What a timer brings about: always a commit, which cancels it."""

    outcome: str
    """`escalated`, `resurfaced`, `closed`, or why nothing came of it."""
    state: AlertState
    deliveries: tuple[NewDelivery, ...]
    effects: Effects


@dataclass(frozen=True, slots=True)
class Case:
    """A timer whose time has come, and the alert that it is about."""

    timer: Timer
    state: AlertState
    policies: Policies
    silences: Sequence[Silence]
    now: int

    def hushed(self, policy: ReceiverPolicy, seen: Seen) -> str:
        """Say why the alert is silenced for a receiver; empty: it is not."""
        return hushed(self.silences, policy, self.state, seen, self.now)

    def nothing(
        self, why: str, *, timers: tuple[Timer, ...] = (), receivers: Mapping[str, str] | None = None
    ) -> Rung:
        """Let it be."""
        return self._rung(why, self.state, (), timers, receivers or {})

    def done(
        self,
        outcome: str,
        state: AlertState,
        deliveries: tuple[NewDelivery, ...] = (),
        *,
        timers: tuple[Timer, ...] = (),
        cancel: tuple[str, ...] = (),
        without: Mapping[str, str] | None = None,
        holds: tuple[Hold, ...] = (),
    ) -> Rung:
        """Do it; `without` are receivers that are not told, and why."""
        receivers = {one.receiver: one.id for one in deliveries} | dict(without or {})
        return self._rung(outcome, state, deliveries, timers, receivers, cancel, holds)

    def _rung(
        self,
        outcome: str,
        state: AlertState,
        deliveries: tuple[NewDelivery, ...],
        timers: tuple[Timer, ...],
        receivers: Mapping[str, str],
        cancel: tuple[str, ...] = (),
        holds: tuple[Hold, ...] = (),
    ) -> Rung:
        timer, alert = self.timer, state.alert
        data: dict[str, Any] = {
            "timer": timer.kind,
            "receiver": timer.receiver or None,
            "due": rfc3339(timer.due_ms),
            "portfolio": alert.portfolio,
            "desk": state.desk,
            "revision": alert.revision,
            "receivers": dict(receivers),
            "alert": card(state),
        }
        ids = [alert.id, *(one.id for one in deliveries), *([timer.receiver] if timer.receiver else [])]
        record = JournalRecord(kind="timer", at=rfc3339(self.now), ids=ids, reason=outcome, data=data)
        again = {one.name for one in timers}
        over = [name for name in dict.fromkeys([timer.name, *cancel]) if name not in again]
        paced = [one.receiver for one in deliveries if self.policies[one.receiver].storm is not None]
        counts = [Count(name=flow_name(receiver, self.now), keep_s=KEEP_FLOW_S) for receiver in paced]
        effects = Effects(holds=list(holds), timers=list(timers), cancel=over, counts=counts, record=record)
        return Rung(outcome, state, deliveries, effects)

    def changed(self, kind: ChangeKind, text: str, **fields: Any) -> AlertState:
        """Give the state with one more revision, as the clock makes it."""
        alert, at = self.state.alert, rfc3339(self.now)
        change = Change(at=at, revision=alert.revision + 1, event="", event_revision=0, reason=kind, text=text)
        alert = replace(
            alert,
            revision=alert.revision + 1,
            updated_at=at,
            changes=bounded([*alert.changes, change], MAX_CHANGES),
            **fields,
        )
        return replace(self.state, alert=alert)
