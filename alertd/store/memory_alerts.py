"""Alerts in memory: compare-and-set, with all that follows, as in scripts/commit.lua."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from alertd.base.clock import Clock
from alertd.model import AlertState, Effects, NewDelivery, StoredAlert
from alertd.store.effects import NOTHING, checked_effects, lifetime_ms, taken_in, with_lanes
from alertd.store.memory_life import KeptAlert, LifeBook, MemoryLife
from alertd.store.memory_queue import MemoryQueue
from alertd.store.records import ALERT_MS, LATE_MS, checked_id, from_json, to_json, unique


class MemoryAlerts(MemoryLife, MemoryQueue):
    """`load_alerts`, `commit`, `alerts_of` and `alerts`."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._life = LifeBook()
        self._alerts: dict[str, KeptAlert] = {}
        self._changed: dict[str, int] = {}
        """Alert -> time of its last commit."""
        self._told: dict[str, dict[str, int]] = defaultdict(dict)
        """Event -> alerts that it was taken into, with the time at which that is forgotten."""

    async def load_alerts(self, ids: Sequence[str]) -> dict[str, StoredAlert]:
        """Give alerts with their versions; version 0 for one that is not there."""
        return {i: self._load_alert(i) for i in unique(ids)}

    def _load_alert(self, alert_id: str) -> StoredAlert:
        kept = self._alerts.get(alert_id)
        if kept is None or kept.expires <= self.clock():
            return StoredAlert(version=0, state=None)
        state = from_json(kept.raw, AlertState, f"alert {alert_id}")
        return StoredAlert(version=kept.version, state=with_lanes(state, kept.lanes))

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
        stored = self._load_alert(checked_id(alert_id, "an alert id"))
        wanted = checked_effects(alert_id, effects or NOTHING)
        if stored.version != expected_version or not self._marks_stand(wanted, now):
            return stored
        self._queue_all(deliveries, now)
        self._alerts[alert_id] = KeptAlert(expected_version + 1, to_json(state), self.clock() + lifetime_ms(state))
        self._changed[alert_id] = now
        self._threads[alert_id] = self._threads.get(alert_id, {}) if expected_version else {}
        if event := taken_in(state, answer):
            told = self._told[event]
            told[alert_id] = self.clock() + ALERT_MS
            told.update(dict.fromkeys(told, self.clock() + ALERT_MS))
        self._bring_about(alert_id, expected_version + 1, wanted, now)
        return None

    async def alerts_of(self, events: Sequence[str]) -> dict[str, list[str]]:
        """Give the alerts that each event was taken into."""
        now = self.clock()
        return {
            event: sorted(alert for alert, expires in self._told.get(event, {}).items() if expires > now)
            for event in unique(events)
        }

    async def alerts(self, since_ms: int, limit: int) -> list[str]:
        """Give the ids of alerts that changed since then, the one that changed last first."""
        newest = sorted(((at, i) for i, at in self._changed.items() if at >= since_ms), reverse=True)
        return [i for _, i in newest[: max(limit, 0)]]

    def _forget_alerts(self) -> int:
        for event in [e for e, told in self._told.items() if all(t <= self.clock() for t in told.values())]:
            del self._told[event]
        over = [i for i, kept in self._alerts.items() if kept.expires <= self.clock()]
        for alert_id in over:
            del self._alerts[alert_id]
            del self._changed[alert_id], self._threads[alert_id]
        return len(over)

    def _forget_timers(self, now: int) -> int:
        """Drop the timers that nobody serves: theirs is no alert any more."""
        late = [name for name, due in self._life.timers.items() if due <= now - LATE_MS]
        lost = [name for name in late if self._load_alert(name.split("/")[1]).version == 0]
        for name in lost:
            del self._life.timers[name]
        return len(lost)
