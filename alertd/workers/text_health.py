"""How the fetching of full texts goes, source by source: the operator is told once when it fails for many."""

from __future__ import annotations

from alertd.base.clock import Clock
from alertd.telemetry import safe_text
from alertd.workers.notices import Notices

FAILING_AFTER = 20
"""Attempts in a row, of whichever events of the source."""


class TextHealth:
    """Counts failures in a row. Of one process: where several fetch, each has to see it fail."""

    def __init__(self, notices: Notices, clock: Clock) -> None:
        self._notices = notices
        self._clock = clock
        self._failed: dict[str, int] = {}
        self._since: dict[str, str] = {}
        """Source -> the episode of which the operator was told."""

    async def well(self, source: str) -> None:
        """Take in that a text has come."""
        self._failed.pop(source, None)
        if episode := self._since.pop(source, ""):
            text = f"The full texts of source {source} come again."
            await self._notices.tell("full_text_healed", source, text, episode)

    async def failed(self, source: str, why: str) -> None:
        """Take in that one has not come this time."""
        self._failed[source] = self._failed.get(source, 0) + 1
        if self._failed[source] < FAILING_AFTER or source in self._since:
            return
        self._since[source] = str(self._clock())
        text = (
            f"The last {FAILING_AFTER} attempts to fetch full texts of source {source} failed, so rules that ask for "
            f"words of them do not hold. The last one: {safe_text(why)}"
        )
        await self._notices.tell("full_text_failing", source, text, self._since[source])

    def forget(self, source: str) -> None:
        """Forget a source that is not fetched any more."""
        self._failed.pop(source, None)
        self._since.pop(source, None)
