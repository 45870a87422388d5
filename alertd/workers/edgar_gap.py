"""A gap in what was seen of EDGAR: how the poller hands it to whoever fills it.

    the poller sees a gap -> SourceState.cursor["gaps"], written with the end of the poll -> `GapFiller.gap`
    the filler closes it  -> `GapFiller.settle` takes it out of the cursor at the end of the next poll

Only the poller writes a source's state: two writers would undo each other. So the filler keeps in memory what it has
closed; after a crash before the next poll has ended, the gap is still in the cursor and is filled again, harmlessly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from alertd.model import Struct
from alertd.sources.edgar import EdgarConfig

GAPS = "gaps"
"""Key of the cursor: open gaps, `[[since_ms, until_ms], …]`, oldest first."""
MOST_GAPS = 50
"""Open gaps that are kept apart; more are run together with the one before them, so that nothing is left out."""


class Gap(Struct, frozen=True, kw_only=True):
    """Filings accepted between these two times, in ms, may not have been seen. `until_ms` is never before `since_ms`.

    `since_ms` is 0 where nothing is known of the time before.
    """

    since_ms: int
    until_ms: int


class GapFiller(Protocol):
    """What the poller needs of whoever fills gaps."""

    async def gap(self, source: EdgarConfig, gap: Gap) -> None:
        """Take a gap that is written down. Told again after a restart for each that is still open, and harmless.

        Must not wait for the filling: a poll waits for it. Raises StoreUnavailable.
        """
        ...

    def settle(self, source_id: str, cursor: Mapping[str, Any]) -> dict[str, Any]:
        """Give the cursor without the gaps that are closed; keys of its own may be written too. Changes nothing else.

        Called as the last thing before the state is written, each time with all that is in the cursor then.
        """
        ...


def open_gaps(cursor: Mapping[str, Any]) -> list[Gap]:
    """Read the open gaps of a cursor; what is none is left out."""
    found = cursor.get(GAPS)
    pairs = found if isinstance(found, list) else []
    return [
        Gap(since_ms=pair[0], until_ms=pair[1])
        for pair in pairs
        if isinstance(pair, list) and len(pair) == 2 and all(type(end) is int for end in pair) and pair[0] <= pair[1]
    ]


def with_gaps(cursor: Mapping[str, Any], gaps: list[Gap]) -> dict[str, Any]:
    """Give the cursor with these open gaps, and none but these."""
    kept: list[Gap] = []
    for gap in sorted(set(gaps), key=lambda one: (one.since_ms, one.until_ms)):
        if len(kept) == MOST_GAPS:
            last = kept.pop()
            gap = Gap(since_ms=last.since_ms, until_ms=max(last.until_ms, gap.until_ms))
        kept.append(gap)
    rest = {key: value for key, value in cursor.items() if key != GAPS}
    return rest | ({GAPS: [[gap.since_ms, gap.until_ms] for gap in kept]} if kept else {})
