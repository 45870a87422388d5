"""What takes its time is made before somebody asks for what needs it."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass

from alertd.asking.room import Room
from alertd.enrich.enricher import warm_up


@dataclass(frozen=True, slots=True)
class Ready:
    """Rules without portfolios, companies, and what finds these in texts."""

    async def answer(self, room: Room) -> None:
        """Make it. Raises Temporary where the rules cannot be read."""
        await asyncio.to_thread(_make, room)


def _make(room: Room) -> None:
    _ = room.enricher, room.names
    warm_up()
    gc.collect()
    gc.freeze()  # what stays is not gone through again
