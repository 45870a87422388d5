"""What of the past is taken in together. Pure.

Live, events that came at nearly the same time were under way at once. What people did stands alone, and so does a
revision that came when the one before it was decided: of two that are known together, only the newer one is told.
"""

from __future__ import annotations

from alertd.base.clock import parse_rfc3339
from alertd.history.past import Past, PastEvent

AT_ONCE = 64
"""Events that are taken in together at most."""
TOGETHER_MS = 1_000
"""Events that came within this time are taken in together."""


class Together:
    """The batch that is being put together."""

    def __init__(self, span_ms: int) -> None:
        self._span_ms = max(TOGETHER_MS, span_ms)
        self.batch: list[Past] = []
        self._decided: dict[str, int] = {}
        """Event -> when its newest revision in the batch was decided then."""

    def add(self, past: Past) -> list[Past]:
        """Take what happened next; gives the batch that is complete without it, or nothing."""
        complete: list[Past] = []
        if self.batch and self._parts(past):
            complete, self.batch = self.batch, []
            self._decided.clear()
        self.batch.append(past)
        if isinstance(past, PastEvent):
            self._decided[past.event.id] = past.at_ms
        return complete

    def _parts(self, past: Past) -> bool:
        first = self.batch[0]
        if not isinstance(past, PastEvent) or not isinstance(first, PastEvent):
            return True
        if past.at_ms - first.at_ms >= self._span_ms or len(self.batch) >= AT_ONCE:
            return True
        before_ms = self._decided.get(past.event.id)
        return before_ms is not None and _came_ms(past) > before_ms


def _came_ms(past: PastEvent) -> int:
    """Give when an event was taken in; where nobody says so, when it happened."""
    try:
        return parse_rfc3339(past.event.seen_at)
    except ValueError:
        return past.at_ms
