"""How sources stand, and what was counted, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alertd.model import Standing
from alertd.store.standings import quarters


class MemoryStandings:
    """`standing`, `standings`, `save_standing` and `tallied`, as Redis does them."""

    _standings: dict[str, Standing]
    _tallies: dict[str, dict[str, int]]

    async def standing(self, source: str) -> Standing | None:
        """Give how a source stands."""
        return self._standings.get(source)

    async def standings(self) -> dict[str, Standing]:
        """Give how all sources stand."""
        return dict(self._standings)

    async def save_standing(self, standing: Standing) -> None:
        """Write how a source stands."""
        self._standings[standing.source] = standing

    async def tallied(self, since_ms: int, until_ms: int, names: Sequence[str]) -> dict[str, int]:
        """Give the sums of what was counted under names between two beginnings of quarters."""
        rows = [self._tallies.get(name, {}) for name in quarters(since_ms, until_ms)]
        return {name: sum(row.get(name, 0) for row in rows) for name in names}

    def _tally(self, key: str, counts: Mapping[str, int]) -> None:
        if counts:
            row = self._tallies.setdefault(key, {})
            for name, count in counts.items():
                row[name] = row.get(name, 0) + count
            for old in sorted(self._tallies, key=lambda k: int(k.partition(":")[2]))[:-400]:
                del self._tallies[old]
