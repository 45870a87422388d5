"""What a backtest is given by whoever puts it together: the daemon's own code for clocks and for what people say.

It stands above history in the house, so it comes in through these small seams.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import Clock
from alertd.model import Answer
from alertd.store.memory import MemoryStore


class Bells(Protocol):
    """Releases the windows and rings the timers that are due."""

    async def look(self) -> None:
        """Do what is due by now."""


class Voices(Protocol):
    """Takes what people say about alerts."""

    async def give(self, given: Answer) -> object:
        """Take an answer; one about an alert that is not there changes nothing."""


class Clockwork(Protocol):
    """Makes both over a store."""

    def bells(self, store: MemoryStore, policies: Mapping[str, ReceiverPolicy], clock: Clock) -> Bells:
        """Make what rings."""

    def voices(self, store: MemoryStore, policies: Mapping[str, ReceiverPolicy], clock: Clock) -> Voices:
        """Make what takes answers."""
