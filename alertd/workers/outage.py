"""Says once that Redis is away and once that it is back, however often a loop runs into it."""

from __future__ import annotations

import time

import structlog

from alertd.errors import AlertdError

log = structlog.get_logger(__name__)


class Outage:
    """One loop's view of Redis: a line in the log when it goes and one when it comes back."""

    def __init__(self, loop: str) -> None:
        self._loop = loop
        self._since: float | None = None

    def began(self, error: AlertdError) -> None:
        """Take in that the store did not answer, or answered what the loop cannot go on with (NOPERM, say)."""
        if self._since is None:
            self._since = time.monotonic()
            log.warning("redis_unavailable", loop=self._loop, error=str(error))

    def ended(self) -> None:
        """Take in that the store answered."""
        if self._since is not None:
            log.info("redis_available", loop=self._loop, away_s=round(time.monotonic() - self._since, 1))
            self._since = None
