"""What having notes written needs of the store."""

from __future__ import annotations

from typing import Protocol

from alertd.model import JournalRecord, Silence
from alertd.workers.alert_store import AlertStore


class NoteStore(AlertStore, Protocol):
    """What is asked of the store."""

    async def claim_notes(self, now: int, until_ms: int, limit: int) -> list[str]:
        """Give alerts whose note is due."""
        ...

    async def put_off_note(self, alert: str, due_ms: int) -> None:
        """Say when a note is tried again."""
        ...

    async def drop_note(self, alert: str) -> None:
        """Forget a note whose alert is gone."""
        ...

    async def silences(self, now: int) -> list[Silence]:
        """Give the silences that are not over."""
        ...

    async def trace(self, id: str) -> list[tuple[str, JournalRecord]]:
        """Give what the journal has of an event."""
        ...
