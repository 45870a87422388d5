"""What the archive asks of the store; a part of `alertd.store.protocol.Store`, whose promises count here too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from alertd.model import JournalRecord
from alertd.store.types import Archived, EndedPayload


class ArchiveStore(Protocol):
    """How far archives are, and what waits to be archived beside the journal."""

    async def note_archived(self, archive: str, position: str, now: int) -> None:
        """Say how far an archive is; the journal is kept from there on for as long as this is said. Repeatable."""

    async def archived(self, now: int) -> Mapping[str, Archived]:
        """Give the archives of which something was heard in the last 7 days; the others are forgotten."""

    async def journal_rows(self, names: Sequence[str]) -> dict[str, JournalRecord]:
        """Give those of the journal's records with these ids that are there."""

    async def ended_payloads(self, ids: Sequence[str]) -> dict[str, EndedPayload]:
        """Give what was sent of deliveries, where it is still there."""

    async def drop_payloads(self, ids: Sequence[str]) -> int:
        """Drop what was sent of deliveries that have ended; dead ones keep it, to be tried again. Repeatable."""

    async def drop_ended_payloads(self) -> int:
        """Do that for all deliveries: there is no room to wait for the archive. Gives how many. Repeatable."""
