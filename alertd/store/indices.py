"""What the news about companies has been doing, as the archive's process works it out once a minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from msgspec.structs import replace

from alertd.base.clock import rfc3339
from alertd.errors import Corrupt
from alertd.model import CompanyIndex
from alertd.store.part import Part
from alertd.store.records import from_json, to_json, unique

USED_MS = 3_600_000
"""Values that were not confirmed for so long are not given: whoever works them out is not there, or far behind."""
KEPT_S = 2 * 86_400
"""How long they are kept without being confirmed."""
AT_ONCE = 500
log = structlog.get_logger(__name__)


class IndicesPart(Part):
    """`put_indices`, `indices` and `indices_as_of`."""

    async def put_indices(
        self, changed: Mapping[str, CompanyIndex | None], as_of_ms: int, *, whole: bool = False
    ) -> None:
        """Write what has changed, and confirm all others."""
        key = self.keys("indices")
        gone = {company for company, index in changed.items() if index is None}
        if whole:
            known = await self.link.call("HKEYS", key)
            gone |= {company.decode() for company in known} - set(changed)
        there = [(company, bare(index)) for company, index in changed.items() if index is not None]
        for start in range(0, len(there), AT_ONCE):
            await self.link.call("HSET", key, *(part for one in there[start : start + AT_ONCE] for part in one))
        dropped = sorted(gone)
        for start in range(0, len(dropped), AT_ONCE):
            await self.link.call("HDEL", key, *dropped[start : start + AT_ONCE])
        await self.link.pipeline([["EXPIRE", key, KEPT_S], ["SET", self.keys("indices_at"), as_of_ms, "EX", KEPT_S]])

    async def indices(self, companies: Sequence[str], now: int) -> dict[str, CompanyIndex]:
        """Give the indices of companies, as they were confirmed last."""
        wanted = unique(companies)
        if not wanted:
            return {}
        at, values = await self.link.pipeline(
            [["GET", self.keys("indices_at")], ["HMGET", self.keys("indices"), *wanted]]
        )
        found = {company: raw for company, raw in zip(wanted, values, strict=True) if raw is not None}
        return confirmed(found, int(at or 0), now)

    async def indices_as_of(self) -> int:
        """Say when they were confirmed last; 0: never, or long ago."""
        return int(await self.link.call("GET", self.keys("indices_at")) or 0)


def bare(index: CompanyIndex) -> bytes:
    """Write an index without its time: that of all of them is kept once."""
    return to_json(replace(index, as_of=""))


def confirmed(found: Mapping[str, bytes], as_of_ms: int, now: int) -> dict[str, CompanyIndex]:
    """Read values, with the time when they were confirmed; none if that is too long ago.

    One that cannot be read is left out: an event must not wait for it.
    """
    if now - as_of_ms > USED_MS:
        return {}
    read: dict[str, CompanyIndex] = {}
    for company, raw in found.items():
        try:
            index = from_json(raw, CompanyIndex, f"the index of {company}")
        except Corrupt as error:
            log.warning("index_unreadable", company=company, error=str(error))
            continue
        read[company] = replace(index, as_of=rfc3339(as_of_ms))
    return read
