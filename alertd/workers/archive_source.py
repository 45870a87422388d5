"""What archiving needs of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from alertd.model import JournalRecord
from alertd.store.journal import Instead
from alertd.store.types import Archived, EndedPayload
from alertd.workers.archive_past import PastSource


class ArchiveSource(PastSource, Protocol):
    """What archiving needs of the store."""

    async def read_journal(
        self, after_id: str, count: int, block_ms: int, *, instead: Instead | None = None
    ) -> list[tuple[str, JournalRecord]]:
        """Read the journal on."""
        ...

    async def journal_end(self) -> str:
        """Say where it ends."""
        ...

    async def journal(self, record: JournalRecord, once: str = "", behind: str = "") -> bool:
        """Write a record."""
        ...

    async def archived(self, now: int) -> Mapping[str, Archived]:
        """Give all archives of which was heard lately."""
        ...

    async def note_archived(self, archive: str, position: str, now: int) -> None:
        """Say how far the archive is."""
        ...

    async def ended_payloads(self, ids: Sequence[str]) -> Mapping[str, EndedPayload]:
        """Give what was sent."""
        ...

    async def drop_payloads(self, ids: Sequence[str]) -> int:
        """Drop what is archived."""
        ...
