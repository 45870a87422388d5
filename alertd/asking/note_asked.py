"""What an event that is given means for portfolios, asked apart: it is understood, and the note is written, now."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alertd.asking.notes import understood, written
from alertd.asking.room import Room
from alertd.asking.tried import Fields, events_of


@dataclass(frozen=True, slots=True)
class NoteAsked:
    """The notes for those of some portfolios that it touches; for the first where it touches none."""

    portfolios: Sequence[str]
    """Those that whoever asks may see; at least one."""
    event: Fields
    hops: int

    async def answer(self, room: Room) -> list[Mapping[str, Any]]:
        """Answer it. Raises ParseFailed, Temporary."""
        return await asyncio.to_thread(self._noted, room)

    def _noted(self, room: Room) -> list[Mapping[str, Any]]:
        loaded = room.loaded(self.portfolios)
        given = understood(room.matcher(loaded), events_of(loaded, self.event), loaded.book.portfolios)
        return [one.document() for one in written(given, self.hops)]
