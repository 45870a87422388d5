"""What whoever changes an alert asks of the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from alertd.model import AlertState, Effects, NewDelivery, StoredAlert


class AlertStore(Protocol):
    """Alerts are read with a version, and written if nobody was faster."""

    async def load_alerts(self, ids: Sequence[str]) -> dict[str, StoredAlert]:
        """Give alerts with their versions."""
        ...

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
        """Write an alert and what follows, if nobody was faster."""
        ...
