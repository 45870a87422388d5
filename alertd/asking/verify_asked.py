"""Whether everything that was taken in has an end, asked apart: it reads all that there is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from alertd.asking.room import Room
from alertd.asking.verify import limits_of
from alertd.history.verify.archived import archived_in
from alertd.history.verify.run import verify

AGAIN_S = 0.5
"""Between two looks at what seems wrong: somebody waits for it."""


@dataclass(frozen=True, slots=True)
class VerifyAsked:
    """The report, as JSON data."""

    patience_ms: int
    since_ms: int

    async def answer(self, room: Room) -> dict[str, Any]:
        """Answer it. Raises StoreUnavailable."""
        reach = room.reach
        report = await verify(
            await room.store(),
            lambda: limits_of(reach, self.patience_ms, self.since_ms),
            lambda: asyncio.sleep(AGAIN_S),
            archived=archived_in(reach.archive, reach.history),
        )
        return report.row()
