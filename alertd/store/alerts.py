"""Alerts: compare-and-set, together with the deliveries that follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from alertd.base.beyond import Beyond, beyond, beyond_of, kept
from alertd.base.clock import rfc3339
from alertd.model import AlertState, Effects, NewDelivery, StoredAlert
from alertd.store.effects import (
    NOTHING,
    checked_effects,
    hold_json,
    lifetime_ms,
    raw_with_lanes,
    taken_in,
    with_lanes,
)
from alertd.store.keys import QUEUE_NAMES, queue_names
from alertd.store.part import Part
from alertd.store.records import ALERT_MS, checked_id, from_json, new_record, record_ids, to_json, unique

if TYPE_CHECKING:
    from alertd.store.client import Arg


def delivery_names(deliveries: Sequence[NewDelivery]) -> list[str]:
    """Name the keys that queueing these deliveries surely touches."""
    receivers = unique(d.receiver for d in deliveries)
    own = [name for receiver in receivers for name in (*queue_names(receiver), f"recv:{receiver}")]
    return [*QUEUE_NAMES, *own]


def delivery_args(deliveries: Sequence[NewDelivery], now: int) -> list[bytes]:
    """Give record and message of each delivery, as the scripts take them. Raises ValueError for unusable ids."""
    return [part for d in deliveries for part in (to_json(new_record(d, now)), to_json(d.message))]


def _effect_names(effects: Effects) -> list[str]:
    names = [f"held:{hold.window}" for hold in effects.holds]
    names += ["windows"] if names else []
    names += ["timers"] if effects.timers or effects.cancel else []
    names += ["counters", "counter_ends"] if effects.counts else []
    names += ["marks", "mark_ends"] if effects.marks else []
    names += ["note_due"] if effects.note_due_ms is not None else []
    return names + ([f"trace:{i}" for i in record_ids(effects.record)] if effects.record else [])


def _effect_args(effects: Effects, now: int) -> list[Arg]:
    """Give effects as scripts/effects.lua reads them."""
    args: list[Arg] = [len(effects.holds)]
    args += [part for hold in effects.holds for part in (hold.window, hold.until_ms, hold_json(hold))]
    args += [len(effects.timers), *(part for timer in effects.timers for part in (timer.name, timer.due_ms))]
    args += [len(effects.cancel), *effects.cancel, len(effects.counts)]
    args += [part for count in effects.counts for part in (count.name, count.by, now + count.keep_s * 1000)]
    args.append(len(effects.marks))
    args += [part for mark in effects.marks for part in (mark.name, mark.expected, mark.value, mark.until_ms)]
    args += [0] if effects.note_due_ms is None else [1, effects.note_due_ms]
    ids = record_ids(effects.record) if effects.record else []
    return [*args, len(ids), *ids, to_json(effects.record) if effects.record else b""]


def _with_rest(rest: Beyond | None, state: AlertState) -> Any:
    """Lay what a newer version wrote under a state; what it wrote of the event goes with that event."""
    if rest is not None and isinstance(rest.known, AlertState) and rest.known.event != state.event:
        rest = Beyond(rest.raw, replace(rest.known, event=None))
    return kept(rest, state)


class AlertsPart(Part):
    """`load_alerts`, `alerts_of`, `alerts` and `commit`."""

    async def load_alerts(self, ids: Sequence[str]) -> dict[str, StoredAlert]:
        """Give alerts with their versions; version 0 for one that is not there."""
        wanted = unique(ids)
        if not wanted:
            return {}
        rows = await self.link.pipeline([["HMGET", self.keys(f"alert:{i}"), "v", "s", "l"] for i in wanted])
        return {i: self._stored(i, *row) for i, row in zip(wanted, rows, strict=True)}

    def _stored(self, alert_id: str, version: bytes | None, state: bytes | None, lanes: bytes | None) -> StoredAlert:
        """Read an alert, and keep what is beyond it for the commit that names this version. Raises Corrupt."""
        if not version or int(version) == 0 or not state:
            return StoredAlert(version=0, state=None)
        found = from_json(state, AlertState, f"alert {alert_id}")
        rest = beyond(state, found)
        if lanes:
            found = with_lanes(found, lanes)
            rest = beyond_of(raw_with_lanes(state, lanes), found)
        self.rests.note(f"alert:{alert_id}", int(version), rest)
        return StoredAlert(version=int(version), state=found)

    async def commit(
        self,
        alert_id: str,
        expected_version: int,
        state: AlertState,
        deliveries: Sequence[NewDelivery],
        now: int,
        *,
        effects: Effects | None = None,
        answer: bool = False,
    ) -> StoredAlert | None:
        """Write an alert, queue its deliveries and do what else follows; None means done."""
        names = [f"alert:{checked_id(alert_id, 'an alert id')}", "alerts", *delivery_names(deliveries)]
        wanted = checked_effects(alert_id, effects or NOTHING)
        event = taken_in(state, answer)
        names += [*([f"told:{event}"] if event else []), *_effect_names(wanted)]
        written = to_json(_with_rest(self.rests.of(f"alert:{alert_id}", expected_version), state))
        args = (alert_id, expected_version, written, lifetime_ms(state) // 1000, now, rfc3339(now), event)
        rest = (ALERT_MS // 1000, *_effect_args(wanted, now), *delivery_args(deliveries, now))
        reply = await self.link.run("commit", names, *args, *rest)
        if reply[0] == b"ok":
            self.rests.forget(f"alert:{alert_id}")
            return None
        return self._stored(alert_id, *reply[1:])

    async def alerts_of(self, events: Sequence[str]) -> dict[str, list[str]]:
        """Give the alerts that each event was taken into."""
        wanted = unique(events)
        if not wanted:
            return {}
        found = await self.link.pipeline([["SMEMBERS", self.keys(f"told:{event}")] for event in wanted])
        return {event: sorted(i.decode() for i in ids) for event, ids in zip(wanted, found, strict=True)}

    async def alerts(self, since_ms: int, limit: int) -> list[str]:
        """Give the ids of alerts that changed since then, the one that changed last first."""
        newest = ("ZREVRANGEBYSCORE", self.keys("alerts"), "+inf", since_ms, "LIMIT", 0, max(limit, 0))
        return [i.decode() for i in await self.link.call(*newest)]
