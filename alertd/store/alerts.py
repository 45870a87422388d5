"""Alerts: compare-and-set, together with the deliveries that follow."""

from __future__ import annotations

from collections.abc import Sequence

from alertd.base.clock import rfc3339
from alertd.model import AlertState, NewDelivery, StoredAlert
from alertd.store.keys import QUEUE_NAMES, queue_names
from alertd.store.part import Part
from alertd.store.records import ALERT_MS, checked_id, from_json, new_record, to_json, unique


def stored_alert(version: bytes | None, state: bytes | None, alert_id: str) -> StoredAlert:
    """Read an alert. Raises Corrupt."""
    if not version or int(version) == 0 or not state:
        return StoredAlert(version=0, state=None)
    return StoredAlert(version=int(version), state=from_json(state, AlertState, f"alert {alert_id}"))


def delivery_names(deliveries: Sequence[NewDelivery]) -> list[str]:
    """Name the keys that queueing these deliveries surely touches."""
    receivers = unique(d.receiver for d in deliveries)
    own = [name for receiver in receivers for name in (*queue_names(receiver), f"recv:{receiver}")]
    return [*QUEUE_NAMES, *own]


def delivery_args(deliveries: Sequence[NewDelivery], now: int) -> list[bytes]:
    """Give record and message of each delivery, as the scripts take them. Raises ValueError for unusable ids."""
    return [part for d in deliveries for part in (to_json(new_record(d, now)), to_json(d.message))]


class AlertsPart(Part):
    """`load_alerts`, `alerts_of` and `commit`."""

    async def load_alerts(self, ids: Sequence[str]) -> dict[str, StoredAlert]:
        """Give alerts with their versions; version 0 for one that is not there."""
        wanted = unique(ids)
        if not wanted:
            return {}
        rows = await self.link.pipeline([["HMGET", self.keys(f"alert:{i}"), "v", "s"] for i in wanted])
        return {i: stored_alert(version, state, i) for i, (version, state) in zip(wanted, rows, strict=True)}

    async def commit(
        self, alert_id: str, expected_version: int, state: AlertState, deliveries: Sequence[NewDelivery], now: int
    ) -> StoredAlert | None:
        """Write an alert and queue its deliveries if its version is the expected one; None means done."""
        names = [f"alert:{checked_id(alert_id, 'an alert id')}", "alerts", *delivery_names(deliveries)]
        event = state.folded[-1].event if state.folded else ""
        names += [f"told:{event}"] if event else []
        args = (alert_id, expected_version, to_json(state), ALERT_MS // 1000, now, rfc3339(now), event)
        reply = await self.link.run("commit", names, *args, *delivery_args(deliveries, now))
        if reply[0] == b"ok":
            return None
        return stored_alert(reply[1], reply[2], alert_id)

    async def alerts_of(self, events: Sequence[str]) -> dict[str, list[str]]:
        """Give the alerts that each event was taken into."""
        wanted = unique(events)
        if not wanted:
            return {}
        found = await self.link.pipeline([["SMEMBERS", self.keys(f"told:{event}")] for event in wanted])
        return {event: sorted(i.decode() for i in ids) for event, ids in zip(wanted, found, strict=True)}
