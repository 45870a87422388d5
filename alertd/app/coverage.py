"""Which receivers want a daily line, when, and by whose clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from zoneinfo import ZoneInfo

from alertd.alerts.policy import ReceiverPolicy
from alertd.settings import Settings
from alertd.workers.coverage import Wanted


def wanted_lines(
    settings: Settings, policies: Mapping[str, ReceiverPolicy], zones: Mapping[str, str]
) -> list[Wanted]:
    """Give the receivers that want a line; `zones` are those of the portfolios that tell each."""
    return [
        Wanted(
            policies[receiver.id],
            time.fromisoformat(receiver.coverage.at),
            ZoneInfo(receiver.coverage.timezone or zones.get(receiver.id, "UTC")),
        )
        for receiver in settings.receivers
        if receiver.coverage is not None
    ]
