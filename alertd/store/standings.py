"""How sources stand, and what was counted in each quarter of an hour."""

from __future__ import annotations

from collections.abc import Sequence

from alertd.model import Standing
from alertd.store.part import Part

QUARTER_MS = 900_000
"""All zones of the world are whole quarters of an hour from UTC: so are windows between times of day."""
TALLY_S = 3 * 86_400
"""How long a quarter's counts are kept: for a day's line that is told up to half a day late, with room to spare."""


def tally_name(at_ms: int) -> str:
    """Name the key of the quarter of an hour that a time is in."""
    return f"tally:{at_ms // QUARTER_MS}"


def quarters(since_ms: int, until_ms: int) -> list[str]:
    """Name the keys of the quarters from a time to another, both of them beginnings of quarters."""
    return [tally_name(at) for at in range(since_ms, until_ms, QUARTER_MS)]


class StandingsPart(Part):
    """`standing`, `standings`, `save_standing` and `tallied`; `finish_event` counts."""

    async def standing(self, source: str) -> Standing | None:
        """Give how a source stands."""
        raw = await self.link.call("HGET", self.keys("standings"), source)
        if raw is None:
            return None
        return self.read_record(f"standings:{source}", raw, Standing, f"the standing of {source}")

    async def standings(self) -> dict[str, Standing]:
        """Give how all sources stand, removed ones included."""
        return await self.hash_of("standings", Standing, "the standing of")

    async def save_standing(self, standing: Standing) -> None:
        """Write how a source stands."""
        written = self.written_record(f"standings:{standing.source}", standing)
        await self.link.call("HSET", self.keys("standings"), standing.source, written)

    async def tallied(self, since_ms: int, until_ms: int, names: Sequence[str]) -> dict[str, int]:
        """Give the sums of what was counted under names between two beginnings of quarters."""
        if not names or until_ms <= since_ms:
            return dict.fromkeys(names, 0)
        rows = await self.link.pipeline([["HMGET", self.keys(q), *names] for q in quarters(since_ms, until_ms)])
        return {name: sum(int(row[i] or 0) for row in rows) for i, name in enumerate(names)}
