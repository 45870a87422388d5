"""What the loop of due windows and timers asks of the store, and how it reads alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from alertd.errors import Corrupt
from alertd.model import Hold, JournalRecord, NewDelivery, Silence, StoredAlert, Timer, Told, Window
from alertd.workers.alert_store import AlertStore

log = structlog.get_logger(__name__)

MAX_MERGES = 8
"""How many times an alert may have been carried on by another before it is given up."""


class DueStore(AlertStore, Protocol):
    """What is asked of the store."""

    async def silences(self, now: int) -> list[Silence]:
        """Give the silences that are not over."""
        ...

    async def windows(self, now: int, limit: int) -> list[Window]:
        """Give windows that are over."""
        ...

    async def waiting_in(self, receivers: Sequence[str]) -> list[Window]:
        """Give the windows of receivers."""
        ...

    async def held(self, window: str) -> list[Hold]:
        """Give what waits in a window."""
        ...

    async def release(
        self,
        window: str,
        members: Sequence[Hold],
        deliveries: Sequence[NewDelivery],
        record: JournalRecord,
        now: int,
        *,
        lanes: Mapping[str, Told] | None = None,
        timers: Sequence[Timer] = (),
        part: int = -1,
        versions: Mapping[str, int] | None = None,
    ) -> bool:
        """Take members out of a window and queue the message about them, all or nothing."""
        ...

    async def timers_due(self, now: int, limit: int) -> list[Timer]:
        """Give timers whose time has come."""
        ...

    async def drop_timer(self, name: str, due_ms: int) -> None:
        """Forget a timer whose alert is gone."""
        ...


async def followed(store: DueStore, alerts: Sequence[str]) -> dict[str, StoredAlert]:
    """Load alerts; of one that another carries on, that one. One that cannot be read is left out."""
    found: dict[str, StoredAlert] = {}
    wanted = {alert: alert for alert in alerts}
    for _ in range(MAX_MERGES):
        loaded = await readable(store, list(dict.fromkeys(wanted.values())))
        further: dict[str, str] = {}
        for alert, now in wanted.items():
            if now not in loaded:
                continue
            found[alert] = loaded[now]
            state = loaded[now].state
            if state is not None and state.alert.merged_into:
                further[alert] = state.alert.merged_into
        if not further:
            break
        wanted = further
    return found


async def readable(store: DueStore, alerts: Sequence[str]) -> dict[str, StoredAlert]:
    """Load alerts; one that cannot be read is left out."""
    try:
        return await store.load_alerts(alerts)
    except Corrupt:
        found: dict[str, StoredAlert] = {}
        for alert in alerts:
            try:
                found |= await store.load_alerts([alert])
            except Corrupt as error:
                log.error("alert_unreadable", alert=alert, error=str(error))
        return found
