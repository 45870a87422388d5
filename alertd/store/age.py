"""How a process notices that the store is older than what it knew of it: a failover, a copy that was restored.

Each process counts its seconds in a key of its own. A store that went back says a smaller number than the process
wrote last, and when that was written. What of the archive it has no more
is found by comparing (workers/archive_past.py).
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import msgspec

from alertd.errors import Corrupt
from alertd.model import JournalRecord
from alertd.store.part import Part
from alertd.store.records import checked_member, from_json
from alertd.store.server import parse_info

BEAT_S = 30 * 86_400
"""How long a process that does not beat any more is remembered."""
FORGOTTEN_MS = BEAT_S * 1000 - 3_600_000
"""A beat so old may be forgotten: the hour is for clocks that differ."""
DOUBT_S = 86_400
"""How long a message that was sent in a past that is no more counts as a possible repeat."""
AT_ONCE = 200


class Beat(msgspec.Struct, frozen=True):
    """One second of a process's life, as it was written down."""

    count: int
    at_ms: int
    epoch: str = ""
    """Of the store that it was written to."""


class AgePart(Part):
    """`beat`, `history_id`, `journal_rows`, `told_of`, `doubt`."""

    async def beat(self, member: str, known: int, now: int, *, seen: bool = False) -> tuple[Beat | None, Beat]:
        """Count one more second behind the count that is known; gives what stood there before, and what does now.

        Of less than what is known nothing is counted (the count is 0) until it is `seen`.
        """
        names = [f"beat:{checked_member(member)}", "meta"]
        _, before, raw, count = await self.link.run("beat", names, member, known, now, BEAT_S, int(seen))
        epoch = raw.decode()
        return beat_of(before, epoch), Beat(count, now, epoch)

    async def history_id(self) -> str:
        """Name the history that the server writes: another one after each failover and restart."""
        info = parse_info((await self.link.call("INFO", "replication")).decode("utf-8", "replace"))
        return info.get("master_replid", "")

    async def journal_rows(self, names: Sequence[str]) -> dict[str, JournalRecord]:
        """Give those of the journal's records with these ids that are there; one that cannot be read is not there."""
        found: dict[str, JournalRecord] = {}
        for start in range(0, len(names), AT_ONCE):
            some = names[start : start + AT_ONCE]
            replies = await self.link.pipeline([["XRANGE", self.keys("journal"), name, name] for name in some])
            for name, reply in zip(some, replies, strict=True):
                with contextlib.suppress(Corrupt):
                    if reply:
                        found[name] = from_json(reply[0][1][1], JournalRecord, f"journal record {name}")
        return found

    async def told_of(self, ids: Sequence[str]) -> set[str]:
        """Give those of some ids about which the journal says anything."""
        found: set[str] = set()
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            there = await self.link.pipeline([["EXISTS", self.keys(f"trace:{name}")] for name in some])
            found |= {name for name, exists in zip(some, there, strict=True) if exists}
        return found

    async def doubt(self, deliveries: Sequence[str]) -> None:
        """Let messages count as possible repeats, should they be sent again: they were, in a past that is no more."""
        key = self.keys("doubtful")
        for start in range(0, len(deliveries), AT_ONCE):
            await self.link.pipeline([["SADD", key, *deliveries[start : start + AT_ONCE]], ["EXPIRE", key, DOUBT_S]])


def beat_of(raw: bytes, epoch: str) -> Beat | None:
    """Read a beat; None for none, or one of a later version."""
    count, _, at = raw.decode("utf-8", "replace").partition("|")
    return Beat(int(count), int(at), epoch) if count.isdecimal() and at.isdecimal() else None


def went_back_ms(known: Beat | None, found: Beat | None, epoch: str, now: int) -> int | None:
    """Say by how many milliseconds, as far as is known, a store is older than a process knew; None if it is not.

    A store of another epoch lost its memory as a whole, which is told elsewhere (C21). Of a process that was away for
    so long that the store forgot its beat nothing is known; what an archive shows is compared all the same. Pure.
    """
    if known is None or known.epoch != epoch:
        return None
    if found is None:
        forgotten = known.count <= 1 or now - known.at_ms >= FORGOTTEN_MS
        return None if forgotten else max(known.at_ms, 0)
    return max(known.at_ms - found.at_ms, 0) if found.count < known.count else None
