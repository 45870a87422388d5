"""What history needs of the daemon's workers for a backtest: its clocks, and its door for what people say."""

from __future__ import annotations

from collections.abc import Mapping

from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import Clock
from alertd.store.memory import MemoryStore
from alertd.workers.answers import Answers
from alertd.workers.due import Due
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress


class DaemonClockwork:
    """Makes them as the I/O process does, but that notices go to nobody."""

    def bells(self, store: MemoryStore, policies: Mapping[str, ReceiverPolicy], clock: Clock) -> Due:
        """Make what releases windows and rings timers."""
        return Due(store, policies, Notices(store, {}, clock), clock, Progress())

    def voices(self, store: MemoryStore, policies: Mapping[str, ReceiverPolicy], clock: Clock) -> Answers:
        """Make what takes answers."""
        return Answers(store, policies, clock)
