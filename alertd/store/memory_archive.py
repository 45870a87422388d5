"""How far archives are, and what waits to be archived, in memory; as in archive.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alertd.model import JournalRecord
from alertd.store.archive import HEARD_MS, OVER, ended_payload
from alertd.store.memory_deliveries import MemoryDeliveries
from alertd.store.records import checked_id, to_json, unique
from alertd.store.types import Archived, EndedPayload


class MemoryArchive(MemoryDeliveries):
    """`note_archived`, `archived` and the payloads."""

    _archived: dict[str, Archived]

    async def note_archived(self, archive: str, position: str, now: int) -> None:
        """Say how far an archive is."""
        self._archived[checked_id(archive, "an archive's id")] = Archived(position=position, at_ms=now)

    async def archived(self, now: int) -> Mapping[str, Archived]:
        """Give the archives of which something was heard in the last 7 days; the others are forgotten."""
        self._archived = {name: one for name, one in self._archived.items() if one.at_ms >= now - HEARD_MS}
        return dict(self._archived)

    async def journal_rows(self, names: Sequence[str]) -> dict[str, JournalRecord]:
        """Give those of the journal's records with these ids that are there."""
        return {name: self._journal[name] for name in names if name in self._journal}

    async def ended_payloads(self, ids: Sequence[str]) -> dict[str, EndedPayload]:
        """Give what was sent of deliveries, where it is still there."""
        there = [name for name in unique(ids) if name in self._payloads]
        return {name: ended_payload(name, self._payloads[name], self._raw(name)) for name in there}

    async def drop_payloads(self, ids: Sequence[str]) -> int:
        """Drop what was sent of deliveries that have ended; dead ones keep it, to be tried again."""
        known = [self._deliveries.get(name) for name in unique(ids)]
        over = [one.id for one in known if one is not None and one.state in OVER and one.id in self._payloads]
        for name in over:
            del self._payloads[name]
        return len(over)

    async def drop_ended_payloads(self) -> int:
        """Drop what was sent of all deliveries that have ended."""
        return await self.drop_payloads(list(self._payloads))

    def _raw(self, name: str) -> bytes | None:
        found = self._deliveries.get(name)
        return to_json(found) if found is not None else None
