"""What polls leave behind in the store, as tests look at it."""

from __future__ import annotations

from alertd.model import Event, JournalRecord
from alertd.store.protocol import Store


class Behind:
    """Looks into a store after polls."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def events(self) -> list[Event]:
        """Take what is new on the stream."""
        return [item.event for item in await self.store.read_events("test", 1000, 0)]

    async def titles(self) -> list[str]:
        """Take what is new on the stream, by its titles."""
        return [event.title for event in await self.events()]

    async def journal(self, kind: str) -> list[JournalRecord]:
        """Give the lines of a kind, oldest first."""
        return [record for _, record in await self.store.read_journal("", 1000, 0) if record.kind == kind]

    async def reasons(self, kind: str = "entry") -> list[str]:
        """Give why entries became no events, or what else a kind of line says."""
        return [record.reason for record in await self.journal(kind)]
