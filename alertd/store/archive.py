"""How far archives are, and what was sent, as long as it waits to be archived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alertd.errors import Corrupt
from alertd.store.part import Part
from alertd.store.records import checked_id, from_json, own_record, pairs, to_json, unique
from alertd.store.types import Archived, EndedPayload

HEARD_MS = 7 * 86_400_000
"""An archive of which nothing was heard for so long does not hold the journal back any more."""
OVER = frozenset(("sent", "superseded", "expired"))
"""States that no delivery leaves again."""
AT_ONCE = 50
"""Payloads that are read at once: one may have a megabyte."""
SCANNED = 500


class ArchivePart(Part):
    """`note_archived`, `archived` and the payloads."""

    async def note_archived(self, archive: str, position: str, now: int) -> None:
        """Say how far an archive is."""
        said = to_json(Archived(position=position, at_ms=now))
        await self.link.call("HSET", self.keys("archived"), checked_id(archive, "an archive's id"), said)

    async def archived(self, now: int) -> Mapping[str, Archived]:
        """Give the archives of which something was heard in the last 7 days; the others are forgotten."""
        flat = await self.link.call("HGETALL", self.keys("archived"))
        found = {name: from_json(raw, Archived, f"archive {name}") for name, raw in pairs(flat).items()}
        silent = [name for name, one in found.items() if one.at_ms < now - HEARD_MS]
        if silent:
            await self.link.call("HDEL", self.keys("archived"), *silent)
        return {name: one for name, one in found.items() if name not in silent}

    async def ended_payloads(self, ids: Sequence[str]) -> dict[str, EndedPayload]:
        """Give what was sent of deliveries, where it is still there."""
        wanted, found = unique(ids), dict[str, EndedPayload]()
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            payloads = await self.link.call("HMGET", self.keys("payloads"), *some)
            there = [name for name, payload in zip(some, payloads, strict=True) if payload is not None]
            records = await self.link.call("HMGET", self.keys("deliveries"), *there) if there else []
            raw = dict(zip(some, payloads, strict=True))
            for name, record in zip(there, records, strict=True):
                found[name] = ended_payload(name, raw[name], record)
        return found

    async def drop_payloads(self, ids: Sequence[str]) -> int:
        """Drop what was sent of deliveries that have ended; dead ones keep it, to be tried again."""
        wanted, dropped = unique(ids), 0
        for start in range(0, len(wanted), SCANNED):
            some = wanted[start : start + SCANNED]
            records = await self.link.call("HMGET", self.keys("deliveries"), *some)
            over = [name for name, record in zip(some, records, strict=True) if is_over(name, record)]
            dropped += int(await self.link.call("HDEL", self.keys("payloads"), *over)) if over else 0
        return dropped

    async def drop_ended_payloads(self) -> int:
        """Drop what was sent of all deliveries that have ended."""
        names = await self.link.call("HKEYS", self.keys("payloads"))
        return await self.drop_payloads([name.decode() for name in names])


def ended_payload(name: str, payload: bytes, record: bytes | None) -> EndedPayload:
    """Give what was sent with what its record says of it; of one that cannot be read, that nothing is allowed."""
    try:
        known = own_record(name, record)
    except Corrupt:
        return EndedPayload(payload=payload, keep_body_s=0, export=False)
    return EndedPayload(payload=payload, keep_body_s=known.keep_body_s, export=known.export)


def is_over(name: str, record: bytes | None) -> bool:
    """Tell whether a delivery will never be sent again; one without a record will not."""
    if record is None:
        return True
    try:
        return own_record(name, record).state in OVER
    except Corrupt:
        return False
